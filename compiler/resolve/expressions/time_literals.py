"""Date, time and timestamp literals, checked as Spark's `stringToDate` and its like read them."""

from __future__ import annotations

from datetime import date
import re

from ssbt.compiler.types.datatypes import (
    BooleanType,
    DataType,
    DateType,
    DayTimeIntervalType,
    DecimalType,
    IntegralType,
    NumericType,
    TimestampNTZType,
    TimestampType,
    YearMonthIntervalType,
)

_DATE = re.compile(r"([+-]?\d{4,7})(?:-(\d{1,2})(?:-(\d{1,2})(?:[ T].*)?)?)?\Z", re.DOTALL)
_TRUE_OR_FALSE = ("t", "true", "y", "yes", "1", "f", "false", "n", "no", "0")
_SPECIAL = ("epoch", "now", "today", "tomorrow", "yesterday")
_TIME = re.compile(r"[T ]?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d*)?)?\s*([AaPp][Mm])?\Z")
_TIMESTAMP = re.compile(r"([+-]?\d{4,6}(?:-\d{1,2}(?:-\d{1,2})?)?)(?:[ T](.*))?\Z", re.DOTALL)
_ZONED_TIME = re.compile(
    r"(\d{1,2}(?::\d{1,2}(?::\d{1,2}(?:\.\d*)?)?)?:?)\s*(Z|UTC|GMT|[A-Za-z_]+(?:/[A-Za-z_+\-0-9]+)*"
    r"|(?:UTC|GMT|UT)?[+-]\d{1,2}(?::?\d{1,2})?(?::?\d{1,2})?)?\Z"
)


def literal_problem(kind: str, value: str) -> str | None:
    """Why `kind 'value'` is no literal, for people; None where it is one, or may be."""
    text = value.strip()
    if kind == "date":
        return None if _is_date(text) else f"`{value}` is no date; write it as '2026-01-31'"
    if kind in ("timestamp", "timestamp_ltz", "timestamp_ntz"):
        known = _is_timestamp(text)
        way = "'2026-01-31 12:30:00'"
        return None if known else f"`{value}` is no timestamp; write it as {way}"
    if kind == "time":
        match = _TIME.match(text)
        known = (
            match is not None
            and int(match[1]) in (range(1, 13) if match[4] else range(24))
            and all(int(part or 0) < 60 for part in match.groups()[1:3])
        )
        return None if known else f"`{value}` is no time; write it as '12:30:00'"
    return None


def reads_as(constant: object, type_: DataType) -> bool:
    """Whether a cast makes a value of a constant text, or may; of others nothing is said."""
    if not isinstance(constant, str):
        return True
    text = constant.strip()
    match type_:
        case IntegralType():
            return re.fullmatch(r"[+-]?\d+", text) is not None
        case DecimalType():
            return re.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", text) is not None
        case NumericType():
            try:
                float(text.rstrip("dDfF"))
            except ValueError:
                return False
        case BooleanType():
            return text.lower() in _TRUE_OR_FALSE
        case DateType():
            return _is_date(text)
        case TimestampType() | TimestampNTZType():
            return _is_timestamp(text)
        case YearMonthIntervalType() | DayTimeIntervalType():
            return any(character.isdigit() for character in text)
    return True


def _is_date(text: str) -> bool:
    if text.lower() in _SPECIAL:
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


def _is_timestamp(text: str) -> bool:
    if text.lower().split(" ")[0] in _SPECIAL:
        return True
    match = _TIMESTAMP.match(text)
    if match is None or not _is_date(match[1]):
        # A time alone is today's, with or without its `T`.
        return bool(_ZONED_TIME.match(text.removeprefix("T"))) and ":" in text
    return not match[2] or _ZONED_TIME.match(match[2]) is not None
