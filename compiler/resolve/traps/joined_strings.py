"""Neighbouring string literals in lists, which Spark joins where a comma was forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.traps.expression_view import ExpressionView, without_parentheses
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast.nodes import StringPiece
from ssbt.compiler.syntax.strings import quote_string
from ssbt.compiler.types.functions import find_function

JOINED_STRINGS = Code(
    "SSBT0485",
    "Neighbouring strings in a list",
    """\
Two strings without a comma between them are one string. The list has one item less than it seems to
have, and no value in your data is likely to equal the joined one.

| in Spark 4.1 | gives |
|---|---|
| `'PAID' in ('PAID' 'OPEN')` | `false` |
| `'PAIDOPEN' in ('PAID' 'OPEN')` | `true` |
| `array('a' 'b')` | `[ab]` |
| `concat_ws('-', 'a' 'b', 'c')` | `ab-c` |

You may split a long text on purpose. If every piece is on its own line, and at each seam there is a
space or a character that is neither a letter nor a digit, the pieces count as one text. In a
function that takes a fixed number of arguments, separate lines are enough. Neighbours outside lists
are never reported.
""",
    wrong=example(steps="|> where status in ('PAID' 'OPEN')"),
    right=example(steps="|> where status in ('PAID', 'OPEN')"),
    severity=Severity.WARNING,
)

TAKES = (e.InList, e.Like, e.Tuple, e.Call)


def check(node: e.Expression, _: ExpressionView) -> Iterator[Diagnostic]:
    match node:
        case e.InList(items=items):
            yield from find_joined_strings(items)
        case e.Like(quantifier=quantifier, patterns=patterns) if quantifier:
            yield from find_joined_strings(patterns)
        case e.Tuple(items=tuple_items):
            yield from find_joined_strings(tuple_items)
        case e.Call():
            yield from _check_arguments(node)


def find_joined_strings(
    items: Sequence[e.Expression], takes_lines: bool = False
) -> Iterator[Diagnostic]:
    """The items of a list that are neighbouring literals and were hardly meant to be one.

    If it `takes_lines`, pieces on lines of their own are meant to be one.
    """
    for item in items:
        literal = without_parentheses(item)
        if not isinstance(literal, e.StringLiteral) or not literal.pieces:
            continue
        pairs = zip(literal.pieces, literal.pieces[1:], strict=False)
        seams = [before for before, after in pairs if not _is_meant(before, after, takes_lines)]
        if seams:
            yield _build_diagnostic(literal, seams)


def _check_arguments(node: e.Call) -> Iterator[Diagnostic]:
    function = find_function(node.name.text)
    if function is None or node.keywords:
        return
    # `concat` makes the same of them with a comma and without it.
    is_list = function.maximum is None and function.name != "concat"
    for argument in node.arguments:
        literal = without_parentheses(argument.value)
        if not isinstance(literal, e.StringLiteral) or argument.name is not None:
            continue
        count = len(node.arguments) + len(literal.pieces) - 1
        # Where the function takes no more arguments, no comma was forgotten.
        if literal.pieces and function.arity_mismatch(count) is None:
            yield from find_joined_strings([literal], takes_lines=not is_list)


def _is_meant(before: StringPiece, after: StringPiece, takes_lines: bool) -> bool:
    """Whether a long text goes on in the next line."""
    if not after.starts_line:
        return False
    return takes_lines or not (before.value[-1:].isalnum() and after.value[:1].isalnum())


def _build_diagnostic(literal: e.StringLiteral, seams: Sequence[StringPiece]) -> Diagnostic:
    message = f"these are one string: {quote_string(literal.value)}"
    help_ = "put a comma between them, or write it as one string"
    fix = tuple(Edit(Span(p.span.path, p.span.end, p.span.end), ",") for p in seams)
    return Diagnostic(JOINED_STRINGS, message, Label(literal.span), (), (help_,), fix)
