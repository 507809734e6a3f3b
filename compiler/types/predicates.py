"""The types of what is true or false: comparisons, `in`, `like`, `is null`; see `operators`."""

from __future__ import annotations

from collections.abc import Sequence

from ssbt.compiler.types import texts
from ssbt.compiler.types.branches import common_type, infer_case
from ssbt.compiler.types.coercion import is_same_shape, is_unknown
from ssbt.compiler.types.collation_strength import (
    PATTERN_COLLATIONS,
    CollationError,
    collate_together,
    is_indeterminate,
    string_type_of,
    weaken_collation,
)
from ssbt.compiler.types.datatypes import (
    BOOLEAN,
    STRING,
    ArrayType,
    CalendarIntervalType,
    DataType,
    MapType,
    StringType,
    StructType,
    VariantType,
)
from ssbt.compiler.types.expression_types import Mismatch, Result, Typed
from ssbt.compiler.types.promotion import (
    cast_implicitly,
    promote_boolean_equality,
    promote_for_comparison,
)
from ssbt.compiler.types.type_sets import ANY_STRING, implicit_cast

COMPARISONS = ("=", "==", "!=", "<>", "<", "<=", ">", ">=", "<=>")


def infer_comparison(operator: str, left: Typed, right: Typed, ansi: bool = True) -> Result:
    """The type of a comparison; `<=>` is never null."""
    is_null_safe = operator == "<=>"
    mismatch = _collation_mismatch(left, right)
    if mismatch is not None:
        return mismatch
    if left.is_unknown or right.is_unknown:
        return Typed(BOOLEAN, not is_null_safe)
    a, b = left, right
    if not ansi and operator in ("=", "==", "<=>", "!=", "<>"):
        a, b = promote_boolean_equality(a, b)
    a, b = promote_for_comparison(a, b, ansi)
    if not _is_comparable(a.type, b.type):
        return Mismatch(f"{left.type} and {right.type} cannot be compared by `{operator}`")
    if not is_orderable(a.type):
        return Mismatch(f"values of type {a.type} cannot be compared by `{operator}`")
    return Typed(BOOLEAN, not is_null_safe and (a.nullable or b.nullable))


def _collation_mismatch(*values: Typed) -> Mismatch | None:
    """Why texts cannot be compared: each has a collation of its own."""
    try:
        collated = collate_together(values)
    except CollationError as error:
        return Mismatch(f"texts of one collation are compared, not of {error}")
    if not is_indeterminate(collated):
        return None
    names = " and ".join(
        dict.fromkeys(t.collation for v in values if (t := string_type_of(v.type)))
    )
    advice = "say which one counts: `… collate NAME`"
    return Mismatch(f"texts of the collations {names} cannot be compared", help=advice)


def _is_comparable(a: DataType, b: DataType) -> bool:
    both_text = isinstance(a, StringType) and isinstance(b, StringType)
    return both_text or is_same_shape(a, b) or is_unknown(a, b)


def is_orderable(data_type: DataType) -> bool:
    """Whether values of the type can be compared, sorted and grouped."""
    match data_type:
        case MapType() | CalendarIntervalType() | VariantType():
            return False
        case ArrayType(element, _):
            return is_orderable(element)
        case StructType(fields):
            return all(is_orderable(field.type) for field in fields)
    return True


def is_distinguishable(data_type: DataType) -> bool:
    """Whether rows with values of the type can be distinguished, as `distinct` and `union` do."""
    return not has_type(data_type, MapType, VariantType)


def is_groupable(data_type: DataType) -> bool:
    """Whether Spark groups by values of the type, from 4.0 on; before, they are `is_orderable`."""
    return not has_type(data_type, VariantType)


def has_type(data_type: DataType, *classes: type[DataType]) -> bool:
    """Whether a type is of one of these kinds, or has one inside."""
    match data_type:
        case ArrayType(element, _):
            inner_types = [element]
        case MapType(key, value, _):
            inner_types = [key, value]
        case StructType(fields):
            inner_types = [field.type for field in fields]
        case _:
            inner_types = []
    return isinstance(data_type, classes) or any(has_type(each, *classes) for each in inner_types)


