"""Where a call may stand: aggregates, window functions and generators each have their places."""

from __future__ import annotations

from ssbt.compiler.diagnostics.codes import expressions as codes
from ssbt.compiler.diagnostics.codes.windows import MISPLACED_WINDOW
from ssbt.compiler.resolve.expressions.expression_typer import ExpressionTyper
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.functions import Function, FunctionKind

_SUBTOTALS = ("grouping", "grouping_id")


def is_call_allowed(typer: ExpressionTyper, node: e.Call, function: Function) -> bool:
    """Whether a call of this function may stand here; a finding where it may not."""
    name, span = function.name, node.span
    if node.window is not None:
        return _is_window_allowed(typer, node, function)
    if function.kind is FunctionKind.WINDOW:
        message = f"`{name}` is a window function and needs `over (order by …)`"
        help_ = f"write `{ssbt_text(node)} over (order by COLUMN)`"
        typer.report_mistake(MISPLACED_WINDOW, span, message, help=help_)
        return False
    if function.kind is FunctionKind.AGGREGATE:
        return _is_aggregate_allowed(typer, node, function)
    if function.kind is FunctionKind.GENERATOR and node is not typer.generator:
        message = f"`{name}` makes several rows and cannot stand inside an expression here"
        help_ = f"use the step `|> explode …`, or `|> select {name}(…) as name`"
        typer.report_mistake(codes.MISPLACED_GENERATOR, span, message, help=help_)
        return False
    if function.kind is FunctionKind.GENERATOR:
        typer.found_generator = span
    if name in _SUBTOTALS and not typer.has_subtotals:
        message = f"`{name}` tells subtotals apart, and there are none here"
        help_ = "it stands in `aggregate … group by rollup(…)`, `cube(…)` or `grouping sets (…)`"
        typer.report_mistake(codes.MISPLACED_AGGREGATE, span, message, help=help_)
        return False
    if function.kind is FunctionKind.TABLE:
        message = f"`{name}` makes a table, not a value"
        typer.report_mistake(codes.UNKNOWN_FUNCTION, node.name.span, message)
        return False
    return True


def _is_window_allowed(typer: ExpressionTyper, node: e.Call, function: Function) -> bool:
    if function.kind not in (FunctionKind.AGGREGATE, FunctionKind.WINDOW):
        message = (
            f"`{function.name}` is neither an aggregate nor a window function and takes no `over`"
        )
        typer.report_mistake(MISPLACED_WINDOW, node.span, message)
        return False
    if not typer.allows_windows or typer.inside_aggregate:
        message = "a window function cannot stand here"
        help_ = "add it as a column in an `extend` step before this one"
        typer.report_mistake(MISPLACED_WINDOW, node.span, message, help=help_)
        return False
    return True


def _is_aggregate_allowed(typer: ExpressionTyper, node: e.Call, function: Function) -> bool:
    if typer.inside_window:
        return True
    if typer.inside_aggregate:
        message = f"the aggregate `{function.name}` stands inside another aggregate"
        help_ = "aggregate in two steps"
        typer.report_mistake(codes.NESTED_AGGREGATE, node.span, message, help=help_)
        return False
    if not typer.allows_aggregates:
        message = f"the aggregate `{function.name}` cannot stand here"
        help_ = "use the step `|> aggregate … group by …`, or give it a window with `over (…)`"
        typer.report_mistake(codes.MISPLACED_AGGREGATE, node.span, message, help=help_)
        return False
    return True
