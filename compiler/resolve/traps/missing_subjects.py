"""`in ('a', 'b')` without the column before it, which is a call of the function `in`."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.resolve.traps.decided_comparisons import DECIDED_COMPARISON
from ssbt.compiler.resolve.traps.expression_view import ExpressionView, function_name, operands
from ssbt.compiler.syntax.ast import expressions as e

TAKES = (e.Call,)


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    assert isinstance(node, e.Call)
    if function_name(node) != "in" or not all(map(view.is_constant, operands(node))):
        return
    message = "nothing is looked for here: `in` takes its first value as what is looked for"
    help_ = ("write what is compared before it: `COLUMN in (…)`, `COLUMN not in (…)`",)
    yield Diagnostic(DECIDED_COMPARISON, message, Label(node.span), (), help_)