def infer_is_distinct_from(left: Typed, right: Typed, ansi: bool = True) -> Result:
    """The type of `left is [not] distinct from right`."""
    return infer_comparison("<=>", left, right, ansi)


def infer_between(value: Typed, low: Typed, high: Typed, ansi: bool = True) -> Result:
    """The type of `value [not] between low and high`."""
    value = weaken_collation(value)
    above, below = (
        infer_comparison(">=", value, low, ansi),
        infer_comparison("<=", value, high, ansi),
    )
    for index, result in enumerate((above, below), start=1):
        if isinstance(result, Mismatch):
            reason = f"{value.type} cannot be compared with {(low, high)[index - 1].type}"
            return Mismatch(reason, index)
    return Typed(BOOLEAN, any(isinstance(each, Typed) and each.nullable for each in (above, below)))


def infer_in(value: Typed, choices: Sequence[Typed], ansi: bool = True) -> Result:
    """The type of `value [not] in (choices)`."""
    values = [value, *choices]
    mismatch = _collation_mismatch(*values)
    if mismatch is not None:
        return mismatch
    if any(each.is_unknown for each in values):
        return Typed(BOOLEAN)
    common = common_type(values, ansi)
    if common is None and all(is_same_shape(value.type, choice.type) for choice in choices):
        common = value.type
    if common is None:
        index = next(
            (
                number
                for number, choice in enumerate(choices, start=1)
                if common_type([value, choice], ansi) is None
            ),
            None,
        )
        choice_types = ", ".join(dict.fromkeys(choice.type.sql for choice in choices))
        return Mismatch(f"`in` does not compare {value.type} with {choice_types}", index)
    if not is_orderable(common):
        return Mismatch(f"values of type {common} cannot be compared by `in`", 0)
    return Typed(BOOLEAN, any(cast_implicitly(each, common).nullable for each in values))


def infer_like(value: Typed, pattern: Typed, ansi: bool = True, operator: str = "like") -> Result:
    """The type of `value [not] like pattern`, and of `ilike` and `rlike`."""
    for index, side in enumerate((value, pattern)):
        if implicit_cast(side.type, ANY_STRING, ansi) is None:
            return Mismatch(f"`{operator}` does not take {side.type}", index, "a string")
    if isinstance(value.type, StringType) and value.type.collation not in PATTERN_COLLATIONS:
        expected = "a text of UTF8_BINARY or UTF8_LCASE"
        return Mismatch(f"`{operator}` does not take {value.type}", 0, expected)
    if operator == "rlike" and isinstance(pattern.constant, str):
        problem = texts.check_pattern(pattern.constant)
        if problem is not None:
            reason = f"`rlike` cannot use '{pattern.constant}' here"
            return Mismatch(reason, 1, problem, is_about_value=True)
    return Typed(BOOLEAN, any(cast_implicitly(side, STRING).nullable for side in (value, pattern)))


def infer_is_null(value: Typed) -> Typed:
    """The type of `value is [not] null`."""
    del value
    return Typed(BOOLEAN, False)


def infer_is_truth(value: Typed, ansi: bool = True) -> Result:
    """The type of `value is [not] true`, `false` or `unknown`."""
    return infer_comparison("<=>", value, Typed(BOOLEAN, False, True), ansi)


def infer_simple_case(
    value: Typed,
    choices: Sequence[Typed],
    results: Sequence[Typed],
    otherwise: Typed | None,
    ansi: bool = True,
) -> Result:
    """The type of `case value when choice then result … else otherwise end`."""
    conditions = []
    for index, choice in enumerate(choices):
        condition = infer_comparison("=", value, choice, ansi)
        if isinstance(condition, Mismatch):
            return Mismatch(f"`when` cannot compare {value.type} with {choice.type}", index)
        conditions.append(condition)
    return infer_case(conditions, results, otherwise, ansi)
