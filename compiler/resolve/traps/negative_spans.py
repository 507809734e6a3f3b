"""Spans of time that come out negative, by the names of what they go from and to."""

from __future__ import annotations

from collections.abc import Iterator
import re

from ssbt.compiler.diagnostics.examples import ZONED, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
    operands,
    without_parentheses,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import DateType, TimestampNTZType, TimestampType

NEGATIVE_SPAN = Code(
    "SSBT0458",
    "A time span with start and end swapped",
    """\
`datediff(end, start)` and `months_between(end, start)` take the later time first; with the start
first, the result is negative. `timestampdiff(unit, start, end)` and `datediff(unit, start, end)`
use the other order, and a difference is `end - start`. Here the names of the columns tell which is
which.

| in Spark 4.1 | gives |
|---|---|
| `datediff(date '2026-01-01', date '2026-01-31')` | `-30` |
| `datediff(date '2026-01-31', date '2026-01-01')` | `30` |
| `timestampdiff(day, date '2026-01-01', date '2026-01-31')` | `30` |
""",
    wrong=example(
        pipeline=ZONED,
        steps="|> extend placed_on as start_date, current_date() as end_date\n"
        "|> extend datediff(start_date, end_date) as days",
    ),
    right=example(
        pipeline=ZONED,
        steps="|> extend placed_on as start_date, current_date() as end_date\n"
        "|> extend datediff(end_date, start_date) as days",
    ),
    severity=Severity.WARNING,
)

TAKES = (e.Call, e.Binary)
_FUNCTIONS = ("datediff", "date_diff", "months_between")
_EPOCHS = ("unix_timestamp", "unix_seconds", "unix_millis", "unix_micros", "to_unix_timestamp")
_TIMES = (DateType, TimestampType, TimestampNTZType)
_STARTS = frozenset(("start", "started", "begin", "began", "from", "since", "opened"))
_ENDS = frozenset(("end", "ended", "finish", "finished", "until", "till", "to", "closed", "stop"))


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    if isinstance(node, e.Binary):
        yield from _check_difference(node, view)
        return
    assert isinstance(node, e.Call)
    parts = operands(node)
    name = function_name(node)
    if name in (*_FUNCTIONS[:2], "timestampdiff", "timediff") and len(parts) == 3:
        yield from _check_units(node, parts)
        return
    if name not in _FUNCTIONS or len(parts) < 2 or node.keywords:
        return
    first, second = parts[:2]
    if _name_words(first) & _STARTS and _name_words(second) & _ENDS:
        names = ssbt_text(first), ssbt_text(second)
        message = f"`{name}` goes from its second argument to its first: from `{names[1]}` to"
        message += f" `{names[0]}`"
        fix = (Edit(first.span, names[1]), Edit(second.span, names[0]))
        help_ = (f"the other way round it is `{name}({names[1]}, {names[0]})`",)
        yield Diagnostic(NEGATIVE_SPAN, message, Label(node.span), (), help_, fix)


def _check_units(node: e.Call, parts: list[e.Expression]) -> Iterator[Diagnostic]:
    """`timestampdiff(day, end_at, start_at)`, which goes from its second argument to its third."""
    first, second = parts[1:]
    if _name_words(first) & _ENDS and _name_words(second) & _STARTS:
        names = ssbt_text(second), ssbt_text(first)
        message = f"this goes from `{names[1]}` to `{names[0]}`, and is negative"
        fix = (Edit(first.span, names[0]), Edit(second.span, names[1]))
        help_ = (f"the other way round it is `{', '.join(names)}`",)
        yield Diagnostic(NEGATIVE_SPAN, message, Label(node.span), (), help_, fix)


def _check_difference(node: e.Binary, view: ExpressionView) -> Iterator[Diagnostic]:
    """`start_at - end_at`, also of `unix_timestamp(…)` and the like."""
    if node.operator != "-" or view.is_constant(node):
        return
    sides = [_unwrap(node.left), _unwrap(node.right)]
    if not all(isinstance(view.data_type(side), _TIMES) for side in sides):
        return
    if _name_words(sides[0]) & _STARTS and _name_words(sides[1]) & _ENDS:
        texts = ssbt_text(node.right), ssbt_text(node.left)
        message = f"this goes from `{texts[0]}` to `{texts[1]}`, and is negative"
        fix = (Edit(node.left.span, texts[0]), Edit(node.right.span, texts[1]))
        help_ = (f"the other way round it is `{' - '.join(texts)}`",)
        yield Diagnostic(NEGATIVE_SPAN, message, Label(node.span), (), help_, fix)


def _unwrap(node: e.Expression) -> e.Expression:
    """The time that a number of seconds is of."""
    inner = without_parentheses(node)
    if isinstance(inner, e.Call) and function_name(inner) in _EPOCHS and len(operands(inner)) == 1:
        return without_parentheses(operands(inner)[0])
    return without_parentheses(inner.operand) if isinstance(inner, e.Cast) else inner


def _name_words(node: e.Expression) -> frozenset[str]:
    """The words of a column's name: `valid_from`, `startDate`."""
    inner = without_parentheses(node)
    if not isinstance(inner, e.ColumnName):
        return frozenset()
    name_parts = re.findall(r"[A-Z]?[a-z]+|[A-Z]+", inner.parts[-1].text)
    return frozenset(name_part.lower() for name_part in name_parts)
