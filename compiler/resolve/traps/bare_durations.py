"""Windows of time whose width has no unit."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import ZONED, example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.resolve.traps.expression_view import ExpressionView, function_name, operands
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.folding.model import Value

BARE_DURATION = Code(
    "SSBT0471",
    "A time window in microseconds",
    """\
A number without a unit means microseconds: `window(at, 3600)` makes windows of 3.6 milliseconds,
and puts nearly every row into its own group.

| in Spark 4.1 | gives |
|---|---|
| `select unix_micros(w.end) from (select window(timestamp '1970', 3600) as w)` | `3600` |
| `select unix_micros(w.end) from (select window(timestamp '1970', '1 second') as w)` | `1000000` |
""",
    wrong=example(
        pipeline=ZONED,
        steps="|> extend current_timestamp() as at\n|> extend window(at, 3600) as hour",
    ),
    right=example(
        pipeline=ZONED,
        steps="|> extend current_timestamp() as at\n|> extend window(at, '1 hour') as hour",
    ),
    severity=Severity.WARNING,
)

TAKES = (e.Call,)


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    assert isinstance(node, e.Call)
    if function_name(node) not in ("window", "session_window"):
        return
    for part in operands(node)[1:]:
        outcome = view.outcome(part)
        number = outcome.value if isinstance(outcome, Value) else None
        if isinstance(number, int) and not isinstance(number, bool) and number != 0:
            message = f"{number} without a unit is one of microseconds"
            help_ = f"name the unit: '{number} seconds', '1 hour'"
            yield Diagnostic(BARE_DURATION, message, Label(part.span), (), (help_,))
