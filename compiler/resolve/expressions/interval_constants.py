"""Intervals as constants: `interval 1 day 12 hours`, `interval '1-6' year to month`, `'1 day'`."""

from __future__ import annotations

from datetime import timedelta
import re

from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.datatypes import DayTimeIntervalType, YearMonthIntervalType
from ssbt.compiler.types.interval_values import (
    Months,
    describe_misfit,
    parse_duration,
    parse_months,
)

IntervalType = YearMonthIntervalType | DayTimeIntervalType
# The limits of the fields after the first one.
_MAXIMUMS = {"month": 11, "hour": 23, "minute": 59, "second": 59}


def evaluate_interval(node: e.Expression, type_: IntervalType) -> timedelta | Months:
    """The value of a literal, of which nothing is cut off; raises ValueError."""
    negative = isinstance(node, e.Unary) and node.operator == "-"
    value = parse_interval(
        _interval_text(node.operand if isinstance(node, e.Unary) else node), type_
    )
    if not negative:
        return value
    return Months(-value) if isinstance(value, Months) else -value


def parse_interval(text: str, type_: IntervalType) -> timedelta | Months:
    """The interval that a text says; raises ValueError."""
    is_months = isinstance(type_, YearMonthIntervalType)
    try:
        value = parse_months(text) if is_months else parse_duration(text)
    except ValueError as error:
        raise ValueError(f"`{text}` is {error}") from None
    if reason := describe_misfit(value, type_.sql):
        raise ValueError(f"`{text}` is {reason}")
    return value


def _interval_text(node: e.Expression) -> str:
    """The literal as `1 day -2 hours`, or as its text has it."""
    match node:
        case e.StringLiteral(_, text):
            return text
        case e.TypedLiteral(_, "interval", text, ()):
            return re.sub(r"\s*interval\s", "", text, count=1, flags=re.IGNORECASE)
        case e.TypedLiteral(_, "interval", text, units):
            return _spell_range(text, units)
        case e.IntervalLiteral(_, parts):
            return " ".join(f"{_number_text(value)} {unit}" for value, unit in parts)
        case _:
            pass
    raise ValueError("this is no interval; write `interval 1 day 12 hours`, or `interval 3 months`")


def _number_text(value: e.Expression) -> str:
    if isinstance(value, e.NumberLiteral):
        return value.text
    return value.value.strip() if isinstance(value, e.StringLiteral) else ""


def _spell_range(text: str, units: tuple[str, ...]) -> str:
    """`'1 12:30' day to minute` as `1 day 12 hours 30 minutes`, each with the sign of the first."""
    order = ("year", "month", "day", "hour", "minute", "second")
    first, last = (order.index(unit.removesuffix("s")) for unit in (units[0], units[-1]))
    names = order[first : last + 1]
    body = text.strip()
    sign = "-" if body.startswith("-") else ""
    numbers = re.split(r"[ :-]", body.removeprefix(sign).removeprefix("+"))
    pairs = list(zip(names, numbers, strict=False))
    is_valid = len(numbers) == len(names) and all(
        re.fullmatch(r"\d+(\.\d+)?", number) and float(number) < _MAXIMUMS.get(name, 1e19) + 1
        for name, number in pairs[1:]
    )
    if not is_valid:
        raise ValueError(f"`{text}` is no interval of {' to '.join(units)}")
    return " ".join(f"{sign}{number} {name}" for name, number in pairs)
