"""Days and times that are cut off, or come out on some days alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ssbt.compiler.resolve.traps.expression_view import function_name
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.datatypes import DateType, TimestampNTZType, TimestampType
from ssbt.compiler.types.folding.texts import date_of
from ssbt.compiler.types.ranges.model import Calendar, ValueRange

if TYPE_CHECKING:
    from ssbt.compiler.resolve.ranges.range_finder import FindRange, RangeFinder

_HOUR = 3_600_000_000
_DAY = 24 * _HOUR
# Clocks that are put forward skip midnight in some zones, by an hour or two.
_AFTER_MIDNIGHT = 3 * _HOUR
_WEEKDAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")


def _begins_year(days: int) -> bool:
    return date_of(days)[1:] == (1, 1)


def _begins_quarter(days: int) -> bool:
    return date_of(days)[2] == 1 and date_of(days)[1] % 3 == 1


def _begins_month(days: int) -> bool:
    return date_of(days)[2] == 1


def _begins_week(days: int) -> bool:
    return days % 7 == 4


def _ends_month(days: int) -> bool:
    return _begins_month(days + 1)


_UNITS: Mapping[str, tuple[Callable[[int], bool], str]] = {
    **dict.fromkeys(("year", "yyyy", "yy"), (_begins_year, "the first day of a year")),
    "quarter": (_begins_quarter, "the first day of a quarter"),
    **dict.fromkeys(("month", "mon", "mm"), (_begins_month, "the first day of a month")),
    "week": (_begins_week, "a Monday"),
}


def _trunc(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange | None:
    if len(parts) != 2:
        return None
    return _days((finder.view.text(parts[1]) or "").lower(), node)


def _days(unit: str, node: e.Call) -> ValueRange | None:
    if unit not in _UNITS:
        return None
    fits, day = _UNITS[unit]
    reason = f"`{function_name(node)}` gives {day} here"
    return ValueRange(step=1, calendars=(Calendar(fits, reason),), reason=reason)


def _date_trunc(
    finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]
) -> ValueRange | None:
    type_ = finder.view.data_type(node)
    if len(parts) != 2 or not isinstance(type_, TimestampType | TimestampNTZType):
        return None
    unit = (finder.view.text(parts[0]) or "").lower()
    slack = _AFTER_MIDNIGHT if isinstance(type_, TimestampType) else 0
    if unit in _UNITS:
        fits_day, day = _UNITS[unit]
        what = f"midnight of {day}"
    elif unit in ("day", "dd"):
        fits_day, what = _is_any_day, "midnight"
    else:
        return None
    reason = f"`date_trunc` gives {what} here"

    def fits(time: int) -> bool:
        return fits_day(time // _DAY) and time % _DAY <= slack

    return ValueRange(calendars=(Calendar(fits, reason),), reason=reason)


def _is_any_day(_: int) -> bool:
    return True


def _last_day(
    finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]
) -> ValueRange | None:
    reason = "`last_day` gives the last day of a month"
    return ValueRange(step=1, calendars=(Calendar(_ends_month, reason),), reason=reason)


def _next_day(
    finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]
) -> ValueRange | None:
    name = (finder.view.text(parts[1]) or "").lower() if len(parts) == 2 else ""
    if name[:2] not in _WEEKDAYS or not isinstance(finder.view.data_type(node), DateType):
        return None
    offset = (_WEEKDAYS.index(name[:2]) + 4) % 7
    reason = f"`next_day` gives a day called '{name}' here"

    def fits(days: int) -> bool:
        return days % 7 == offset

    return ValueRange(step=1, calendars=(Calendar(fits, reason),), reason=reason)


RANGES: Mapping[str, FindRange] = {
    "trunc": _trunc,
    "date_trunc": _date_trunc,
    "last_day": _last_day,
    "next_day": _next_day,
}
