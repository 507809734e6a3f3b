"""Conditions that no row can meet together, and those of which each row meets one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.resolve.expressions.walking import is_same_expression, nodes
from ssbt.compiler.resolve.ranges.cases import NO_ROW, Cases
from ssbt.compiler.resolve.ranges.conditions import (
    ConditionAnalysis,
    Truth,
    chain_of,
    conditions_of,
)
from ssbt.compiler.resolve.ranges.keys import key_of_constant
from ssbt.compiler.resolve.traps.decided_comparisons import DECIDED_COMPARISON
from ssbt.compiler.resolve.traps.expression_view import ExpressionView, without_parentheses
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast.nodes import Node
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.folding.model import Value
from ssbt.compiler.types.ranges.model import type_range
from ssbt.compiler.types.ranges.spans import NOTHING, Span, is_above

TAKES = (e.Binary, e.Between)
_COMPARISONS = ("=", "==", "!=", "<>", "<", "<=", ">", ">=")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    """`a > 5 and a < 3`, `a is null and a = 1`, `a != 1 or a != 2`."""
    if isinstance(node, e.Between):
        yield from _check_between(node, view)
        return
    assert isinstance(node, e.Binary)
    if node.operator not in ("and", "or"):
        yield from _check_constants(node, view)
        return
    if id(node) in _find_links(view):
        return
    analysis = conditions_of(view)
    truth = Truth.TRUE if node.operator == "and" else Truth.FALSE
    # What decides alone is reported there, or was meant: `false and …`.
    links = [link for link in chain_of(node) if analysis.cases(link, truth) != NO_ROW]
    if len(links) < 2:
        return
    parts = [analysis.cases(link, truth) for link in links]
    clash = find_clash(parts, analysis)
    if clash is None:
        return
    yield _build_diagnostic(node, links, clash, view)


def _check_between(node: e.Between, view: ExpressionView) -> Iterator[Diagnostic]:
    """`amount between 1.001 and 1.009`, of a type that has nothing between them."""
    type_ = view.data_type(node.operand)
    keys = [key_of_constant(bound, type_, view) for bound in (node.low, node.high)]
    limit = type_range(type_)
    if view.is_constant(node.operand) or None in keys or limit is None:
        return
    low, high = keys
    if low is None or high is None or is_above(low, high):
        return
    if limit.restrict((Span(low, high),)) == NOTHING:
        truth = "true" if node.negated else "false"
        message = f"no {type_.sql} lies between these bounds: this is {truth} for every row"
        yield Diagnostic(DECIDED_COMPARISON, message, Label(node.span))


def _check_constants(node: e.Binary, view: ExpressionView) -> Iterator[Diagnostic]:
    """A comparison of two constants, unless it is `1 = 1`, which says what it means."""
    sides = [without_parentheses(side) for side in (node.left, node.right)]
    outcome = view.outcome(node)
    if node.operator not in _COMPARISONS or not isinstance(outcome, Value):
        return
    if any(isinstance(side, e.StringLiteral | e.NullLiteral) for side in sides):
        return
    if all(isinstance(side, e.NumberLiteral | e.BooleanLiteral) for side in sides):
        return
    if isinstance(outcome.value, bool):
        message = f"both sides are constants, so this is {str(outcome.value).lower()} for every row"
        yield Diagnostic(DECIDED_COMPARISON, message, Label(node.span))


def find_clash(parts: Sequence[Cases], analysis: ConditionAnalysis) -> tuple[int, int] | None:
    """The places of the two conditions that exclude each other, or of the first and the last."""
    remaining = parts[0]
    for place, part in enumerate(parts[1:], start=1):
        remaining = analysis.meet((remaining, part))
        if remaining == NO_ROW:
            for earlier in range(place):
                if analysis.meet((parts[earlier], part)) == NO_ROW:
                    return earlier, place
            return 0, place
    return None


def _find_links(view: ExpressionView) -> frozenset[int]:
    """The ids of the nodes that are links of a longer chain."""
    return view.compute_once("links of chains", lambda: frozenset(_iterate_links(view.nodes)))


def _iterate_links(all_nodes: Sequence[Node]) -> Iterator[int]:
    for node in all_nodes:
        if isinstance(node, e.Binary) and node.operator in ("and", "or"):
            for side in (node.left, node.right):
                inner = without_parentheses(side)
                if isinstance(inner, e.Binary) and inner.operator == node.operator:
                    yield id(inner)


def _build_diagnostic(
    node: e.Binary, links: Sequence[e.Expression], clash: tuple[int, int], view: ExpressionView
) -> Diagnostic:
    first, second = links[clash[0]], links[clash[1]]
    is_whole = len(chain_of(node)) == 2
    label = Label(node.span if is_whole else second.span)
    also = () if is_whole else (Label(first.span, "the other one"),)
    subject = _find_subject(first, second)
    if node.operator == "or":
        never_null = conditions_of(view).cases(node, Truth.NOT_TRUE) == NO_ROW
        which = f"every `{subject}` that is not null" if subject else "all that is not null"
        message = f"this is true for {'every row' if never_null else which}"
        help_ = _list_help(first, second, ("!=", "<>"), "not in") or "was `and` meant?"
        return Diagnostic(DECIDED_COMPARISON, message, label, also, (help_,))
    if any(_is_null_test(each) for each in (first, second)):
        message = "what is null meets no comparison, so this is never true"
        help_ = "with `or` it is one or the other"
        return Diagnostic(DECIDED_COMPARISON, message, label, also, (help_,))
    equal_help = _list_help(first, second, ("=", "=="), "in")
    if equal_help:
        message = f"this is false for every `{subject}` that is not null"
        return Diagnostic(DECIDED_COMPARISON, message, label, also, (equal_help,))
    message = "no row meets both: this is never true"
    if subject:
        message = f"no `{subject}` is both: this is false for every row"
    return Diagnostic(DECIDED_COMPARISON, message, label, also, ("was `or` meant?",))


def _is_null_test(node: e.Expression) -> bool:
    return isinstance(node, e.Is) and node.constant == "null" and not node.negated


def _find_subject(first: e.Expression, second: e.Expression) -> str:
    """What both conditions are about, if one reads it in both."""
    for each in _sides(first):
        for counterpart in _sides(second):
            if is_same_expression(each, counterpart) and any(
                isinstance(part, e.ColumnName) for part in nodes(each)
            ):
                return ssbt_text(each)
    return ""


def _sides(node: e.Expression) -> tuple[e.Expression, ...]:
    inner = without_parentheses(node)
    while isinstance(inner, e.Unary) and inner.operator in ("not", "!"):
        inner = without_parentheses(inner.operand)
    match inner:
        case e.Binary(operator=operator, left=left, right=right) if operator in _COMPARISONS:
            return (left, right)
        case e.Between(operand=operand) | e.InList(operand=operand) | e.Is(operand=operand):
            return (operand,)
        case e.Like(operand=operand):
            return (operand,)
        case e.ColumnName():
            return (inner,)
    return ()


def _list_help(
    first: e.Expression, second: e.Expression, operators: tuple[str, ...], list_operator: str
) -> str:
    if not isinstance(first, e.Binary) or not isinstance(second, e.Binary):
        return ""
    if first.operator not in operators or second.operator not in operators:
        return ""
    if not is_same_expression(first.left, second.left):
        return ""
    listed = f"({ssbt_text(first.right)}, {ssbt_text(second.right)})"
    return f"write `{ssbt_text(first.left)} {list_operator} {listed}`"
