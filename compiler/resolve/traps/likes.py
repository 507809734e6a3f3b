"""Patterns of `like` that look like those of a shell."""

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
)
from ssbt.compiler.resolve.traps.failing_constants import CONSTANT_FAILS
from ssbt.compiler.syntax.ast import expressions as e

SHELL_PATTERN = Code(
    "SSBT0455",
    "A shell pattern in `like`",
    """\
In `like`, `%` is any text and `_` any one character; `*`, `^` and `$` are plain characters. The
pattern always has to match the whole text.

| in Spark 4.1 | gives |
|---|---|
| `'orders.csv' like '*.csv'` | `false` |
| `'orders.csv' like '%.csv'` | `true` |
| `'orders.csv' like '%.csv$'` | `false` |
""",
    wrong=example(steps="|> where status like 'PAID*'"),
    right=example(steps="|> where status like 'PAID%'"),
    severity=Severity.WARNING,
)

TAKES = (e.Like, e.Call)
# The ends as a regular expression has them.
_ANCHORED = lazy_pattern(r"(\^?)([^\^$\\.*+]+(?:\.[^\^$\\.*+]+)*)(\$?)")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    if isinstance(node, e.Call):
        parts = operands(node)
        if function_name(node) in ("like", "ilike") and len(parts) in (2, 3):
            escape = view.text(parts[2]) if len(parts) == 3 else "\\"
            yield from _escapes(parts[1], escape, view)
        return
    assert isinstance(node, e.Like)
    for pattern in node.patterns if node.operator in ("like", "ilike") else ():
        yield from _escapes(pattern, node.escape or "\\", view)
    for pattern in node.patterns if node.operator in ("like", "ilike") else ():
        if not isinstance(pattern, e.StringLiteral):
            continue
        text = pattern.value
        anchored = _ANCHORED.fullmatch(text)
        if anchored and node.escape is None:
            yield from _check_anchors(pattern, anchored)
            continue
        if "%" not in text and ".*" not in text and (text.startswith("*") or text.endswith("*")):
            correction = quote(text.replace("*", "%"))
            message = "`*` is a plain character to `like`"
            fix = (Edit(pattern.span, correction),)
            help_ = (f"any text is `%`: {correction}",)
            yield Diagnostic(SHELL_PATTERN, message, Label(pattern.span), (), help_, fix)


def _escapes(node: e.Expression, escape: str | None, view: ExpressionView) -> Iterator[Diagnostic]:
    """What an escape makes plain: `%`, `_` and itself; Spark stops at any other."""
    pattern = view.text(node)
    if pattern is None or escape is None or len(escape) != 1:
        return
    sign = re.escape(escape)
    wrong = re.sub(f"{sign}[%_{sign}]", "", pattern)
    if escape in wrong:
        message = f"`{escape}` makes `%`, `_` or itself plain in this pattern, and nothing else"
        help_ = (f"a plain `{escape}` is written twice",)
        yield Diagnostic(CONSTANT_FAILS, message, Label(node.span), (), help_)


def _check_anchors(pattern: e.StringLiteral, anchored: re.Match[str]) -> Iterator[Diagnostic]:
    """`like '^A%'` and `like '%.csv$'`."""
    start, text, end = anchored.groups()
    if (not start and not end) or (end and not text.startswith("%") and not start):
        # A price or a name of a variable may end with `$`.
        return
    sign = start or end
    like_pattern = text
    if start and not end and not text.endswith("%"):
        like_pattern = text + "%"
    message = f"`{sign}` is a plain character to `like`, which looks at the whole text"
    correction = quote(like_pattern)
    fix = (Edit(pattern.span, correction),)
    yield Diagnostic(SHELL_PATTERN, message, Label(pattern.span), (), (f"write {correction}",), fix)
