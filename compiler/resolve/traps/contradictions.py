"""Conditions that no row can meet together."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.resolve.expressions.walking import same
from ssbt.compiler.resolve.traps.decided import DECIDED_COMPARISON
from ssbt.compiler.resolve.traps.view import View, bare
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.folding.comparing import compare
from ssbt.compiler.types.folding.model import Value

TAKES = (e.Binary,)
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def check(node: e.Expression, view: View) -> Iterator[Diagnostic]:
    """`a > 5 and a < 3`, and `a is null and a = 1`; longer chains are looked at pair by pair."""
    assert isinstance(node, e.Binary)
    if node.operator != "and":
        return
    two = bare(node.right)
    one = bare(node.left)
    if isinstance(one, e.Binary) and one.operator == "and":
        one = bare(one.right)
    if _null_and_value(one, two, view) or _null_and_value(two, one, view):
        message = "what is null meets no comparison, so this is never true"
        help_ = "with `or` it is one or the other"
        yield Diagnostic(DECIDED_COMPARISON, message, Label(node.span), (), (help_,))
        return
    first, second = _bound(one, view), _bound(two, view)
    if first is None or second is None or not same(first[0], second[0]):
        return
    if _is_empty(first, second, view) or _is_empty(second, first, view):
        message = f"no `{ssbt_text(first[0])}` is both: this is false for every row"
        yield Diagnostic(DECIDED_COMPARISON, message, Label(node.span), (), ("was `or` meant?",))


def _null_and_value(one: e.Expression, two: e.Expression, view: View) -> bool:
    if not isinstance(one, e.Is) or one.negated or one.what != "null":
        return False
    bound = _bound(two, view, ("=", "==", "!=", "<>", "<", "<=", ">", ">="))
    return bound is not None and same(bound[0], one.operand)


def _bound(
    node: e.Expression, view: View, operators: tuple[str, ...] = ("<", "<=", ">", ">=")
) -> tuple[e.Expression, str, e.Expression] | None:
    """The column, the operator and the constant of a comparison."""
    if not isinstance(node, e.Binary) or node.operator not in operators:
        return None
    if view.found(node.left) is not None and isinstance(view.outcome(node.right), Value):
        return node.left, node.operator, node.right
    if view.found(node.right) is not None and isinstance(view.outcome(node.left), Value):
        return node.right, _MIRRORED.get(node.operator, node.operator), node.left
    return None


def _is_empty(
    lower: tuple[e.Expression, str, e.Expression],
    upper: tuple[e.Expression, str, e.Expression],
    view: View,
) -> bool:
    """Whether nothing is above the one bound and below the other."""
    if not lower[1].startswith(">") or not upper[1].startswith("<"):
        return False
    low, high = view.outcome(lower[2]), view.outcome(upper[2])
    assert isinstance(low, Value)
    assert isinstance(high, Value)
    strict = lower[1] == ">" or upper[1] == "<"
    types = (view.typed(lower[2]), view.typed(upper[2]))
    empty = compare(">=" if strict else ">", low, high, types, view.ansi)
    return isinstance(empty, Value) and empty.value is True
