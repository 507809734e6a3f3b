"""Expressions that are null in every row."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Edit, Label, Severity
from ssbt.compiler.resolve.expressions.partial_evaluation import (
    CHOOSING,
    COALESCING,
    cast_outcome,
)
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
    operands,
    without_parentheses,
)
from ssbt.compiler.resolve.traps.failing_constants import find_divisor
from ssbt.compiler.resolve.traps.implicit_casts import find_implicit_casts
from ssbt.compiler.resolve.traps.no_numbers import NO_NUMBERS
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import NullType, StringType, UnknownType
from ssbt.compiler.types.folding.arithmetic import is_divisor_zero
from ssbt.compiler.types.folding.calls import fold_call
from ssbt.compiler.types.folding.model import Failure, Value
from ssbt.compiler.types.functions.null_results import makes_null

ALWAYS_NULL = Code(
    "SSBT0456",
    "A value that is null in every row",
    """\
One part is null for all rows, and makes the whole null: a null in `concat`, `||` or a sum, or as an
argument of most functions. `try_divide` by zero gives null, and so does a value that a function
cannot read. Without ANSI mode, so do a text that is not a number or date, and a division by zero.

| in Spark 4.1 | gives |
|---|---|
| `'a' \\|\\| null` | `null` |
| `concat('a', null, 'b')` | `null` |
| `1 + null` | `null` |
| `concat_ws('-', 'a', null, 'b')` | `a-b` |
| `try_divide(1, 0)` | `null` |
| `unhex('zz')` | `null` |
| `width_bucket(5, 10, 10, 5)` | `null` |
| `levenshtein('a', null)` | `null` |
""",
    wrong=example(steps="|> extend concat(status, null) as text"),
    right=example(steps="|> extend concat(status, '') as text"),
    severity=Severity.WARNING,
    way_out="correct the constant; if null is meant, write `null`",
)

NULL_IGNORED = Code(
    "SSBT0457",
    "A null that the function ignores",
    """\
`greatest` and `least` skip nulls, unlike in many databases, and so does `concat_ws`. Nothing equals
null, so `nullif` with it gives its first argument.

