"""Window functions whose frame ends with the current row where the whole partition was meant."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.codes.steps import CONSTANT_ORDER
from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
    without_parentheses,
)
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.names import name_text

WHOLE = "rows between unbounded preceding and unbounded following"

DEFAULT_FRAME = Code(
    "SSBT0443",
    "The last value of a frame that ends at the current row",
    """\
With `order by`, a window's frame goes from the first row to the current one and those equal to it,
unless you write another frame. So `last_value` gives the current row's value, and `nth_value` is
null until the frame is long enough.

| in Spark 4.1 | gives |
|---|---|
| `select last_value(x) over (order by x) from values (1), (3) as t(x)` | `1`, `3` |
| `select max(x) over () from values (1), (3) as t(x)` | `3`, `3` |
| `select nth_value(x, 2) over (order by x) from values (1), (3) as t(x)` | `null`, `3` |

Write the frame, or take `first_value` over the opposite order.
""",
    wrong=example(steps="|> extend last_value(id) over (order by id) as newest"),
    right=example(steps=f"|> extend last_value(id) over (order by id {WHOLE}) as newest"),
    severity=Severity.WARNING,
)

TAKES = (e.Call,)
_ENDS = ("last_value", "last", "nth_value")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    assert isinstance(node, e.Call)
    window, name = node.window, function_name(node)
    if window is None:
        return
    for key in window.order:
        if view.is_constant(key.value):
            yield _build_order_diagnostic(key.value, view)
    for part in window.partition:
        text = without_parentheses(part)
        if isinstance(text, e.StringLiteral) and view.column(text.value) is not None:
            yield _build_order_diagnostic(part, view, "all rows are one partition")
    if name not in _ENDS or not window.order or window.frame is not None:
        return
    default_result = (
        "the value of the current row" if name != "nth_value" else "null in the first rows"
    )
    message = f"without a frame, `{name}` over an order gives {default_result}"
    end = window.order[-1].span.end
    fix = (Edit(Span(window.span.path, end, end), f" {WHOLE}"),)
    help_ = (f"for the whole partition, add `{WHOLE}` after the order",)
    yield Diagnostic(DEFAULT_FRAME, message, Label(node.span), (), help_, fix)


def _build_order_diagnostic(
    key: e.Expression, view: ExpressionView, result: str = "the window has no order"
) -> Diagnostic:
    """`over (order by 'id')`, and `order by 1`, which is no place of a column here."""
    message = f"this is the same for every row, so {result}"
    text = without_parentheses(key)
    column = view.column(text.value) if isinstance(text, e.StringLiteral) else None
    if column is None:
        return Diagnostic(CONSTANT_ORDER, message, Label(key.span), (), ("name a column",))
    name = name_text(column.name)
    help_ = (f"the column is written `{name}`, without quotes or in backticks",)
    return Diagnostic(CONSTANT_ORDER, message, Label(key.span), (), help_, (Edit(key.span, name),))
