"""Windows of time: where a step may have them, and what they and their times are made of.

Spark replaces a `window` by a column that a step of its own makes, one for each step of the query.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field

from ssbt.compiler.diagnostics.codes import windows as codes
from ssbt.compiler.diagnostics.model import Label
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.expressions.expression_typer import ExpressionTyper
from ssbt.compiler.resolve.expressions.walking import nodes
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import DataType, StructType
from ssbt.compiler.types.expression_types import Typed

TIME_WINDOWS = ("window", "session_window")
_TAKING_STEPS = (s.Select, s.Extend, s.SetColumns, s.Aggregate, s.Pivot, s.Explode)


class TimeWindows(Struct):
    """The windows of time of a step, by the projections that Spark makes of it."""

    groups: list[list[e.Call]] = field(default_factory=lambda: [[]])

    def add(self, calls: Iterable[e.Call]) -> None:
        """Add those of one more expression."""
        self.groups[-1] += calls

    def begin_projection(self, calls: Iterable[e.Call]) -> None:
        """Move those of the last expression into a projection of their own."""
        moved = set(map(id, calls))
        self.groups[-1] = [call for call in self.groups[-1] if id(call) not in moved]
        self.groups.append(list(calls))


def check_time_window(typer: ExpressionTyper, node: e.Call, argument: Typed | None) -> None:
    """Note a window of time; report one of what is neither a time nor a window.

    `argument` is the first argument.
    """
    name = node.name.text.casefold()
    if name not in (*TIME_WINDOWS, "window_time"):
        return
    if typer.lambda_variables:
        message = f"`{name}` cannot stand in a lambda"
        typer.report_mistake(codes.TIME_WINDOWS, node.span, message)
        return
    if name in TIME_WINDOWS:
        # Those that it is made of are of a projection before.
        inside = set(map(id, nodes(node)))
        outer = [call for call in typer.time_windows if id(call) not in inside]
        typer.time_windows = [*outer, node]
    operand = node.arguments[0].value if node.arguments else None
    while isinstance(operand, e.Parenthesised):
        operand = operand.operand
    if operand is None or _is_window(operand, typer):
        return
    if name == "window_time" or (argument is not None and _has_ends(argument.type)):
        message = f"`{name}` takes a window, and this is none that Spark has made"
        help_ = "give it the column that `window(…)` or `session_window(…)` has become, as it is"
        typer.report_mistake(codes.NO_TIME_WINDOW, operand.span, message, help=help_)


def _is_window(node: e.Expression, typer: ExpressionTyper) -> bool:
    """Whether Spark knows a value as a window of its own; where nothing is known it may be one."""
    if isinstance(node, e.Call):
        return node.name.text.casefold() in TIME_WINDOWS
    if not isinstance(node, e.ColumnName):
        return False
    resolved = scopes.resolve_column(node, typer.context.relation, Report())
    if resolved is None or resolved.column is None:
        return True
    return resolved.column.time_window and not resolved.path


def _has_ends(type_: DataType) -> bool:
    return isinstance(type_, StructType) and bool(
        type_.find_fields("start") and type_.find_fields("end")
    )


def report_time_windows(step: s.Step, windows: TimeWindows, report: Report) -> None:
    """Report windows of time in a step that has no place for them, or for one only."""
    for calls in windows.groups:
        distinct = list({ssbt_text(call): call for call in calls}.values())
        if distinct and not isinstance(step, _TAKING_STEPS):
            message = "a window of time makes rows and columns, which this step does not"
            help_ = "add it as a column with `extend` in a step before"
            report.add(codes.TIME_WINDOWS, distinct[0].span, message, help=help_)
        elif len(distinct) > 1:
            message = "a step has one window of time, and this is another"
            also = (Label(distinct[0].span, "the first one"),)
            help_ = "add it with `extend` in a step of its own"
            report.add(codes.TIME_WINDOWS, distinct[1].span, message, also=also, help=help_)
