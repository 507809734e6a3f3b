"""Conditions that no row can meet together."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.resolve.expressions.walking import is_same_expression
from ssbt.compiler.resolve.traps.decided_comparisons import DECIDED_COMPARISON
from ssbt.compiler.resolve.traps.expression_view import ExpressionView, without_parentheses
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.folding.comparisons import compare
from ssbt.compiler.types.folding.model import Value

TAKES = (e.Binary,)
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    """`a > 5 and a < 3`, and `a is null and a = 1`; longer chains are looked at pair by pair."""
    assert isinstance(node, e.Binary)
    if node.operator != "and":
        return
    second_operand = without_parentheses(node.right)
    first_operand = without_parentheses(node.left)
    if isinstance(first_operand, e.Binary) and first_operand.operator == "and":
        first_operand = without_parentheses(first_operand.right)
    if _is_null_and_compared(first_operand, second_operand, view) or _is_null_and_compared(
        second_operand, first_operand, view
    ):
        message = "what is null meets no comparison, so this is never true"
        help_ = "with `or` it is one or the other"
        yield Diagnostic(DECIDED_COMPARISON, message, Label(node.span), (), (help_,))
        return
    first, second = _find_bound(first_operand, view), _find_bound(second_operand, view)
    if first is None or second is None or not is_same_expression(first[0], second[0]):
        return
    if _is_empty(first, second, view) or _is_empty(second, first, view):
        message = f"no `{ssbt_text(first[0])}` is both: this is false for every row"
        yield Diagnostic(DECIDED_COMPARISON, message, Label(node.span), (), ("was `or` meant?",))


def _is_null_and_compared(
    null_test: e.Expression, comparison: e.Expression, view: ExpressionView
) -> bool:
    if not isinstance(null_test, e.Is) or null_test.negated or null_test.constant != "null":
        return False
    bound = _find_bound(comparison, view, ("=", "==", "!=", "<>", "<", "<=", ">", ">="))
    return bound is not None and is_same_expression(bound[0], null_test.operand)


def _find_bound(
    node: e.Expression, view: ExpressionView, operators: tuple[str, ...] = ("<", "<=", ">", ">=")
) -> tuple[e.Expression, str, e.Expression] | None:
    """The column, the operator and the constant of a comparison."""
    if not isinstance(node, e.Binary) or node.operator not in operators:
        return None
    if view.whole_column(node.left) is not None and isinstance(view.outcome(node.right), Value):
        return node.left, node.operator, node.right
    if view.whole_column(node.right) is not None and isinstance(view.outcome(node.left), Value):
        return node.right, _MIRRORED.get(node.operator, node.operator), node.left
    return None


def _is_empty(
    lower: tuple[e.Expression, str, e.Expression],
    upper: tuple[e.Expression, str, e.Expression],
    view: ExpressionView,
) -> bool:
    """Whether nothing is above the one bound and below the other."""
    if not lower[1].startswith(">") or not upper[1].startswith("<"):
        return False
    low, high = view.outcome(lower[2]), view.outcome(upper[2])
    assert isinstance(low, Value)
    assert isinstance(high, Value)
    strict = lower[1] == ">" or upper[1] == "<"
    types = (view.type_of(lower[2]), view.type_of(upper[2]))
    empty = compare(">=" if strict else ">", low, high, types, view.ansi)
    return isinstance(empty, Value) and empty.value is True
