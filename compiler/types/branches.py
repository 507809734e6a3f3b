"""The one type of several values: `case`, `coalesce` and their like; see `operators`."""

from __future__ import annotations

from collections.abc import Sequence

from ssbt.compiler.types.coercion import is_same_type, tightest_common_type, wider_type_of_all
from ssbt.compiler.types.collation_strength import (
    CollationError,
    collate_together,
    strength_of_result,
)
from ssbt.compiler.types.datatypes import BooleanType, DataType
from ssbt.compiler.types.expression_types import Mismatch, Result, Typed
from ssbt.compiler.types.promotion import cast_implicitly


def common_type(values: Sequence[Typed], ansi: bool = True) -> DataType | None:
    """The one type of several values in `case`, `coalesce`, `in`, `array`, …; None if none."""
    try:
        values = collate_together(values)
    except CollationError:
        return None
    types = [value.type for value in values]
    if all(is_same_type(types[0], each) for each in types[1:]):
        merged: DataType | None = types[0]
        for each in types[1:]:
            merged = tightest_common_type(merged, each, ansi) if merged is not None else None
        return merged
    return wider_type_of_all(types, ansi)


def common_type_mismatch(subject: str, values: Sequence[Typed], ansi: bool) -> Mismatch:
    """The mismatch of values without a common type; it points to the first that does not fit."""
    for index in range(1, len(values)):
        if common_type(values[: index + 1], ansi) is None:
            previous_type = common_type(values[:index], ansi) or values[0].type
            reason = f"{subject} has no common type for {previous_type} and {values[index].type}"
            return Mismatch(reason, index)
    type_list = ", ".join(dict.fromkeys(value.type.sql for value in values))
    return Mismatch(f"{subject} has no common type for {type_list}")


def infer_coalesce(values: Sequence[Typed], ansi: bool = True) -> Result:
    """The type of `coalesce(values)`: null only if all of them can be."""
    common = common_type(values, ansi)
    if common is None:
        return common_type_mismatch("`coalesce`", values, ansi)
    return Typed(common, all(cast_implicitly(value, common).nullable for value in values))


def infer_case(
    conditions: Sequence[Typed],
    results: Sequence[Typed],
    otherwise: Typed | None,
    ansi: bool = True,
) -> Result:
    """The type of `case when condition then result … else otherwise end`."""
    for index, condition in enumerate(conditions):
        if not isinstance(condition.type, BooleanType) and not condition.is_unknown:
            return Mismatch(f"`when` does not take {condition.type}", index, "a BOOLEAN")
    values = [*results, *([] if otherwise is None else [otherwise])]
    common = common_type(values, ansi)
    if common is None:
        return common_type_mismatch("`case`", values, ansi)
    nullable = otherwise is None or any(cast_implicitly(value, common).nullable for value in values)
    return Typed(common, nullable, strength=strength_of_result(values))
