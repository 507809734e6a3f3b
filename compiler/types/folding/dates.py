"""Functions of dates."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from ssbt.compiler.types.datatypes import DATE, INT, DataType, DateType, StringType
from ssbt.compiler.types.folding.calls import Evaluate
from ssbt.compiler.types.folding.casts import cast_value, is_in_integral_range
from ssbt.compiler.types.folding.model import Failure, Outcome, Value
from ssbt.compiler.types.folding.texts import date_of, days_of

_EPOCH = date(1970, 1, 1)
_FIRST, _LAST = (date(1, 1, 1) - _EPOCH).days, (date(9999, 12, 31) - _EPOCH).days
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEKDAY_NAMES = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
# A DATE counts days in 32 bits; the very last years of it are left to Spark.
_LAST_YEAR = 5_900_000
# Units of `trunc`, in capitals, by what they keep.
TRUNC_UNITS = {
    **dict.fromkeys(("YEAR", "YYYY", "YY"), "year"),
    "QUARTER": "quarter",
    **dict.fromkeys(("MONTH", "MM", "MON"), "month"),
    "WEEK": "week",
}

# And those of `date_trunc`.
UNITS = (*TRUNC_UNITS, "DAY", "DD", "HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND")


def _date_function(function: Callable[[date], int | date]) -> Evaluate:
    """A function of one date."""

    def evaluate(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
        day = _to_date(arguments[0], ansi)
        if not isinstance(day, date):
            return day
        answer = function(day)
        return Value(result, (answer - _EPOCH).days if isinstance(answer, date) else answer)

    return evaluate


def _to_date(value: Value, ansi: bool) -> date | Failure | None:
    """The value as Python's date, where it has one."""
    days = cast_value(value, DATE, ansi) if isinstance(value.type, StringType) else value
    if not isinstance(days, Value) or not isinstance(days.type, DateType):
        return days if isinstance(days, Failure) else None
    if not isinstance(days.value, int) or not _FIRST <= days.value <= _LAST:
        return None
    return _EPOCH + timedelta(days.value)


def _date_shift_function(sign: int) -> Evaluate:
    """`date_add` and `date_sub`."""

    def evaluate(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
        if len(arguments) != 2:
            return None
        start, count = cast_value(arguments[0], DATE, ansi), cast_value(arguments[1], INT, ansi)
        if not isinstance(start, Value):
            return start
        if not isinstance(count, Value):
            return count
        if not isinstance(start.value, int) or not isinstance(count.value, int):
            return None
        days = start.value + sign * count.value
        return Value(result, days) if is_in_integral_range(days, INT) else None

    return evaluate


def _difference(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
    if len(arguments) != 2:
        return None
    end, start = (_to_date(each, ansi) for each in arguments)
    if not isinstance(end, date):
        return end
    if not isinstance(start, date):
        return start
    return Value(result, (end - start).days)


def _add_months(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
    days, months = (argument.value for argument in arguments)
    if not isinstance(days, int) or not isinstance(months, int):
        return None
    year, month, day = date_of(days)
    month_count = year * 12 + month - 1 + months
    if abs(months) > 100_000:
        beyond = ansi and abs(month_count) > _LAST_YEAR * 12
        return Failure(f"no date is {months} months away") if beyond else None
    year, month = month_count // 12, month_count % 12 + 1
    last = monthrange(2000 + year % 400, month)[1]
    return Value(result, days_of(year, month, min(day, last)))


def _last_day(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _next_day(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
    start = _to_date(arguments[0], ansi)
    if not isinstance(start, date):
        return start
    weekday = weekday_number(arguments[1].value)
    if weekday is None:
        reason = f"'{arguments[1].value}' is no day of the week"
        return Failure(reason) if ansi else Value(result, None)
    day = start + timedelta((weekday - start.weekday() - 1) % 7 + 1)
    return Value(result, (day - _EPOCH).days)


def weekday_number(name: object) -> int | None:
    """The day of the week from 0 for Monday, by its name or the two or three letters of it."""
    upper = str(name).upper()
    for number, (short, whole) in enumerate(zip(_WEEKDAYS, _WEEKDAY_NAMES, strict=True)):
        if upper in (short, whole, whole[:3]):
            return number
    return None


def _make_date(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
    numbers = [argument.value for argument in arguments]
    year, month, day = (number if isinstance(number, int) else 0 for number in numbers)
    days = days_of(year, month, day)
    if days is None:
        reason = f"there is no day {day} of month {month} in {year}"
        return Failure(reason) if ansi else Value(result, None)
    if not is_in_integral_range(days, INT):
        return Failure(f"no date is in the year {year}") if ansi else None
    return Value(result, days)


def _trunc(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
    day = _to_date(arguments[0], ansi)
    unit = TRUNC_UNITS.get(str(arguments[1].value).upper())
    if not isinstance(day, date):
        return day
    truncated = {
        "year": day.replace(month=1, day=1),
        "quarter": day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
        "month": day.replace(day=1),
        "week": day - timedelta(day.weekday()),
        None: None,
    }[unit]
    return Value(result, None if truncated is None else (truncated - _EPOCH).days)


def _identity(arguments: Sequence[Value], result: DataType, ansi: bool) -> Outcome:
    """`unix_date` and its inverse: the days themselves."""
    del ansi
    return Value(result, arguments[0].value)


FUNCTIONS: Mapping[str, Evaluate] = {
    "add_months": _add_months,
    "date_add": _date_shift_function(1),
    "date_diff": _difference,
    "date_from_unix_date": _identity,
    "date_sub": _date_shift_function(-1),
    "datediff": _difference,
    "day": _date_function(lambda day: day.day),
    "dayofmonth": _date_function(lambda day: day.day),
    "dayofweek": _date_function(lambda day: day.isoweekday() % 7 + 1),
    "dayofyear": _date_function(lambda day: day.timetuple().tm_yday),
    "last_day": _date_function(_last_day),
    "make_date": _make_date,
    "month": _date_function(lambda day: day.month),
    "next_day": _next_day,
    "quarter": _date_function(lambda day: (day.month + 2) // 3),
    "trunc": _trunc,
    "unix_date": _identity,
    "weekday": _date_function(lambda day: day.weekday()),
    "weekofyear": _date_function(lambda day: day.isocalendar().week),
    "year": _date_function(lambda day: day.year),
}
