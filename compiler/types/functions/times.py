"""Functions of dates, times, timestamps and intervals."""

from __future__ import annotations

from ssbt.compiler.types.datatypes import (
    BYTE,
    DATE,
    INT,
    TIMESTAMP,
    UNKNOWN,
    ByteType,
    CalendarIntervalType,
    DataType,
    DateType,
    DayTimeIntervalType,
    DecimalType,
    IntegerType,
    NullType,
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
from ssbt.compiler.types.functions.model import Call, Result
from ssbt.compiler.types.functions.signature import Row
from ssbt.compiler.types.typed import Mismatch, Typed

_SECONDS = DecimalType(8, 6)
# The words that `extract` and `date_part` know, with the type of the part.
_DATE_PARTS: dict[str, DataType] = {
    **dict.fromkeys(("YEAR", "Y", "YEARS", "YR", "YRS"), INT),
    **dict.fromkeys(("YEAROFWEEK", "QUARTER", "QTR"), INT),
    **dict.fromkeys(("MONTH", "MON", "MONS", "MONTHS"), INT),
    **dict.fromkeys(("WEEK", "W", "WEEKS"), INT),
    **dict.fromkeys(("DAY", "D", "DAYS", "DOY"), INT),
    **dict.fromkeys(("DAYOFWEEK", "DOW", "DAYOFWEEK_ISO", "DOW_ISO"), INT),
}
_TIME_PARTS: dict[str, DataType] = {
    **dict.fromkeys(("HOUR", "H", "HOURS", "HR", "HRS"), INT),
    **dict.fromkeys(("MINUTE", "M", "MIN", "MINS", "MINUTES"), INT),
    **dict.fromkeys(("SECOND", "S", "SEC", "SECONDS", "SECS"), _SECONDS),
}
_YEAR_MONTH_PARTS: dict[str, DataType] = {
    **dict.fromkeys(("YEAR", "Y", "YEARS", "YR", "YRS"), INT),
    **dict.fromkeys(("MONTH", "MON", "MONS", "MONTHS"), BYTE),
}
_DAY_TIME_PARTS: dict[str, DataType] = {
    **dict.fromkeys(("DAY", "D", "DAYS"), INT),
    **dict.fromkeys(("HOUR", "H", "HOURS", "HR", "HRS"), BYTE),
    **dict.fromkeys(("MINUTE", "M", "MIN", "MINS", "MINUTES"), BYTE),
    **dict.fromkeys(("SECOND", "S", "SEC", "SECONDS", "SECS"), _SECONDS),
}


def _parts(source: DataType) -> dict[str, DataType] | None:
    match source:
        case DateType() | TimestampType() | TimestampNTZType() | StringType():
            return {**_DATE_PARTS, **_TIME_PARTS}
        case TimeType():
            return _TIME_PARTS
        case YearMonthIntervalType():
            return _YEAR_MONTH_PARTS
        case DayTimeIntervalType():
            return _DAY_TIME_PARTS
        case CalendarIntervalType():
            return {**_YEAR_MONTH_PARTS, **_DAY_TIME_PARTS, "QUARTER": BYTE, "QTR": BYTE}
    return None


def _extract(call: Call) -> Result:
    """A part of a date, time or interval; the part is a constant word."""
    field, source = call.arguments
    parts = _parts(source.type)
    if not isinstance(field.constant, str) or parts is None:
        return Typed(UNKNOWN)
    found = parts.get(field.constant.upper())
    if found is None:
        help_text = f"{source.type} has {', '.join(sorted(parts))}"
        return Mismatch(
            f"{source.type} has no part `{field.constant}`", 0, "the name of a part", help_text
        )
    return Typed(found, call.nullable or isinstance(source.type, StringType))


def _days_later(call: Call) -> Result:
    """`date_add` and `date_sub`, whose number of days may also be a string."""
    start, days = call.arguments
    match days.type:
        case StringType() if call.ansi:
            return Typed(DATE)
        case IntegerType() | ShortType() | ByteType() | NullType() | UnknownType():
            return Typed(DATE, start.nullable or days.nullable)
    return call.refused(1, "an INT")


def _window(call: Call) -> Result:
    """The struct of a window's two ends, of the time column's own type."""
    time = call.arguments[0].type
    if isinstance(time, StructType):
        time = time.fields[0].type if time.fields else TIMESTAMP
    if not isinstance(time, TimestampType | TimestampNTZType):
        time = UNKNOWN if call.arguments[0].unknown else TIMESTAMP
    return Typed(StructType((StructField("start", time), StructField("end", time))), False)


def _window_time(call: Call) -> Result:
    match call.arguments[0].type:
        case StructType(fields) if fields:
            return Typed(fields[-1].type, call.nullable)
    return Typed(UNKNOWN)


def _current_time(call: Call) -> Result:
    precision = call.arguments[0].constant if call.arguments else 6
    return Typed(TimeType(precision) if isinstance(precision, int) else UNKNOWN, False)


_MOMENT = "string|date|timestamp|timestamp_ntz"
_WINDOW_COLUMN = "any_timestamp|struct"
_CLOCK = "hour int?, min int?, sec decimal(16,6)?, timezone string?"

SCALARS = {
    "add_months": Row("1.5.0", "start_date date, num_months int", "date"),
    "convert_timezone": Row(
        "3.4.0",
        "sourceTz string, targetTz string, sourceTs timestamp_ntz",
        "timestamp_ntz",
        arities=(2, 3),
    ),
    "curdate": Row("3.4.0", "", "date!"),
    "current_date": Row("1.5.0", "", "date!"),
    "current_time": Row("4.1.0", "precision int?!", _current_time),
    "current_timestamp": Row("1.5.0", "", "timestamp!"),
    "current_timezone": Row("3.1.0", "", "string!"),
    "date_add": Row("1.5.0", "start_date date, num_days any", _days_later),
    "date_diff": Row("3.4.0", "endDate date, startDate date", "int"),
    "date_format": Row("1.5.0", "timestamp timestamp, fmt string", "string"),
    "date_from_unix_date": Row("3.1.0", "days int", "date"),
    "date_part": Row("3.0.0", "field string!, source any", _extract),
    "date_sub": Row("1.5.0", "start_date date, num_days any", _days_later),
    "date_trunc": Row("2.3.0", "fmt string, ts timestamp", "timestamp?"),
    "dateadd": Row("3.4.0", "start_date date, num_days any", _days_later),
    "datediff": Row("1.5.0", "endDate date, startDate date", "int"),
    "datepart": Row("3.4.0", "field string!, source any", _extract),
    "day": Row("1.5.0", "date date", "int"),
    "dayname": Row("4.0.0", "date date", "string"),
    "dayofmonth": Row("1.5.0", "date date", "int"),
    "dayofweek": Row("2.3.0", "date date", "int"),
    "dayofyear": Row("1.5.0", "date date", "int"),
    "extract": Row("3.0.0", "field string!, source any", _extract),
    "from_unixtime": Row("1.5.0", "unix_time bigint, fmt string?", "string?"),
    "from_utc_timestamp": Row("1.5.0", "timestamp timestamp, timezone string", "timestamp"),
    "hour": Row("1.5.0", "expr any_timestamp|time", "int"),
    "last_day": Row("1.5.0", "date date", "date"),
    "localtimestamp": Row("3.4.0", "", "timestamp_ntz!"),
    "make_date": Row("3.0.0", "year int, month int, day int", "date"),
    "make_dt_interval": Row("3.2.0", "days int?, hours int?, mins int?, secs decimal(18,6)?", "dt"),
    "make_interval": Row(
        "3.0.0",
        "years int?, months int?, weeks int?, days int?, hours int?, mins int?,"
        " secs decimal(18,6)?",
        "interval",
    ),
    "make_time": Row("4.1.0", "hour int, minute int, second decimal(16,6)", "time?"),
    "make_timestamp": Row(
        "3.0.0", f"year any, month any?, day any?, {_CLOCK}", "timestamp", "", (1, 2, 3, 6, 7)
    ),
    "make_timestamp_ltz": Row(
        "3.4.0", f"year any, month any, day any?, {_CLOCK}", "timestamp", "", (2, 3, 6, 7)
    ),
    "make_timestamp_ntz": Row(
        "3.4.0",
        "year any, month any, day any?, hour int?, min int?, sec decimal(16,6)?",
        "timestamp_ntz",
        "",
        (2, 6),
    ),
    "make_ym_interval": Row("3.2.0", "years int?, months int?", "ym"),
    "minute": Row("1.5.0", "expr any_timestamp|time", "int"),
    "month": Row("1.5.0", "date date", "int"),
    "monthname": Row("4.0.0", "date date", "string"),
    "months_between": Row(
        "1.5.0", "timestamp1 timestamp, timestamp2 timestamp, roundOff boolean?", "double"
    ),
    "next_day": Row("1.5.0", "start_date date, day_of_week string", "date?"),
    "now": Row("1.6.0", "", "timestamp!"),
    "quarter": Row("1.5.0", "date date", "int"),
    "second": Row("1.5.0", "expr any_timestamp|time", "int"),
    "session_window": Row("3.2.0", f"time_column {_WINDOW_COLUMN}, gap_duration any", _window),
    "time_diff": Row("4.1.0", "unit string, start time, end time", "bigint?"),
    "time_trunc": Row("4.1.0", "unit string, time time", "time?"),
    "timestamp_micros": Row("3.1.0", "= microseconds integral", "timestamp"),
    "timestamp_millis": Row("3.1.0", "= milliseconds integral", "timestamp"),
    "timestamp_seconds": Row("3.1.0", "= seconds numeric", "timestamp"),
    "to_date": Row("1.5.0", f"date_str {_MOMENT}, fmt string?", "date?"),
    "to_time": Row("4.1.0", "= str string, format string?", "time?"),
    "to_timestamp": Row("2.2.0", f"timestamp_str {_MOMENT}|numeric, fmt string?", "timestamp?"),
    "to_timestamp_ltz": Row("3.4.0", f"timestamp_str {_MOMENT}|numeric, fmt string?", "timestamp?"),
    "to_timestamp_ntz": Row("3.4.0", f"timestamp_str {_MOMENT}, fmt string?", "timestamp_ntz?"),
    "to_unix_timestamp": Row("1.6.0", f"= timeExp {_MOMENT}, fmt string?", "bigint?"),
    "to_utc_timestamp": Row("1.5.0", "timestamp timestamp, timezone string", "timestamp"),
    "trunc": Row("1.5.0", "date date, fmt string", "date?"),
    "try_make_interval": Row(
        "4.0.0",
        "years int, months int?, weeks int?, days int?, hours int?, mins int?, secs decimal(18,6)?",
        "interval?",
    ),
    "try_make_timestamp": Row(
        "4.0.0", f"year any, month any?, day any?, {_CLOCK}", "timestamp?", "", (1, 2, 3, 6, 7)
    ),
    "try_make_timestamp_ltz": Row(
        "4.0.0", f"year any, month any, day any?, {_CLOCK}", "timestamp?", "", (2, 3, 6, 7)
    ),
    "try_make_timestamp_ntz": Row(
        "4.0.0",
        "year any, month any, day any?, hour int?, min int?, sec decimal(16,6)?",
        "timestamp_ntz?",
        "",
        (2, 6),
    ),
    "try_to_date": Row("4.0.0", f"date_str {_MOMENT}, fmt string?", "date?"),
    "try_to_time": Row("4.1.0", "= str string, format string?", "time?"),
    "try_to_timestamp": Row("3.4.0", f"timestamp_str {_MOMENT}|numeric, fmt string?", "timestamp?"),
    "unix_date": Row("3.1.0", "= date date", "int"),
    "unix_micros": Row("3.1.0", "= timestamp timestamp", "bigint"),
    "unix_millis": Row("3.1.0", "= timestamp timestamp", "bigint"),
    "unix_seconds": Row("3.1.0", "= timestamp timestamp", "bigint"),
    "unix_timestamp": Row("1.5.0", f"= timeExp {_MOMENT}?, fmt string?", "bigint?"),
    "weekday": Row("2.4.0", "date date", "int"),
    "weekofyear": Row("1.5.0", "date date", "int"),
    "window": Row(
        "2.0.0",
        f"time_column {_WINDOW_COLUMN}, window_duration any!, slide_duration any?!,"
        " start_time any?!",
        _window,
    ),
    "window_time": Row("3.4.0", "window_column struct", _window_time),
    "year": Row("1.5.0", "date date", "int"),
}
