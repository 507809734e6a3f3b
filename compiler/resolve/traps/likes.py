"""Patterns of `like` that look like those of a shell."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.traps.view import View, quoted
from ssbt.compiler.syntax.ast import expressions as e

SHELL_PATTERN = Code(
    "SSBT0455",
    "A pattern of a shell in `like`",
    """\
To `like`, `%` is any text and `_` any one character; `*` is itself.

| in Spark 4.1 | gives |
|---|---|
| `'orders.csv' like '*.csv'` | `false` |
| `'orders.csv' like '%.csv'` | `true` |
""",
    wrong=example(steps="|> where status like 'PAID*'"),
    right=example(steps="|> where status like 'PAID%'"),
    severity=Severity.WARNING,
)

TAKES = (e.Like,)


def check(node: e.Expression, view: View) -> Iterator[Diagnostic]:
    del view
    assert isinstance(node, e.Like)
    for pattern in node.patterns if node.operator in ("like", "ilike") else ():
        if not isinstance(pattern, e.StringLiteral):
            continue
        text = pattern.value
        if "%" not in text and ".*" not in text and (text.startswith("*") or text.endswith("*")):
            right = quoted(text.replace("*", "%"))
            message = "`*` is a plain character to `like`"
            fix = (Edit(pattern.span, right),)
            help_ = (f"any text is `%`: {right}",)
            yield Diagnostic(SHELL_PATTERN, message, Label(pattern.span), (), help_, fix)
