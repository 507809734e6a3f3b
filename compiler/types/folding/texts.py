"""Texts that a cast reads: numbers, booleans, dates and timestamps, as Spark's parsers do."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
import re

from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.whole_numbers import parse_whole

# What Java calls white space or a control character, of the characters of one byte.
_BLANK = "".join(map(chr, (*range(0x21), 0x7F)))
# What `String.trim` of Java takes away.
_JAVA_BLANK = "".join(map(chr, range(0x21)))
_TRUE = ("t", "true", "y", "yes", "1")
_FALSE = ("f", "false", "n", "no", "0")
_INTEGER = lazy_pattern(r"[+-]?[0-9]+\Z")
_INTEGER_AND_FRACTION = lazy_pattern(r"([+-]?[0-9]*)(?:\.[0-9]*)?\Z")
_DECIMAL = lazy_pattern(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?\Z")
_DOUBLE = lazy_pattern(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[dDfF]?\Z")
_HEXADECIMAL = lazy_pattern(r"[+-]?0[xX]")
_SPECIAL_DOUBLES = {
    "inf": float("inf"),
    "+inf": float("inf"),
    "infinity": float("inf"),
    "+infinity": float("inf"),
    "-inf": float("-inf"),
    "-infinity": float("-inf"),
    "nan": float("nan"),
}
_DATE = lazy_pattern(
    r"([+-]?)([0-9]{4,7})(?:-([0-9]{1,2})(?:-([0-9]{1,2})(?:[ T].*)?)?)?\Z", re.DOTALL
)
_TIMESTAMP = lazy_pattern(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:[ T]([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:\.([0-9]{0,9}))?)?)?"
    r"(Z| ?(?:UTC|GMT)|[+-][0-9]{2}:[0-9]{2})?\Z"
)
_TOO_LARGE = 1 << 64
_DAYS_OF_400_YEARS = 146_097


class UnknownOutcomeError(Exception):
    """The text may be read or not: the rules of this module do not say."""


def parse_integer(text: str, ansi: bool) -> int | None:
    """The whole number that a text is, of any size; without ANSI mode a fraction is cut off."""
    body = text.strip(_BLANK)
    if ansi:
        return _parse_whole(body) if _INTEGER.match(body) else None
    match = _INTEGER_AND_FRACTION.match(body)
    if match is None or body in ("", "+", "-"):
        return None
    if match[1] in ("", "+", "-"):
        raise UnknownOutcomeError
    return _parse_whole(match[1])


def _parse_whole(digits: str) -> int:
    """The number, or one that is as surely outside every type's range."""
    number = parse_whole(digits)
    return number if number is not None else -_TOO_LARGE if digits[0] == "-" else _TOO_LARGE


def parse_decimal(text: str) -> Decimal | None:
    """The number that a text is, exactly."""
    body = text.strip(_JAVA_BLANK)
    if not body.isascii():
        raise UnknownOutcomeError
    return Decimal(body) if _DECIMAL.match(body) else None


def parse_double(text: str) -> float | None:
    """The floating-point number that a text is."""
    body = text.strip(_JAVA_BLANK)
    if _DOUBLE.match(body):
        return float(body.rstrip("dDfF"))
    if (_HEXADECIMAL.match(body) and "p" in body.lower()) or not body.isascii():
        raise UnknownOutcomeError
    return _SPECIAL_DOUBLES.get(text.strip(_BLANK).lower())


def parse_boolean(text: str) -> bool | None:
    """`true`, `yes`, `1` and their like."""
    body = text.strip(_BLANK).lower()
    return True if body in _TRUE else False if body in _FALSE else None


def is_special(text: str) -> bool:
    """Whether a text is `today`, `now` and the like, perhaps with a time zone behind."""
    first = text.strip(_BLANK).split(" ")[0].lower()
    return first in ("epoch", "now", "today", "tomorrow", "yesterday")


def parse_date(text: str) -> int | None:
    """The days since 1970 of a date; a time after it is not looked at."""
    match = _DATE.match(text.strip(_BLANK))
    if match is None:
        return None
    year = int(match[2]) * (-1 if match[1] == "-" else 1)
    return days_of(year, int(match[3] or 1), int(match[4] or 1))


def days_of(year: int, month: int, day: int) -> int | None:
    """The days from 1970-01-01 to a date of the Gregorian calendar; None if there is none."""
    # The calendar repeats every 400 years, and Python's ends at 9999.
    cycles, cycle_year = divmod(year - 2000, 400)
    try:
        days = date(2000 + cycle_year, month, day) - date(1970, 1, 1)
    except ValueError:
        return None
    return days.days + cycles * _DAYS_OF_400_YEARS


def date_of(days: int) -> tuple[int, int, int]:
    """The year, month and day of that many days since 1970."""
    cycles, cycle_day = divmod(days - 10_957, _DAYS_OF_400_YEARS)
    day = date.fromordinal(date(2000, 1, 1).toordinal() + cycle_day)
    return day.year + 400 * cycles, day.month, day.day


def parse_timestamp(text: str) -> tuple[int, str] | None:
    """The microseconds since 1970 on the clock of a timestamp, and the zone that it names.

    None for what surely is no timestamp.
    """
    body = text.strip(_BLANK)
    match = _TIMESTAMP.match(body)
    if match is None:
        if any(character.isdigit() for character in body) and body[:1] in "0123456789+-T":
            date_match = _DATE.match(body)
            if (
                date_match is not None
                and date_match[3]
                and not parse_date(body)
                and _is_impossible(date_match)
            ):
                return None
            raise UnknownOutcomeError
        return None
    days = days_of(int(match[1]), int(match[2]), int(match[3]))
    hour, minute, second = (int(match[group] or 0) for group in (4, 5, 6))
    if days is None or hour > 23 or minute > 59 or second > 59:
        return None
    fraction = int((match[7] or "").ljust(6, "0")[:6])
    zone = (match[8] or "").strip()
    seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
    return seconds * 1_000_000 + fraction, zone


def _is_impossible(date_match: re.Match[str]) -> bool:
    """Whether the date in front of a timestamp is on no calendar."""
    return days_of(int(date_match[2]), int(date_match[3]), int(date_match[4] or 1)) is None
