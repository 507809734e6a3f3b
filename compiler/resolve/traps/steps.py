"""Steps of dates and times that lead nowhere, and places that an array in view does not have."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.resolve.expressions.interval_constants import evaluate_interval
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
    operands,
    without_parentheses,
)
from ssbt.compiler.resolve.traps.failing_constants import CONSTANT_FAILS
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import (
    DateType,
    DayTimeIntervalType,
    TimestampNTZType,
    TimestampType,
    YearMonthIntervalType,
)
from ssbt.compiler.types.folding.model import Value

TAKES = (e.Call, e.Subscript)
_MOMENTS = (TimestampType, TimestampNTZType)
_DAY = timedelta(days=1)


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    if isinstance(node, e.Subscript):
        yield from _beyond_end(node.base, node.index, 0, view)
        return
    assert isinstance(node, e.Call)
    parts = operands(node)
    if function_name(node) == "element_at" and len(parts) == 2:
        yield from _beyond_end(parts[0], parts[1], 1, view)
    elif function_name(node) == "sequence" and len(parts) in (2, 3):
        yield from _sequence(parts, view)


def _beyond_end(
    base: e.Expression, index: e.Expression, first: int, view: ExpressionView
) -> Iterator[Diagnostic]:
    """`array(a, b)[5]`, whose elements are counted whatever they are."""
    array, outcome = without_parentheses(base), view.outcome(index)
    place = outcome.value if isinstance(outcome, Value) else None
    if not isinstance(array, e.Call) or function_name(array) != "array" or not view.ansi:
        return
    parts = operands(array)
    if not isinstance(place, int) or any(isinstance(part, e.Star) for part in parts):
        return
    count = len(parts)
    is_there = first - 1 < place < count + first or (first == 1 and -count <= place < 0)
    if not is_there and not isinstance(view.outcome(base), Value):
        message = f"the array has {count} elements, and none at {place}"
        help_ = ("`try_element_at` and `get` give null there",)
        yield Diagnostic(CONSTANT_FAILS, message, Label(index.span), (), help_)


def _sequence(parts: list[e.Expression], view: ExpressionView) -> Iterator[Diagnostic]:
    """A step of a day is the shortest between dates; each step leads towards the end."""
    start = view.data_type(parts[0])
    if not isinstance(start, (DateType, *_MOMENTS)) or len(parts) < 3:
        return
    step = _step(parts[2], view)
    if step is None:
        return
    text = ssbt_text(parts[2])
    if isinstance(start, DateType) and (
        abs(step) < _DAY if isinstance(step, timedelta) else not step
    ):
        message = f"`{text}` is less than a day, which is the shortest step between dates"
        help_ = ("make timestamps of the dates for shorter steps",)
        yield Diagnostic(CONSTANT_FAILS, message, Label(parts[2].span), (), help_)
        return
    first, last = (view.outcome(part) for part in parts[:2])
    values = [each.value for each in (first, last) if isinstance(each, Value)]
    zero = not step
    numbers = [value for value in values if isinstance(value, int)]
    ordered = len(numbers) == 2
    wrong_way = (
        ordered and numbers[0] != numbers[1] and (numbers[0] < numbers[1]) != _is_ahead(step)
    )
    if zero or wrong_way:
        message = f"steps of `{text}` do not lead from the first to the last"
        yield Diagnostic(CONSTANT_FAILS, message, Label(parts[2].span))


def _is_ahead(step: timedelta | int) -> bool:
    return step > timedelta() if isinstance(step, timedelta) else step > 0


def _step(node: e.Expression, view: ExpressionView) -> timedelta | int | None:
    """A constant interval: a duration, or months."""
    type_ = view.data_type(node)
    if not isinstance(type_, DayTimeIntervalType | YearMonthIntervalType):
        return None
    try:
        return evaluate_interval(without_parentheses(node), type_)
    except ValueError:
        return None
