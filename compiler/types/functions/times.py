"""Functions of dates, times, timestamps and intervals."""

from __future__ import annotations

from ssbt.compiler.types.datatypes import CALENDAR_INTERVAL, DATE, LONG, TIMESTAMP, TIMESTAMP_NTZ
from ssbt.compiler.types.functions import time_rules as rules
from ssbt.compiler.types.functions.rules import null_in_legacy, same_as
from ssbt.compiler.types.functions.signature import Row

_MOMENT = "string|date|timestamp|timestamp_ntz"
_WINDOW_COLUMN = "any_timestamp|struct"
_NUMBERS = "year any, month any?, day any?, hour any?, min any?, sec any?, timezone any?"

SCALARS = {
    "add_months": Row("1.5.0", "start_date date, num_months int", "date"),
    "convert_timezone": Row(
        "3.4.0",
        "sourceTz any, targetTz any, sourceTs any?",
        rules.infer_convert_timezone,
        "",
        (2, 3),
    ),
    "curdate": Row("3.4.0", "", "date!"),
    "current_date": Row("1.5.0", "", "date!"),
    "current_time": Row("4.1.0", "precision int?!", rules.infer_current_time),
    "current_timestamp": Row("1.5.0", "", "timestamp!"),
    "current_timezone": Row("3.1.0", "", "string!"),
    "date_add": Row("1.5.0", "start_date any, num_days any, more any?", rules.infer_date_add),
    "date_diff": Row("3.4.0", "endDate any, startDate any, more any?", rules.infer_date_diff),
    "date_format": Row("1.5.0", "timestamp timestamp, fmt string", "string"),
    "date_from_unix_date": Row("3.1.0", "days int", "date"),
    "date_part": Row("3.0.0", "field string!, source any", rules.infer_extract),
    "date_sub": Row("1.5.0", "start_date any, num_days any", rules.infer_date_add),
    "date_trunc": Row("2.3.0", "fmt string, ts timestamp", "timestamp?"),
    "dateadd": Row("3.4.0", "start_date any, num_days any, more any?", rules.infer_date_add),
    "datediff": Row("1.5.0", "endDate any, startDate any, more any?", rules.infer_date_diff),
    "datepart": Row("3.4.0", "field string!, source any", rules.infer_extract),
    "day": Row("1.5.0", "date date", "int"),
    "dayname": Row("4.0.0", "date date", "string"),
    "dayofmonth": Row("1.5.0", "date date", "int"),
    "dayofweek": Row("2.3.0", "date date", "int"),
    "dayofyear": Row("1.5.0", "date date", "int"),
    "extract": Row("3.0.0", "field string!, source any", rules.infer_extract),
    "from_unixtime": Row("1.5.0", "unix_time bigint, fmt string?", "string?"),
    "from_utc_timestamp": Row("1.5.0", "timestamp timestamp, timezone string", "timestamp"),
    "hour": Row("1.5.0", "expr any_timestamp|time, ignored any*", rules.infer_clock_part),
    "last_day": Row("1.5.0", "date date", "date"),
    "localtimestamp": Row("3.4.0", "", "timestamp_ntz!"),
    "make_date": Row("3.0.0", "year int, month int, day int", null_in_legacy(DATE)),
    "make_dt_interval": Row("3.2.0", "days int?, hours int?, mins int?, secs decimal(18,6)?", "dt"),
    "make_interval": Row(
        "3.0.0",
        "years int?, months int?, weeks int?, days int?, hours int?, mins int?,"
        " secs decimal(18,6)?",
        null_in_legacy(CALENDAR_INTERVAL),
    ),
    "make_time": Row("4.1.0", "hour int, minute int, second decimal(16,6)", "time?"),
    "make_timestamp": Row(
        "3.0.0", _NUMBERS, rules.make_timestamp_rule(TIMESTAMP), "", (1, 2, 3, 6, 7)
    ),
    "make_timestamp_ltz": Row(
        "3.4.0", _NUMBERS, rules.make_timestamp_rule(TIMESTAMP), "", (2, 3, 6, 7)
    ),
    "make_timestamp_ntz": Row(
        "3.4.0", _NUMBERS, rules.make_timestamp_rule(TIMESTAMP_NTZ), "", (2, 6)
    ),
    "make_ym_interval": Row("3.2.0", "years int?, months int?", "ym"),
    "minute": Row("1.5.0", "expr any_timestamp|time, ignored any*", rules.infer_clock_part),
    "month": Row("1.5.0", "date date", "int"),
    "monthname": Row("4.0.0", "date date", "string"),
    "months_between": Row(
        "1.5.0", "timestamp1 timestamp, timestamp2 timestamp, roundOff boolean?", "double"
    ),
    "next_day": Row("1.5.0", "start_date date, day_of_week string", "date?"),
    "now": Row("1.6.0", "", "timestamp!"),
    "quarter": Row("1.5.0", "date date", "int"),
    "second": Row("1.5.0", "expr any_timestamp|time, ignored any*", rules.infer_clock_part),
    "session_window": Row(
        "3.2.0", f"time_column {_WINDOW_COLUMN}, gap_duration =string|interval", rules.infer_window
    ),
    "time_diff": Row("4.1.0", "unit string, start time, end time", "bigint?"),
    "time_trunc": Row("4.1.0", "unit string, time time", same_as(1, True)),
    "timestamp_micros": Row("3.1.0", "= microseconds integral", "timestamp"),
    "timestamp_millis": Row("3.1.0", "= milliseconds integral", "timestamp"),
    "timestamp_seconds": Row("3.1.0", "= seconds numeric", rules.infer_timestamp_seconds),
    "timediff": Row("3.3.0", "unit any, start any, end any", rules.infer_timestamp_diff),
    "timestampadd": Row(
        "3.3.0", "unit any, quantity any, timestamp any", rules.infer_timestamp_add
    ),
    "timestampdiff": Row("3.3.0", "unit any, start any, end any", rules.infer_timestamp_diff),
    "to_date": Row("1.5.0", f"date_str {_MOMENT}, fmt string?", rules.parse_rule(DATE)),
    "to_time": Row("4.1.0", "= str string, format string?", rules.infer_to_time),
    "to_timestamp": Row(
        "2.2.0", f"timestamp_str {_MOMENT}|numeric, fmt string?", rules.parse_rule(TIMESTAMP)
    ),
    "to_timestamp_ltz": Row(
        "3.4.0", f"timestamp_str {_MOMENT}|numeric, fmt string?", rules.parse_rule(TIMESTAMP)
    ),
    "to_timestamp_ntz": Row(
        "3.4.0", f"timestamp_str {_MOMENT}, fmt string?", rules.parse_rule(TIMESTAMP_NTZ)
    ),
    "to_unix_timestamp": Row("1.6.0", f"= timeExp {_MOMENT}, fmt string?", null_in_legacy(LONG)),
    "to_utc_timestamp": Row("1.5.0", "timestamp timestamp, timezone string", "timestamp"),
    "trunc": Row("1.5.0", "date date, fmt string", "date?"),
    "try_make_interval": Row(
        "4.0.0",
        "years int, months int?, weeks int?, days int?, hours int?, mins int?, secs decimal(18,6)?",
        "interval?",
    ),
    "try_make_timestamp": Row(
        "4.0.0", _NUMBERS, rules.make_timestamp_rule(TIMESTAMP, True), "", (1, 2, 3, 6, 7)
    ),
    "try_make_timestamp_ltz": Row(
        "4.0.0", _NUMBERS, rules.make_timestamp_rule(TIMESTAMP, True), "", (2, 3, 6, 7)
    ),
    "try_make_timestamp_ntz": Row(
        "4.0.0", _NUMBERS, rules.make_timestamp_rule(TIMESTAMP_NTZ, True), "", (2, 6)
    ),
    "try_to_date": Row("4.0.0", f"date_str {_MOMENT}, fmt string?", rules.parse_rule(DATE, True)),
    "try_to_time": Row("4.1.0", "= str string, format string?", rules.infer_to_time),
    "try_to_timestamp": Row(
        "3.4.0", f"timestamp_str {_MOMENT}|numeric, fmt string?", rules.parse_rule(TIMESTAMP, True)
    ),
    "unix_date": Row("3.1.0", "= date date", "int"),
    "unix_micros": Row("3.1.0", "= timestamp timestamp", "bigint"),
    "unix_millis": Row("3.1.0", "= timestamp timestamp", "bigint"),
    "unix_seconds": Row("3.1.0", "= timestamp timestamp", "bigint"),
    "unix_timestamp": Row("1.5.0", f"= timeExp {_MOMENT}?, fmt string?", null_in_legacy(LONG)),
    "weekday": Row("2.4.0", "date date", "int"),
    "weekofyear": Row("1.5.0", "date date", "int"),
    "window": Row(
        "2.0.0",
        f"time_column {_WINDOW_COLUMN}, window_duration =string|int|bigint!,"
        " slide_duration =string|int|bigint?!, start_time =string|int|bigint?!",
        rules.infer_window,
    ),
    "window_time": Row("3.4.0", "window_column struct", rules.infer_window_time),
    "year": Row("1.5.0", "date date", "int"),
}
