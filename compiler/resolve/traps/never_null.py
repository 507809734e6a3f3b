"""Tests for null of what is never null."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.resolve.traps.decided_comparisons import DECIDED_COMPARISON
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
    operands,
    without_parentheses,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.folding.model import Value

TAKES = (e.Is, e.Call)
_GIVING = frozenset(
    {
        *("count", "count_if", "approx_count_distinct", "collect_list", "collect_set"),
        *("row_number", "rank", "dense_rank", "ntile", "percent_rank", "cume_dist"),
        *("isnull", "isnotnull", "hash", "xxhash64", "equal_null", "typeof"),
        *("array", "struct", "named_struct", "map", "monotonically_increasing_id"),
        *("current_date", "current_timestamp", "now", "uuid", "rand"),
    }
)


def check(node: e.Expression, view: ExpressionView) -> Iterator[Diagnostic]:
    """`coalesce(code, '') is null`, `count(*) is not null`."""
    match node:
        case e.Is(operand=operand, constant="null", negated=negated):
            pass
        case e.Call() if function_name(node) in ("isnull", "isnotnull") and operands(node):
            operand, negated = operands(node)[0], function_name(node) == "isnotnull"
        case _:
            return
    if not view.is_constant(operand) and _is_never_null(operand, view):
        truth = "true" if negated else "false"
        message = f"`{ssbt_text(operand)}` is never null, so this is {truth} for every row"
        yield Diagnostic(DECIDED_COMPARISON, message, Label(node.span))


def _is_never_null(node: e.Expression, view: ExpressionView) -> bool:
    """Whether the value is never null, whatever the columns hold."""
    inner = without_parentheses(node)
    outcome = view.outcome(inner)
    if isinstance(outcome, Value):
        return not outcome.is_null
    match inner:
        case e.Is() | e.IsDistinctFrom() | e.Binary(operator="<=>"):
            return True
        case e.Case(branches=branches, otherwise=otherwise) if otherwise is not None:
            values = [otherwise, *(value for _, value in branches)]
            return all(_is_never_null(value, view) for value in values)
        case e.Call():
            return _is_call_never_null(inner, view)
    return False


def _is_call_never_null(node: e.Call, view: ExpressionView) -> bool:
    name, parts = function_name(node), operands(node)
    if name in ("coalesce", "nvl", "ifnull", "greatest", "least"):
        return any(_is_never_null(part, view) for part in parts)
    if name == "if" and len(parts) == 3:
        return all(_is_never_null(part, view) for part in parts[1:])
    if name == "concat_ws" and parts:
        return _is_never_null(parts[0], view)
    return name in _GIVING
