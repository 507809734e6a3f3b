"""Casts of values, explicit and implicit ones alike."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
import struct

from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.types.casts import can_cast, expression_type
from ssbt.compiler.types.datatypes import (
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
    IntegralType,
    LongType,
    ShortType,
    StringType,
    TimestampNTZType,
    TimestampType,
    TimeType,
    YearMonthIntervalType,
)
from ssbt.compiler.types.folding import texts
from ssbt.compiler.types.folding.model import Failure, Outcome, Value, opaque

BITS: dict[type[DataType], int] = {ByteType: 8, ShortType: 16, IntegerType: 32, LongType: 64}
EXACT = Context(prec=200)
_SHORTEST_DIGITS = 15
_TIME = lazy_pattern(r"(\d\d):(\d\d)(?::(\d\d))?")


def cast_value(value: Value, target: DataType, ansi: bool = True) -> Outcome:
    """What `cast(value as target)` gives."""
    target = expression_type(target)
    if value.type == target:
        return value
    if value.is_null:
        return Value(target, None)
    if not can_cast(value.type, target, ansi):
        return None
    if value.is_opaque:
        return _cast_opaque(value, target)
    match target:
        case StringType():
            return _to_string(value, target, ansi)
        case BooleanType():
            return _to_boolean(value, ansi)
        case IntegralType():
            return _to_integral(value, target, ansi)
        case FloatType() | DoubleType():
            return _to_floating(value, target, ansi)
        case DecimalType():
            return _to_decimal(value, target, ansi)
        case DateType() | TimestampType() | TimestampNTZType():
            return _to_time(value, target, ansi)
        case TimeType() if isinstance(value.value, str):
            return time_of(value.value, target, ansi)
        case DayTimeIntervalType() | YearMonthIntervalType() if isinstance(value.value, str):
            is_number = any(sign.isdigit() for sign in value.value)
            return None if is_number else unreadable_outcome(value.value, target, ansi)
        case ArrayType() if isinstance(value.type, ArrayType):
            return _to_array(value, target, ansi)
        case BinaryType() if isinstance(value.type, StringType):
            return Value(target, str(value.value).encode())
    return None


def _cast_opaque(value: Value, target: DataType) -> Outcome:
    """A value that is not known: only what cannot fail is said."""
    is_safe = isinstance(target, StringType) or (
        isinstance(value.type, DateType | TimestampType | TimestampNTZType)
        and isinstance(target, DateType | TimestampType | TimestampNTZType)
    )
    return opaque(target) if is_safe else None


def unreadable_outcome(text: object, target: DataType, ansi: bool) -> Outcome:
    """What a text gives that is no value of the type."""
    return Failure(f"'{text}' is no {target.sql}") if ansi else Value(target, None)


def _to_string(value: Value, target: DataType, ansi: bool) -> Outcome:
    content = value.value
    match value.type, content:
        case BooleanType(), bool():
            return Value(target, "true" if content else "false")
        case IntegralType(), int():
            return Value(target, str(content))
        case StringType(), str():
            return Value(target, content)
        case DecimalType(), Decimal():
            # Without ANSI mode Java writes very small ones with an exponent.
            text = f"{content:f}"
            return Value(target, text) if ansi or content.adjusted() > -6 else None
        case DateType(), int():
            return Value(target, date_text(content))
        case DoubleType(), float():
            shortest = double_text(content)
            return None if shortest is None else Value(target, shortest)
    return None


def date_text(days: int) -> str:
    year, month, day = texts.date_of(days)
    sign = "+" if year > 9999 else "-" if year < 0 else ""
    return f"{sign}{abs(year):04}-{month:02}-{day:02}"


def double_text(number: float) -> str | None:
    """Java's text of a double; None where Java's versions differ about the last digits."""
    if number != number or number in (float("inf"), float("-inf")):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(number)]
    if number == 0:
        return "-0.0" if str(number).startswith("-") else "0.0"
    digits, exponent = f"{Decimal(repr(number)).normalize():E}".split("E")
    if len(digits.replace(".", "").lstrip("-")) > _SHORTEST_DIGITS:
        return None
    if 1e-3 <= abs(number) < 1e7:
        text = f"{Decimal(repr(number)).normalize():f}"
        return text if "." in text else f"{text}.0"
    return f"{digits if '.' in digits else f'{digits}.0'}E{int(exponent)}"


def _to_boolean(value: Value, ansi: bool) -> Outcome:
    content = value.value
    target = BooleanType()
    if isinstance(content, str):
        parsed = texts.parse_boolean(content)
        return (
            unreadable_outcome(content, target, ansi) if parsed is None else Value(target, parsed)
        )
    if isinstance(content, int | float | Decimal) and _is_number(value.type):
        return Value(target, content != 0)
    return None


def _is_number(type_: DataType) -> bool:
    return isinstance(type_, IntegralType | FloatType | DoubleType | DecimalType)


def _to_integral(value: Value, target: DataType, ansi: bool) -> Outcome:
    content = value.value
    if isinstance(content, str):
        try:
            parsed = texts.parse_integer(content, ansi)
        except texts.UnknownOutcomeError:
            return None
        fits = parsed is not None and is_in_integral_range(parsed, target)
        return Value(target, parsed) if fits else unreadable_outcome(content, target, ansi)
    if isinstance(content, bool):
        return Value(target, int(content))
    if not _is_number(value.type):
        return None
    if isinstance(content, float) and not (abs(content) < 1e300):
        return Failure(f"{content} is outside the range of {target.sql}") if ansi else None
    assert isinstance(content, int | float | Decimal)
    whole = int(content)
    if is_in_integral_range(whole, target):
        return Value(target, whole)
    if ansi:
        return Failure(f"{content} is outside the range of {target.sql}")
    return Value(target, wrap(whole, target)) if isinstance(value.type, IntegralType) else None


def is_in_integral_range(number: int, type_: DataType) -> bool:
    """Whether a whole number is in the range of an integral type."""
    limit = 1 << (BITS[type(type_)] - 1)
    return -limit <= number < limit


def wrap(number: int, type_: DataType) -> int:
    """The number as its lowest bits are read."""
    bits = BITS[type(type_)]
    return (number + (1 << (bits - 1))) % (1 << bits) - (1 << (bits - 1))


def _to_floating(value: Value, target: DataType, ansi: bool) -> Outcome:
    content = value.value
    if isinstance(content, str):
        try:
            parsed = texts.parse_double(content)
        except texts.UnknownOutcomeError:
            return None
        if parsed is None:
            return unreadable_outcome(content, target, ansi)
        return Value(target, as_floating(parsed, target))
    if isinstance(content, bool | int | float | Decimal) and (
        _is_number(value.type) or isinstance(content, bool)
    ):
        return Value(target, as_floating(float(content), target))
    return None


def as_floating(number: float, type_: DataType) -> float:
    """The number with the digits that its type has."""
    if not isinstance(type_, FloatType):
        return number
    try:
        return float(struct.unpack("f", struct.pack("f", number))[0])
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


def _to_decimal(value: Value, target: DecimalType, ansi: bool) -> Outcome:
    content = value.value
    if isinstance(content, str):
        try:
            parsed = texts.parse_decimal(content)
        except texts.UnknownOutcomeError:
            return None
        if parsed is None:
            return unreadable_outcome(content, target, ansi)
        if abs(parsed.adjusted()) > 100:
            return None
        return fit_decimal(parsed, target, ansi)
    if isinstance(content, bool):
        return fit_decimal(Decimal(int(content)), target, ansi)
    if isinstance(content, float) and _is_number(value.type):
        if isinstance(value.type, FloatType) or not abs(content) < 1e60:
            return None
        return fit_decimal(Decimal(repr(content)), target, ansi)
    if isinstance(content, int | Decimal) and _is_number(value.type):
        return fit_decimal(Decimal(content), target, ansi)
    return None


def fit_decimal(number: Decimal, type_: DecimalType, ansi: bool) -> Outcome:
    """The number rounded to the scale of the type; too many digits fail, or give null."""
    rounded = number.quantize(Decimal(1).scaleb(-type_.scale), ROUND_HALF_UP, EXACT)
    if rounded != 0 and rounded.adjusted() >= type_.precision - type_.scale:
        reason = f"{number:f} has too many digits for {type_.sql}"
        return Failure(reason) if ansi else Value(type_, None)
    return Value(type_, rounded + 0 if rounded == 0 else rounded)


def _to_time(value: Value, target: DataType, ansi: bool) -> Outcome:
    content = value.value
    if isinstance(content, str) and texts.is_special(content):
        # `cast('today' as date)` is computed with the query's own clock.
        return opaque(target)
    if isinstance(content, str) and isinstance(target, DateType):
        days = texts.parse_date(content)
        return unreadable_outcome(content, target, ansi) if days is None else Value(target, days)
    if isinstance(content, str):
        return _to_moment(content, target, ansi)
    if isinstance(value.type, DateType) and isinstance(target, TimestampNTZType):
        assert isinstance(content, int)
        return Value(target, content * 86_400_000_000)
    if isinstance(value.type, TimestampNTZType) and isinstance(target, DateType):
        assert isinstance(content, int)
        return Value(target, content // 86_400_000_000)
    # Between an instant and a clock stands the zone of the session.
    return opaque(target) if isinstance(value.type, DateType | TimestampType) else None


def time_of(text: str, target: DataType, ansi: bool) -> Outcome:
    """A text that is a time of a day, or surely none; what else Spark reads is not known."""
    match = _TIME.fullmatch(text)
    if match is None:
        has_digits = any(sign.isdigit() for sign in text)
        return None if has_digits else unreadable_outcome(text, target, ansi)
    hour, minute, second = (int(part or 0) for part in match.groups())
    fits = hour < 24 and minute < 60 and second < 60
    return opaque(target) if fits else unreadable_outcome(text, target, ansi)


def _to_moment(text: str, target: DataType, ansi: bool) -> Outcome:
    try:
        parsed = texts.parse_timestamp(text)
    except texts.UnknownOutcomeError:
        return None
    if parsed is None:
        return unreadable_outcome(text, target, ansi)
    microseconds, zone = parsed
    if isinstance(target, TimestampNTZType):
        return Value(target, microseconds)
    return Value(target, microseconds) if zone in ("Z", "UTC", "GMT") else opaque(target)


def _to_array(value: Value, target: ArrayType, ansi: bool) -> Outcome:
    assert isinstance(value.type, ArrayType)
    assert isinstance(value.value, tuple)
    elements = []
    for element in value.value:
        outcome = cast_value(Value(value.type.element, element), target.element, ansi)
        if not isinstance(outcome, Value) or outcome.is_opaque:
            return outcome if isinstance(outcome, Failure) else None
        elements.append(outcome.value)
    return Value(target, tuple(elements))
