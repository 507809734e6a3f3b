"""Decimals whose digits behind the point Spark cuts off to make room."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.resolve.traps.view import View
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.datatypes import DecimalType
from ssbt.compiler.types.promotion import for_arithmetic

_SCHEMA_OF_RATES = """\
schema Order {
  id:     bigint not null
  amount: decimal(38,18)
  rate:   decimal(38,18)
}
"""

CUT_SCALE = Code(
    "SSBT0446",
    "Digits behind the point that get lost",
    """\
A decimal has 38 digits at most. Where the exact result needs more, Spark keeps the whole part and
cuts the fraction, down to six digits: small numbers become 0, and others are rounded.

| in Spark 4.1 | gives |
|---|---|
| `1.000000000000000001BD * cast(0.0000001 as decimal(38,18))` | `0.0000001000000000000000` |
| `cast(0.0000001 as decimal(38,18)) * cast(1 as decimal(38,18))` | `0.000000` |
| `cast(1 as decimal(38,18)) / cast(3 as decimal(38,18))` | `0.333333` |
| `cast(0.1 as decimal(20,10)) * cast(0.0000001 as decimal(18,8))` | `0.000000010000000000` |

Cast the operands to the digits that they really have before: `cast(rate as decimal(18,8))`.
""",
    wrong=example(schema=_SCHEMA_OF_RATES, steps="|> extend amount * rate as price"),
    right=example(
        schema=_SCHEMA_OF_RATES,
        steps="|> extend cast(amount as decimal(18,4)) * cast(rate as decimal(18,8)) as price",
    ),
    severity=Severity.WARNING,
)

TAKES = (e.Binary,)
_MOST = 38


def check(node: e.Expression, view: View) -> Iterator[Diagnostic]:
    assert isinstance(node, e.Binary)
    result = view.type(node)
    if node.operator not in ("+", "-", "*", "/") or not isinstance(result, DecimalType):
        return
    left, right = for_arithmetic(view.typed(node.left), view.typed(node.right), view.ansi)
    a, b = left.type, right.type
    if not isinstance(a, DecimalType) or not isinstance(b, DecimalType):
        return
    # A quotient is hardly ever exact: only fewer digits than the operands have are a loss.
    exact = a.scale + b.scale if node.operator == "*" else max(a.scale, b.scale)
    if result.scale >= exact:
        return
    digits = "no digit" if result.scale == 0 else f"{result.scale} digits"
    message = (
        f"`{node.operator}` of {a.sql} and {b.sql} keeps {digits} behind the point, and"
        f" {exact} would be needed"
    )
    help_ = "cast both sides to the digits that they have, such as `cast(… as decimal(18,6))`"
    yield Diagnostic(CUT_SCALE, message, Label(node.span), (), (help_,))
