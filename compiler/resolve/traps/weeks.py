"""Weeks of one calendar beside years of another."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.expressions.walking import nodes, same
from ssbt.compiler.resolve.traps.view import View, function_name
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text

WEEK_AND_YEAR = Code(
    "SSBT0453",
    "A week beside the wrong year",
    """\
`weekofyear` counts ISO's weeks, which belong to ISO's years: the first days of January may be in
the last week of the year before, and the last of December in the first week of the next.

| in Spark 4.1 | gives |
|---|---|
| `concat(year(date '2027-01-01'), '-', weekofyear(date '2027-01-01'))` | `2027-53` |
| `weekofyear(date '2027-01-01')` | `53` |
| `extract(yearofweek from date '2027-01-01')` | `2026` |
| `date_trunc('week', date '2027-01-01')` | `2026-12-28 00:00:00` |
""",
    wrong=example(steps="|> extend concat(year(placed_on), '-', weekofyear(placed_on)) as week"),
    right=example(
        steps="|> extend concat(extract(yearofweek from placed_on), '-', weekofyear(placed_on))"
        " as week"
    ),
    severity=Severity.WARNING,
)

TAKES = (e.Call,)


def check(node: e.Expression, view: View) -> Iterator[Diagnostic]:
    """At the `year(…)` of an expression that has the week of the same date, too."""
    assert isinstance(node, e.Call)
    if function_name(node) != "year" or len(node.arguments) != 1:
        return
    date = node.arguments[0].value
    for other in nodes(view.root):
        if _is_week_of(other, date):
            message = "this is the calendar's year, and the week is one of ISO's year"
            text = f"extract(yearofweek from {ssbt_text(date)})"
            also = (Label(other.span, "the week"),)
            fix = (Edit(node.span, text),)
            help_ = (f"the year of the week is `{text}`",)
            yield Diagnostic(WEEK_AND_YEAR, message, Label(node.span), also, help_, fix)
            return


def _is_week_of(node: e.Node, date: e.Expression) -> bool:
    return (
        isinstance(node, e.Call)
        and function_name(node) == "weekofyear"
        and len(node.arguments) == 1
        and same(node.arguments[0].value, date)
    )
