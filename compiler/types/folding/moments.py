"""Times and intervals made of numbers, as far as they fail."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from decimal import Decimal

from ssbt.compiler.types.datatypes import DataType, DecimalType
from ssbt.compiler.types.folding.calls import Evaluate
from ssbt.compiler.types.folding.model import Failure, Outcome, Value, opaque

_INTS, _LONGS = 1 << 31, 1 << 63
_SECOND, _DAY = 1_000_000, 86_400_000_000
# The years that a timestamp has, which counts microseconds.
_YEARS = range(-290_307, 294_247)


def last_of_month(year: int | None, month: int) -> int:
    """The last day of a month, of February in the longest year where the year is not known."""
    return monthrange(2000 if year is None else 2000 + year % 400, month)[1]


def _make_timestamp(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
    numbers = [argument.value for argument in arguments[:3]]
    if len(arguments) < 6 or not all(isinstance(number, int) for number in numbers):
        return None
    year, month, day = (int(str(number)) for number in numbers)
    if not 1 <= month <= 12:
        return None
    if not 1 <= day <= last_of_month(year, month):
        reason = f"there is no day {day} of month {month} in {year}"
        return Failure(reason) if ansi else Value(result, None)
    if year not in _YEARS:
        # At the ends of the range it is the day that counts.
        beyond = not _YEARS.start - 2 < year < _YEARS.stop + 1
        return Failure(f"no timestamp is in the year {year}") if beyond else None
    return opaque(result) if ansi else None


def _whole(arguments: Sequence[Value], count: int) -> list[int]:
    """The first numbers, 0 where there is no argument."""
    fields = [argument.value for argument in arguments[:count]]
    numbers = [number if isinstance(number, int) else 0 for number in fields]
    return numbers + [0] * (count - len(numbers))


def _microseconds(arguments: Sequence[Value], place: int) -> int:
    value = arguments[place].value if len(arguments) > place else 0
    return int(value * _SECOND) if isinstance(value, int | Decimal) else 0


def _limit_parts(parts: Sequence[tuple[int, int]], result: DataType, ansi: bool) -> Outcome:
    """An interval of some parts, each with the limit of its numbers."""
    if all(-limit <= number < limit for number, limit in parts):
        return opaque(result) if ansi else None
    return Failure(f"the interval is longer than {result.sql} holds") if ansi else None


def _make_interval(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
    years, months, weeks, days, hours, minutes = _whole(arguments, 6)
    clock = 3600 * _SECOND * hours + 60 * _SECOND * minutes + _microseconds(arguments, 6)
    parts = (
        *((years * 12, _INTS), (years * 12 + months, _INTS)),
        *((weeks * 7, _INTS), (weeks * 7 + days, _INTS), (clock, _LONGS)),
    )
    return _limit_parts(parts, result, ansi)


def _make_ym_interval(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
    del ansi
    years, months = _whole(arguments, 2)
    return _limit_parts(((years * 12, _INTS), (years * 12 + months, _INTS)), result, True)


def _make_dt_interval(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
    del ansi
    days, hours, minutes = _whole(arguments, 3)
    clock = 3600 * _SECOND * hours + 60 * _SECOND * minutes + _microseconds(arguments, 3)
    return _limit_parts(((days * _DAY, _LONGS), (days * _DAY + clock, _LONGS)), result, True)


def _since_1970(factor: int) -> Evaluate:
    """`timestamp_seconds` and `timestamp_millis` of whole numbers and decimals."""

    def evaluate(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
        del ansi
        number = arguments[0].value
        if isinstance(number, float) or not isinstance(number, int | Decimal):
            return None
        exact = Decimal(number) * factor
        if isinstance(arguments[0].type, DecimalType) and exact != exact.to_integral_value():
            return Failure(
                f"{number} has more digits than a timestamp, whose last are microseconds"
            )
        if not -_LONGS <= exact < _LONGS:
            return Failure(f"{number} is beyond the last timestamp")
        return opaque(result)

    return evaluate


FUNCTIONS: Mapping[str, Evaluate] = {
    "make_dt_interval": _make_dt_interval,
    "make_interval": _make_interval,
    "make_timestamp": _make_timestamp,
    "make_timestamp_ltz": _make_timestamp,
    "make_timestamp_ntz": _make_timestamp,
    "make_ym_interval": _make_ym_interval,
    "timestamp_millis": _since_1970(1_000),
    "timestamp_seconds": _since_1970(_SECOND),
}
