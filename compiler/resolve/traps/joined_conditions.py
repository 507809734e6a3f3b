"""`||` between conditions, where other languages have their `or`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.resolve.expressions.foreign_operators import join_by_or, joined_operands
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    comparisons,
    without_parentheses,
)
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.datatypes import BooleanType

JOINED_CONDITIONS = Code(
    "SSBT0490",
    "Conditions joined as text",
    """\
`||` joins texts, so it turns two conditions into a text such as `truefalse`. To say that one or the
other holds, write `or`. `||` also binds tighter than comparisons, `like`, `in` and `is null`, which
then look at the joined text.

| in Spark 4.1 | gives |
|---|---|
| `true \\|\\| false` | `truefalse` |
| `(1 > 2) \\|\\| 'x' like 'x%'` | `false` |
| `(1 > 2) or 'x' like 'x%'` | `true` |
| `'x' = 'x' \\|\\| 'y' is null` | `false` |
| `true or false` | `true` |

If you really want a text, put it in parentheses: `status = ('paid: ' || is_paid)`.
""",
    wrong=example(steps="|> extend (id > 5) || (id < 2) as odd"),
    right=example(steps="|> extend (id > 5) or (id < 2) as odd"),
    severity=Severity.WARNING,
)

TAKES = (e.Binary, e.Between, e.InList, e.Like, e.Is, e.IsDistinctFrom)


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    if isinstance(node, e.Binary) and node.operator == "||":
        chain = joined_operands(node)
        if all(_is_boolean(each, view) for each in chain) and not _is_in_chain(node, view):
            message = "`||` joins these conditions as text, such as 'truefalse'"
            yield _build_diagnostic(node, chain, message)
        return
    for chain in _misread_chains(node, view):
        yield _build_diagnostic(node, chain, "`||` joins texts first, and the rest looks at those")


def is_joined_at(finding: Diagnostic, span: Span) -> bool:
    """Whether a finding is of this rule, and in a place."""
    place = finding.primary.span
    is_inside = span.start <= place.start and place.end <= span.end and span.path == place.path
    return finding.code is JOINED_CONDITIONS and is_inside


def is_joined_condition(node: e.Expression, view: ExpressionView) -> bool:
    """Whether a text is one of those that this rule reports."""
    first = joined_operands(without_parentheses(node))[0]
    return id(first) in view.compute_once("joined", lambda: _find_reported(view))


def _find_reported(view: ExpressionView) -> frozenset[int]:
    """The ids of the first operands of what is reported."""
    all_boolean = (
        joined_operands(node)
        for node in view.nodes
        if isinstance(node, e.Binary) and node.operator == "||"
    )
    misread = [chain for chain in all_boolean if all(_is_boolean(each, view) for each in chain)]
    for node in view.nodes:
        if isinstance(node, TAKES):
            misread += _misread_chains(node, view)
    return frozenset(id(chain[0]) for chain in misread)


def _misread_chains(node: e.Expression, view: ExpressionView) -> Iterator[list[e.Expression]]:
    """The chains of `||` beside which a comparison or another predicate takes in too much."""
    if isinstance(node, e.Binary) and not any(comparisons(node)):
        return
    match node:
        case e.Binary(left=subject) | e.IsDistinctFrom(left=subject):
            pass
        case e.Between() | e.InList() | e.Like() | e.Is():
            subject = node.operand
        case _:
            return
    # `(a > 1) || s like 'x%'`
    chain = joined_operands(subject)
    is_begun = all(_is_boolean(each, view) for each in chain[:-1]) and not isinstance(node, e.Is)
    if len(chain) > 1 and is_begun and not _is_boolean(chain[-1], view):
        yield chain
    # `s = 'x' || (t = 'y')`
    last = _last_operand(node)
    chain = joined_operands(last) if last is not None else []
    is_continued = all(_is_boolean(each, view) for each in chain[1:])
    if len(chain) > 1 and is_continued and not _is_boolean(chain[0], view):
        yield chain
    # `s = 'x' || t is null`
    if isinstance(subject, e.Binary) and any(comparisons(subject)):
        chain = joined_operands(subject.right)
        if len(chain) > 1:
            yield chain


def _last_operand(node: e.Expression) -> e.Expression | None:
    """The operand with which a comparison or another predicate ends."""
    match node:
        case e.Binary(right=last) | e.Between(high=last) | e.IsDistinctFrom(right=last):
            return last
        case e.Like(quantifier=None, patterns=(*_, last)):
            return last
    return None


def _is_in_chain(node: e.Expression, view: ExpressionView) -> bool:
    """Whether the chain goes on behind this part of it."""
    return id(node) in view.compute_once("inner_chains", lambda: _find_inner_chains(view))


def _find_inner_chains(view: ExpressionView) -> frozenset[int]:
    return frozenset(
        id(node.left) for node in view.nodes if isinstance(node, e.Binary) and node.operator == "||"
    )


def _is_boolean(node: e.Expression, view: ExpressionView) -> bool:
    return isinstance(view.data_type(node), BooleanType)


def _build_diagnostic(
    node: e.Expression, chain: Sequence[e.Expression], message: str
) -> Diagnostic:
    help_ = ("one or the other is `or`",)
    return Diagnostic(JOINED_CONDITIONS, message, Label(node.span), (), help_, join_by_or(chain))
