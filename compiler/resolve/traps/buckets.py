"""Remainders of hashes, half of which are negative."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
    operands,
    without_parentheses,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text

NEGATIVE_BUCKET = Code(
    "SSBT0465",
    "Hash buckets that may be negative",
    """\
Half of all hashes are negative, and `%` keeps the sign: `hash(a) % 10` has 19 results, from -9 to
9. `pmod` starts at 0. `abs` of the lowest INT does not fit in an INT and stops the job.

| in Spark 4.1 | gives |
|---|---|
| `hash('c') % 10` | `-8` |
| `pmod(hash('c'), 10)` | `2` |
""",
    wrong=example(steps="|> extend hash(status) % 10 as bucket"),
    right=example(steps="|> extend pmod(hash(status), 10) as bucket"),
    severity=Severity.WARNING,
)

TAKES = (e.Binary, e.Call)
_HASHES = ("hash", "xxhash64")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    match node:
        case e.Binary(operator="%", left=left, right=right):
            parts = (left, right)
        case e.Call() if function_name(node) == "mod" and len(operands(node)) == 2:
            parts = (operands(node)[0], operands(node)[1])
        case _:
            return
    hashed = without_parentheses(parts[0])
    if isinstance(hashed, e.Call) and function_name(hashed) == "abs" and operands(hashed):
        hashed = without_parentheses(operands(hashed)[0])
    if not isinstance(hashed, e.Call) or function_name(hashed) not in _HASHES:
        return
    if id(node) in view.compared_with_zero:
        return
    text = f"pmod({ssbt_text(hashed)}, {ssbt_text(parts[1])})"
    message = "a hash may be negative, and so is the rest of it"
    if (
        isinstance(without_parentheses(parts[0]), e.Call)
        and without_parentheses(parts[0]) is not hashed
    ):
        message = "`abs` fails for the lowest number, which a hash may be"
    fix, help_ = (Edit(node.span, text),), (f"write `{text}`",)
    yield Diagnostic(NEGATIVE_BUCKET, message, Label(node.span), (), help_, fix)
