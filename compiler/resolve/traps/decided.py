"""Comparisons that come out the same whatever the row holds."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Context, Decimal
import re

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.expressions.walking import same
from ssbt.compiler.resolve.traps.view import View, bare, comparisons
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import DecimalType, FloatType, IntegralType
from ssbt.compiler.types.folding.casts import as_floating, fits_bits
from ssbt.compiler.types.folding.comparing import compare
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


def check(node: e.Expression, view: View) -> Iterator[Diagnostic]:
    match node:
        case e.Between():
            yield from _between(node, view)
        case e.Binary(operator="or" | "and"):
            yield from _joined(node, view)
    for operator, left, right in comparisons(node):
        yield from _with_itself(node, operator, left, right, view)
        if operator in ("=", "==", "!=", "<>", "<=>"):
            for value, constant in ((left, right), (right, left)):
                reason = _never_equal(value, constant, view)
                if reason is not None:
                    always = "true" if operator in ("!=", "<>") else "false"
                    message = f"this is {always} for every number: {reason[0]}"
                    yield Diagnostic(
                        DECIDED_COMPARISON, message, Label(constant.span), (), reason[1]
                    )
        elif operator in _MIRRORED:
            yield from _beyond_type(operator, left, right, view)
            yield from _beyond_type(_MIRRORED[operator], right, left, view)


def _with_itself(
    node: e.Expression, operator: str, left: e.Expression, right: e.Expression, view: View
) -> Iterator[Diagnostic]:
    """`a = a`: on one side, another column was meant."""
    column = view.found(left)
    if column is None or not isinstance(node, e.Binary) or not same(left, right):
        return
    # Two sides of a join with one name are a mistake of its own.
    of_name = view.evaluator.typing.around.relation.named(column.name)
    if [each.qualifier for each in of_name].count(column.qualifier) == 1:
        always = "true" if operator in ("=", "==", "<=>", "<=", ">=") else "false"
        message = f"this compares `{ssbt_text(left)}` with itself: {always} if not null"
        help_ = "name the other column, or write `is not null`"
        yield Diagnostic(DECIDED_COMPARISON, message, Label(node.span), (), (help_,))


def _between(node: e.Between, view: View) -> Iterator[Diagnostic]:
    low, high = view.outcome(node.low), view.outcome(node.high)
    if not isinstance(low, Value) or not isinstance(high, Value):
        return
    types = (view.typed(node.low), view.typed(node.high))
    wrong = compare(">", low, high, types, view.ansi)
    if isinstance(wrong, Value) and wrong.value is True:
        first, last = ssbt_text(node.low), ssbt_text(node.high)
        word = "true" if node.negated else "false"
        message = f"`between` has its bounds the wrong way round and is {word} for every row"
        fix = (Edit(node.low.span, last), Edit(node.high.span, first))
        help_ = (f"write `between {last} and {first}`",)
        yield Diagnostic(DECIDED_COMPARISON, message, Label(node.span), (), help_, fix)


def _joined(node: e.Binary, view: View) -> Iterator[Diagnostic]:
    """`x != 1 or x != 2`, and `x = 1 and x = 2`."""
    wanted = ("!=", "<>") if node.operator == "or" else ("=", "==")
    one, two = bare(node.left), bare(node.right)
    if isinstance(one, e.Binary) and one.operator == node.operator:
        one = bare(one.right)
    if not isinstance(one, e.Binary) or not isinstance(two, e.Binary):
        return
    if one.operator not in wanted or two.operator not in wanted or not same(one.left, two.left):
        return
    first, second = view.outcome(one.right), view.outcome(two.right)
    if not isinstance(first, Value) or not isinstance(second, Value):
        return
    if isinstance(view.outcome(one.left), Value):
        return
    types = (view.typed(one.right), view.typed(two.right))
    equal = compare("=", first, second, types, view.ansi)
    if isinstance(equal, Value) and equal.value is False:
        subject = ssbt_text(one.left)
        listed = f"({ssbt_text(one.right)}, {ssbt_text(two.right)})"
        word, way = ("true", "not in") if node.operator == "or" else ("false", "in")
        message = f"this is {word} for every `{subject}` that is not null"
        help_ = (f"write `{subject} {way} {listed}`",)
        yield Diagnostic(DECIDED_COMPARISON, message, Label(node.span), (), help_)


def _beyond_type(
    operator: str, value: e.Expression, constant: e.Expression, view: View
) -> Iterator[Diagnostic]:
    """`quantity < 3000000000`, where `quantity` is an INT."""
    made, type_ = view.outcome(constant), view.type(value)
    if not isinstance(made, Value) or isinstance(view.outcome(value), Value):
        return
    number = made.value
    if isinstance(number, bool) or not isinstance(number, int):
        return
    if isinstance(type_, IntegralType) and not fits_bits(number, type_):
        always = "true" if operator.startswith("<") == (number > 0) else "false"
        message = f"this is {always} for every number: {number} is outside the range of {type_.sql}"
        yield Diagnostic(DECIDED_COMPARISON, message, Label(constant.span))


def _never_equal(
    value: e.Expression, constant: e.Expression, view: View
) -> tuple[str, tuple[str, ...]] | None:
    """Why no value of a column's type equals the constant, and the way out."""
    made = view.outcome(constant)
    if not isinstance(made, Value) or isinstance(view.outcome(value), Value):
        return None
    number, type_ = made.value, view.type(value)
    if isinstance(number, str) and isinstance(type_, IntegralType) and view.ansi:
        number = int(number) if re.fullmatch(r"\s*[+-]?\d{1,18}\s*", number) else number
    if isinstance(number, float):
        number = Decimal(number)
    if isinstance(number, bool) or not isinstance(number, int | Decimal):
        return None
    if isinstance(type_, IntegralType) and Decimal(number).is_finite():
        if number != int(number):
            return f"{type_.sql} has no fraction", ()
        if not fits_bits(int(number), type_):
            return f"{number} is outside the range of {type_.sql}", ()
    if isinstance(type_, DecimalType) and Decimal(number).is_finite():
        whole = Decimal(number)
        if whole != whole.quantize(Decimal(1).scaleb(-type_.scale), context=_WIDE):
            return f"{type_.sql} has {type_.scale} digits behind the point", ()
        if abs(whole) >= Decimal(10) ** (type_.precision - type_.scale):
            return f"{number} is outside the range of {type_.sql}", ()
    if isinstance(type_, FloatType) and not isinstance(made.type, FloatType):
        exact = float(number)
        if abs(exact) < 1e38 and as_floating(exact, type_) != exact:
            text = ssbt_text(constant)
            return f"no FLOAT is exactly {text}", (f"compare with `cast({text} as float)`",)
    return None
