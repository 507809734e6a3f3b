"""Whether the values in the rows of a test fit their columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle

from msgspec import Struct

from ssbt.compiler.resolve.expressions.constants import NoConstantError, constant
from ssbt.compiler.resolve.expressions.time_literals import literal_problem, reads_as
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


class Misfit(Struct, frozen=True):
    """A value, or a part of one, that does not fit, and why."""

    span: Span
    reason: str


def misfits(node: e.Expression, wanted: DataType, type_of: TypeOf) -> Iterator[Misfit]:
    """What does not fit into a column of the type; structs, arrays and maps part by part."""
    while isinstance(node, e.Parenthesised):
        node = node.operand
    wanted = expression_type(wanted)
    parts = _parts(node, wanted)
    if parts is not None:
        for part, type_ in parts:
            yield from misfits(part, type_, type_of)
        return
    reason = _reason(node, wanted, type_of)
    if reason is not None:
        yield Misfit(node.span, reason)


def _parts(node: e.Expression, wanted: DataType) -> Iterator[tuple[e.Expression, DataType]] | None:
    """The parts of a value that is written as its type is, with what each must be."""
    match node, wanted:
        case e.Tuple(items=items), StructType(fields=fields) if len(items) == len(fields):
            return zip(items, (field.type for field in fields), strict=True)
        case e.Call(), ArrayType(element=element) if _is_plain(node, "array"):
            return ((each.value, element) for each in node.arguments)
        case e.Call(), MapType(key=key, value=value) if _is_plain(node, "map"):
            values = (each.value for each in node.arguments)
            return zip(values, cycle((key, value)), strict=False)
        case e.Call(), StructType(fields=fields) if _is_plain(node, "named_struct"):
            if len(node.arguments) == 2 * len(fields):
                values = (each.value for each in node.arguments[1::2])
                return zip(values, (field.type for field in fields), strict=True)
    return None


def _is_plain(node: e.Call, name: str) -> bool:
    return node.name.text.casefold() == name and not any(each.name for each in node.arguments)


def _reason(node: e.Expression, wanted: DataType, type_of: TypeOf) -> str | None:
    """Why a value is none of the type, None where it is or may be one."""
    if isinstance(node, e.NullLiteral) or isinstance(wanted, UnknownType):
        return None
    if isinstance(node, e.StringLiteral) and isinstance(wanted, _WRITTEN_AS_TEXT):
        return _text_reason(node.value, wanted)
    if _is_number(node) and isinstance(wanted, NumericType):
        try:
            constant(node, wanted)
        except NoConstantError as error:
            return str(error)
        return None
    found = type_of(node)
    if isinstance(found, UnknownType | NullType) or found == wanted:
        return None
    is_text = isinstance(wanted, StringType) and not isinstance(found, StringType)
    if not is_text and (can_up_cast(found, wanted) or _are_numbers(found, wanted)):
        return None
    return f"{wanted.sql} is needed, and this is {found.sql}"


def _text_reason(text: str, wanted: DataType) -> str | None:
    kind = _TIMES.get(type(wanted))
    if kind is not None:
        return literal_problem(kind, text)
    return None if reads_as(text, wanted) else f"`{text}` is no {wanted.sql}"


def _is_number(node: e.Expression) -> bool:
    if isinstance(node, e.Unary) and node.operator in ("-", "+"):
        node = node.operand
    return isinstance(node, e.NumberLiteral)


def _are_numbers(found: DataType, wanted: DataType) -> bool:
    """Whether Spark refuses, as it computes, no more than what would lose digits."""
    return isinstance(found, NumericType) and isinstance(wanted, NumericType)
