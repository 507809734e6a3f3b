"""The catalogue of Spark's built-in functions.

`find` gives a function by its name in any case, `names` all of them. The tables are read when the
first function is asked for, and a row is taken apart when its function is.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from ssbt.compiler.types.functions.model import Call, Function, Kind, Parameter
from ssbt.compiler.types.functions.signature import Row, function

__all__ = ["Call", "Function", "Kind", "Parameter", "find", "names"]


@cache
def _tables() -> tuple[tuple[Kind, Mapping[str, Row]], ...]:
    from ssbt.compiler.types.functions import (
        aggregates,
        conditions,
        formats,
        generators,
        maths,
        nested,
        sketches,
        strings,
        system,
        times,
    )

    scalars = (
        strings.SCALARS,
        maths.SCALARS,
        times.SCALARS,
        nested.SCALARS,
        conditions.SCALARS,
        formats.SCALARS,
        sketches.SCALARS,
        system.SCALARS,
    )
    return (
        *((Kind.SCALAR, table) for table in scalars),
        (Kind.AGGREGATE, aggregates.AGGREGATES),
        (Kind.AGGREGATE, sketches.AGGREGATES),
        (Kind.WINDOW, aggregates.WINDOWS),
        (Kind.GENERATOR, generators.GENERATORS),
        (Kind.TABLE, generators.TABLES),
    )


@cache
def _find(lower: str) -> Function | None:
    for kind, table in _tables():
        row = table.get(lower)
        if row is not None:
            return function(lower, kind, row)
    return None


def find(name: str) -> Function | None:
    """The function called `name`, in any case; None if Spark has none."""
    return _find(name.lower())


@cache
def names() -> tuple[str, ...]:
    """The names of all functions, sorted."""
    return tuple(sorted({name for _, table in _tables() for name in table}))
