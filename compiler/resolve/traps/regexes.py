"""Regular expressions that were meant as plain text."""

from __future__ import annotations

from collections.abc import Iterator
import re

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.traps.view import View, bare, function_name, operands, quoted
from ssbt.compiler.syntax.ast import expressions as e

BARE_SIGN = Code(
    "SSBT0444",
    "A sign of regular expressions where plain text was meant",
    r"""\
`split` and `regexp_replace` take a regular expression: `.` is any character, `|` alone is the empty
text, before and behind every character, `$` and `^` are the ends.

| in Spark 4.1 | gives |
|---|---|
| `split('a.b', '.')` | `[, , , ]` |
| `split('a\|b', '\|')` | `[a, \|, b, ]` |
| `regexp_replace('1.50', '.', ',')` | `,,,,` |
| `regexp_replace('$5', '$', '')` | `$5` |
| `split('a.b', r'\.')` | `[a, b]` |
| `replace('1.50', '.', ',')` | `1,50` |

A backslash before the sign makes it plain, and so do brackets, `[.]`. `replace`, `split_part` and
`substring_index` take plain text.
""",
    wrong=example(steps="|> extend split(status, '.') as parts"),
    right=example(steps="|> extend split(status, r'\\.') as parts"),
    severity=Severity.WARNING,
)

BAD_REPLACEMENT = Code(
    "SSBT0445",
    "A replacement that is not what it seems",
    r"""\
In the replacement of `regexp_replace` a group is `$1`, as in Java. `\1`, as Python and others have
it, is the digit. A `$` that is no group stops the job with the first row that matches; a plain one
is `\$`.

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

TAKES = (e.Call,)
_ALONE = re.compile(r"[.$^|]+|\|\|")
_SPECIAL = frozenset("\\.[]{}()*+?^$|")
# Text with dots in it and no other sign: a name of a file or host, a version, a number.
_DOTTED = re.compile(r"[A-Za-z0-9_ ,:;/@#-]*(?:\.[A-Za-z0-9_ ,:;/@#-]*)+")
_BACKSLASH_GROUP = re.compile(r"\\(\d)")


def check(node: e.Expression, view: View) -> Iterator[Diagnostic]:
    assert isinstance(node, e.Call)
    name, parts = function_name(node), operands(node)
    if name in ("split", "regexp_replace") and len(parts) >= 2:
        pattern = view.text(parts[1])
        if pattern is not None and (_ALONE.fullmatch(pattern) or _DOTTED.fullmatch(pattern)):
            yield _bare(name, parts[1], pattern)
    if name == "regexp_replace" and len(parts) >= 3:
        replacement, pattern = view.text(parts[2]), view.text(parts[1])
        if replacement is not None:
            yield from _replacement(parts[2], replacement, pattern)


def _bare(name: str, part: e.Expression, pattern: str) -> Diagnostic:
    meanings = {".": "any character", "|": "the empty text", "$": "the end", "^": "the beginning"}
    sign = next(sign for sign in pattern if sign in meanings)
    message = f"`{sign}` is {meanings[sign]} to `{name}`, which takes a regular expression"
    escaped = "".join(f"\\{each}" if each in _SPECIAL else each for each in pattern)
    right = f"r'{escaped}'" if "'" not in escaped else quoted(escaped)
    help_ = [f"as plain text it is {right}"]
    if name == "regexp_replace":
        help_.append("`replace` takes plain text")
    fix = (Edit(part.span, right),) if isinstance(bare(part), e.StringLiteral) else ()
    return Diagnostic(BARE_SIGN, message, Label(part.span), (), tuple(help_), fix)


def _replacement(part: e.Expression, replacement: str, pattern: str | None) -> Iterator[Diagnostic]:
    literal = isinstance(bare(part), e.StringLiteral)
    if _BACKSLASH_GROUP.search(replacement):
        right = quoted(_BACKSLASH_GROUP.sub(r"$\1", replacement))
        message = "`\\1` is the digit here; a group of the match is `$1`"
        fix = (Edit(part.span, right),) if literal else ()
        yield Diagnostic(BAD_REPLACEMENT, message, Label(part.span), (), (f"write {right}",), fix)
        return
    groups = _group_count(pattern)
    for found in re.finditer(r"\\.|\$(\d?)(\{)?", replacement):
        if not found[0].startswith("$") or found[2]:
            continue
        if found[1] and (groups is None or int(found[1]) <= groups):
            continue
        right = quoted(replacement.replace("$", "\\$"))
        why = f"the pattern has no group {found[1]}" if found[1] else "`$` begins a group"
        message = f"{why}: the job stops with the first row that matches"
        fix = (Edit(part.span, right),) if literal else ()
        help_ = (f"a plain `$` is written {right}",)
        yield Diagnostic(BAD_REPLACEMENT, message, Label(part.span), (), help_, fix)
        return


def _group_count(pattern: str | None) -> int | None:
    """How many groups a pattern has; None where Python reads it otherwise, or not at all."""
    if pattern is None:
        return None
    try:
        return re.compile(pattern).groups
    except re.error:
        return None
