"""Decimals whose digits after the point Spark cuts off to make room."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Context, Decimal

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.resolve.traps.expression_view import ExpressionView, function_name, operands
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.datatypes import DecimalType
from ssbt.compiler.types.folding.model import Value
from ssbt.compiler.types.promotion import promote_for_arithmetic

_SCHEMA_OF_RATES = """\
schema Order {
  id:     bigint not null
  amount: decimal(38,18)
  rate:   decimal(38,18)
}
"""

CUT_SCALE = Code(
    "SSBT0446",
    "Decimal digits that get lost",
    """\
A decimal has at most 38 digits. If the exact result needs more, Spark keeps the whole part and
shortens the fraction, down to six digits: small numbers become 0, and others are rounded. It does
the same where several values become one type: in `case`, `greatest`, arrays, comparisons and
unions. There it keeps the whole part only. A comparison that keeps four digits is not reported.
Few quotients are exact: one should have as many digits as its operands, and `amount / 100` two more
than `amount`.

| in Spark 4.1 | gives |
|---|---|
| `cast(0.0000001 as decimal(38,18)) * cast(1 as decimal(38,18))` | `0.000000` |
| `cast(1 as decimal(38,18)) / cast(3 as decimal(38,18))` | `0.333333` |
| `cast(0.1 as decimal(20,10)) * cast(0.0000001 as decimal(18,8))` | `0.00000001000000000` |

First cast the operands to the digits that they really have: `cast(rate as decimal(18,8))`.
""",
    wrong=example(schema=_SCHEMA_OF_RATES, steps="|> extend amount * rate as price"),
    right=example(
        schema=_SCHEMA_OF_RATES,
        steps="|> extend cast(amount as decimal(18,4)) * cast(rate as decimal(18,8)) as price",
    ),
    severity=Severity.WARNING,
)

TAKES = (e.Binary, e.Call)
# Python's own context has fewer digits than a decimal may have.
_EXACT = Context(prec=100)
# The operator that each function is.
_OPERATORS = {"try_add": "+", "try_subtract": "-", "try_multiply": "*", "try_divide": "/"}


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    result = view.data_type(node)
    if isinstance(node, e.Binary):
        name = operator = node.operator
        parts = [node.left, node.right]
    else:
        assert isinstance(node, e.Call)
        name, parts = function_name(node), operands(node)
        operator = _OPERATORS.get(name, "")
    if operator not in ("+", "-", "*", "/") or len(parts) != 2:
        return
    left, right = parts
    promoted = promote_for_arithmetic(view.type_of(left), view.type_of(right), view.ansi)
    a, b = promoted[0].type, promoted[1].type
    if not all(isinstance(type_, DecimalType) for type_ in (a, b, result)):
        return
    assert isinstance(a, DecimalType)
    assert isinstance(b, DecimalType)
    assert isinstance(result, DecimalType)
    scales = (needed_scale(left, a, view), needed_scale(right, b, view))
    exact = sum(scales) if operator == "*" else max(scales)
    if operator == "/":
        # A quotient is hardly ever exact: only fewer digits than the operands have are a loss.
        exact = max(exact, scales[0] + _added_by_division(right, view))
    if result.scale >= exact:
        return
    digits = "no digit" if result.scale == 0 else f"{result.scale} digits"
    message = (
        f"`{name}` of {a.sql} and {b.sql} keeps {digits} after the point, and"
        f" {exact} would be needed"
    )
    help_ = "cast both sides to the digits that they have, such as `cast(… as decimal(18,6))`"
    yield Diagnostic(CUT_SCALE, message, Label(node.span), (), (help_,))


def _added_by_division(divisor: e.Expression, view: ExpressionView) -> int:
    """How many digits more a number has after the point once it is divided by a constant.

    By 100 two, by 8 three; none by 3, whose quotients have no end.
    """
    outcome = view.outcome(divisor)
    if not isinstance(outcome, Value) or outcome.is_opaque:
        return 0
    if not isinstance(outcome.value, int | Decimal) or not outcome.value:
        return 0
    # 10000 is 1 and four digits in front of the point.
    _, digits, exponent = Decimal(outcome.value).normalize(_EXACT).as_tuple()
    assert isinstance(exponent, int)
    rest, added = int("".join(map(str, digits))), 0
    for factor in (2, 5):
        count = 0
        while rest % factor == 0:
            rest, count = rest // factor, count + 1
        added = max(added, count)
    return added + exponent if rest == 1 else 0


def needed_scale(part: e.Expression, type_: DecimalType, view: ExpressionView) -> int:
    """The digits after the point that an operand has; of a constant, without zeros at its end."""
    outcome = view.outcome(part)
    if isinstance(outcome, Value) and outcome.is_opaque:
        # A parameter has the digits that it is given.
        return 0
    if isinstance(outcome, Value) and isinstance(outcome.value, int | Decimal):
        exponent = Decimal(outcome.value).normalize(_EXACT).as_tuple().exponent
        return max(0, -exponent) if isinstance(exponent, int) else 0
    return type_.scale
