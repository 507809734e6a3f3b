"""Which operations give other values in another time zone of the session.

Spark keeps a TIMESTAMP as an instant. The session's zone comes in where an instant meets what has
no zone: a text, a date, a part of the clock, a day that is as long as the clock says.
`tests/spark/test_time_zones.py` asks Spark about each of them in several zones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
import re

from ssbt.compiler.types.datatypes import (
    ArrayType,
    CalendarIntervalType,
    DataType,
    DateType,
    DayTimeIntervalType,
    MapType,
    StringType,
    StructType,
    TimestampNTZType,
    TimestampType,
    TimeType,
    VariantType,
    YearMonthIntervalType,
)
from ssbt.compiler.types.functions import Function
from ssbt.compiler.types.typed import Typed

_LOCAL = (StringType, DateType, TimestampNTZType, TimeType)
_CALENDAR = (DayTimeIntervalType, CalendarIntervalType, YearMonthIntervalType)
_ZONE_IN_TEXT = re.compile(
    r":\d\d(?:\.\d+)?\s*(?:Z|[A-Za-z]+/[A-Za-z_/]+|(?:UTC|GMT|UT)?(?:[+-]\d{1,2}(?::?\d\d)*)?)\Z"
)
_ZONE_IN_PATTERN = re.compile(r"[VzOXxZ]")
_QUOTED = re.compile(r"'[^']*'")
_OPTIONAL = re.compile(r"\[[^\[\]]*\]")

_ALWAYS = frozenset(
    {
        *("current_date", "curdate", "current_time", "current_timezone", "localtimestamp"),
        *("from_unixtime", "date_trunc"),
    }
)
# Of an instant they give a part of the clock or a text, or move it by the calendar.
_OF_INSTANTS = frozenset(
    {
        *("hour", "minute", "extract", "date_part", "datepart", "date_format", "months_between"),
        *("date_add", "date_sub", "dateadd", "datediff", "date_diff", "sequence"),
        *("convert_timezone", "to_date", "try_to_date", "to_timestamp_ntz"),
        *("try_to_timestamp_ntz", "to_json", "to_csv", "to_xml"),
        *("to_char", "to_varchar"),
    }
)
_FROM_TEXTS = frozenset(
    {
        *("to_timestamp", "to_timestamp_ltz", "try_to_timestamp", "try_to_timestamp_ltz"),
        *("to_unix_timestamp", "unix_timestamp"),
    }
)
_FROM_PARTS = frozenset(
    {"make_timestamp", "make_timestamp_ltz", "try_make_timestamp", "try_make_timestamp_ltz"}
)
_FROM_RECORDS = frozenset({"from_json", "from_csv", "from_xml"})
_CASTS = frozenset({"date", "timestamp", "string"})
_ONE_TYPE = frozenset(
    {
        *("coalesce", "nvl", "ifnull", "nvl2", "if", "nullif", "greatest", "least", "array"),
        *("concat", "map", "array_contains", "array_position", "array_append"),
        *("array_prepend", "array_remove", "decode"),
    }
)
_SECONDS = frozenset(
    {"second", "seconds", "s", "sec", "secs", "millisecond", "microsecond", "epoch"}
)


def cast_depends(value: Typed, target: DataType) -> bool:
    """Whether a cast of the value to the type does."""
    return not has_zone(value) and _cast(value.type, target)


def _cast(source: DataType, target: DataType) -> bool:
    match source, target:
        case (ArrayType(), ArrayType()):
            return _cast(source.element, target.element)
        case (MapType(), MapType()):
            return _cast(source.key, target.key) or _cast(source.value, target.value)
        case (StructType(), StructType()):
            pairs = zip(source.fields, target.fields, strict=False)
            return any(_cast(one.type, other.type) for one, other in pairs)
        case (_, StringType()):
            return holds_instant(source)
        case (VariantType(), _):
            return holds_instant(target)
    kinds = (source, target)
    return any(isinstance(each, TimestampType) for each in kinds) and any(
        isinstance(each, _LOCAL) for each in kinds
    )


def binary_depends(operator: str, left: Typed, right: Typed) -> bool:
    """Whether an operator between two values does."""
    types = (left.type, right.type)
    if operator == "||":
        return any(isinstance(each, TimestampType) for each in types)
    if operator == "-" and all(isinstance(each, TimestampType) for each in types):
        return True
    if operator in "+-" and any(isinstance(each, TimestampType) for each in types):
        return mixes((left, right)) or any(map(_has_days, types))
    return mixes((left, right))


def _has_days(type_: DataType) -> bool:
    """Whether an interval has days, which are 23 hours long once a year; or months."""
    if isinstance(type_, DayTimeIntervalType):
        return type_.sql.startswith("INTERVAL DAY")
    return isinstance(type_, _CALENDAR)


def mixes(values: Sequence[Typed]) -> bool:
    """Whether values of one type to be are instants and what has no zone."""
    types = [_innermost(value.type) for value in values]
    if not any(isinstance(each, TimestampType) for each in types):
        return False
    return any(
        isinstance(type_, _LOCAL) and not has_zone(value)
        for type_, value in zip(types, values, strict=True)
    )


def call_depends(
    function: Function, values: Sequence[Typed], result: DataType, *, ansi: bool
) -> bool:
    """Whether a call with these arguments does."""
    name = function.name
    words = {value.constant.lower() for value in values if isinstance(value.constant, str)}
    if name in _ALWAYS:
        return name != "date_trunc" or not words & _SECONDS
    if name in _OF_INSTANTS:
        here = name == "convert_timezone" and len(values) == 2
        instants = any(holds_instant(value.type) for value in values)
        # In the hour that clocks skip, a TIMESTAMP_NTZ is moved on its way into a text.
        here = here or (name == "date_format" and isinstance(values[0].type, TimestampNTZType))
        return here or (instants and not words & _SECONDS)
    if name in _FROM_TEXTS:
        return _reads_local(values)
    if name in _FROM_PARTS:
        return isinstance(result, TimestampType) and len(values) in (2, 6)
    if name in _FROM_RECORDS:
        return holds_instant(result)
    if name in _CASTS and values:
        return cast_depends(values[0], result)
    if name in _ONE_TYPE:
        return mixes(values)
    return any(
        _arrives_elsewhere(function, place, value, ansi) for place, value in enumerate(values)
    )


def _reads_local(values: Sequence[Typed]) -> bool:
    """Whether a text or a date becomes an instant, and its pattern reads no zone."""
    if not values or not isinstance(values[0].type, _LOCAL):
        return False
    pattern = values[1].constant if len(values) > 1 else None
    return not reads_zone(pattern) and not has_zone(values[0])


def _arrives_elsewhere(function: Function, place: int, value: Typed, ansi: bool) -> bool:
    parameter = function.parameter(place)
    if parameter is None or parameter.expected is None or value.unknown:
        return False
    target = parameter.cast(value.type, ansi)
    return target is not None and target != value.type and cast_depends(value, target)


def reads_zone(pattern: object) -> bool:
    """Whether a pattern of timestamps has the zone in it, and not as what may be left out."""
    if not isinstance(pattern, str):
        return False
    letters = _QUOTED.sub("", pattern)
    while letters != (shorter := _OPTIONAL.sub("", letters)):
        letters = shorter
    return bool(_ZONE_IN_PATTERN.search(letters))


def has_zone(value: Typed) -> bool:
    """Whether it is a constant text that says its zone."""
    return isinstance(value.constant, str) and text_has_zone(value.constant)


def text_has_zone(text: str) -> bool:
    """Whether the text of a timestamp says its zone."""
    found = _ZONE_IN_TEXT.search(text.strip())
    return found is not None and not re.fullmatch(r":\d\d(?:\.\d+)?", found[0])


def holds_instant(type_: DataType) -> bool:
    """Whether it is a TIMESTAMP or has one inside."""
    return any(isinstance(each, TimestampType) for each in _within(type_))


def _innermost(type_: DataType) -> DataType:
    while isinstance(type_, ArrayType):
        type_ = type_.element
    return type_


def _within(type_: DataType) -> Iterator[DataType]:
    waiting = [type_]
    while waiting:
        each = waiting.pop()
        yield each
        if isinstance(each, ArrayType):
            waiting.append(each.element)
        elif isinstance(each, MapType):
            waiting += [each.key, each.value]
        elif isinstance(each, StructType):
            waiting += [field.type for field in each.fields]