| in Spark 4.1 | gives |
|---|---|
| `greatest(1, null)` | `1` |
| `least(1, null)` | `1` |
| `concat_ws('-', 'a', null)` | `a` |
| `nullif('a', null)` | `a` |
""",
    wrong=example(steps="|> extend greatest(id, null) as top"),
    right=example(steps="|> extend greatest(id, 0) as top"),
    severity=Severity.WARNING,
)

TAKES = (e.Binary, e.Call, e.Cast, e.InList, e.Between, e.Unary)
_ARITHMETIC = ("+", "-", "*", "/", "%", "div", "||", "&", "|", "^")
_BY_NULL = ("max_by", "min_by", "sum", "avg", "mean", "max", "min")
_SKIPPING = ("greatest", "least", "concat_ws")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    nulls = _find_nulls(node)
    if nulls:
        message = "this makes the whole expression null, in every row"
        yield Diagnostic(ALWAYS_NULL, message, Label(nulls[0].span), (), ("leave it out",))
    elif isinstance(node, e.Call):
        yield from _check_call(node, view)
    elif isinstance(node, e.Cast) and node.form == "try_cast":
        yield from _check_unreadable(node, [node.operand], view)
    if not view.ansi:
        yield from _check_legacy(node, view)


def _find_nulls(node: e.Expression) -> list[e.Expression]:
    """The parts that are null, and make null of the whole."""
    match node:
        case e.Binary(operator=operator, left=left, right=right) if operator in _ARITHMETIC:
            return [side for side in (left, right) if _is_null(side)]
        case e.Unary(operator="-" | "~", operand=operand) if _is_null(operand):
            return [operand]
        case e.Call():
            name = function_name(node)
            return [
                part
                for place, part in enumerate(operands(node))
                if _is_null(part) and (name in _BY_NULL or makes_null(name, place))
            ]
    return []


def _is_null(node: e.Expression) -> bool:
    """Whether null is written, of whatever type."""
    inner = without_parentheses(node)
    while isinstance(inner, e.Cast):
        inner = without_parentheses(inner.operand)
    return isinstance(inner, e.NullLiteral)


def _check_call(node: e.Call, view: ExpressionView) -> Iterator[Diagnostic]:
    name, parts = function_name(node), operands(node)
    if name == "get" and _is_negative(node, view):
        message = "elements are counted from 0: a negative place is never found"
        help_ = "from the end count `element_at(…, -1)`"
        yield Diagnostic(ALWAYS_NULL, message, Label(parts[1].span), (), (help_,))
    ignored = [part for part in parts if isinstance(without_parentheses(part), e.NullLiteral)]
    if ignored and name in _SKIPPING:
        message = f"`{name}` leaves nulls out, so this one changes nothing"
        yield Diagnostic(NULL_IGNORED, message, Label(ignored[0].span), (), ("remove it",))
    if name == "nullif" and len(parts) == 2 and _is_null(parts[1]):
        message = "nothing equals null, so `nullif` gives its first argument"
        help_ = f"write `{ssbt_text(parts[0])}`"
        fix = (Edit(node.span, ssbt_text(parts[0])),)
        yield Diagnostic(NULL_IGNORED, message, Label(parts[1].span), (), (help_,), fix)
    if name in ("try_divide", "try_mod") and len(parts) == 2 and not view.is_null(parts[0]):
        if is_divisor_zero(view.outcome(parts[1]), True):
            message = f"`{name}` by zero is null, in every row"
            yield Diagnostic(ALWAYS_NULL, message, Label(parts[1].span))
    elif name == "width_bucket" and len(parts) == 4:
        yield from _check_bounds(node, parts, view)
    else:
        yield from _check_unreadable(node, parts, view)


def _check_bounds(
    node: e.Call, parts: list[e.Expression], view: ExpressionView
) -> Iterator[Diagnostic]:
    """`width_bucket(x, 10, 10, 5)`."""
    low, high, count = (view.outcome(part) for part in parts[1:])
    if not isinstance(low, Value) or not isinstance(high, Value) or low.is_null or high.is_null:
        return
    if not low.is_opaque and low.value == high.value:
        message = "between bounds that are equal there are no buckets: this is null in every row"
        yield Diagnostic(ALWAYS_NULL, message, Label(parts[2].span))
    elif isinstance(count, Value) and isinstance(count.value, int) and count.value < 1:
        message = "this is no number of buckets, and makes null of the whole, in every row"
        yield Diagnostic(ALWAYS_NULL, message, Label(parts[3].span))


def _check_unreadable(
    node: e.Expression, parts: list[e.Expression], view: ExpressionView
) -> Iterator[Diagnostic]:
    """A function of constants that are no nulls which gives null."""
    if isinstance(node, e.Call) and function_name(node) in (*CHOOSING, *COALESCING, *NO_NUMBERS):
        return
    outcomes = [view.outcome(part) for part in parts]
    if not parts or not all(isinstance(each, Value) and not each.is_null for each in outcomes):
        return
    values = [each for each in outcomes if isinstance(each, Value)]
    if view.is_null(node) or _is_attempt_in_vain(node, values, view):
        message = f"`{ssbt_text(node)}` is null, in every row"
        yield Diagnostic(ALWAYS_NULL, message, Label(node.span))


def _is_negative(node: e.Call, view: ExpressionView) -> bool:
    parts = operands(node)
    outcome = view.outcome(parts[1]) if len(parts) > 1 else None
    return isinstance(outcome, Value) and isinstance(outcome.value, int) and outcome.value < 0


def _is_attempt_in_vain(node: e.Expression, values: list[Value], view: ExpressionView) -> bool:
    """`try_url_decode('%zz')`, whose function without `try` would fail."""
    if not isinstance(node, e.Call) or not function_name(node).startswith("try_"):
        return False
    name = function_name(node).removeprefix("try_")
    return isinstance(fold_call(name, values, view.data_type(node), True), Failure)


def _check_legacy(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    """What ANSI mode would refuse."""
    for part, target in find_implicit_casts(node, view):
        outcome = view.outcome(part)
        if isinstance(target, UnknownType | NullType) or not isinstance(outcome, Value):
            continue
        cast_result = cast_outcome(outcome, target, False)
        is_text = isinstance(outcome.type, StringType) and not outcome.is_null
        if is_text and isinstance(cast_result, Value) and cast_result.is_null:
            message = f"'{outcome.value}' is no {target.sql} and becomes null, in every row"
            yield Diagnostic(ALWAYS_NULL, message, Label(part.span))
    divisor_node = find_divisor(node)
    if divisor_node is not None and is_divisor_zero(view.outcome(divisor_node), False):
        yield Diagnostic(ALWAYS_NULL, "a division by zero is null", Label(divisor_node.span))
