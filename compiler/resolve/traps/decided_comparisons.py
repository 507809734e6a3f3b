"""Comparisons that come out the same whatever the row holds."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Context, Decimal
import re

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.expressions.walking import is_same_expression
from ssbt.compiler.resolve.ranges.keys import fits_together, key_of_constant
from ssbt.compiler.resolve.traps.expression_view import ExpressionView, comparisons
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import DecimalType, FloatType, IntegralType
from ssbt.compiler.types.folding.casts import as_floating, is_in_integral_range
from ssbt.compiler.types.folding.comparisons import compare
from ssbt.compiler.types.folding.model import Value
from ssbt.compiler.types.ranges.model import type_range
from ssbt.compiler.types.ranges.spans import point

DECIDED_COMPARISON = Code(
    "SSBT0435",
    "A condition that is the same for every row",
    """\
No value makes the condition true, or no value makes it false: the bounds of `between` are the wrong
way round, a number is compared with one that its type cannot hold, `or` joins two `!=`, or `and`
joins two conditions that exclude each other. Conditions in several `where` steps count together as
long as the columns do not change. A FLOAT has fewer digits than the number it is compared with.

| in Spark 4.1 | gives |
|---|---|
| `5 between 10 and 1` | `false` |
| `'PAID' != 'OPEN' or 'PAID' != 'PAID'` | `true` |
| `cast(0.1 as float) = 0.1` | `false` |
| `cast(0.1 as float) = cast(0.1 as float)` | `true` |
| `1 in (1, 2) and 1 = 3` | `false` |
| `7 > 5 and 7 < 3` | `false` |
| `cast(1.5 as decimal(4,2)) between 1.001 and 1.009` | `false` |
""",
    wrong=example(steps="|> where id between 100 and 1"),
    right=example(steps="|> where id between 1 and 100"),
    severity=Severity.WARNING,
    way_out="correct the constant, or leave the condition out",
)

_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}

_WIDE = Context(prec=400)

TAKES = (e.Binary, e.Between, e.InList)


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    match node:
        case e.Between():
            yield from _check_between(node, view)
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


def _check_beyond_type(
    operator: str, value: e.Expression, constant: e.Expression, view: ExpressionView
) -> Iterator[Diagnostic]:
    """`quantity < 3000000000`, where `quantity` is an INT."""
    type_, limit = view.data_type(value), type_range(view.data_type(value))
    if limit is None or not isinstance(type_, IntegralType | DecimalType):
        return
    if isinstance(view.outcome(value), Value) or view.text(constant) is not None:
        return
    number = key_of_constant(constant, type_, view)
    verdict = None if number is None else limit.decide(operator, number)
    if number is None or verdict is None:
        return
    last = limit.spans[0].high if operator.startswith(">") else limit.spans[0].low
    if not limit.restrict((point(number),)) and number != last:
        reason = f"{number} is outside the range of {type_.sql}"
    elif verdict is False:
        reason = f"{number} is the last number of {type_.sql}"
    else:
        return
    message = f"this is {str(verdict).lower()} for every number: {reason}"
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
    if isinstance(type_, IntegralType | DecimalType) and not fits_together(type_, number):
        return None
    if isinstance(type_, IntegralType) and Decimal(number).is_finite():
        if number != int(number):
            return f"{type_.sql} has no fraction", ()
        if not is_in_integral_range(int(number), type_):
            return f"{number} is outside the range of {type_.sql}", ()
    if isinstance(type_, DecimalType) and Decimal(number).is_finite():
        whole = Decimal(number)
        if whole != whole.quantize(Decimal(1).scaleb(-type_.scale), context=_WIDE):
            return f"{type_.sql} has {type_.scale} digits after the point", ()
        if abs(whole) >= Decimal(10) ** (type_.precision - type_.scale):
            return f"{number} is outside the range of {type_.sql}", ()
    if isinstance(type_, FloatType) and not isinstance(outcome.type, FloatType):
        exact = float(number)
        if abs(exact) < 1e38 and as_floating(exact, type_) != exact:
            text = ssbt_text(constant)
            return f"no FLOAT is exactly {text}", (f"compare with `cast({text} as float)`",)
    return None
