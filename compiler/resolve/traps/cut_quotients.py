"""Whole-number division where a fraction is wanted right after it."""

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
from ssbt.compiler.types.datatypes import DataType, DecimalType, DoubleType, FloatType

CUT_QUOTIENT = Code(
    "SSBT0464",
    "A quotient that has lost its fraction already",
    """\
`div` drops the fraction, so there is nothing left to round, and casting the result to DOUBLE or
decimal does not bring it back. `/` keeps it.

| in Spark 4.1 | gives |
|---|---|
| `round(7 div 2)` | `3` |
| `ceil(7 div 2)` | `3` |
| `cast(7 div 2 as decimal(10,2))` | `3.00` |
| `round(7 / 2)` | `4.0` |
| `cast(7 / 2 as decimal(10,2))` | `3.50` |
""",
    wrong=example(steps="|> extend round(id div 10) as tenth"),
    right=example(steps="|> extend round(id / 10) as tenth"),
    severity=Severity.WARNING,
)

TAKES = (e.Call, e.Cast)
_ROUNDING = ("round", "bround", "ceil", "ceiling")
_FRACTIONS = ("double", "float", "decimal")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    match node:
        case e.Call() if function_name(node) in (*_ROUNDING, *_FRACTIONS) and operands(node):
            # `round(x div 60, -2)` makes a whole number of a whole number.
            if len(operands(node)) > 1 and function_name(node) != "decimal":
                return
            part = without_parentheses(operands(node)[0])
        case e.Cast(operand=operand) if _has_fraction(view.data_type(node)):
            part = without_parentheses(operand)
        case _:
            return
    if isinstance(part, e.Binary) and part.operator == "div":
        between = Span(part.span.path, part.left.span.end, part.right.span.start)
        message = "`div` has cut the fraction, so that none is left here"
        help_ = ("`/` keeps it",)
        fix = (Edit(between, " / "),)
        yield Diagnostic(CUT_QUOTIENT, message, Label(part.span), (), help_, fix)


def _has_fraction(type_: DataType) -> bool:
    is_decimal = isinstance(type_, DecimalType) and type_.scale > 0
    return is_decimal or isinstance(type_, DoubleType | FloatType)
