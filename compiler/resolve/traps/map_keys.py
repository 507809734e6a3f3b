"""Maps whose constant keys cannot be."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.resolve.traps.expression_view import ExpressionView, function_name, operands
from ssbt.compiler.resolve.traps.failing_constants import CONSTANT_FAILS
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.folding.model import Value

BAD_KEY = Code(
    "SSBT0473",
    "A key of a map that is there already",
    """\
A map has each key once: Spark stops the job with `DUPLICATED_MAP_KEY`, unless the setting
`spark.sql.mapKeyDedupPolicy` is `LAST_WIN`.

| in Spark 4.1 | gives |
|---|---|
| `map('a', 1, 'b', 2)['b']` | `2` |
""",
    wrong=example(steps="|> extend map('net', amount, 'net', 2) as prices"),
    right=example(steps="|> extend map('net', amount, 'tax', 2) as prices"),
    severity=Severity.WARNING,
)

TAKES = (e.Call,)


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    assert isinstance(node, e.Call)
    if function_name(node) != "map":
        return
    seen_keys: dict[str | int, e.Expression] = {}
    for key in operands(node)[::2]:
        outcome = view.outcome(key)
        if not isinstance(outcome, Value):
            continue
        if outcome.is_null:
            yield Diagnostic(CONSTANT_FAILS, "the key of a map is never null", Label(key.span))
            return
        if isinstance(outcome.value, bool) or not isinstance(outcome.value, str | int):
            continue
        if outcome.value in seen_keys:
            message = f"the map has the key {ssbt_text(key)} already"
            also = (Label(seen_keys[outcome.value].span, "here"),)
            yield Diagnostic(BAD_KEY, message, Label(key.span), also, ("leave one of them out",))
            return
        seen_keys[outcome.value] = key
