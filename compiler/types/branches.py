"""The one type of several values: `case`, `coalesce` and their like; see `operators`."""

from __future__ import annotations

from collections.abc import Sequence

from ssbt.compiler.types.coercion import same_type, tightest, wider_of_all
from ssbt.compiler.types.collation_strength import (
    CollationError,
    collate_together,
    strength_of_result,
)
from ssbt.compiler.types.datatypes import BooleanType, DataType
from ssbt.compiler.types.promotion import arrived
from ssbt.compiler.types.typed import Mismatch, Result, Typed


def common_type(values: Sequence[Typed], ansi: bool = True) -> DataType | None:
    """The one type of several values in `case`, `coalesce`, `in`, `array`, …; None if none."""
    try:
        values = collate_together(values)
    except CollationError:
        return None
    types = [value.type for value in values]
    if all(same_type(types[0], each) for each in types[1:]):
        merged: DataType | None = types[0]
        for each in types[1:]:
            merged = tightest(merged, each, ansi) if merged is not None else None
        return merged
    return wider_of_all(types, ansi)


def no_common_type(what: str, values: Sequence[Typed], ansi: bool) -> Mismatch:
    """The mismatch of values without a common type; it points to the first that does not fit."""
    for place in range(1, len(values)):
        if common_type(values[: place + 1], ansi) is None:
            before = common_type(values[:place], ansi) or values[0].type
            reason = f"{what} has no common type for {before} and {values[place].type}"
            return Mismatch(reason, place)
    listed = ", ".join(dict.fromkeys(value.type.sql for value in values))
    return Mismatch(f"{what} has no common type for {listed}")


def coalesce(values: Sequence[Typed], ansi: bool = True) -> Result:
    """The type of `coalesce(values)`: null only if all of them can be."""
    common = common_type(values, ansi)
    if common is None:
        return no_common_type("`coalesce`", values, ansi)
    return Typed(common, all(arrived(value, common).nullable for value in values))


def case(
    conditions: Sequence[Typed],
    results: Sequence[Typed],
    otherwise: Typed | None,
    ansi: bool = True,
) -> Result:
    """The type of `case when condition then result … else otherwise end`."""
    for place, condition in enumerate(conditions):
        if not isinstance(condition.type, BooleanType) and not condition.unknown:
            return Mismatch(f"`when` does not take {condition.type}", place, "a BOOLEAN")
    values = [*results, *([] if otherwise is None else [otherwise])]
    common = common_type(values, ansi)
    if common is None:
        return no_common_type("`case`", values, ansi)
    nullable = otherwise is None or any(arrived(value, common).nullable for value in values)
    return Typed(common, nullable, strength=strength_of_result(values))
