"""The types of what is true or false: comparisons, `in`, `like`, `is null`; see `operators`."""

from __future__ import annotations

from collections.abc import Sequence

from ssbt.compiler.types import texts
from ssbt.compiler.types.branches import case, common_type
from ssbt.compiler.types.coercion import is_unknown, same_shape
from ssbt.compiler.types.collation_strength import (
    PATTERN_COLLATIONS,
    CollationError,
    collate_together,
    evaluated_once,
    is_indeterminate,
    text_of,
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
from ssbt.compiler.types.expected import ANY_STRING, implicit_cast
from ssbt.compiler.types.promotion import arrived, boolean_equality, for_comparison
from ssbt.compiler.types.typed import Mismatch, Result, Typed

COMPARISONS = ("=", "==", "!=", "<>", "<", "<=", ">", ">=", "<=>")


def comparison(operator: str, left: Typed, right: Typed, ansi: bool = True) -> Result:
    """The type of a comparison; `<=>` is never null."""
    null_safe = operator == "<=>"
    refusal = _collations_apart(left, right)
    if refusal is not None:
        return refusal
    if left.unknown or right.unknown:
        return Typed(BOOLEAN, not null_safe)
    a, b = left, right
    if not ansi and operator in ("=", "==", "<=>", "!=", "<>"):
        a, b = boolean_equality(a, b)
    a, b = for_comparison(a, b, ansi)
    if not _comparable(a.type, b.type):
        return Mismatch(f"{left.type} and {right.type} cannot be compared by `{operator}`")
    if not orderable(a.type):
        return Mismatch(f"values of type {a.type} cannot be compared by `{operator}`")
    return Typed(BOOLEAN, not null_safe and (a.nullable or b.nullable))


def _collations_apart(*values: Typed) -> Mismatch | None:
    """Why texts cannot be compared: each has a collation of its own."""
    try:
        together = collate_together(values)
    except CollationError as error:
        return Mismatch(f"texts of one collation are compared, not of {error}")
    if not is_indeterminate(together):
        return None
    names = " and ".join(dict.fromkeys(t.collation for v in values if (t := text_of(v.type))))
    way = "say which one counts: `… collate NAME`"
    return Mismatch(f"texts of the collations {names} cannot be compared", help=way)


def _comparable(a: DataType, b: DataType) -> bool:
    both_text = isinstance(a, StringType) and isinstance(b, StringType)
    return both_text or same_shape(a, b) or is_unknown(a, b)


def orderable(data_type: DataType) -> bool:
    """Whether values of the type can be compared, sorted and grouped."""
    match data_type:
        case MapType() | CalendarIntervalType() | VariantType():
            return False
        case ArrayType(element, _):
            return orderable(element)
        case StructType(fields):
            return all(orderable(field.type) for field in fields)
    return True


def distinguishable(data_type: DataType) -> bool:
    """Whether rows with values of the type can be told apart, as `distinct` and `union` do."""
    return not contains(data_type, MapType, VariantType)


def groupable(data_type: DataType) -> bool:
    """Whether Spark groups by values of the type, from 4.0 on; before, they are `orderable`."""
    return not contains(data_type, VariantType)


def contains(data_type: DataType, *kinds: type[DataType]) -> bool:
    """Whether a type is of one of these kinds, or has one inside."""
    match data_type:
        case ArrayType(element, _):
            inside = [element]
        case MapType(key, value, _):
            inside = [key, value]
        case StructType(fields):
            inside = [field.type for field in fields]
        case _:
            inside = []
    return isinstance(data_type, kinds) or any(contains(each, *kinds) for each in inside)


def is_distinct_from(left: Typed, right: Typed, ansi: bool = True) -> Result:
    """The type of `left is [not] distinct from right`."""
    return comparison("<=>", left, right, ansi)


def between(value: Typed, low: Typed, high: Typed, ansi: bool = True) -> Result:
    """The type of `value [not] between low and high`."""
    value = evaluated_once(value)
    above, below = comparison(">=", value, low, ansi), comparison("<=", value, high, ansi)
    for place, result in enumerate((above, below), start=1):
        if isinstance(result, Mismatch):
            reason = f"{value.type} cannot be compared with {(low, high)[place - 1].type}"
            return Mismatch(reason, place)
    return Typed(BOOLEAN, any(isinstance(each, Typed) and each.nullable for each in (above, below)))


def is_in(value: Typed, choices: Sequence[Typed], ansi: bool = True) -> Result:
    """The type of `value [not] in (choices)`."""
    everything = [value, *choices]
    refusal = _collations_apart(*everything)
    if refusal is not None:
        return refusal
    if any(each.unknown for each in everything):
        return Typed(BOOLEAN)
    common = common_type(everything, ansi)
    if common is None and all(same_shape(value.type, choice.type) for choice in choices):
        common = value.type
    if common is None:
        place = next(
            (
                number
                for number, choice in enumerate(choices, start=1)
                if common_type([value, choice], ansi) is None
            ),
            None,
        )
        others = ", ".join(dict.fromkeys(choice.type.sql for choice in choices))
        return Mismatch(f"`in` does not compare {value.type} with {others}", place)
    if not orderable(common):
        return Mismatch(f"values of type {common} cannot be compared by `in`", 0)
    return Typed(BOOLEAN, any(arrived(each, common).nullable for each in everything))


def like(value: Typed, pattern: Typed, ansi: bool = True, operator: str = "like") -> Result:
    """The type of `value [not] like pattern`, and of `ilike` and `rlike`."""
    for place, side in enumerate((value, pattern)):
        if implicit_cast(side.type, ANY_STRING, ansi) is None:
            return Mismatch(f"`{operator}` does not take {side.type}", place, "a string")
    if isinstance(value.type, StringType) and value.type.collation not in PATTERN_COLLATIONS:
        expected = "a text of UTF8_BINARY or UTF8_LCASE"
        return Mismatch(f"`{operator}` does not take {value.type}", 0, expected)
    if operator == "rlike" and isinstance(pattern.constant, str):
        wanted = texts.pattern(pattern.constant)
        if wanted is not None:
            reason = f"`rlike` cannot use '{pattern.constant}' here"
            return Mismatch(reason, 1, wanted, of_value=True)
    return Typed(BOOLEAN, any(arrived(side, STRING).nullable for side in (value, pattern)))


def is_null(value: Typed) -> Typed:
    """The type of `value is [not] null`."""
    del value
    return Typed(BOOLEAN, False)


def is_truth(value: Typed, ansi: bool = True) -> Result:
    """The type of `value is [not] true`, `false` or `unknown`."""
    return comparison("<=>", value, Typed(BOOLEAN, False, True), ansi)


def simple_case(
    value: Typed,
    choices: Sequence[Typed],
    results: Sequence[Typed],
    otherwise: Typed | None,
    ansi: bool = True,
) -> Result:
    """The type of `case value when choice then result … else otherwise end`."""
    conditions = []
    for place, choice in enumerate(choices):
        condition = comparison("=", value, choice, ansi)
        if isinstance(condition, Mismatch):
            return Mismatch(f"`when` cannot compare {value.type} with {choice.type}", place)
        conditions.append(condition)
    return case(conditions, results, otherwise, ansi)
