"""The catalogue of Spark's built-in functions.

`find_function` gives a function by its name in any case, `function_names` all of them. The tables
are read when the first function is asked for, and a row is taken apart when its function is.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from ssbt.compiler.types.functions.model import Call, Function, FunctionKind, Parameter
from ssbt.compiler.types.functions.signature import Row, build_function

__all__ = ["Call", "Function", "FunctionKind", "Parameter", "find_function", "function_names"]


@cache
def _tables() -> tuple[tuple[FunctionKind, Mapping[str, Row]], ...]:
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
        *((FunctionKind.SCALAR, table) for table in scalars),
        (FunctionKind.AGGREGATE, aggregates.AGGREGATES),
        (FunctionKind.AGGREGATE, sketches.AGGREGATES),
        (FunctionKind.WINDOW, aggregates.WINDOWS),
        (FunctionKind.GENERATOR, generators.GENERATORS),
        (FunctionKind.TABLE, generators.TABLES),
    )


@cache
def _find_lower_name(lower: str) -> Function | None:
    for kind, table in _tables():
        row = table.get(lower)
        if row is not None:
            return build_function(lower, kind, row)
    return None


def find_function(name: str) -> Function | None:
    """The function called `name`, in any case; None if Spark has none."""
    return _find_lower_name(name.lower())


@cache
def function_names() -> tuple[str, ...]:
    """The names of all functions, sorted."""
    return tuple(sorted({name for _, table in _tables() for name in table}))
