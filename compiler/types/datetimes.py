"""Arithmetic with dates, times and intervals."""

from __future__ import annotations

from ssbt.compiler.types.coercion import tightest_common_type
from ssbt.compiler.types.datatypes import (
    DATE,
    TIMESTAMP,
    ByteType,
    CalendarIntervalType,
    DataType,
    DateType,
    DayTimeIntervalType,
    IntegerType,
    NullType,
    NumericType,
    ShortType,
    StringType,
    TimestampNTZType,
    TimestampType,
    TimeType,
    YearMonthIntervalType,
)
from ssbt.compiler.types.expression_types import Typed

_DAYS = DayTimeIntervalType(0, 0)
_HOURS_TO_SECONDS = DayTimeIntervalType(1, 3)
_TEMPORAL = (
    DateType,
    TimestampType,
    TimestampNTZType,
    TimeType,
    YearMonthIntervalType,
    DayTimeIntervalType,
    CalendarIntervalType,
)


def is_temporal(data_type: DataType) -> bool:
    """Whether the type is a date, a time, a timestamp or an interval."""
    return isinstance(data_type, _TEMPORAL)


def infer_temporal_arithmetic(operator: str, left: Typed, right: Typed, ansi: bool) -> Typed | None:
    """The result of `+ - * /` where a side is temporal; None if Spark has no such operation."""
    a, b = left.type, right.type
    match operator:
        case "+":
            result = _sum_type(a, b) or _sum_type(b, a)
        case "-":
            result = _difference_type(a, b, ansi)
        case "*":
            result = _product_type(a, b) or _product_type(b, a)
        case "/":
            result = _product_type(a, b)
        case _:
            result = None
    if result is None:
        return None
    return Typed(result, left.nullable or right.nullable or _can_fail(operator, a, b))


def _can_fail(operator: str, a: DataType, b: DataType) -> bool:
    """Whether Spark takes the result to be possibly null though neither side is."""
    types = {type(a), type(b)}
    return (
        # A string is read as a number or a date, and a date as a timestamp without zone.
        StringType in types
        or types == {DateType, TimestampNTZType}
        or TimeType in types
        or (operator in ("*", "/") and CalendarIntervalType in types)
    )


def _sum_type(a: DataType, b: DataType) -> DataType | None:
    """`a + b`; the caller also tries the other order."""
    match a, b:
        case (DateType(), DayTimeIntervalType(0, 0)):
            return DATE
        case (DateType(), DayTimeIntervalType() | NullType()):
            return TIMESTAMP
        case (DateType(), YearMonthIntervalType() | CalendarIntervalType()):
            return DATE
        case (DateType(), IntegerType() | ShortType() | ByteType()):
            return DATE
        case (TimestampType() | TimestampNTZType(), YearMonthIntervalType() | NullType()):
            return a
        case (TimestampType() | TimestampNTZType(), DayTimeIntervalType() | CalendarIntervalType()):
            return a
        case (StringType(), DayTimeIntervalType() | CalendarIntervalType()):
            return a
        case (TimeType(), DayTimeIntervalType()):
            return TimeType(max(a.precision, 6 if b.end == 3 else 0))
        case (TimeType(), NullType()):
            return TimeType(6)
        case (CalendarIntervalType(), CalendarIntervalType()):
            return a
        case (DayTimeIntervalType() | YearMonthIntervalType(), NullType()):
            return a
        case (DayTimeIntervalType(), DayTimeIntervalType()) | (
            YearMonthIntervalType(),
            YearMonthIntervalType(),
        ):
            return tightest_common_type(a, b)
    return None


def _difference_type(a: DataType, b: DataType, ansi: bool) -> DataType | None:
    match a, b:
        case (NullType(), TimeType()) | (TimeType(), NullType() | TimeType()):
            return _HOURS_TO_SECONDS
        case (StringType(), TimeType()) | (TimeType(), StringType()) if ansi:
            return _HOURS_TO_SECONDS
        case (DateType() | NullType(), DateType()) | (DateType(), NullType()):
            return _DAYS
        case (StringType(), DateType()):
            return _DAYS
        case (DateType(), StringType()) if ansi:
            return _DAYS
        case (NullType(), DayTimeIntervalType() | YearMonthIntervalType()):
            return b
        case (CalendarIntervalType(), NullType()):
            return a
        case (DateType(), IntegerType() | ShortType() | ByteType()):
            return DATE
    if isinstance(a, TimestampType | TimestampNTZType):
        return _timestamp_difference_type(a, b, ansi)
    if isinstance(b, TimestampType | TimestampNTZType):
        is_comparable = isinstance(a, DateType | NullType) or (ansi and isinstance(a, StringType))
        return DayTimeIntervalType() if is_comparable else None
    if isinstance(b, YearMonthIntervalType | DayTimeIntervalType | CalendarIntervalType | NullType):
        return _sum_type(a, b)
    return None


def _timestamp_difference_type(a: DataType, b: DataType, ansi: bool) -> DataType | None:
    match b:
        case DateType() | TimestampType() | TimestampNTZType() | NullType():
            return DayTimeIntervalType()
        case StringType():
            return DayTimeIntervalType() if ansi else None
        case YearMonthIntervalType() | DayTimeIntervalType() | CalendarIntervalType():
            return a
    return None


def _product_type(a: DataType, b: DataType) -> DataType | None:
    """Interval `a` times or divided by number `b`."""
    match a, b:
        case (_, NumericType() | StringType() | NullType()):
            full_types: dict[type[DataType], DataType] = {
                YearMonthIntervalType: YearMonthIntervalType(),
                DayTimeIntervalType: DayTimeIntervalType(),
                CalendarIntervalType: CalendarIntervalType(),
            }
            return full_types.get(type(a))
    return None
