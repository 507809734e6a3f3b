"""Windows that are ordered by what all rows of a partition have in common."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.resolve.expressions.walking import is_same_expression
from ssbt.compiler.resolve.traps.expression_view import ExpressionView
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text

ORDER_OF_EQUALS = Code(
    "SSBT0472",
    "A window ordered by the keys of its partitions",
    """\
All rows of a partition have the same keys, so ordering by them gives no order: `row_number()`
numbers the rows arbitrarily, `rank()` is 1 for each, and `lag` gives the value of some other row.

| in Spark 4.1 | gives |
|---|---|
| `select rank() over (partition by id % 2 order by id % 2) from range(2)` | `1`, `1` |
""",
    wrong=example(
        steps="|> extend row_number() over (partition by status order by status) as place"
    ),
    right=example(steps="|> extend row_number() over (partition by status order by id) as place"),
    severity=Severity.WARNING,
)

TAKES = (e.Call,)


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    del view
    assert isinstance(node, e.Call)
    window = node.window
    if window is None or not window.order or not window.partition:
        return
    if all(
        any(is_same_expression(key.value, part) for part in window.partition)
        for key in window.order
    ):
        first = window.order[0]
        message = f"each partition has one `{ssbt_text(first.value)}`, which orders nothing"
        help_ = "order by what tells the rows of a partition apart"
        yield Diagnostic(ORDER_OF_EQUALS, message, Label(first.span), (), (help_,))
