"""Filters that let none of the rows through which the filters before have left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ssbt.compiler.diagnostics.model import Label
from ssbt.compiler.resolve.ranges.conditions import Truth, conditions_of
from ssbt.compiler.resolve.traps.decided_comparisons import DECIDED_COMPARISON
from ssbt.compiler.syntax.ast import expressions as e

if TYPE_CHECKING:
    from ssbt.compiler.resolve.query_context import QueryContext


def check_filter(condition: e.Expression, context: QueryContext) -> None:
    """Warn of a `where` that the rows of an earlier one never meet, and note what it leaves."""
    view = context.latest_view
    if view is None or view.root is not condition:
        return
    cases = conditions_of(view).cases(condition, Truth.TRUE)
    if context.facts.excludes(cases, conditions_of(view)):
        also = tuple(Label(span, "rows come through here alone") for span in context.facts.filters)
        message = "no row that is left here meets this: it is never true"
        help_ = "join conditions of which one is enough by `or`, in one `where`"
        context.report.add(DECIDED_COMPARISON, condition.span, message, also=also, help=help_)
    context.facts.add(cases, conditions_of(view), condition.span)
