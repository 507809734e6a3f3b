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
from ssbt.compiler.types.expression_types import Mismatch, Result, Typed
from ssbt.compiler.types.functions.model import Call, Rule
from ssbt.compiler.types.promotion import cast_implicitly
from ssbt.compiler.types.type_sets import (
    ANY_STRING,
    ANY_TIME,
    ANY_TIMESTAMP,
    TypeSet,
    exactly,
    implicit_cast,
)
from ssbt.compiler.types.unit_names import meant_field

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
_CLOCK_PARTS: dict[str, DataType] = {"HOUR": INT, "MINUTE": INT, "SECOND": _SECONDS}
_TIMESTAMP_PARTS: dict[str, DataType] = {**dict.fromkeys(_UNITS, INT), "SECOND": _SECONDS}
_YEAR_MONTH_PARTS: dict[str, DataType] = {"YEAR": INT, "MONTH": BYTE}
_DAY_TIME_PARTS: dict[str, DataType] = {
    "DAY": INT,
    "HOUR": BYTE,
    "MINUTE": BYTE,
    "SECOND": _SECONDS,
}


def _parts(source: DataType) -> dict[str, DataType] | None:
    """The parts that a value of a type has, with the type of each; None if it has none."""
    match source:
        case TimeType():
            return _CLOCK_PARTS
        case YearMonthIntervalType(start, end):
            return dict([*_YEAR_MONTH_PARTS.items()][start : end + 1])
        case DayTimeIntervalType(start, end):
            return dict([*_DAY_TIME_PARTS.items()][start : end + 1])
        case CalendarIntervalType():
            return {**_YEAR_MONTH_PARTS, **_DAY_TIME_PARTS}
        case DateType() | TimestampType() | TimestampNTZType() | StringType() | NullType():
            return _TIMESTAMP_PARTS
    return None


def find_part(source: DataType, word: str) -> str | None:
    """The part of a value of this type that was meant by a word, as Spark calls it."""
    meant = meant_field(word)
    parts = _parts(source) or {}
    return meant if meant is not None and meant.upper() in parts else None


def infer_extract(call: Call) -> Result:
    """A part of a date, time or interval; the part is a constant word."""
    field, source = call.arguments
    if isinstance(call.original_arguments[0].type, NullType):
        return Typed(DOUBLE)
    if not isinstance(call.original_arguments[0].type, StringType | UnknownType):
        return call.argument_mismatch(0, "the name of a part")
    if not isinstance(field.constant, str) or source.is_unknown:
        return Typed(UNKNOWN)
    parts = _parts(source.type)
    if parts is None:
        return call.argument_mismatch(1, "a date, a time or an interval")
    unit = _UNIT_OF.get(field.constant.upper())
    if unit not in parts:
        advice = f"{source.type} has {', '.join(sorted(parts))}"
        if field.constant.upper() == "EPOCH":
            advice = "the seconds since 1970 are `unix_seconds(TIMESTAMP)`"
        reason = f"{source.type} has no part `{field.constant}`"
        return Mismatch(reason, 0, "the name of a part", advice)
    # Spark casts a string to a date or timestamp, and a timestamp without zone to a date.
    to_date = isinstance(source.type, TimestampNTZType) and unit not in _CLOCK_PARTS
    can_fail = isinstance(source.type, TimeType | StringType) or to_date
    return Typed(parts[unit], call.nullable or can_fail)


def infer_date_add(call: Call) -> Result:
    """`date_add` and `date_sub`, whose number of days may also be a string; or with a unit."""
    if len(call.arguments) == 3:
        return (
            infer_timestamp_add(call)
            if call.arguments[0].is_unknown
            else call.argument_mismatch(0, "a unit")
        )
    start, days = call.arguments
    date_type = implicit_cast(start.type, exactly(DATE), call.ansi)
    if date_type is None or not can_cast(start.type, DATE, call.ansi):
        return call.argument_mismatch(0, "a DATE")
    match days.type:
        case StringType() if call.ansi:
            return Typed(DATE)
        case IntegerType() | ShortType() | ByteType() | NullType() | UnknownType():
            return Typed(DATE, cast_implicitly(start, date_type).nullable or days.nullable)
    return call.argument_mismatch(1, "an INT")


def infer_date_diff(call: Call) -> Result:
    """`datediff(end, start)`, or with a unit before them."""
    if len(call.arguments) == 3:
        return (
            infer_timestamp_diff(call)
            if call.arguments[0].is_unknown
            else call.argument_mismatch(0, "a unit")
        )
    for index, argument in enumerate(call.arguments):
        if not _can_cast_to(argument.type, exactly(DATE), call.ansi):
            return call.argument_mismatch(index, "a DATE")
    return Typed(INT, any(cast_implicitly(argument, DATE).nullable for argument in call.arguments))


def _can_cast_to(source: DataType, expected: TypeSet, ansi: bool) -> bool:
    target = implicit_cast(source, expected, ansi)
    return target is not None and can_cast(source, target, ansi)


def _is_exactly(source: DataType, expected: TypeSet) -> bool:
    return expected.accepts(source) or isinstance(source, NullType)


