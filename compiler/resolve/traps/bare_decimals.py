"""`decimal(x)`, which rounds to whole numbers."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.codes.expressions import BARE_DECIMAL
from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.resolve.traps.expression_view import ExpressionView, function_name, operands
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import BooleanType, IntegralType, NullType

TAKES = (e.Call,)


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    assert isinstance(node, e.Call)
    parts = operands(node)
    if function_name(node) != "decimal" or len(parts) != 1 or view.is_constant(node):
        return
    if not isinstance(view.data_type(parts[0]), IntegralType | BooleanType | NullType):
        message = "`decimal(…)` gives DECIMAL(10,0), which rounds fractions to whole numbers"
        help_ = f"say how many digits there are: `cast({ssbt_text(parts[0])} as decimal(12,2))`"
        yield Diagnostic(BARE_DECIMAL, message, Label(node.span), (), (help_,))
