"""Strings that were meant as names: double quotes are strings, and names have backticks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.expressions.walking import nodes
from ssbt.compiler.resolve.traps.view import View, bare, comparisons
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.names import name_text
from ssbt.compiler.types.functions import Kind, find

COMPARED_CONSTANTS = Code(
    "SSBT0434",
    "A string where a column was meant",
    """\
`"status"` is a string, as `'status'` is: names that need quotes have backticks. A comparison of two
constants is the same in every row, so that `where` keeps all rows or none, and an aggregate of a
string does not look at the column of that name.

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


def check(node: e.Expression, view: View) -> Iterator[Diagnostic]:
    match node:
        case e.Call():
            yield from _aggregated(node, view)
        case e.Is(operand=operand):
            text = bare(operand)
            if isinstance(text, e.StringLiteral):
                yield _finding(text, "whether a string is null is known: it never is", view)
        case e.Like(operand=operand, patterns=patterns):
            text = bare(operand)
            if isinstance(text, e.StringLiteral) and all(map(_is_literal, patterns)):
                yield _finding(text, "a string is compared with a constant pattern", view)
        case _:
            yield from _compared(node, view)


def _compared(node: e.Expression, view: View) -> Iterator[Diagnostic]:
    pairs = [(left, right) for _, left, right in comparisons(node)]
    sides = [side for pair in pairs for side in pair]
    if not pairs or not all(view.is_constant(side) for side in sides):
        return
    texts = [bare(side) for side in sides]
    if not all(map(_is_literal, sides)):
        # A function of constants, `upper("status")`: a test of a parameter is none of these.
        for text in _named([part for side in sides for part in nodes(side)], view):
            yield _finding(text, "this is a string, the same in every row", view)
        return
    strings = [text for text in texts if isinstance(text, e.StringLiteral)]
    named = _named(texts, view)
    if strings:
        message = "both sides of this comparison are constants, so it is the same in every row"
        yield _finding((named or strings)[0], message, view)


def _named(parts: Sequence[e.Node], view: View) -> list[e.StringLiteral]:
    """The strings that are the names of columns."""
    strings = [part for part in parts if isinstance(part, e.StringLiteral)]
    return [text for text in strings if view.column(text.value) is not None]


def _is_literal(node: e.Expression) -> bool:
    return isinstance(bare(node), _LITERALS)


def _aggregated(node: e.Call, view: View) -> Iterator[Diagnostic]:
    function = find(node.name.text)
    if function is None or function.kind is not Kind.AGGREGATE or not node.arguments:
        return
    text = bare(node.arguments[0].value)
    if isinstance(text, e.StringLiteral) and view.column(text.value) is not None:
        yield _finding(text, f"`{function.name}` is given a string, not the column", view)


def _finding(text: e.StringLiteral, message: str, view: View) -> Diagnostic:
    column = view.column(text.value)
    if column is None:
        help_ = "quotes of either kind make a string; a name that needs quotes has backticks"
        return Diagnostic(COMPARED_CONSTANTS, message, Label(text.span), (), (help_,))
    name = name_text(column.name)
    help_ = f"the column is written `{name}`, without quotes or in backticks"
    fix = (Edit(text.span, name),)
    return Diagnostic(COMPARED_CONSTANTS, message, Label(text.span), (), (help_,), fix)
