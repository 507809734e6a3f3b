"""Constants: the defaults of parameters, as Python values of the parameter's type."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
import re

from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.resolve.expressions.interval_constants import IntervalType, evaluate_interval
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.datatypes import (
    STRING,
    ArrayType,
    BinaryType,
    BooleanType,
    ByteType,
    DataType,
    DateType,
    DayTimeIntervalType,
    DecimalType,
    DoubleType,
    FloatType,
    IntegerType,
    LongType,
    MapType,
    ShortType,
    StringType,
    TimestampNTZType,
    TimestampType,
    YearMonthIntervalType,
)
from ssbt.compiler.types.literals import is_beyond_floating

_BITS: dict[type[DataType], int] = {ByteType: 8, ShortType: 16, IntegerType: 32, LongType: 64}
_SUFFIX = lazy_pattern(r"(?:BD|[LSYDF])\Z", re.IGNORECASE)
_SCALARS: tuple[type[DataType], ...] = (
    BooleanType,
    *_BITS,
    FloatType,
    DoubleType,
    DecimalType,
    DateType,
    TimestampType,
    TimestampNTZType,
    BinaryType,
    YearMonthIntervalType,
    DayTimeIntervalType,
)


class NotConstantError(ValueError):
    """The expression is no constant of the type; the text says why, for people."""


def can_be_parameter(type_: DataType) -> bool:
    """Whether a parameter may have the type: one of single values, or an array or map of those."""
    match type_:
        case ArrayType(element):
            return can_be_parameter(element)
        case MapType(key, value):
            return (
                not isinstance(key, ArrayType | MapType)
                and can_be_parameter(key)
                and can_be_parameter(value)
            )
        case _:
            # A string with a collation of its own is none.
            return type_ == STRING or isinstance(type_, _SCALARS)


def evaluate_constant(node: e.Expression, type_: DataType) -> object:
    """The value of a default. Raises NoConstantError."""
    while isinstance(node, e.Parenthesised):
        node = node.operand
    match type_:
        case ArrayType(element):
            return tuple(
                evaluate_constant(item, element) for item in _collection_items(node, "array")
            )
        case MapType(key, value):
            items = _collection_items(node, "map")
            if len(items) % 2:
                raise NotConstantError("`map` takes a value after each key")
            keys = [evaluate_constant(item, key) for item in items[::2]]
            return build_map(keys, [evaluate_constant(item, value) for item in items[1::2]])
        case StringType() if isinstance(node, e.StringLiteral):
            return node.value
        case BooleanType() if isinstance(node, e.BooleanLiteral):
            return node.value
        case DateType():
            return _parse_date(node)
        case TimestampType() | TimestampNTZType():
            return _parse_timestamp(node)
        case YearMonthIntervalType() | DayTimeIntervalType():
            return _evaluate_interval(node, type_)
        case BinaryType() if isinstance(node, e.TypedLiteral) and node.kind == "x":
            return bytes.fromhex(node.value if len(node.value) % 2 == 0 else f"0{node.value}")
    number = _evaluate_number(node)
    if number is None:
        raise NotConstantError(f"this is no {type_.sql} constant")
    return _fit_number(number, type_)


def build_map(keys: list[object], values: list[object]) -> dict[object, object]:
    """A map; raises NoConstantError for a key that is there twice, as Spark would."""
    if len(set(keys)) < len(keys):
        raise NotConstantError("a key of this map is there twice")
    return dict(zip(keys, values, strict=True))


def _collection_items(node: e.Expression, function: str) -> list[e.Expression]:
    """The arguments of `array(…)` or `map(…)`."""
    if isinstance(node, e.Call) and node.name.text.casefold() == function:
        return [argument.value for argument in node.arguments]
    raise NotConstantError(f"this is no constant; write `{function}(…)`")


def parse_constant(text: str, type_: DataType) -> object:
    """The constant of a type for single values that a configuration gives, written as `text`.

    Raises NoConstantError.
    """
    match type_:
        case StringType():
            return text
        case BooleanType():
            return _parse_boolean(text)
        case BinaryType():
            return _parse_bytes(text)
        case (
            DateType()
            | TimestampType()
            | TimestampNTZType()
            | YearMonthIntervalType()
            | DayTimeIntervalType()
        ):
            return evaluate_constant(e.StringLiteral(Span("", 0, 0), text), type_)
        case _:
            pass
    try:
        number = Decimal(text.strip())
    except ArithmeticError:
        raise NotConstantError(f"`{text}` is no {type_.sql}") from None
    if not number.is_finite() and not isinstance(type_, FloatType | DoubleType):
        raise NotConstantError(f"`{text}` is no {type_.sql}")
    return _fit_number(number, type_)


def _parse_boolean(text: str) -> bool:
    """As Lightbend's library reads it."""
    values = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
    if text not in values:
        raise NotConstantError(f"`{text}` is neither true nor false")
    return values[text]


