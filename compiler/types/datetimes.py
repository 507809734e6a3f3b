"""Arithmetic with dates, times and intervals."""

from __future__ import annotations

from ssbt.compiler.types.coercion import tightest
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
from ssbt.compiler.types.typed import Typed

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


def arithmetic(operator: str, left: Typed, right: Typed, ansi: bool) -> Typed | None:
    """The result of `+ - * /` where a side is temporal; None if Spark has no such operation."""
    a, b = left.type, right.type
    match operator:
        case "+":
            result = _sum(a, b) or _sum(b, a)
        case "-":
            result = _difference(a, b, ansi)
        case "*":
            result = _product(a, b) or _product(b, a)
        case "/":
            result = _product(a, b)
        case _:
            result = None
    if result is None:
        return None
    return Typed(result, left.nullable or right.nullable or _may_fail(operator, a, b))


def _may_fail(operator: str, a: DataType, b: DataType) -> bool:
    """Whether Spark takes the result to be possibly null though neither side is."""
    kinds = {type(a), type(b)}
    return (
        # A string is read as a number or a date, and a date as a timestamp without zone.
        StringType in kinds
        or kinds == {DateType, TimestampNTZType}
        or TimeType in kinds
        or (operator in ("*", "/") and CalendarIntervalType in kinds)
    )


def _sum(a: DataType, b: DataType) -> DataType | None:
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
            return tightest(a, b)
    return None


def _difference(a: DataType, b: DataType, ansi: bool) -> DataType | None:
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
        return _since(a, b, ansi)
    if isinstance(b, TimestampType | TimestampNTZType):
        other = isinstance(a, DateType | NullType) or (ansi and isinstance(a, StringType))
        return DayTimeIntervalType() if other else None
    if isinstance(b, YearMonthIntervalType | DayTimeIntervalType | CalendarIntervalType | NullType):
        return _sum(a, b)
    return None


def _since(a: DataType, b: DataType, ansi: bool) -> DataType | None:
    match b:
        case DateType() | TimestampType() | TimestampNTZType() | NullType():
            return DayTimeIntervalType()
        case StringType():
            return DayTimeIntervalType() if ansi else None
        case YearMonthIntervalType() | DayTimeIntervalType() | CalendarIntervalType():
            return a
    return None


def _product(a: DataType, b: DataType) -> DataType | None:
    """Interval `a` times or divided by number `b`."""
    match a, b:
        case (_, NumericType() | StringType() | NullType()):
            whole: dict[type[DataType], DataType] = {
                YearMonthIntervalType: YearMonthIntervalType(),
                DayTimeIntervalType: DayTimeIntervalType(),
                CalendarIntervalType: CalendarIntervalType(),
            }
            return whole.get(type(a))
    return None
