"""What an expression stands in, how much its value is needed there, and its columns."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

from msgspec import Struct

from ssbt.compiler.ir.canonical.values import Pool, Value
from ssbt.compiler.types.datatypes import DataType

Names = Mapping[tuple[str, ...], Value]


class Scope(Struct, frozen=True):
    """What an expression stands in.

    `names` are its columns, alone and after their qualifiers. `rows` are those that it is computed
    among, `ordered_rows` the same where their order counts, too. `sites` counts the draws there,
    `uses` how often a name is used in the whole pipeline. `older` are the numbers of columns that
    were computed before a window. `values` are all columns in their order. `is_open` where there
    are columns that are not known.
    """

    names: Names
    rows: Value
    ordered_rows: Value
    sites: dict[object, int]
    uses: Mapping[str, int]
    older: frozenset[int] = frozenset()
    values: tuple[Value, ...] = ()
    is_open: bool = False


class Need(IntEnum):
    """Whether Spark asks for a value: always, unless one before it is null, or perhaps."""

    SURE = 0
    UNLESS_NULL = 1
    PERHAPS = 2


def column_value(
    parts: tuple[str, ...], type_: DataType, need: Need, scope: Scope, pool: Pool
) -> Value:
    """A column, or a field of one, by the parts of its name."""
    for length in (2, 1):
        value = scope.names.get(parts[:length])
        if value is None or len(parts) < length:
            continue
        if value.fails and _is_computed_before(parts, value, need, scope):
            value = pool.mark("eager", value, None, fails=True)
        for part in parts[length:]:
            value = pool.make("field", (value,), part, type_, nullable=True)
        return value
    if not scope.is_open:
        return pool.make_unique("open")
    # A column of a relation of which not all are known.
    return pool.make("open", (), parts, place=scope.rows)


def _is_computed_before(parts: tuple[str, ...], value: Value, need: Need, scope: Scope) -> bool:
    """Whether Spark computes a column, which may fail, though nothing may ask for it.

    It puts the expression of a column that is used once in the column's place, but for places
    that nobody may ask for.
    """
    if need is Need.UNLESS_NULL:
        often = max(scope.uses[part] for part in parts[:2]) > 1
        return often or value.number in scope.older
    return need is Need.PERHAPS
