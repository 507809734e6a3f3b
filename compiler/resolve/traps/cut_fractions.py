"""Fractions that a whole number is expected for, which Spark cuts off."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.resolve.traps.expression_view import ExpressionView, function_name
from ssbt.compiler.resolve.traps.implicit_casts import find_implicit_casts
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.datatypes import IntegralType
from ssbt.compiler.types.folding.model import Value

CUT_FRACTION = Code(
    "SSBT0476",
    "A fraction that is dropped",
    """\
The function takes a whole number, and Spark silently drops the fraction: one and a half months
become one.

| in Spark 4.1 | gives |
|---|---|
| `add_months(date '2026-01-31', 1.5)` | `2026-02-28` |
| `repeat('ab', 1.9)` | `ab` |
| `left('abc', 2.5)` | `ab` |
""",
    wrong=example(steps="|> extend add_months(placed_on, 1.5) as due"),
    right=example(steps="|> extend date_add(add_months(placed_on, 1), 15) as due"),
    severity=Severity.WARNING,
    way_out="write the whole number",
)

TAKES = (e.Call,)


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    assert isinstance(node, e.Call)
    for part, target in find_implicit_casts(node, view):
        outcome = view.outcome(part)
        number = outcome.value if isinstance(outcome, Value) else None
        if not isinstance(target, IntegralType) or not isinstance(number, float | Decimal):
            continue
        if Decimal(number).is_finite() and number != int(number):
            message = f"`{function_name(node)}` takes a whole number here: this is {int(number)}"
            yield Diagnostic(CUT_FRACTION, message, Label(part.span))
