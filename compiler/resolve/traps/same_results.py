"""Calls that give the same in every row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.resolve.expressions.walking import is_same_expression
from ssbt.compiler.resolve.ranges.finder import ranges_of
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    comparisons,
    function_name,
    operands,
    without_parentheses,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast.nodes import Node
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import INT
from ssbt.compiler.types.folding.model import Value

SAME_RESULT = Code(
    "SSBT0479",
    "A call that gives the same result for every row",
    """\
The result does not depend on any row: `count` of null counts nothing, and `find_in_set` never finds
a text with a comma, because commas separate the texts that it searches. If all branches of `case`
or `if` are the same, the condition decides nothing; `lag` and `lead` by 0 rows give the row's own
value.

| in Spark 4.1 | gives |
|---|---|
| `select count(null) from values (1), (2) as t(a)` | `0` |
| `find_in_set('a,b', 'a,b,c')` | `0` |
| `find_in_set('b', 'a,b,c')` | `2` |
| `select lag(x, 0) over (order by x) from values (1), (2) as t(x)` | `1`, `2` |
| `if(false, 'paid', 'paid')` | `paid` |
""",
    wrong=example(steps="|> extend find_in_set('PAID,OPEN', status) as place"),
    right=example(steps="|> extend find_in_set(status, 'PAID,OPEN') as place"),
    severity=Severity.WARNING,
)

TAKES = (e.Call, e.Case)
_COUNTING = ("count", "find_in_set", "size", "cardinality", "array_size")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    branches = _find_branches(node)
    if len(branches) > 1 and all(is_same_expression(branches[0], each) for each in branches[1:]):
        message = f"each branch is `{ssbt_text(branches[0])}`, so the condition decides nothing"
        yield Diagnostic(SAME_RESULT, message, Label(node.span))
        return
    if not isinstance(node, e.Call):
        return
    name = function_name(node)
    if name in ("lag", "lead") and node.window is not None:
        yield from _check_distance(name, operands(node), view)
        return
    if name not in _COUNTING or view.is_constant(node):
        return
    range_ = ranges_of(view).find_range(node)
    points = range_.points if range_ is not None else None
    if points is None or len(points) != 1 or id(node) in _find_compared(view):
        return
    message = f"`{name}` gives {points[0]} in every row"
    help_ = {
        "count": "rows are counted by `count(*)`",
        "find_in_set": "the list comes second: `find_in_set(part, 'a,b')`",
    }.get(name)
    first = operands(node)[0]
    yield Diagnostic(SAME_RESULT, message, Label(first.span), (), (help_,) if help_ else ())


def _check_distance(
    name: str, parts: list[e.Expression], view: ExpressionView
) -> Iterator[Diagnostic]:
    """`lag(x, 0)`."""
    if len(parts) > 1 and view.outcome(parts[1]) == Value(INT, 0):
        message = f"`{name}` by 0 rows is the value of the row itself"
        help_ = "leave the number out for the row beside it"
        yield Diagnostic(SAME_RESULT, message, Label(parts[1].span), (), (help_,))


def _find_branches(node: e.Expression) -> list[e.Expression]:
    """All branches that a row may take; none where it may take none."""
    match node:
        case e.Case(branches=branches, otherwise=otherwise) if otherwise is not None:
            return [*(value for _, value in branches), otherwise]
        case e.Call() if function_name(node) in ("if", "iff", "nvl2"):
            return operands(node)[1:]
    return []


def _find_compared(view: ExpressionView) -> frozenset[int]:
    """The ids of calls that are compared, which is reported where the comparison is decided."""
    return view.compute_once("compared calls", lambda: frozenset(_iterate_compared(view.nodes)))


def _iterate_compared(all_nodes: Sequence[Node]) -> Iterator[int]:
    for part in all_nodes:
        if isinstance(part, e.Binary | e.Between | e.InList):
            for _, left, right in comparisons(part):
                yield id(without_parentheses(left))
                yield id(without_parentheses(right))
