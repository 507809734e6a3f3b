"""Formats of numbers that leave out what the numbers have."""

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
from ssbt.compiler.types.datatypes import NumericType

LOST_SIGN = Code(
    "SSBT0467",
    "A number format without a sign",
    """\
`to_char` writes a sign only if the format has a place for it: without `S`, `MI` or `PR`, -5 and 5
give the same text. A number with more digits than the format, before or after the point, comes out
as `#`.

| in Spark 4.1 | gives |
|---|---|
| `to_char(-1.5, '9.99')` | `1.50` |
| `to_char(-1.5, 'S9.99')` | `-1.50` |
| `to_char(-1.5, '9.99PR')` | `<1.50>` |
| `to_char(123, '99')` | `##` |
| `to_char(1.237, '9.99')` | `#.##` |
""",
    wrong=example(steps="|> extend to_char(amount, '999,990.00') as text"),
    right=example(steps="|> extend to_char(amount, 'S999,990.00') as text"),
    severity=Severity.WARNING,
)

TAKES = (e.Call,)
_SIGN = lazy_pattern(r"S|MI|PR", re.IGNORECASE)


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    assert isinstance(node, e.Call)
    parts = operands(node)
    if function_name(node) not in ("to_char", "to_varchar") or len(parts) != 2:
        return
    format_ = view.text(parts[1])
    if format_ is None or not isinstance(view.data_type(parts[0]), NumericType):
        return
    if not _SIGN.search(format_) and not view.is_constant(parts[0]):
        correction = quote(f"S{format_}")
        message = "this has no place for a sign, and negative numbers lose theirs"
        fix = (
            (Edit(parts[1].span, correction),)
            if isinstance(without_parentheses(parts[1]), e.StringLiteral)
            else ()
        )
        help_ = (f"with a sign it is {correction}",)
        yield Diagnostic(LOST_SIGN, message, Label(parts[1].span), (), help_, fix)
