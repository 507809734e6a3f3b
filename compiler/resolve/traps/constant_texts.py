"""Strings that were meant as names: double quotes are strings, and names have backticks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.expressions.walking import nodes
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    comparisons,
    without_parentheses,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast.nodes import Node
from ssbt.compiler.syntax.names import name_text
from ssbt.compiler.types.functions import FunctionKind, find_function

COMPARED_CONSTANTS = Code(
    "SSBT0434",
    "A string where you meant a column",
    """\
`"status"` is a string, just like `'status'`; put names that need quotes in backticks. A comparison
of two constants is the same for every row, so `where` keeps all rows or none, and an aggregate of a
string never looks at the column with that name.

| in Spark 4.1 | gives |
|---|---|
| `"status" = 'PAID'` | `false` |
| `"status" is null` | `false` |
| `select count("s") from values ('a'), (null) as t(s)` | `2` |
| `select count(s) from values ('a'), (null) as t(s)` | `1` |
""",
    wrong=example(steps="|> where \"status\" = 'PAID'"),
    right=example(steps="|> where `status` = 'PAID'"),
    severity=Severity.WARNING,
)

TAKES = (e.Binary, e.Between, e.InList, e.Like, e.Is, e.Call)
_LITERALS = (e.StringLiteral, e.NumberLiteral, e.BooleanLiteral, e.TypedLiteral)


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    match node:
        case e.Call():
            yield from _check_aggregated(node, view)
        case e.Is(operand=operand):
            text = without_parentheses(operand)
            if isinstance(text, e.StringLiteral):
                yield _build_diagnostic(
                    text, "whether a string is null is known: it never is", view
                )
        case e.Like(operand=operand, patterns=patterns):
            text = without_parentheses(operand)
            if isinstance(text, e.StringLiteral) and all(map(_is_literal, patterns)):
                yield _build_diagnostic(text, "a string is compared with a constant pattern", view)
        case _:
            yield from _check_compared(node, view)


def _check_compared(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    pairs = [(left, right) for _, left, right in comparisons(node)]
    sides = [side for pair in pairs for side in pair]
    if not pairs or not all(view.is_constant(side) for side in sides):
        return
    texts = [without_parentheses(side) for side in sides]
    if not all(map(_is_literal, sides)):
        # A function of constants, `upper("status")`: a test of a parameter is none of these.
        for text in _find_column_names([part for side in sides for part in nodes(side)], view):
            yield _build_diagnostic(text, "this is a string, the same in every row", view)
        return
    strings = [text for text in texts if isinstance(text, e.StringLiteral)]
    column_names = _find_column_names(texts, view)
    if strings:
        message = "both sides of this comparison are constants, so it is the same in every row"
        yield _build_diagnostic((column_names or strings)[0], message, view)


def _find_column_names(parts: Sequence[Node], view: ExpressionView) -> list[e.StringLiteral]:
    """The strings that are the names of columns."""
    strings = [part for part in parts if isinstance(part, e.StringLiteral)]
    return [text for text in strings if view.column(text.value) is not None]


def _is_literal(node: e.Expression) -> bool:
    return isinstance(without_parentheses(node), _LITERALS)


def _check_aggregated(node: e.Call, view: ExpressionView) -> Iterator[Diagnostic]:
    function = find_function(node.name.text)
    if function is None or function.kind is not FunctionKind.AGGREGATE or not node.arguments:
        return
    text = without_parentheses(node.arguments[0].value)
    if isinstance(text, e.StringLiteral) and view.column(text.value) is not None:
        yield _build_diagnostic(text, f"`{function.name}` is given a string, not the column", view)


def _build_diagnostic(text: e.StringLiteral, message: str, view: ExpressionView) -> Diagnostic:
    column = view.column(text.value)
    if column is None:
        help_ = "quotes of either kind make a string; a name that needs quotes has backticks"
        return Diagnostic(COMPARED_CONSTANTS, message, Label(text.span), (), (help_,))
    name = name_text(column.name)
    help_ = f"the column is written `{name}`, without quotes or in backticks"
    fix = (Edit(text.span, name),)
    return Diagnostic(COMPARED_CONSTANTS, message, Label(text.span), (), (help_,), fix)
