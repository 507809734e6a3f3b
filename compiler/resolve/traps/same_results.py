"""Calls that give the same in every row."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.resolve.expressions.walking import nodes
from ssbt.compiler.resolve.ranges.finder import ranges_of
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    comparisons,
    function_name,
    operands,
    without_parentheses,
)
from ssbt.compiler.syntax.ast import expressions as e

SAME_RESULT = Code(
    "SSBT0479",
    "A call that gives the same result for every row",
    """\
The result does not depend on any row: `count` of null counts nothing, and `find_in_set` never finds
a text with a comma, because commas separate the texts that it searches.

| in Spark 4.1 | gives |
|---|---|
| `select count(null) from values (1), (2) as t(a)` | `0` |
| `find_in_set('a,b', 'a,b,c')` | `0` |
| `find_in_set('b', 'a,b,c')` | `2` |
""",
    wrong=example(steps="|> extend find_in_set('PAID,OPEN', status) as place"),
    right=example(steps="|> extend find_in_set(status, 'PAID,OPEN') as place"),
    severity=Severity.WARNING,
)

TAKES = (e.Call,)
_COUNTING = ("count", "find_in_set", "size", "cardinality", "array_size")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    assert isinstance(node, e.Call)
    name = function_name(node)
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


def _find_compared(view: ExpressionView) -> frozenset[int]:
    """The ids of calls that are compared, which is reported where the comparison is decided."""
    return view.compute_once("compared calls", lambda: frozenset(_iterate_compared(view.root)))


def _iterate_compared(root: e.Expression) -> Iterator[int]:
    for part in nodes(root):
        if isinstance(part, e.Binary | e.Between | e.InList):
            for _, left, right in comparisons(part):
                yield id(without_parentheses(left))
                yield id(without_parentheses(right))
