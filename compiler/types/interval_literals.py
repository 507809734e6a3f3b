"""What an interval literal may be: `interval '20 15:40' day to minute`, `interval 3 days`."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
import re

from ssbt.compiler.patterns import lazy_pattern

_FIELDS = ("day", "hour", "minute", "second")
_SECOND = r"(?P<second>\d{1,2})(?:\.\d{1,9})?"
# What is before each field, and its digits where it is not the first one.
_SEPARATORS = {"hour": " ", "minute": ":", "second": ":"}
_MAXIMUMS = {"hour": 23, "minute": 59, "second": 59}
# As many of the first field as fit into microseconds of 64 bits.
_FIRST_FIELD_MAXIMUMS = {"day": 106_751_991, "hour": 2_562_047_788, "minute": 153_722_867_280}
_YEAR_MONTH = lazy_pattern(r"[+|-]?(\d+)-(\d+)")
_EXAMPLES = {"day": "20", "hour": "15", "minute": "40", "second": "32.5"}


_MAXIMUM_MONTHS = (1 << 31) - 1
_MAXIMUM_MICROSECONDS = (1 << 63) - 1
_MICROSECONDS = {"microsecond": 1, "millisecond": 10**3, "second": 10**6, "minute": 60 * 10**6}
_MICROSECONDS |= {"hour": 3600 * 10**6, "day": 86_400 * 10**6, "week": 7 * 86_400 * 10**6}
_MONTHS = {"month": 1, "year": 12}


def length_problem(parts: Sequence[tuple[Decimal, str]]) -> str | None:
    """Why numbers with their units are no interval: it is longer than Spark's; None otherwise."""
    months = microseconds = Decimal(0)
    for number, word in parts:
        unit = word.lower().removesuffix("s")
        months += number * _MONTHS.get(unit, 0)
        microseconds += number * _MICROSECONDS.get(unit, 0)
    fits = abs(months) <= _MAXIMUM_MONTHS and abs(microseconds) <= _MAXIMUM_MICROSECONDS
    return None if fits else "this is longer than Spark's intervals"


def range_problem(value: str, units: tuple[str, str]) -> str | None:
    """Why a text is no interval from the first unit to the last; None where it is one."""
    first, last = (unit.lower().removesuffix("s") for unit in units)
    text = value.strip()
    if (first, last) == ("year", "month"):
        match = _YEAR_MONTH.fullmatch(text)
        if match is not None and int(match[2]) < 12:
            months = 12 * int(match[1]) + int(match[2])
            return None if months < 1 << 31 else f"`{value}` is longer than Spark's intervals"
        return f"`{value}` is no interval of years to months; write it as '1-6'"
    if first not in _FIELDS or last not in _FIELDS or first == last:
        return f"there is no interval from {first} to {last}"
    fields = _FIELDS[_FIELDS.index(first) : _FIELDS.index(last) + 1]
    if not fields:
        return f"there is no interval from {first} to {last}"
    match = re.fullmatch(
        r"[+|-]?" + "".join(_field_pattern(field, first) for field in fields), text
    )
    if match is not None and all(int(match[field]) <= _MAXIMUMS[field] for field in fields[1:]):
        longest = _FIRST_FIELD_MAXIMUMS.get(first, 0)
        return (
            None if int(match[first]) <= longest else f"`{value}` is longer than Spark's intervals"
        )
    example = _EXAMPLES[first] + "".join(_SEPARATORS[each] + _EXAMPLES[each] for each in fields[1:])
    return f"`{value}` is no interval of {first}s to {last}s; write it as '{example}'"


def _field_pattern(field: str, first: str) -> str:
    if field == first:
        return rf"(?P<{field}>\d{{1,12}})"
    return _SEPARATORS[field] + (_SECOND if field == "second" else rf"(?P<{field}>\d{{1,2}})")
