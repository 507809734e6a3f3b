"""Whether the values in the rows of a test fit their columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle

from msgspec import Struct

from ssbt.compiler.resolve.expressions.constants import NotConstantError, evaluate_constant
from ssbt.compiler.resolve.expressions.time_literals import can_read_as, literal_problem
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.casts import can_up_cast, expression_type
from ssbt.compiler.types.datatypes import (
    ArrayType,
    BinaryType,
    CalendarIntervalType,
    DataType,
    DateType,
    DayTimeIntervalType,
    MapType,
    NullType,
    NumericType,
    StringType,
    StructType,
    TimestampNTZType,
    TimestampType,
    TimeType,
    UnknownType,
    VariantType,
    YearMonthIntervalType,
)

_WRITTEN_AS_TEXT = (
    *(BinaryType, DateType, TimestampType, TimestampNTZType, TimeType, StringType, VariantType),
    *(YearMonthIntervalType, DayTimeIntervalType, CalendarIntervalType),
)
_TIMES: dict[type[DataType], str] = {
    DateType: "date",
    TimestampType: "timestamp",
    TimestampNTZType: "timestamp_ntz",
    TimeType: "time",
}
# The type of an expression that is no literal.
TypeOf = Callable[[e.Expression], DataType]


class ValueMismatch(Struct, frozen=True):
    """A value, or a part of one, that does not fit, and why."""

    span: Span
    reason: str


def find_mismatches(
    node: e.Expression, expected: DataType, type_of: TypeOf
) -> Iterator[ValueMismatch]:
    """What does not fit into a column of the type; structs, arrays and maps part by part."""
    while isinstance(node, e.Parenthesised):
        node = node.operand
    expected = expression_type(expected)
    parts = _split_value(node, expected)
    if parts is not None:
        for part, type_ in parts:
            yield from find_mismatches(part, type_, type_of)
        return
    reason = _mismatch_reason(node, expected, type_of)
    if reason is not None:
        yield ValueMismatch(node.span, reason)


def _split_value(
    node: e.Expression, expected: DataType
) -> Iterator[tuple[e.Expression, DataType]] | None:
    """The parts of a value that is written as its type is, with what each must be."""
    match node, expected:
        case e.Tuple(items=items), StructType(fields=fields) if len(items) == len(fields):
            return zip(items, (field.type for field in fields), strict=True)
        case e.Call(), ArrayType(element=element) if _is_plain_call(node, "array"):
            return ((each.value, element) for each in node.arguments)
        case e.Call(), MapType(key=key, value=value) if _is_plain_call(node, "map"):
            values = (each.value for each in node.arguments)
            return zip(values, cycle((key, value)), strict=False)
        case e.Call(), StructType(fields=fields) if _is_plain_call(node, "named_struct"):
            if len(node.arguments) == 2 * len(fields):
                values = (each.value for each in node.arguments[1::2])
                return zip(values, (field.type for field in fields), strict=True)
        case _:
            pass
    return None


def _is_plain_call(node: e.Call, name: str) -> bool:
    return node.name.text.casefold() == name and not any(each.name for each in node.arguments)


def _mismatch_reason(node: e.Expression, expected: DataType, type_of: TypeOf) -> str | None:
    """Why a value is not of the type, None where it is or may be one."""
    if isinstance(node, e.NullLiteral) or isinstance(expected, UnknownType):
        return None
    if isinstance(node, e.StringLiteral) and isinstance(expected, _WRITTEN_AS_TEXT):
        return _text_reason(node.value, expected)
    if _is_number(node) and isinstance(expected, NumericType):
        try:
            evaluate_constant(node, expected)
        except NotConstantError as error:
            return str(error)
        return None
    actual = type_of(node)
    if isinstance(actual, UnknownType | NullType) or actual == expected:
        return None
    is_text = isinstance(expected, StringType) and not isinstance(actual, StringType)
    if not is_text and (can_up_cast(actual, expected) or _are_numbers(actual, expected)):
        return None
    return f"{expected.sql} is needed, and this is {actual.sql}"


def _text_reason(text: str, expected: DataType) -> str | None:
    literal_kind = _TIMES.get(type(expected))
    if literal_kind is not None:
        return literal_problem(literal_kind, text)
    return None if can_read_as(text, expected) else f"`{text}` is no {expected.sql}"


def _is_number(node: e.Expression) -> bool:
    if isinstance(node, e.Unary) and node.operator in ("-", "+"):
        node = node.operand
    return isinstance(node, e.NumberLiteral)


def _are_numbers(actual: DataType, expected: DataType) -> bool:
    """Whether Spark refuses, as it computes, no more than what would lose digits."""
    return isinstance(actual, NumericType) and isinstance(expected, NumericType)
