"""The rules of functions of dates, times, timestamps and intervals."""

from __future__ import annotations

from ssbt.compiler.types.casts import can_cast
from ssbt.compiler.types.datatypes import (
    BYTE,
    DATE,
    DOUBLE,
    INT,
    LONG,
    TIMESTAMP,
    TIMESTAMP_NTZ,
    UNKNOWN,
    ByteType,
    CalendarIntervalType,
    DataType,
    DateType,
    DayTimeIntervalType,
    DecimalType,
    FractionalType,
    IntegerType,
    NullType,
    NumericType,
    ShortType,
    StringType,
    StructField,
    StructType,
    TimestampNTZType,
    TimestampType,
    TimeType,
    UnknownType,
    YearMonthIntervalType,
)
from ssbt.compiler.types.expected import (
    ANY_STRING,
    ANY_TIME,
    ANY_TIMESTAMP,
    Expected,
    exactly,
    implicit_cast,
)
from ssbt.compiler.types.functions.model import Call, Rule
from ssbt.compiler.types.promotion import arrived
from ssbt.compiler.types.typed import Mismatch, Result, Typed

_SECONDS = DecimalType(8, 6)
_UNITS = {
    "YEAR": ("Y", "YEARS", "YR", "YRS"),
    "QUARTER": ("QTR",),
    "MONTH": ("MON", "MONS", "MONTHS"),
    "WEEK": ("W", "WEEKS"),
    "DAY": ("D", "DAYS"),
    "DAYOFWEEK": ("DOW",),
    "DAYOFWEEK_ISO": ("DOW_ISO",),
    "YEAROFWEEK": (),
    "DOY": (),
    "HOUR": ("H", "HOURS", "HR", "HRS"),
    "MINUTE": ("M", "MIN", "MINS", "MINUTES"),
    "SECOND": ("S", "SEC", "SECONDS", "SECS"),
}
_UNIT_OF = {word: unit for unit, others in _UNITS.items() for word in (unit, *others)}
_CLOCK: dict[str, DataType] = {"HOUR": INT, "MINUTE": INT, "SECOND": _SECONDS}
_MOMENT: dict[str, DataType] = {**dict.fromkeys(_UNITS, INT), "SECOND": _SECONDS}
_MONTHS: dict[str, DataType] = {"YEAR": INT, "MONTH": BYTE}
_DAYS: dict[str, DataType] = {"DAY": INT, "HOUR": BYTE, "MINUTE": BYTE, "SECOND": _SECONDS}


def _parts(source: DataType) -> dict[str, DataType] | None:
    """The parts that a value of a type has, with the type of each; None if it has none."""
    match source:
        case TimeType():
            return _CLOCK
        case YearMonthIntervalType(start, end):
            return dict([*_MONTHS.items()][start : end + 1])
        case DayTimeIntervalType(start, end):
            return dict([*_DAYS.items()][start : end + 1])
        case CalendarIntervalType():
            return {**_MONTHS, **_DAYS}
        case DateType() | TimestampType() | TimestampNTZType() | StringType() | NullType():
            return _MOMENT
    return None


def extract(call: Call) -> Result:
    """A part of a date, time or interval; the part is a constant word."""
    field, source = call.arguments
    if isinstance(call.given[0].type, NullType):
        return Typed(DOUBLE)
    if not isinstance(call.given[0].type, StringType | UnknownType):
        return call.refused(0, "the name of a part")
    if not isinstance(field.constant, str) or source.unknown:
        return Typed(UNKNOWN)
    parts = _parts(source.type)
    if parts is None:
        return call.refused(1, "a date, a time or an interval")
    unit = _UNIT_OF.get(field.constant.upper())
    if unit not in parts:
        known = f"{source.type} has {', '.join(sorted(parts))}"
        reason = f"{source.type} has no part `{field.constant}`"
        return Mismatch(reason, 0, "the name of a part", known)
    # Spark casts a string to a date or timestamp, and a timestamp without zone to a date.
    to_date = isinstance(source.type, TimestampNTZType) and unit not in _CLOCK
    fails = isinstance(source.type, TimeType | StringType) or to_date
    return Typed(parts[unit], call.nullable or fails)


def days_later(call: Call) -> Result:
    """`date_add` and `date_sub`, whose number of days may also be a string; or with a unit."""
    if len(call.arguments) == 3:
        return shifted(call) if call.arguments[0].unknown else call.refused(0, "a unit")
    start, days = call.arguments
    begin = implicit_cast(start.type, exactly(DATE), call.ansi)
    if begin is None or not can_cast(start.type, DATE, call.ansi):
        return call.refused(0, "a DATE")
    match days.type:
        case StringType() if call.ansi:
            return Typed(DATE)
        case IntegerType() | ShortType() | ByteType() | NullType() | UnknownType():
            return Typed(DATE, arrived(start, begin).nullable or days.nullable)
    return call.refused(1, "an INT")


def days_between(call: Call) -> Result:
    """`datediff(end, start)`, or with a unit before them."""
    if len(call.arguments) == 3:
        return distance(call) if call.arguments[0].unknown else call.refused(0, "a unit")
    for place, argument in enumerate(call.arguments):
        if not _fits(argument.type, exactly(DATE), call.ansi):
            return call.refused(place, "a DATE")
    return Typed(INT, any(arrived(argument, DATE).nullable for argument in call.arguments))


