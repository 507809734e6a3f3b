"""Days of the week by numbers that belong to another way of counting them."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
    operands,
    without_parentheses,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.folding.model import Value

DAY_NUMBERS = Code(
    "SSBT0483",
    "Days of the week counted in another way",
    """\
`dayofweek` counts from 1 for Sunday to 7 for Saturday, and `weekday` from 0 for Monday to 6 for
Sunday. The numbers here mean a weekend, or Monday to Friday, only if days are counted in another
way.

| in Spark 4.1 | gives |
|---|---|
| `dayofweek(date '2026-03-13')` | `6` |
| `weekday(date '2026-03-13')` | `4` |
| `dayname(date '2026-03-13')` | `Fri` |

A weekend of Saturday and Sunday is `dayofweek(d) in (1, 7)` or `weekday(d) >= 5`.
""",
    wrong=example(steps="|> where dayofweek(placed_on) in (6, 7)"),
    right=example(steps="|> where weekday(placed_on) >= 5"),
    severity=Severity.WARNING,
)

TAKES = (e.Binary, e.Between, e.InList)
_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEKEND, _WORKDAYS = frozenset((5, 6)), frozenset(range(5))
# What is added to a day, counted from 0 for Monday, modulo 7, and to that.
_COUNTINGS = {"weekday": (0, 0), "dayofweek": (1, 1), "dow_iso": (0, 1)}
_OTHERS = (*_COUNTINGS.values(), (1, 0))
_FIELDS = {
    **dict.fromkeys(("dow", "dayofweek"), "dayofweek"),
    **dict.fromkeys(("dow_iso", "dayofweek_iso"), "dow_iso"),
}
_MIRRORED = {"<=": ">=", ">=": "<=", "<": ">", ">": "<"}


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    match = _find_numbers(node, view)
    if match is None:
        return
    call, numbers = match
    counting = _find_counting(call, view)
    if counting is None:
        return
    days = _days_of(numbers, _COUNTINGS[counting])
    if len(days) not in (2, 5) or days in (_WEEKEND, _WORKDAYS):
        return
    if any(_days_of(numbers, other) in (_WEEKEND, _WORKDAYS) for other in _OTHERS):
        listed = ", ".join(_NAMES[day] for day in sorted(days))
        numbers_of = {
            day: number for number in range(8) for day in _days_of({number}, _COUNTINGS[counting])
        }
        meant_days = _WEEKEND if len(days) == 2 else _WORKDAYS
        right = ", ".join(str(number) for number in sorted(numbers_of[day] for day in meant_days))
        name = "Saturday and Sunday" if len(days) == 2 else "Monday to Friday"
        message = f"by `{counting}` these days are {listed}"
        help_ = (f"{name} are `in ({right})`",)
        yield Diagnostic(DAY_NUMBERS, message, Label(node.span), (), help_)


def _days_of(numbers: set[int], counting: tuple[int, int]) -> frozenset[int]:
    """The days that have these numbers, counted from 0 for Monday."""
    shift, first = counting
    return frozenset(day for day in range(7) if (day + shift) % 7 + first in numbers)


def _find_numbers(node: e.Expression, view: ExpressionView) -> tuple[e.Expression, set[int]] | None:
    """What is compared, and for which numbers that is true."""

    def read(part: e.Expression) -> int | None:
        outcome = view.outcome(part)
        value = outcome.value if isinstance(outcome, Value) else None
        return value if isinstance(value, int) else None

    match node:
        case e.InList(operand=operand, items=items, negated=False):
            numbers = [read(item) for item in items]
            return operand, {number for number in numbers if number is not None}
        case e.InList(operand=operand, items=items):
            numbers = [read(item) for item in items]
            return operand, set(range(8)).difference(numbers)
        case e.Between(operand=operand, low=low, high=high, negated=False):
            first, last = read(low), read(high)
            if first is not None and last is not None:
                return operand, {number for number in range(8) if first <= number <= last}
        case e.Binary(operator=operator, left=left, right=right) if operator in _MIRRORED:
            for value, bound, sign in (
                (left, read(right), operator),
                (right, read(left), _MIRRORED[operator]),
            ):
                if bound is not None:
                    return value, {number for number in range(8) if _is_true(number, sign, bound)}
    return None


def _is_true(number: int, operator: str, bound: int) -> bool:
    tests = {
        "<": number < bound,
        "<=": number <= bound,
        ">": number > bound,
        ">=": number >= bound,
    }
    return tests[operator]


def _find_counting(node: e.Expression, view: ExpressionView) -> str | None:
    """How the days are counted; None if these are no days of the week."""
    call = without_parentheses(node)
    if not isinstance(call, e.Call) or not call.arguments:
        return None
    name = function_name(call)
    if name in ("extract", "date_part", "datepart"):
        first = operands(call)[0]
        text = first.parts[-1].text if isinstance(first, e.ColumnName) else view.text(first)
        return _FIELDS.get((text or "").lower())
    return name if name in _COUNTINGS else None
