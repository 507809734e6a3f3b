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

NEGATIVE_SPAN = Code(
    "SSBT0458",
    "A span of time from the end to the start",
    """\
`datediff(end, start)` and `months_between(end, start)` take the later time first, and are negative
where the start comes first. `timestampdiff(unit, start, end)` and `datediff(unit, start, end)` have
the other order. The names of the columns say which is which here.

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

TAKES = (e.Call,)
_FUNCTIONS = ("datediff", "date_diff", "months_between")
_STARTS = frozenset(("start", "started", "begin", "began", "from", "since", "opened"))
_ENDS = frozenset(("end", "ended", "finish", "finished", "until", "till", "to", "closed", "stop"))


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    del view
    assert isinstance(node, e.Call)
    parts = operands(node)
    if function_name(node) not in _FUNCTIONS or len(parts) < 2 or node.keywords:
        return
    first, second = parts[:2]
    if _name_words(first) & _STARTS and _name_words(second) & _ENDS:
        names = ssbt_text(first), ssbt_text(second)
        name = function_name(node)
        message = f"`{name}` goes from its second argument to its first: from `{names[1]}` to"
        message += f" `{names[0]}`"
        fix = (Edit(first.span, names[1]), Edit(second.span, names[0]))
        help_ = (f"the other way round it is `{name}({names[1]}, {names[0]})`",)
        yield Diagnostic(NEGATIVE_SPAN, message, Label(node.span), (), help_, fix)


def _name_words(node: e.Expression) -> frozenset[str]:
    """The words of a column's name: `valid_from`, `startDate`."""
    inner = without_parentheses(node)
    if not isinstance(inner, e.ColumnName):
        return frozenset()
    name_parts = re.findall(r"[A-Z]?[a-z]+|[A-Z]+", inner.parts[-1].text)
    return frozenset(name_part.lower() for name_part in name_parts)
