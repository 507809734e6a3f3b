"""Intervals as Python values, and as text: `1 day 12 hours`, and Spark's `1 12:00:00` and `1-6`.

The runtime reads them as it is done here; a test asks both.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
import re

from ssbt.compiler.patterns import lazy_pattern

_MONTHS = {"month": 1, "year": 12}
_MICROSECONDS = {"microsecond": 1, "millisecond": 1_000, "second": 1_000_000}
_MICROSECONDS |= {"minute": 60_000_000, "hour": 3_600_000_000}
_MICROSECONDS |= {"day": 86_400_000_000, "week": 7 * 86_400_000_000}
_MOST_DAYS = 106_751_991
_PART = r"\s*(?:([+-])\s*)?(\d{1,19})(?:\.(\d{1,6}))?\s*([a-z]+?)s?(?=[\s\d+-]|\Z)"
_WORDS = lazy_pattern(rf"(?:{_PART})+\s*", re.IGNORECASE)
_DAY_TIME = lazy_pattern(r"([+-]?)(\d{1,9}) (\d\d?):(\d\d?)(?::(\d\d?)(?:\.(\d{1,6}))?)?")
_YEAR_MONTH = lazy_pattern(r"([+-]?)(\d{1,9})-(\d\d?)")


class Months(int):
    """An interval of years and months, in months; its text is Spark's, such as `1-6`."""

    def __str__(self) -> str:
        years, months = divmod(abs(self), 12)
        return f"{'-' if self < 0 else ''}{years}-{months}"


def render_duration(value: timedelta) -> str:
    """Spark's text for an interval of days and times, such as `1 12:00:00.5`."""
    microseconds = abs(value) // timedelta(microseconds=1)
    seconds, fraction = divmod(microseconds, 1_000_000)
    hours, minutes = divmod(seconds // 60, 60)
    clock = f"{hours // 24} {hours % 24:02}:{minutes:02}:{seconds % 60:02}"
    digits = f".{fraction:06}".rstrip("0") if fraction else ""
    return f"{'-' if value < timedelta() else ''}{clock}{digits}"


def parse_duration(text: str) -> timedelta:
    """The interval of days and times that a text says; raises `ValueError`."""
    if match := _DAY_TIME.fullmatch(text.strip()):
        sign, days, hours, minutes, seconds, digits = match.groups()
        if int(hours) > 23 or int(minutes) > 59 or int(seconds or 0) > 59:
            raise ValueError("no such time of a day")
        if int(days) > _MOST_DAYS:
            raise ValueError("longer than Spark's intervals")
        value = timedelta(int(days), int(seconds or 0), int((digits or "").ljust(6, "0")))
        value += timedelta(hours=int(hours), minutes=int(minutes))
        return -value if sign == "-" else value
    microseconds = _sum_parts(text, _MICROSECONDS, "1 day 12 hours")
    if not -(1 << 63) <= microseconds < 1 << 63:
        raise ValueError("longer than Spark's intervals")
    return timedelta(microseconds=microseconds)


def parse_months(text: str) -> Months:
    """The interval of years and months that a text says; raises `ValueError`."""
    if match := _YEAR_MONTH.fullmatch(text.strip()):
        sign, years, extra_months = match.groups()
        if int(extra_months) > 11:
            raise ValueError("no such month of a year")
        value = int(years) * 12 + int(extra_months)
        return Months(-value if sign == "-" else value)
    return Months(_sum_parts(text, _MONTHS, "1 year 6 months"))


def describe_misfit(value: timedelta | Months, type_name: str) -> str:
    """Why the type, such as `INTERVAL DAY TO HOUR`, does not hold a value, if it does not."""
    last = type_name.split()[-1].lower()
    if isinstance(value, Months):
        amount, bits, unit = int(value), 31, _MONTHS[last]
    else:
        amount, bits, unit = value // timedelta(microseconds=1), 63, _MICROSECONDS[last]
    if not -(1 << bits) <= amount < 1 << bits:
        return "longer than Spark's intervals"
    # Spark's seconds have a fraction.
    return f"more than whole {last}s" if last != "second" and amount % unit else ""


def _sum_parts(text: str, units: Mapping[str, int], example: str) -> int:
    """The sum of `1 day -2 hours` in the smallest of the units; seconds may have a fraction."""
    total = 0
    if not _WORDS.fullmatch(text):
        raise ValueError(f"not written like {example}")
    for sign, whole, fraction, word in re.findall(_PART, text, re.IGNORECASE):
        factor = units.get(word.lower())
        if factor is None or (fraction and word.lower() != "second"):
            raise ValueError(f"not written like {example}")
        amount = int(whole) * factor + int((fraction or "").ljust(6, "0"))
        total += -amount if sign == "-" else amount
    return total
