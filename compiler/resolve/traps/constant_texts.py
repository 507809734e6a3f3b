"""Strings that were meant as names: double quotes are strings, and names have backticks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.expressions.walking import nodes
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    comparisons,
    function_name,
    operands,
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
of two constants is the same for every row, so `where` keeps all rows or none. A function of a
string gives the same in every row, and never looks at the column with that name.

| in Spark 4.1 | gives |
|---|---|
| `"status" = 'PAID'` | `false` |
| `"status" is null` | `false` |
| `select count("s") from values ('a'), (null) as t(s)` | `2` |
| `select count(s) from values ('a'), (null) as t(s)` | `1` |
| `select upper("s") from values ('a'), ('b') as t(s)` | `S`, `S` |
| `select upper(s) from values ('a'), ('b') as t(s)` | `A`, `B` |
""",
    wrong=example(steps="|> where \"status\" = 'PAID'"),
    right=example(steps="|> where `status` = 'PAID'"),
    severity=Severity.WARNING,
)

TAKES = (e.Binary, e.Between, e.InList, e.Like, e.Is, e.Call)
# Functions of texts whose first argument nobody gives as a constant beside constants.
_TEXT_FUNCTIONS = frozenset(
    """
    ascii base64 bit_length char_length character_length chr crc32 initcap lcase left len length
    levenshtein lower lpad ltrim mask md5 octet_length overlay regexp_count regexp_extract
    regexp_extract_all regexp_instr regexp_replace regexp_substr repeat replace reverse right rpad
    rtrim sentences sha sha1 sha2 soundex split split_part substr substring substring_index
    translate trim ucase unbase64 upper url_decode url_encode xxhash64 hash
    """.split()  # noqa: SIM905
)
_JOINING = ("concat", "concat_ws")
_LITERALS = (e.StringLiteral, e.NumberLiteral, e.BooleanLiteral, e.TypedLiteral)


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    match node:
        case e.Call():
            yield from _check_aggregated(node, view)
            yield from _check_worked_on(function_name(node), operands(node), node, view)
        case e.Binary(operator="||", left=left, right=right):
            yield from _check_worked_on("concat", [left, right], node, view)
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
        # A function of constants, `upper("status")`: a test of a parameter is not one of these.
        for text in _find_column_names([part for side in sides for part in nodes(side)], view):
            yield _build_diagnostic(text, "this is a string, the same in every row", view)
        return
    strings = [text for text in texts if isinstance(text, e.StringLiteral)]
    column_names = _find_column_names(texts, view)
    if strings:
        message = "both sides of this comparison are constants, so it is the same in every row"
        yield _build_diagnostic((column_names or strings)[0], message, view)


def _check_worked_on(
    name: str, parts: list[e.Expression], node: e.Expression, view: ExpressionView
) -> Iterator[Diagnostic]:
    """`upper("status")`, `concat("first", ' ')`: a constant that nobody would compute."""
    worked_on = parts if name in _JOINING else parts[:1] if name in _TEXT_FUNCTIONS else []
    if not worked_on or not view.is_constant(node) or any(map(_is_given, nodes(node))):
        return
    for text in _find_column_names([without_parentheses(part) for part in worked_on], view):
        if id(text) not in view.compute_once("compared texts", lambda: _compared_ids(view)):
            yield _build_diagnostic(text, "this is a string, the same in every row", view)


def _is_given(node: Node) -> bool:
    """Whether a run gives the value: a parameter, or a function such as `current_date()`."""
    return isinstance(node, e.ParameterUse) or (isinstance(node, e.Call) and not node.arguments)


def _compared_ids(view: ExpressionView) -> frozenset[int]:
    """The ids of what is in comparisons, where it is reported."""
    return frozenset(
        id(part)
        for node in view.nodes
        if isinstance(node, e.Binary | e.Between | e.InList)
        for _, *sides in comparisons(node)
        for side in sides
        for part in nodes(side)
    )


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
