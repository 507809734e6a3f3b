"""Date, time and timestamp literals, checked as Spark's `stringToDate` and its like read them."""

from __future__ import annotations

from datetime import date
import re

from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.types.datatypes import (
    STRING,
    DataType,
    DayTimeIntervalType,
    YearMonthIntervalType,
)
from ssbt.compiler.types.folding.casts import cast_value
from ssbt.compiler.types.folding.model import Failure, Value
from ssbt.compiler.types.zones import is_zone

_DATE = lazy_pattern(
    r"([+-]?\d{4,7})(?:-(\d{1,2})(?:-(\d{1,2})(?:[ T].*)?)?)?\Z", re.DOTALL | re.ASCII
)
_SPECIAL = ("epoch", "now", "today", "tomorrow", "yesterday")
_TIME = lazy_pattern(r"[T ]?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d*)?)?\s*([AaPp][Mm])?\Z")
_TIMESTAMP = lazy_pattern(
    r"([+-]?\d{4,6}(?:-\d{1,2}(-\d{1,2})?)?)(?:[ T](.*))?\Z", re.DOTALL | re.ASCII
)
_ZONED_TIME = lazy_pattern(
    r"(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.\d*)?)?)?:?\s*(.*)\Z", re.DOTALL | re.ASCII
)
# Microseconds of 64 bits end there.
_FIRST_DAY, _LAST_DAY = (-290308, 12, 22), (294247, 1, 10)


def literal_problem(kind: str, value: str) -> str | None:
    """Why `kind 'value'` is no literal, for people; None where it is one, or may be."""
    text = value.strip()
    if kind == "date":
        return None if _is_date(text) else f"`{value}` is no date; write it as '2026-01-31'"
    if kind in ("timestamp", "timestamp_ltz", "timestamp_ntz"):
        is_valid = _is_timestamp(text, zoned=kind != "timestamp_ntz")
        example = "'2026-01-31 12:30:00'"
        return None if is_valid else f"`{value}` is no timestamp; write it as {example}"
    if kind == "time":
        match = _TIME.match(text)
        is_valid = (
            match is not None
            and int(match[1]) in (range(1, 13) if match[4] else range(24))
            and all(int(part or 0) < 60 for part in match.groups()[1:3])
        )
        return None if is_valid else f"`{value}` is no time; write it as '12:30:00'"
    return None


def can_read_as(constant: object, type_: DataType) -> bool:
    """Whether a cast makes a value of a constant text, or may; of others nothing is said."""
    if not isinstance(constant, str):
        return True
    match type_:
        case YearMonthIntervalType() | DayTimeIntervalType():
            return any(character.isdigit() for character in constant)
        case _:
            return not isinstance(cast_value(Value(STRING, constant), type_), Failure)


def _is_date(text: str) -> bool:
    if _is_special(text):
        return True
    match = _DATE.match(text)
    if match is None:
        return False
    year, month, day = int(match[1]), int(match[2] or 1), int(match[3] or 1)
    if not 1 <= month <= 12:
        return False
    # The proleptic Gregorian calendar repeats every 400 years; Python's ends at 9999.
    try:
        date(2000 + year % 400, month, day)
    except ValueError:
        return False
    return True


def _is_timestamp(text: str, zoned: bool) -> bool:
    """Whether Spark reads the text; one of a zone may also be a time of today."""
    if _is_special(text):
        return True
    match = _TIMESTAMP.match(text)
    if match is None or not _is_date(match[1]):
        return zoned and ":" in text and _is_zoned_time(text.removeprefix("T"))
    if not _FIRST_DAY <= _parse_day(match[1]) <= _LAST_DAY:
        return False
    return match[3] is None or (match[2] is not None and _is_zoned_time(match[3]))


def _is_special(text: str) -> bool:
    """Whether it is a word such as `today`, perhaps with a zone behind."""
    keyword, _, zone = text.partition(" ")
    return keyword.lower() in _SPECIAL and (not zone.strip() or is_zone(zone.strip()))


def _parse_day(text: str) -> tuple[int, int, int]:
    sign = -1 if text.startswith("-") else 1
    year, month, day = (*map(int, text.lstrip("+-").split("-")), 1, 1)[:3]
    return sign * year, month, day


def _is_zoned_time(text: str) -> bool:
    match = _ZONED_TIME.match(text)
    if match is None:
        return False
    hour, *rest = (int(part or 0) for part in match.groups()[:3])
    # A zone follows seconds only.
    has_zone = match[3] is not None and is_zone(match[4])
    return hour < 24 and max(rest) < 60 and (not match[4] or has_zone)
