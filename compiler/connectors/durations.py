"""Durations as Spark reads them: intervals of SQL, and the short form that options take."""

from __future__ import annotations

from decimal import Decimal

_UNITS = {
    **dict.fromkeys(("microsecond", "microseconds"), "microseconds"),
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), "milliseconds"),
    **dict.fromkeys(("s", "second", "seconds"), "seconds"),
    **dict.fromkeys(("minute", "minutes"), "minutes"),
    **dict.fromkeys(("hour", "hours"), "hours"),
    **dict.fromkeys(("day", "days"), "days"),
    **dict.fromkeys(("week", "weeks"), "weeks"),
    **dict.fromkeys(("month", "months"), "months"),
    **dict.fromkeys(("year", "years"), "years"),
}
_SHORT_UNITS = {"microseconds": "us", "milliseconds": "ms", "seconds": "s", "minutes": "m"}
_SHORT_UNITS |= {"hours": "h", "days": "d"}
_MILLISECONDS = {"microseconds": Decimal("0.001"), "milliseconds": Decimal(1)}
_MILLISECONDS |= {"seconds": Decimal(1000), "minutes": Decimal(60_000)}
_MILLISECONDS |= {"hours": Decimal(3_600_000), "days": Decimal(86_400_000)}
_MILLISECONDS |= {"weeks": Decimal(604_800_000)}
_MONTHS = {"months": Decimal(1), "years": Decimal(12)}
# Spark's intervals count months in 32 bits and microseconds in 64.
_MOST_MONTHS = (1 << 31) - 1
_MOST_MILLISECONDS = Decimal((1 << 63) - 1) / 1000


def interval(amount: str, unit: str) -> str | None:
    """`10 minutes`, `1 minute`: a Spark interval; None where it is none, such as `1.5 hours`."""
    plural = _UNITS.get(unit.lower())
    if plural is None or not (amount.isdigit() or plural == "seconds"):
        return None
    if not _is_within_spark(amount, plural):
        return None
    return f"{amount} {plural.removesuffix('s') if amount == '1' else plural}"


def short_duration(amount: str, unit: str) -> str | None:
    """`7d`: what Spark's options for durations take; None where there is no such form."""
    plural = _UNITS.get(unit.lower())
    if plural is None or not amount.isdigit() or not _is_within_spark(amount, plural):
        return None
    if plural == "weeks":
        return f"{int(amount) * 7}d"
    return f"{amount}{_SHORT_UNITS[plural]}" if plural in _SHORT_UNITS else None


def is_unit_of_time(unit: str) -> bool:
    """Whether a duration can be in such units, whose length no calendar decides."""
    return _UNITS.get(unit.lower(), "") in _MILLISECONDS


def _is_within_spark(amount: str, plural: str) -> bool:
    try:
        number = Decimal(amount)
    except ArithmeticError:
        return False
    if plural in _MONTHS:
        return number * _MONTHS[plural] <= _MOST_MONTHS
    return number * _MILLISECONDS[plural] <= _MOST_MILLISECONDS


def interval_milliseconds(interval_text: str) -> Decimal | None:
    """The length of a Spark interval; None where it depends on the calendar."""
    amount, _, unit = interval_text.partition(" ")
    factor = _MILLISECONDS.get(_UNITS.get(unit, ""))
    try:
        return Decimal(amount) * factor if factor is not None else None
    except ArithmeticError:
        return None
