"""Intervals as constants: `interval 1 day 12 hours`, `interval '1-6' year to month`, `'1 day'`."""

from __future__ import annotations

from datetime import timedelta
import re

from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.datatypes import DayTimeIntervalType, YearMonthIntervalType
from ssbt.compiler.types.interval_values import Months, duration, misfit, months

IntervalType = YearMonthIntervalType | DayTimeIntervalType
# The limits of the fields behind the first one.
_MOST = {"month": 11, "hour": 23, "minute": 59, "second": 59}


def interval(node: e.Expression, type_: IntervalType) -> timedelta | Months:
    """The value of a literal, of which nothing is cut off; raises ValueError."""
    negative = isinstance(node, e.Unary) and node.operator == "-"
    value = interval_of(_words(node.operand if isinstance(node, e.Unary) else node), type_)
    if not negative:
        return value
    return Months(-value) if isinstance(value, Months) else -value


def interval_of(text: str, type_: IntervalType) -> timedelta | Months:
    """The interval that a text says; raises ValueError."""
    is_months = isinstance(type_, YearMonthIntervalType)
    try:
        value = months(text) if is_months else duration(text)
    except ValueError as error:
        raise ValueError(f"`{text}` is {error}") from None
    if why := misfit(value, type_.sql):
        raise ValueError(f"`{text}` is {why}")
    return value


def _words(node: e.Expression) -> str:
    """The literal as `1 day -2 hours`, or as its text has it."""
    match node:
        case e.StringLiteral(_, text):
            return text
        case e.TypedLiteral(_, "interval", text, ()):
            return re.sub(r"\s*interval\s", "", text, count=1, flags=re.IGNORECASE)
        case e.TypedLiteral(_, "interval", text, units):
            return _ranged(text, units)
        case e.IntervalLiteral(_, parts):
            return " ".join(f"{_number(value)} {unit}" for value, unit in parts)
    raise ValueError("this is no interval; write `interval 1 day 12 hours`, or `interval 3 months`")


def _number(value: e.Expression) -> str:
    if isinstance(value, e.NumberLiteral):
        return value.text
    return value.value.strip() if isinstance(value, e.StringLiteral) else ""


def _ranged(text: str, units: tuple[str, ...]) -> str:
    """`'1 12:30' day to minute` as `1 day 12 hours 30 minutes`, each with the sign of the first."""
    order = ("year", "month", "day", "hour", "minute", "second")
    first, last = (order.index(unit.removesuffix("s")) for unit in (units[0], units[-1]))
    names = order[first : last + 1]
    body = text.strip()
    sign = "-" if body.startswith("-") else ""
    numbers = re.split(r"[ :-]", body.removeprefix(sign).removeprefix("+"))
    pairs = list(zip(names, numbers, strict=False))
    fits = len(numbers) == len(names) and all(
        re.fullmatch(r"\d+(\.\d+)?", number) and float(number) < _MOST.get(name, 1e19) + 1
        for name, number in pairs[1:]
    )
    if not fits:
        raise ValueError(f"`{text}` is no interval of {' to '.join(units)}")
    return " ".join(f"{sign}{number} {name}" for name, number in pairs)
