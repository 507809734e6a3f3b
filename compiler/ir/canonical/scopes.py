"""What an expression stands in, and how much its value is needed there."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

from msgspec import Struct

from ssbt.compiler.ir.canonical.values import Value

Names = Mapping[tuple[str, ...], Value]


class Scope(Struct, frozen=True):
    """What an expression stands in.

    `names` are its columns, alone and behind their qualifiers. `rows` are those that it is computed
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
