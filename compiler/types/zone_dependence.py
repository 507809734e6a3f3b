"""Which operations give other values in another time zone of the session.

Spark keeps a TIMESTAMP as an instant. The session's zone comes in where an instant meets what has
no zone: a text, a date, a part of the clock, a day that is as long as the clock says.
`tests/spark/test_time_zones.py` asks Spark about each of them in several zones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
import re

from ssbt.compiler.patterns import lazy_pattern
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
from ssbt.compiler.types.expression_types import Typed
from ssbt.compiler.types.functions import Function

_ZONELESS_TYPES = (StringType, DateType, TimestampNTZType, TimeType)
_INTERVAL_TYPES = (DayTimeIntervalType, CalendarIntervalType, YearMonthIntervalType)
_ZONE_IN_TEXT = lazy_pattern(
    r":\d\d(?:\.\d+)?\s*(?:Z|[A-Za-z]+/[A-Za-z_/]+|(?:UTC|GMT|UT)?(?:[+-]\d{1,2}(?::?\d\d)*)?)\Z"
)
_ZONE_IN_PATTERN = lazy_pattern(r"[VzOXxZ]")
_QUOTED = lazy_pattern(r"'[^']*'")
_OPTIONAL = lazy_pattern(r"\[[^\[\]]*\]")

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


def is_cast_zone_dependent(value: Typed, target: DataType) -> bool:
    """Whether a cast of the value to the type does."""
    return not has_zone(value) and _are_types_zone_dependent(value.type, target)


def _are_types_zone_dependent(source: DataType, target: DataType) -> bool:
    match source, target:
        case (ArrayType(), ArrayType()):
            return _are_types_zone_dependent(source.element, target.element)
        case (MapType(), MapType()):
            return _are_types_zone_dependent(source.key, target.key) or _are_types_zone_dependent(
                source.value, target.value
            )
        case (StructType(), StructType()):
            pairs = zip(source.fields, target.fields, strict=False)
            return any(
                _are_types_zone_dependent(source_field.type, target_field.type)
                for source_field, target_field in pairs
            )
        case (_, StringType()):
            return has_instant(source)
        case (VariantType(), _):
            return has_instant(target)
    types = (source, target)
    return any(isinstance(each, TimestampType) for each in types) and any(
        isinstance(each, _ZONELESS_TYPES) for each in types
    )


def is_binary_zone_dependent(operator: str, left: Typed, right: Typed) -> bool:
    """Whether an operator between two values does."""
    types = (left.type, right.type)
    if operator == "||":
        return any(isinstance(each, TimestampType) for each in types)
    if operator == "-" and all(isinstance(each, TimestampType) for each in types):
        return True
    if operator in "+-" and any(isinstance(each, TimestampType) for each in types):
        return has_mixed_zones((left, right)) or any(map(_has_days, types))
    return has_mixed_zones((left, right))


def _has_days(type_: DataType) -> bool:
    """Whether an interval has days, which are 23 hours long once a year; or months."""
    if isinstance(type_, DayTimeIntervalType):
        return type_.sql.startswith("INTERVAL DAY")
    return isinstance(type_, _INTERVAL_TYPES)


def has_mixed_zones(values: Sequence[Typed]) -> bool:
    """Whether values of one type to be are instants and what has no zone."""
    types = [_innermost_element(value.type) for value in values]
    if not any(isinstance(each, TimestampType) for each in types):
        return False
    return any(
        isinstance(type_, _ZONELESS_TYPES) and not has_zone(value)
        for type_, value in zip(types, values, strict=True)
    )


def is_call_zone_dependent(
    function: Function, values: Sequence[Typed], result: DataType, *, ansi: bool
) -> bool:
    """Whether a call with these arguments does."""
    name = function.name
    words = {value.constant.lower() for value in values if isinstance(value.constant, str)}
    if name in _ALWAYS:
        return name != "date_trunc" or not words & _SECONDS
    if name in _OF_INSTANTS:
        is_dependent = name == "convert_timezone" and len(values) == 2
        has_instants = any(has_instant(value.type) for value in values)
        # In the hour that clocks skip, a TIMESTAMP_NTZ is moved on its way into a text.
        is_dependent = is_dependent or (
            name == "date_format" and isinstance(values[0].type, TimestampNTZType)
        )
        return is_dependent or (has_instants and not words & _SECONDS)
    if name in _FROM_TEXTS:
        return _has_local_time(values)
    if name in _FROM_PARTS:
        return isinstance(result, TimestampType) and len(values) in (2, 6)
    if name in _FROM_RECORDS:
        return has_instant(result)
    if name in _CASTS and values:
        return is_cast_zone_dependent(values[0], result)
    if name in _ONE_TYPE:
        return has_mixed_zones(values)
    return any(
        _is_argument_zone_dependent(function, index, value, ansi)
        for index, value in enumerate(values)
    )


def _has_local_time(values: Sequence[Typed]) -> bool:
    """Whether a text or a date becomes an instant, and its pattern reads no zone."""
    if not values or not isinstance(values[0].type, _ZONELESS_TYPES):
        return False
    pattern = values[1].constant if len(values) > 1 else None
    return not has_zone_in_pattern(pattern) and not has_zone(values[0])


def _is_argument_zone_dependent(function: Function, index: int, value: Typed, ansi: bool) -> bool:
    parameter = function.parameter(index)
    if parameter is None or parameter.expected is None or value.is_unknown:
        return False
    target = parameter.cast_type(value.type, ansi)
    return target is not None and target != value.type and is_cast_zone_dependent(value, target)


def has_zone_in_pattern(pattern: object) -> bool:
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
    match = _ZONE_IN_TEXT.search(text.strip())
    return match is not None and not re.fullmatch(r":\d\d(?:\.\d+)?", match[0])


def has_instant(type_: DataType) -> bool:
    """Whether it is a TIMESTAMP or has one inside."""
    return any(isinstance(each, TimestampType) for each in iterate_types(type_))


def _innermost_element(type_: DataType) -> DataType:
    while isinstance(type_, ArrayType):
        type_ = type_.element
    return type_


def iterate_types(type_: DataType) -> Iterator[DataType]:
    """A type and all that are in it."""
    pending = [type_]
    while pending:
        current = pending.pop()
        yield current
        if isinstance(current, ArrayType):
            pending.append(current.element)
        elif isinstance(current, MapType):
            pending += [current.key, current.value]
        elif isinstance(current, StructType):
            pending += [field.type for field in current.fields]
