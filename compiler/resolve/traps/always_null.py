"""Expressions that are null in every row."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.resolve.expressions.partial_evaluation import cast_outcome
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
    operands,
    without_parentheses,
)
from ssbt.compiler.resolve.traps.failing_constants import find_divisor
from ssbt.compiler.resolve.traps.implicit_casts import find_implicit_casts
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.datatypes import NullType, StringType, UnknownType
from ssbt.compiler.types.folding.arithmetic import is_divisor_zero
from ssbt.compiler.types.folding.calls import SEEING_NULLS, can_evaluate
from ssbt.compiler.types.folding.model import Value

ALWAYS_NULL = Code(
    "SSBT0456",
    "A value that is null in every row",
    """\
One part is null for all rows, and makes null of the whole: a null in `concat`, `||` or a sum;
without ANSI mode a text that is no number or date, and a division by zero.

| in Spark 4.1 | gives |
|---|---|
| `'a' \\|\\| null` | `null` |
| `concat('a', null, 'b')` | `null` |
| `1 + null` | `null` |
| `concat_ws('-', 'a', null, 'b')` | `a-b` |
""",
    wrong=example(steps="|> extend concat(status, null) as text"),
    right=example(steps="|> extend concat(status, '') as text"),
    severity=Severity.WARNING,
)

NULL_IGNORED = Code(
    "SSBT0457",
    "A null that the function does not look at",
    """\
`greatest` and `least` leave nulls out, unlike those of many databases, and `concat_ws` does.

| in Spark 4.1 | gives |
|---|---|
| `greatest(1, null)` | `1` |
| `least(1, null)` | `1` |
| `concat_ws('-', 'a', null)` | `a` |
""",
    wrong=example(steps="|> extend greatest(id, null) as top"),
    right=example(steps="|> extend greatest(id, 0) as top"),
    severity=Severity.WARNING,
)

TAKES = (e.Binary, e.Call, e.InList, e.Between)
_ARITHMETIC = ("+", "-", "*", "/", "%", "div", "||", "&", "|", "^")
_SPREADING = (
    *("concat", "array_contains", "date_add", "date_sub", "datediff", "add_months"),
    *("array_join", "array_remove", "array_position"),
)
_BY_NULL = ("max_by", "min_by", "sum", "avg", "mean", "max", "min")
# A null means something else to these.
_LOOKING = (
    *SEEING_NULLS,
    "array",
    "isnull",
    "isnotnull",
    "typeof",
    "element_at",
    "nullif",
    "size",
    "cardinality",
)
_SKIPPING = ("greatest", "least", "concat_ws")


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    nulls: list[e.Expression] = []
    match node:
        case e.Binary(operator=operator, left=left, right=right) if operator in _ARITHMETIC:
            nulls = [
                side
                for side in (left, right)
                if isinstance(without_parentheses(side), e.NullLiteral)
            ]
        case e.Call():
            parts = [
                part
                for part in operands(node)
                if isinstance(without_parentheses(part), e.NullLiteral)
            ]
            name = function_name(node)
            nulls = parts if name in (*_SPREADING, *_BY_NULL) or _is_null_spreading(name) else []
            if name == "get" and _is_negative(node, view):
                message = "elements are counted from 0: there is none here, in any row"
                help_ = "from the end count `element_at(…, -1)`"
                label = Label(operands(node)[1].span)
                yield Diagnostic(ALWAYS_NULL, message, label, (), (help_,))
            if parts and name in _SKIPPING:
                message = f"`{name}` leaves nulls out, so this one changes nothing"
                yield Diagnostic(NULL_IGNORED, message, Label(parts[0].span), (), ("remove it",))
    if nulls:
        message = "this makes the whole expression null, in every row"
        yield Diagnostic(ALWAYS_NULL, message, Label(nulls[0].span), (), ("leave it out",))
    if not view.ansi:
        yield from _check_legacy(node, view)


def _is_negative(node: e.Call, view: ExpressionView) -> bool:
    parts = operands(node)
    outcome = view.outcome(parts[1]) if len(parts) > 1 else None
    return isinstance(outcome, Value) and isinstance(outcome.value, int) and outcome.value < 0


def _is_null_spreading(name: str) -> bool:
    """Whether the function makes null of a null, wherever it stands among its arguments."""
    return can_evaluate(name) and name not in (*_SKIPPING, *_LOOKING)


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