def _parse_bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise NotConstantError(f"`{text}` is not hexadecimal; write it as `1F2A`") from None


def _evaluate_interval(node: e.Expression, type_: IntervalType) -> object:
    try:
        return evaluate_interval(node, type_)
    except ValueError as error:
        raise NotConstantError(str(error)) from None


def _evaluate_number(node: e.Expression) -> Decimal | None:
    sign = 1
    if isinstance(node, e.Unary) and node.operator in ("-", "+"):
        sign = -1 if node.operator == "-" else 1
        node = node.operand
    if not isinstance(node, e.NumberLiteral):
        return None
    try:
        return sign * Decimal(_SUFFIX.sub("", node.text))
    except ArithmeticError:
        return None


def _fit_number(number: Decimal, type_: DataType) -> object:
    """The number as a value of the type, if it is one without rounding."""
    if isinstance(type_, FloatType | DoubleType):
        if number.is_finite() and is_beyond_floating(number, type_):
            raise NotConstantError(f"{number} is outside the range of {type_.sql}")
        return float(number)
    if isinstance(type_, DecimalType):
        return _fit_decimal(number, type_)
    bits = _BITS.get(type(type_))
    if bits is None:
        raise NotConstantError(f"a number is no {type_.sql}")
    if number != number.to_integral_value():
        raise NotConstantError(f"{number} is no whole number")
    if not -(1 << (bits - 1)) <= number < 1 << (bits - 1):
        raise NotConstantError(f"{number} is outside the range of {type_.sql}")
    return int(number)


def _fit_decimal(number: Decimal, type_: DecimalType) -> Decimal:
    exponent = Decimal(1).scaleb(-type_.scale)
    try:
        quantized = number.quantize(exponent)
    except ArithmeticError:
        raise NotConstantError(f"{number} has too many digits for {type_.sql}") from None
    if quantized != number:
        raise NotConstantError(f"{number} would be rounded to fit {type_.sql}")
    if len(quantized.as_tuple().digits) > type_.precision:
        raise NotConstantError(f"{number} has too many digits for {type_.sql}")
    return number


def _literal_text(node: e.Expression, kinds: tuple[str, ...]) -> str:
    if isinstance(node, e.StringLiteral):
        return node.value
    if isinstance(node, e.TypedLiteral) and node.kind in kinds:
        return node.value
    raise NotConstantError(f"this is no {kinds[0]} constant; write `{kinds[0]} '…'`")


def _parse_date(node: e.Expression) -> date:
    text = _literal_text(node, ("date",))
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotConstantError(f"`{text}` is no date; write it as '2026-01-31'") from None


def _parse_timestamp(node: e.Expression) -> datetime:
    text = _literal_text(node, ("timestamp", "timestamp_ntz", "timestamp_ltz"))
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        example = "'2026-01-31 12:30:00'"
        raise NotConstantError(f"`{text}` is no timestamp; write it as {example}") from None
