"""Regular expressions that were meant as plain text."""

from __future__ import annotations

from collections.abc import Iterator
import re

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
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.texts import group_count

BARE_SIGN = Code(
    "SSBT0444",
    "A regular-expression character where you meant plain text",
    r"""
`split`, `str_to_map`, `rlike` and the functions that begin with `regexp_` take a regular
expression: `.` is any character, `|` alone is the empty text, before and after every character, and
`$` and `^` are the ends.

| in Spark 4.1 | gives |
|---|---|
| `split('a.b', '.')` | `[, , , ]` |
| `split('a\|b', '\|')` | `[a, \|, b, ]` |
| `regexp_replace('1.50', '.', ',')` | `,,,,` |
| `regexp_replace('$5', '$', '')` | `$5` |
| `'abc' rlike 'x\|'` | `true` |
| `'acsv' rlike '.csv$'` | `true` |
| `split('a;b', '\|;')` | `[a, ;, b, ]` |
| `regexp_count('a.b', '.')` | `3` |
| `split('a.b', r'\.')` | `[a, b]` |
| `map_contains_key(str_to_map('a\|b', '\|', '='), '\|')` | `true` |
| `replace('1.50', '.', ',')` | `1,50` |

A backslash before the character makes it plain, and so do brackets, `[.]`. `replace`, `split_part`
and `substring_index` take plain text.
""",
    wrong=example(steps="|> extend split(status, '.') as parts"),
    right=example(steps="|> extend split(status, r'\\.') as parts"),
    severity=Severity.WARNING,
)

BAD_REPLACEMENT = Code(
    "SSBT0445",
    "A replacement that is not what it seems",
    r"""
In the replacement of `regexp_replace`, write a group as `$1`, as in Java. `\1`, as in Python and
elsewhere, is just the digit. A `$` that does not begin a group stops the job at the first row that
matches; write a plain one as `\$`.

| in Spark 4.1 | gives |
|---|---|
| `regexp_replace('ab', '(a)(b)', r'\2\1')` | `21` |
| `regexp_replace('ab', '(a)(b)', '$2$1')` | `ba` |
| `regexp_replace('5 EUR', ' EUR', r' \$')` | `5 $` |
""",
    wrong=example(steps="|> extend regexp_replace(status, '(A)(B)', r'\\2\\1') as s"),
    right=example(steps="|> extend regexp_replace(status, '(A)(B)', '$2$1') as s"),
    severity=Severity.WARNING,
)

TAKES = (e.Call, e.Like)
_ALONE = lazy_pattern(r"[.$^|]+| *\| *")
# Functions that find something in every text by such a pattern.
_FINDING = ("regexp_like", "rlike", "regexp", "regexp_count", "regexp_instr", "regexp_substr")
_EXTRACTING = ("regexp_extract", "regexp_extract_all")
# A name's ending, `.csv$`, or an alternative of nothing.
_ENDING = lazy_pattern(r"[A-Za-z0-9_ -]*(\.[A-Za-z][A-Za-z0-9]{1,6})+\$")
_EMPTY_BRANCH = lazy_pattern(r"[^\\()\[\]]*\||\|[^\\()\[\]]*|[^\\()\[\]]*\|\|[^\\()\[\]]*")
_SPECIAL = frozenset("\\.[]{}()*+?^$|")
# Text with dots in it and no other sign: a name of a file or host, a version, a number.
_DOTTED = lazy_pattern(r"[A-Za-z0-9_ ,:;/@#-]*(?:\.[A-Za-z0-9_ ,:;/@#-]*)+")
_BACKSLASH_GROUP = lazy_pattern(r"\\(\d)")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    if isinstance(node, e.Like):
        if node.operator in ("rlike", "regexp"):
            for part in node.patterns:
                yield from _check_searched(node.operator, part, view)
        return
    assert isinstance(node, e.Call)
    name, parts = function_name(node), operands(node)
    if name in (*_FINDING, *_EXTRACTING) and len(parts) >= 2:
        yield from _check_searched(name, parts[1], view)
    if name == "str_to_map":
        for part in parts[1:]:
            pattern = view.text(part)
            if pattern and _ALONE.fullmatch(pattern):
                yield _build_diagnostic(name, part, pattern)
    if name in ("split", "regexp_replace") and len(parts) >= 2:
        pattern = view.text(parts[1])
        if pattern is not None and (_ALONE.fullmatch(pattern) or _DOTTED.fullmatch(pattern)):
            yield _build_diagnostic(name, parts[1], pattern)
        elif pattern is not None and _EMPTY_BRANCH.fullmatch(pattern):
            yield _build_empty_branch_diagnostic(name, parts[1], pattern)
    if name == "regexp_replace" and len(parts) >= 3:
        replacement, pattern = view.text(parts[2]), view.text(parts[1])
        if replacement is not None:
            yield from _check_replacement(parts[2], replacement, pattern)


