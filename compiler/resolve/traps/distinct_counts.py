"""Counting by several columns of which some are null."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.traps.expression_view import ExpressionView, function_name, operands
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text

DISTINCT_NULLS = Code(
    "SSBT0442",
    "A count of combinations that skips nulls",
    """\
`count(distinct a, b)` and `count(a, b)` skip each row in which any of the columns is null. A struct
of the columns is never null, so it counts every combination; `count(*)` counts every row.

| in Spark 4.1 | gives |
|---|---|
| `select count(distinct a, b) from values (1, 1), (2, null), (3, null) as t(a, b)` | `1` |
| `select count(distinct struct(a, b)) from values (1, 1), (2, null), (3, null) as t(a, b)` | `3` |
""",
    wrong=example(steps="|> aggregate count(distinct status, placed_on) as kinds"),
    right=example(steps="|> aggregate count(distinct struct(status, placed_on)) as kinds"),
    severity=Severity.WARNING,
)

COUNTED_COLUMNS = Code(
    "SSBT0486",
    "Rows that are not counted because of a null",
    """\
`count(a, b)` counts only the rows in which none of the columns is null.

| in Spark 4.1 | gives |
|---|---|
| `select count(a, b) from values (1, 1), (2, null), (3, null) as t(a, b)` | `1` |
| `select count(*) from values (1, 1), (2, null), (3, null) as t(a, b)` | `3` |

To count all rows, write `count(*)`; for combinations, `count(distinct struct(a, b))`; for rows
without a null, `count_if(a is not null and b is not null)`.
""",
    wrong=example(steps="|> aggregate count(status, placed_on) as orders"),
    right=example(steps="|> aggregate count(*) as orders"),
    severity=Severity.WARNING,
)

SUMMED_DISTINCT = Code(
    "SSBT0494",
    "A sum that counts equal values once",
    """\
`sum(distinct x)` and `avg(distinct x)` take each value once, whatever rows it comes from: two
orders of 10 add up to 10.

| in Spark 4.1 | gives |
|---|---|
| `select sum(distinct x) from values (10), (10), (5) as t(x)` | `15` |
| `select sum(x) from values (10), (10), (5) as t(x)` | `25` |

If a join has repeated rows, sum before the join, or `deduplicate by` the key of the rows that you
sum.
""",
    wrong=example(steps="|> aggregate sum(distinct amount) as total"),
    right=example(steps="|> deduplicate by id\n|> aggregate sum(amount) as total"),
    severity=Severity.WARNING,
)

TAKES = (e.Call,)
_SUMS = ("sum", "avg", "mean", "try_sum", "try_avg", "median", "stddev", "variance")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    assert isinstance(node, e.Call)
    parts = operands(node)
    if node.distinct and function_name(node) in _SUMS:
        name = function_name(node)
        message = f"`{name}` takes values that are equal once, also where they are of several rows"
        way_out = "take `distinct` away, and repeated rows before: `deduplicate by KEY`"
        yield Diagnostic(SUMMED_DISTINCT, message, Label(node.span), (), (way_out,))
        return
    if function_name(node) != "count" or len(parts) < 2:
        return
    if any(isinstance(part, e.Star) for part in parts):
        return
    nullable = [part for part in parts if view.type_of(part).nullable]
    if not nullable:
        return
    columns = ", ".join(f"`{ssbt_text(part)}`" for part in nullable)
    message = f"rows are not counted in which {columns} {'are' if len(nullable) > 1 else 'is'} null"
    if len(nullable) > 1:
        message = f"rows are not counted in which any of {columns} is null"
    if not node.distinct:
        kept = " and ".join(f"{ssbt_text(part)} is not null" for part in nullable)
        help_ = (f"all rows are `count(*)`; where this is meant, write `count_if({kept})`",)
        yield Diagnostic(COUNTED_COLUMNS, message, Label(node.span), (), help_)
        return
    first, last = parts[0].span, parts[-1].span
    replacement = f"struct({', '.join(map(ssbt_text, parts))})"
    fix = (Edit(Span(first.path, first.start, last.end), replacement),)
    help_ = (f"to count them, write `count(distinct {replacement})`",)
    yield Diagnostic(DISTINCT_NULLS, message, Label(node.span), (), help_, fix)
