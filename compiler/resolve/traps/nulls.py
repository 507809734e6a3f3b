"""Comparisons with null, which are never true."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
    operands,
    without_parentheses,
)
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text

NULL_COMPARISON = Code(
    "SSBT0432",
    "A comparison with null",
    """\
A comparison with null always gives null, even null compared with null: `where` drops every row, and
`case` takes another branch.

| in Spark 4.1 | gives |
|---|---|
| `null = null` | `null` |
| `1 != null` | `null` |
| `case null when null then 'null' else 'not null' end` | `not null` |
| `null is null` | `true` |
| `null <=> null` | `true` |
| `'a' like null` | `null` |
""",
    wrong=example(steps="|> where status = null"),
    right=example(steps="|> where status is null"),
    severity=Severity.WARNING,
)

NULL_IN_LIST = Code(
    "SSBT0433",
    "A null in the list of `in`",
    """\
A null in the list matches nothing, and turns false into null: `in` never finds rows with null, and
`not in` is never true.

| in Spark 4.1 | gives |
|---|---|
| `'a' in ('x', null)` | `null` |
| `'a' not in ('x', null)` | `null` |
| `cast(null as string) in ('x', null)` | `null` |
| `array_contains(array('a', null), 'b')` | `null` |

To find rows with null, write `… in ('x') or … is null`.
""",
    wrong=example(steps="|> where status not in ('OPEN', null)"),
    right=example(steps="|> where status not in ('OPEN')"),
    severity=Severity.WARNING,
)

TAKES = (e.Binary, e.InList, e.Case, e.Call, e.Between, e.Like)
_SEARCHING = ("array_contains", "arrays_overlap")
_COMPARED = ("=", "==", "!=", "<>", "<", "<=", ">", ">=")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    del view
    match node:
        case e.Binary(operator=operator, left=left, right=right) if operator in _COMPARED:
            for side, counterpart in ((right, left), (left, right)):
                if _is_null(side) and not _is_null(counterpart):
                    yield _build_comparison_diagnostic(node, counterpart)
                    return
        case e.Between(low=low, high=high) if _is_null(low) or _is_null(high):
            side = low if _is_null(low) else high
            message = "a comparison with a bound of null is null in every row"
            help_ = "with one bound write `>=`, `<=`, `<` or `>`"
            yield Diagnostic(NULL_COMPARISON, message, Label(side.span), (), (help_,))
        case e.Like(operand=operand, patterns=patterns) if any(map(_is_null, (operand, *patterns))):
            yield _build_like_diagnostic(node)
        case e.InList(operand=operand) if _is_null(operand):
            message = "null is in no list, not even in one with null"
            yield Diagnostic(NULL_COMPARISON, message, Label(operand.span))
        case e.InList(items=items) if any(map(_is_null, items)):
            yield _build_list_diagnostic(node)
        case e.Call() if function_name(node) in _SEARCHING:
            yield from _check_array(node)
        case e.Case(operand=operand, branches=branches) if operand is not None:
            for choice, _ in branches:
                if _is_null(choice):
                    message = "`when null` never matches: nothing equals null"
                    help_ = f"write `case when {ssbt_text(operand)} is null then …`"
                    yield Diagnostic(NULL_COMPARISON, message, Label(choice.span), (), (help_,))


def _is_null(node: e.Expression) -> bool:
    inner = without_parentheses(node)
    while isinstance(inner, e.Cast):
        inner = without_parentheses(inner.operand)
    return isinstance(inner, e.NullLiteral)


def _build_comparison_diagnostic(node: e.Binary, counterpart: e.Expression) -> Diagnostic:
    message = f"a comparison by `{node.operator}` with null is null in every row"
    null_tests = {"=": "is null", "==": "is null", "!=": "is not null", "<>": "is not null"}
    null_test = null_tests.get(node.operator)
    if null_test is None:
        help_: tuple[str, ...] = ("leave it out, or say what is compared",)
        return Diagnostic(NULL_COMPARISON, message, Label(node.span), (), help_)
    text = f"{ssbt_text(counterpart)} {null_test}"
    fix = () if isinstance(counterpart, e.Binary) else (Edit(node.span, text),)
    return Diagnostic(NULL_COMPARISON, message, Label(node.span), (), (f"write `{text}`",), fix)


def _build_like_diagnostic(node: e.Like) -> Diagnostic:
    null = next(part for part in (node.operand, *node.patterns) if _is_null(part))
    if len(node.patterns) > 1 and null is not node.operand:
        message = f"a pattern of null matches nothing in `{node.operator} {node.quantifier}`"
        return Diagnostic(NULL_COMPARISON, message, Label(null.span), (), ("leave it out",))
    message = f"a comparison by `{node.operator}` with null is null in every row"
    if null is node.operand or node.quantifier:
        return Diagnostic(NULL_COMPARISON, message, Label(null.span))
    null_test = "is not null" if node.negated else "is null"
    text = f"{ssbt_text(node.operand)} {null_test}"
    fix = (Edit(node.span, text),)
    return Diagnostic(NULL_COMPARISON, message, Label(node.span), (), (f"write `{text}`",), fix)


def _build_list_diagnostic(node: e.InList) -> Diagnostic:
    nulls = [item for item in node.items if _is_null(item)]
    values = [item for item in node.items if not _is_null(item)]
    label = Label(nulls[0].span)
    if not values:
        null_test = "is not null" if node.negated else "is null"
        text = f"{ssbt_text(node.operand)} {null_test}"
        message = "a list of nothing but null matches no row, not even one with null"
        fix = (Edit(node.span, text),)
        return Diagnostic(NULL_IN_LIST, message, label, (), (f"write `{text}`",), fix)
    if node.negated:
        message = "`not in` with a null in the list is never true"
        help_ = "leave the null out; rows with null are not kept in any case"
        fix = (Edit(_list_span(node), ", ".join(map(ssbt_text, values))),)
        return Diagnostic(NULL_IN_LIST, message, label, (), (help_,), fix)
    message = "a null in the list of `in` matches nothing"
    help_ = f"for rows with null, add `or {ssbt_text(node.operand)} is null`; or leave the null out"
    return Diagnostic(NULL_IN_LIST, message, label, (), (help_,))


def _check_array(node: e.Call) -> Iterator[Diagnostic]:
    for part in operands(node):
        array = without_parentheses(part)
        if isinstance(array, e.Call) and function_name(array) == "array":
            for item in filter(_is_null, operands(array)):
                message = f"a null in the array makes null of what `{function_name(node)}` does"
                help_ = "leave the null out"
                label = Label(item.span)
                yield Diagnostic(NULL_IN_LIST, f"{message} not find", label, (), (help_,))


def _list_span(node: e.InList) -> Span:
    first, last = node.items[0].span, node.items[-1].span
    return Span(first.path, first.start, last.end)
