"""`date_trunc('mm', …)`, which are months and look like minutes."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import ZONED, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.resolve.traps.expression_view import ExpressionView, function_name, operands
from ssbt.compiler.syntax.ast import expressions as e

MONTH_UNIT = Code(
    "SSBT0495",
    "Months that look like minutes",
    """\
In `date_trunc`, `mm` means months, just like `MM`, because units ignore case. In date patterns,
`mm` means minutes.

| in Spark 4.1 | gives |
|---|---|
| `date_trunc('mm', timestamp '2026-03-10 08:45:30')` | `2026-03-01 00:00:00` |
| `date_trunc('minute', timestamp '2026-03-10 08:45:30')` | `2026-03-10 08:45:00` |

Write the unit out, `'month'` or `'minute'`.
""",
    wrong=example(pipeline=ZONED, steps="|> extend date_trunc('mm', current_timestamp()) as at"),
    right=example(
        pipeline=ZONED, steps="|> extend date_trunc('minute', current_timestamp()) as at"
    ),
    severity=Severity.WARNING,
)

TAKES = (e.Call,)


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    assert isinstance(node, e.Call)
    parts = operands(node)
    if function_name(node) == "date_trunc" and len(parts) == 2 and view.text(parts[0]) == "mm":
        message = "`mm` are months here, and minutes in patterns of dates"
        help_ = ("write the unit out: 'month', or 'minute'",)
        yield Diagnostic(MONTH_UNIT, message, Label(parts[0].span), (), help_)