def infer_timestamp_add(call: Call) -> Result:
    """`timestampadd(unit, count, time)`."""
    count, time = call.arguments[1:]
    if not _can_cast_to(count.type, exactly(LONG), call.ansi):
        return call.argument_mismatch(1, "a BIGINT")
    if not _can_cast_to(time.type, ANY_TIMESTAMP, call.ansi):
        return call.argument_mismatch(2, "a timestamp")
    target = implicit_cast(time.type, ANY_TIMESTAMP, call.ansi) or UNKNOWN
    return Typed(
        target, cast_implicitly(count, LONG).nullable or cast_implicitly(time, target).nullable
    )


def infer_timestamp_diff(call: Call) -> Result:
    """`timestampdiff(unit, start, end)`."""
    ends = call.arguments[1:]
    for index, argument in enumerate(ends, start=1):
        if not _can_cast_to(argument.type, ANY_TIMESTAMP, call.ansi):
            return call.argument_mismatch(index, "a timestamp")
    return Typed(LONG, any(cast_implicitly(argument, TIMESTAMP).nullable for argument in ends))


def parse_rule(target: DataType, may_fail: bool = False) -> Rule:
    """`to_date`, `to_timestamp`: a cast, or with a format a text read by it."""

    def rule(call: Call) -> Result:
        value = call.arguments[0]
        if len(call.arguments) == 2:
            if isinstance(value.type, NumericType):
                return call.argument_mismatch(0, "a string where there is a format")
            return Typed(target, may_fail or call.nullable or not call.ansi)
        return Typed(target, may_fail or cast_implicitly(value, target).nullable)

    return rule


def infer_to_time(call: Call) -> Result:
    """`to_time`, of which nothing is known for a bare NULL."""
    if any(isinstance(argument.type, NullType) for argument in call.original_arguments):
        return Typed(UNKNOWN)
    return Typed(TimeType(6))


def infer_clock_part(call: Call) -> Result:
    """`hour`, `minute` and `second`."""
    value = call.arguments[0]
    return Typed(INT, value.nullable or isinstance(value.type, TimeType))


def infer_timestamp_seconds(call: Call) -> Result:
    """`timestamp_seconds`, null for what a float can hold beyond all time."""
    value = call.arguments[0]
    floating = isinstance(value.type, FractionalType) and not isinstance(value.type, DecimalType)
    return Typed(TIMESTAMP, value.nullable or floating)


def infer_convert_timezone(call: Call) -> Result:
    """`convert_timezone([from, ]to, time)`."""
    *zones, time = call.arguments
    for index, zone in enumerate(zones):
        if implicit_cast(zone.type, ANY_STRING, call.ansi) is None:
            return call.argument_mismatch(index, "a string")
    if not _can_cast_to(time.type, exactly(TIMESTAMP_NTZ), call.ansi):
        return call.argument_mismatch(len(zones), "a TIMESTAMP_NTZ")
    nullable = cast_implicitly(time, TIMESTAMP_NTZ).nullable or any(zone.nullable for zone in zones)
    return Typed(TIMESTAMP_NTZ, nullable)


_NUMBERS: list[TypeSet] = [exactly(INT)] * 5 + [exactly(DecimalType(16, 6)), ANY_STRING]
_DATE_AND_TIME: list[TypeSet] = [exactly(DATE), ANY_TIME, ANY_STRING]


def make_timestamp_rule(target: DataType, may_fail: bool = False) -> Rule:
    """`make_timestamp` of six numbers and a zone, or of a date, a time and a zone."""

    def rule(call: Call) -> Result:
        by_date = len(call.arguments) <= 3
        nullable = may_fail or by_date or not call.ansi
        for index, argument in enumerate(call.arguments):
            expected = (_DATE_AND_TIME if by_date else _NUMBERS)[index]
            if argument.is_unknown:
                nullable = True
            elif not _can_cast_to(argument.type, expected, call.ansi) or (
                by_date and not _is_exactly(argument.type, expected)
            ):
                return call.argument_mismatch(index, expected.phrase)
            else:
                target_type = implicit_cast(argument.type, expected, call.ansi) or expected.default
                nullable = nullable or cast_implicitly(argument, target_type).nullable
        return Typed(target, nullable)

    return rule


def infer_window(call: Call) -> Result:
    """The struct of a window's two ends, of the time column's own type."""
    time = call.arguments[0].type
    if isinstance(time, StructType):
        ends = [field.type for field in time.fields if field.name.lower() in ("start", "end")]
        if len(ends) != 2:
            return call.argument_mismatch(0, "a timestamp")
        time = ends[0]
    # Overlapping windows are several rows for one.
    nullable = call.name == "window" and len(call.arguments) > 2
    return Typed(StructType((StructField("start", time), StructField("end", time))), nullable)


def infer_window_time(call: Call) -> Result:
    """The last moment of a window."""
    match call.arguments[0].type:
        case StructType(fields) if fields:
            return Typed(fields[-1].type)
    return Typed(UNKNOWN)


def infer_current_time(call: Call) -> Result:
    """`current_time(precision)`."""
    precision = call.arguments[0].constant if call.arguments else 6
    is_valid = isinstance(precision, int) and 0 <= precision <= 6
    return Typed(TimeType(precision) if isinstance(precision, int) and is_valid else UNKNOWN, False)