def _check_searched(name: str, part: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    pattern = view.text(part)
    if pattern is None:
        return
    if _ALONE.fullmatch(pattern) and (pattern != "." or name not in _EXTRACTING):
        yield _build_diagnostic(name, part, pattern)
    elif _EMPTY_BRANCH.fullmatch(pattern) and name not in _EXTRACTING:
        yield _build_empty_branch_diagnostic(name, part, pattern)
    elif _ENDING.fullmatch(pattern):
        yield _build_diagnostic(name, part, pattern.removesuffix("$"), "$")


def _build_empty_branch_diagnostic(name: str, part: e.Expression, pattern: str) -> Diagnostic:
    message = f"one side of `|` is empty here, which `{name}` finds in every text"
    escaped = "".join(f"\\{each}" if each in _SPECIAL else each for each in pattern)
    plain = f"r'{escaped}'" if "'" not in escaped else quote(escaped)
    help_ = ("leave the `|` out that has nothing beside it", f"as plain text it is {plain}")
    return Diagnostic(BARE_SIGN, message, Label(part.span), (), help_)


def _build_diagnostic(name: str, part: e.Expression, pattern: str, end: str = "") -> Diagnostic:
    """The finding; `end` is what stays as it is after the pattern."""
    meanings = {".": "any character", "|": "the empty text", "$": "the end", "^": "the beginning"}
    sign = next(sign for sign in pattern if sign in meanings)
    message = f"`{sign}` is {meanings[sign]} to `{name}`, which takes a regular expression"
    escaped = "".join(f"\\{each}" if each in _SPECIAL else each for each in pattern)
    correction = f"r'{escaped}{end}'" if "'" not in escaped else quote(escaped + end)
    help_ = [f"as plain text it is {correction}"]
    if name == "regexp_replace":
        help_.append("`replace` takes plain text")
    fix = (
        (Edit(part.span, correction),)
        if isinstance(without_parentheses(part), e.StringLiteral)
        else ()
    )
    return Diagnostic(BARE_SIGN, message, Label(part.span), (), tuple(help_), fix)


def _check_replacement(
    part: e.Expression, replacement: str, pattern: str | None
) -> Iterator[Diagnostic]:
    literal = isinstance(without_parentheses(part), e.StringLiteral)
    if _BACKSLASH_GROUP.search(replacement):
        correction = quote(_BACKSLASH_GROUP.sub(r"$\1", replacement))
        message = "`\\1` is the digit here; a group of the match is `$1`"
        fix = (Edit(part.span, correction),) if literal else ()
        yield Diagnostic(
            BAD_REPLACEMENT, message, Label(part.span), (), (f"write {correction}",), fix
        )
        return
    groups = None if pattern is None else group_count(pattern)
    for group in re.finditer(r"\\.|\\\Z|\$(\d?)(\{[A-Za-z])?", replacement, re.DOTALL):
        if group[0] == "\\":
            message = (
                "`\\` at the end makes nothing plain: the job stops with the first row that matches"
            )
            help_ = ("a plain backslash is written twice",)
            yield Diagnostic(BAD_REPLACEMENT, message, Label(part.span), (), help_)
            return
        if not group[0].startswith("$") or group[2]:
            continue
        if group[1] and (groups is None or int(group[1]) <= groups):
            continue
        correction = quote(replacement.replace("$", "\\$"))
        reason = f"the pattern has no group {group[1]}" if group[1] else "`$` begins a group"
        message = f"{reason}: the job stops with the first row that matches"
        fix = (Edit(part.span, correction),) if literal else ()
        help_ = (f"a plain `$` is written {correction}",)
        yield Diagnostic(BAD_REPLACEMENT, message, Label(part.span), (), help_, fix)
        return
