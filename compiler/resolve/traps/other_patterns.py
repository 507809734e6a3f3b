"""Patterns of one kind, given to what takes another: regular expressions, `like`, plain text."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
    operands,
    quote,
    without_parentheses,
)
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e

OTHER_PATTERN = Code(
    "SSBT0461",
    "A pattern of another kind",
    r"""
`like` knows `%` and `_`; `rlike` and the functions that begin with `regexp_` take regular
expressions; `replace`, `split_part`, `translate` and `contains` take plain text. Spark does not
complain about the wrong kind of pattern: it looks for exactly those characters.

| in Spark 4.1 | gives |
|---|---|
| `replace('a1b2', '[0-9]', '')` | `a1b2` |
| `regexp_replace('a1b2', '[0-9]', '')` | `ab` |
| `split_part('a.b', r'\.', 1)` | `a.b` |
| `split_part('a.b', '.', 1)` | `a` |
| `'abc' like '.*b.*'` | `false` |
| `'abc' like '[a-c]%'` | `false` |
| `'abc' rlike '%b%'` | `false` |
| `'abc' like '%b%'` | `true` |
""",
    wrong=example(steps="|> extend replace(status, '[0-9]+', '') as word"),
    right=example(steps="|> extend regexp_replace(status, '[0-9]+', '') as word"),
    severity=Severity.WARNING,
)

TAKES = (e.Call, e.Like)
# Functions that look for plain text, the place of it, and their kin that take a regular expression.
_PLAIN = {
    "replace": (1, "regexp_replace"),
    "contains": (1, "regexp_like"),
    "split_part": (1, None),
    "substring_index": (1, None),
    "translate": (1, None),
    "startswith": (1, None),
    "endswith": (1, None),
    "instr": (1, "regexp_instr"),
    "locate": (0, None),
}
# A class of characters that says more than its letters, an escape, a repetition of any character.
_REGEX = lazy_pattern(r"\\[dDsSwWb.|+*?(){}\[\]]|\.[*+]|\[\^?[^\]]*[^\[]-[^\]]+\]|\[[^\]]+\][+*]")
_EXPRESSIVE = (
    *("regexp_replace", "regexp_extract", "regexp_extract_all", "regexp_like", "regexp_count"),
    *("regexp_substr", "regexp_instr", "split"),
)
# `/a+/g`, as JavaScript, Perl and sed have it.
_SLASHES = lazy_pattern(r"/(.*[^\w/ ].*)/([gimsux]*)")
_ESCAPED = lazy_pattern(r"\\([.|+*?(){}\[\]])")
_ONLY_ESCAPES = lazy_pattern(r"(?:\\[.|+*?(){}\[\]]|[^\\.|+*?(){}\[\]^$])*")
# A text with `%` at an end, and no sign of a regular expression.
_LIKE = lazy_pattern(r"%[^\\.|+*?(){}\[\]^$]*|[^\\.|+*?(){}\[\]^$]*%")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    match node:
        case e.Call():
            yield from _check_plain(node, view)
        case e.Like(operator="like" | "ilike", patterns=patterns) if node.escape is None:
            for pattern in patterns:
                text = pattern.value if isinstance(pattern, e.StringLiteral) else ""
                if _REGEX.search(text):
                    message = "this looks like a regular expression, and `like` takes it letter by"
                    fix = _operator_fix(node, "rlike", len(patterns) == 1 and "%" not in text)
                    help_ = ("regular expressions go with `rlike`",)
                    label = Label(pattern.span)
                    yield Diagnostic(OTHER_PATTERN, f"{message} letter", label, (), help_, fix)
        case e.Like(operator="rlike" | "regexp", patterns=patterns):
            for pattern in patterns:
                text = pattern.value if isinstance(pattern, e.StringLiteral) else ""
                if _LIKE.fullmatch(text):
                    message = "`%` is a plain character in a regular expression"
                    fix = _operator_fix(node, "like", len(patterns) == 1)
                    help_ = ("any text is `%` to `like`, and `.*` in a regular expression",)
                    label = Label(pattern.span)
                    yield Diagnostic(OTHER_PATTERN, message, label, (), help_, fix)


def _check_path(part: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    """`json_tuple(text, '$.a')`."""
    text = view.text(part) or ""
    if text.startswith("$."):
        correction = quote(text.removeprefix("$."))
        message = "`json_tuple` takes names of fields: a path is null in every row"
        fix = (
            (Edit(part.span, correction),)
            if isinstance(without_parentheses(part), e.StringLiteral)
            else ()
        )
        help_ = f"write {correction}; paths go with `get_json_object`"
        yield Diagnostic(OTHER_PATTERN, message, Label(part.span), (), (help_,), fix)


def _check_slashes(part: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    """`regexp_replace(text, '/a+/g', '')`."""
    slashes = _SLASHES.fullmatch(view.text(part) or "")
    if slashes:
        correction = quote(("(?i)" if "i" in slashes[2] else "") + slashes[1])
        message = "the slashes around a regular expression are part of it here"
        fix = (
            (Edit(part.span, correction),)
            if isinstance(without_parentheses(part), e.StringLiteral)
            else ()
        )
        yield Diagnostic(
            OTHER_PATTERN, message, Label(part.span), (), (f"write {correction}",), fix
        )


def _check_plain(node: e.Call, view: ExpressionView) -> Iterator[Diagnostic]:
    name, parts = function_name(node), operands(node)
    if name == "json_tuple":
        for part in parts[1:]:
            yield from _check_path(part, view)
    if name in _EXPRESSIVE and len(parts) > 1:
        yield from _check_slashes(parts[1], view)
    index, kin = _PLAIN.get(name, (0, None))
    if name not in _PLAIN or len(parts) <= index or node.keywords:
        return
    part = parts[index]
    text = view.text(part)
    if text is None or not _REGEX.search(text):
        return
    message = f"this looks like a regular expression, and `{name}` looks for it letter by letter"
    if _ONLY_ESCAPES.fullmatch(text):
        correction = quote(_ESCAPED.sub(r"\1", text))
        fix = (
            (Edit(part.span, correction),)
            if isinstance(without_parentheses(part), e.StringLiteral)
            else ()
        )
        help_ = f"plain text needs no backslash: {correction}"
        yield Diagnostic(OTHER_PATTERN, message, Label(part.span), (), (help_,), fix)
    elif kin is not None:
        fix = (Edit(node.name.span, kin),)
        help_ = f"`{kin}` takes a regular expression"
        yield Diagnostic(OTHER_PATTERN, message, Label(part.span), (), (help_,), fix)
    else:
        help_ = "`regexp_extract`, `regexp_replace` and `split` take regular expressions"
        yield Diagnostic(OTHER_PATTERN, message, Label(part.span), (), (help_,))


def _operator_fix(node: e.Like, operator: str, is_sure: bool) -> tuple[Edit, ...]:
    """The edit of the operator between the text and its pattern."""
    if not is_sure or node.quantifier:
        return ()
    between = Span(node.span.path, node.operand.span.end, node.patterns[0].span.start)
    return (Edit(between, f" not {operator} " if node.negated else f" {operator} "),)