def _fits(source: DataType, expected: Expected, ansi: bool) -> bool:
    target = implicit_cast(source, expected, ansi)
    return target is not None and can_cast(source, target, ansi)


def _exactly(source: DataType, expected: Expected) -> bool:
    return expected.accepts(source) or isinstance(source, NullType)


def shifted(call: Call) -> Result:
    """`timestampadd(unit, count, time)`."""
    count, time = call.arguments[1:]
    if not _fits(count.type, exactly(LONG), call.ansi):
        return call.refused(1, "a BIGINT")
    if not _fits(time.type, ANY_TIMESTAMP, call.ansi):
        return call.refused(2, "a timestamp")
    target = implicit_cast(time.type, ANY_TIMESTAMP, call.ansi) or UNKNOWN
    return Typed(target, arrived(count, LONG).nullable or arrived(time, target).nullable)


def distance(call: Call) -> Result:
    """`timestampdiff(unit, start, end)`."""
    ends = call.arguments[1:]
    for place, argument in enumerate(ends, start=1):
        if not _fits(argument.type, ANY_TIMESTAMP, call.ansi):
            return call.refused(place, "a timestamp")
    return Typed(LONG, any(arrived(argument, TIMESTAMP).nullable for argument in ends))


def parsed(target: DataType, may_fail: bool = False) -> Rule:
    """`to_date`, `to_timestamp`: a cast, or with a format a text read by it."""

    def rule(call: Call) -> Result:
        value = call.arguments[0]
        if len(call.arguments) == 2:
            if isinstance(value.type, NumericType):
                return call.refused(0, "a string where there is a format")
            return Typed(target, may_fail or call.nullable or not call.ansi)
        return Typed(target, may_fail or arrived(value, target).nullable)

    return rule


def time_of_day(call: Call) -> Result:
    """`to_time`, of which nothing is known for a bare NULL."""
    if any(isinstance(argument.type, NullType) for argument in call.given):
        return Typed(UNKNOWN)
    return Typed(TimeType(6))


def clock_part(call: Call) -> Result:
    """`hour`, `minute` and `second`."""
    value = call.arguments[0]
    return Typed(INT, value.nullable or isinstance(value.type, TimeType))


def from_seconds(call: Call) -> Result:
    """`timestamp_seconds`, null for what a float can hold beyond all time."""
    value = call.arguments[0]
    floating = isinstance(value.type, FractionalType) and not isinstance(value.type, DecimalType)
    return Typed(TIMESTAMP, value.nullable or floating)


def in_zone(call: Call) -> Result:
    """`convert_timezone([from, ]to, time)`."""
    *zones, time = call.arguments
    for place, zone in enumerate(zones):
        if implicit_cast(zone.type, ANY_STRING, call.ansi) is None:
            return call.refused(place, "a string")
    if not _fits(time.type, exactly(TIMESTAMP_NTZ), call.ansi):
        return call.refused(len(zones), "a TIMESTAMP_NTZ")
    nullable = arrived(time, TIMESTAMP_NTZ).nullable or any(zone.nullable for zone in zones)
    return Typed(TIMESTAMP_NTZ, nullable)


_NUMBERS: list[Expected] = [exactly(INT)] * 5 + [exactly(DecimalType(16, 6)), ANY_STRING]
_DATE_AND_TIME: list[Expected] = [exactly(DATE), ANY_TIME, ANY_STRING]


def moment_of(target: DataType, may_fail: bool = False) -> Rule:
    """`make_timestamp` of six numbers and a zone, or of a date, a time and a zone."""

    def rule(call: Call) -> Result:
        by_date = len(call.arguments) <= 3
        nullable = may_fail or by_date or not call.ansi
        for place, argument in enumerate(call.arguments):
            expected = (_DATE_AND_TIME if by_date else _NUMBERS)[place]
            if argument.unknown:
                nullable = True
            elif not _fits(argument.type, expected, call.ansi) or (
                by_date and not _exactly(argument.type, expected)
            ):
                return call.refused(place, expected.phrase)
            else:
                cast = implicit_cast(argument.type, expected, call.ansi) or expected.default
                nullable = nullable or arrived(argument, cast).nullable
        return Typed(target, nullable)

    return rule


def window(call: Call) -> Result:
    """The struct of a window's two ends, of the time column's own type."""
    time = call.arguments[0].type
    if isinstance(time, StructType):
        ends = [field.type for field in time.fields if field.name.lower() in ("start", "end")]
        if len(ends) != 2:
            return call.refused(0, "a timestamp")
        time = ends[0]
    # Overlapping windows are several rows for one.
    nullable = call.name == "window" and len(call.arguments) > 2
    return Typed(StructType((StructField("start", time), StructField("end", time))), nullable)


def window_time(call: Call) -> Result:
    """The last moment of a window."""
    match call.arguments[0].type:
        case StructType(fields) if fields:
            return Typed(fields[-1].type)
    return Typed(UNKNOWN)


def current_time(call: Call) -> Result:
    """`current_time(precision)`."""
    precision = call.arguments[0].constant if call.arguments else 6
    known = isinstance(precision, int) and 0 <= precision <= 6
    return Typed(TimeType(precision) if isinstance(precision, int) and known else UNKNOWN, False)
