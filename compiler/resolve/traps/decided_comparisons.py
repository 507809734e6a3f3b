"""Comparisons that come out the same whatever the row holds."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Context, Decimal
import re

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.expressions.walking import is_same_expression
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    comparisons,
    without_parentheses,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import DecimalType, FloatType, IntegralType
from ssbt.compiler.types.folding.casts import as_floating, is_in_integral_range
from ssbt.compiler.types.folding.comparisons import compare
from ssbt.compiler.types.folding.model import Value

DECIDED_COMPARISON = Code(
    "SSBT0435",
    "A condition that is the same for every row",
    """\
No value makes the condition true, or none makes it false: the bounds of `between` are the wrong way
round, a whole number is compared with one that has a fraction or that its type cannot hold, `or`
joins two `!=`, `and` two `=`. A FLOAT has fewer digits than the number that it is compared with.

| in Spark 4.1 | gives |
|---|---|
| `5 between 10 and 1` | `false` |
| `'PAID' != 'OPEN' or 'PAID' != 'PAID'` | `true` |
| `cast(0.1 as float) = 0.1` | `false` |
| `cast(0.1 as float) = cast(0.1 as float)` | `true` |
""",
    wrong=example(steps="|> where id between 100 and 1"),
    right=example(steps="|> where id between 1 and 100"),
    severity=Severity.WARNING,
)

_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}

_WIDE = Context(prec=400)

TAKES = (e.Binary, e.Between, e.InList)


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    match node:
        case e.Between():
            yield from _check_between(node, view)
        case e.Binary(operator="or" | "and"):
            yield from _check_joined(node, view)
    for operator, left, right in comparisons(node):
        yield from _check_with_itself(node, operator, left, right, view)
        if operator in ("=", "==", "!=", "<>", "<=>"):
            for value, constant in ((left, right), (right, left)):
                reason = _find_inequality_reason(value, constant, view)
                if reason is not None:
                    always = "true" if operator in ("!=", "<>") else "false"
                    message = f"this is {always} for every number: {reason[0]}"
                    yield Diagnostic(
                        DECIDED_COMPARISON, message, Label(constant.span), (), reason[1]
                    )
        elif operator in _MIRRORED:
            yield from _check_beyond_type(operator, left, right, view)
            yield from _check_beyond_type(_MIRRORED[operator], right, left, view)


def _check_with_itself(
    node: e.Expression, operator: str, left: e.Expression, right: e.Expression, view: ExpressionView
) -> Iterator[Diagnostic]:
    """`a = a`: on one side, another column was meant."""
    column = view.whole_column(left)
    if column is None or not isinstance(node, e.Binary) or not is_same_expression(left, right):
        return
    # Two sides of a join with one name are a mistake of its own.
    same_named = view.evaluator.typer.context.relation.find_columns(column.name)
    if [each.qualifier for each in same_named].count(column.qualifier) == 1:
        always = "true" if operator in ("=", "==", "<=>", "<=", ">=") else "false"
        message = f"this compares `{ssbt_text(left)}` with itself: {always} if not null"
        help_ = "name the other column, or write `is not null`"
        yield Diagnostic(DECIDED_COMPARISON, message, Label(node.span), (), (help_,))


def _check_between(node: e.Between, view: ExpressionView) -> Iterator[Diagnostic]:
    low, high = view.outcome(node.low), view.outcome(node.high)
    if not isinstance(low, Value) or not isinstance(high, Value):
        return
    types = (view.type_of(node.low), view.type_of(node.high))
    is_reversed = compare(">", low, high, types, view.ansi)
    if isinstance(is_reversed, Value) and is_reversed.value is True:
        first, last = ssbt_text(node.low), ssbt_text(node.high)
        truth = "true" if node.negated else "false"
        message = f"`between` has its bounds the wrong way round and is {truth} for every row"
        fix = (Edit(node.low.span, last), Edit(node.high.span, first))
        help_ = (f"write `between {last} and {first}`",)
        yield Diagnostic(DECIDED_COMPARISON, message, Label(node.span), (), help_, fix)


def _check_joined(node: e.Binary, view: ExpressionView) -> Iterator[Diagnostic]:
    """`x != 1 or x != 2`, and `x = 1 and x = 2`."""
    operators = ("!=", "<>") if node.operator == "or" else ("=", "==")
    first_comparison, second_comparison = (
        without_parentheses(node.left),
        without_parentheses(node.right),
    )
    if isinstance(first_comparison, e.Binary) and first_comparison.operator == node.operator:
        first_comparison = without_parentheses(first_comparison.right)
    if not isinstance(first_comparison, e.Binary) or not isinstance(second_comparison, e.Binary):
        return
    if (
        first_comparison.operator not in operators
        or second_comparison.operator not in operators
        or not is_same_expression(first_comparison.left, second_comparison.left)
    ):
        return
    first, second = view.outcome(first_comparison.right), view.outcome(second_comparison.right)
    if not isinstance(first, Value) or not isinstance(second, Value):
        return
    if isinstance(view.outcome(first_comparison.left), Value):
        return
    types = (view.type_of(first_comparison.right), view.type_of(second_comparison.right))
    equal = compare("=", first, second, types, view.ansi)
    if isinstance(equal, Value) and equal.value is False:
        subject = ssbt_text(first_comparison.left)
        listed = f"({ssbt_text(first_comparison.right)}, {ssbt_text(second_comparison.right)})"
        truth, list_operator = ("true", "not in") if node.operator == "or" else ("false", "in")
        message = f"this is {truth} for every `{subject}` that is not null"
        help_ = (f"write `{subject} {list_operator} {listed}`",)
        yield Diagnostic(DECIDED_COMPARISON, message, Label(node.span), (), help_)


def _check_beyond_type(
    operator: str, value: e.Expression, constant: e.Expression, view: ExpressionView
) -> Iterator[Diagnostic]:
    """`quantity < 3000000000`, where `quantity` is an INT."""
    outcome, type_ = view.outcome(constant), view.data_type(value)
    if not isinstance(outcome, Value) or isinstance(view.outcome(value), Value):
        return
    number = outcome.value
    if isinstance(number, bool) or not isinstance(number, int):
        return
    if isinstance(type_, IntegralType) and not is_in_integral_range(number, type_):
        always = "true" if operator.startswith("<") == (number > 0) else "false"
        message = f"this is {always} for every number: {number} is outside the range of {type_.sql}"
        yield Diagnostic(DECIDED_COMPARISON, message, Label(constant.span))


def _find_inequality_reason(
    value: e.Expression, constant: e.Expression, view: ExpressionView
) -> tuple[str, tuple[str, ...]] | None:
    """Why no value of a column's type equals the constant, and the way out."""
    outcome = view.outcome(constant)
    if not isinstance(outcome, Value) or isinstance(view.outcome(value), Value):
        return None
    number, type_ = outcome.value, view.data_type(value)
    if isinstance(number, str) and isinstance(type_, IntegralType) and view.ansi:
        number = int(number) if re.fullmatch(r"\s*[+-]?\d{1,18}\s*", number) else number
    if isinstance(number, float):
        number = Decimal(number)
    if isinstance(number, bool) or not isinstance(number, int | Decimal):
        return None
    if isinstance(type_, IntegralType) and Decimal(number).is_finite():
        if number != int(number):
            return f"{type_.sql} has no fraction", ()
        if not is_in_integral_range(int(number), type_):
            return f"{number} is outside the range of {type_.sql}", ()
    if isinstance(type_, DecimalType) and Decimal(number).is_finite():
        whole = Decimal(number)
        if whole != whole.quantize(Decimal(1).scaleb(-type_.scale), context=_WIDE):
            return f"{type_.sql} has {type_.scale} digits behind the point", ()
        if abs(whole) >= Decimal(10) ** (type_.precision - type_.scale):
            return f"{number} is outside the range of {type_.sql}", ()
    if isinstance(type_, FloatType) and not isinstance(outcome.type, FloatType):
        exact = float(number)
        if abs(exact) < 1e38 and as_floating(exact, type_) != exact:
            text = ssbt_text(constant)
            return f"no FLOAT is exactly {text}", (f"compare with `cast({text} as float)`",)
    return None
