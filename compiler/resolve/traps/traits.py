"""What a value passes on to the steps after it."""

from __future__ import annotations

from ssbt.compiler.ir.traits import NO_TRAITS, Trait
from ssbt.compiler.resolve.traps.expression_view import (
    ExpressionView,
    function_name,
    without_parentheses,
)
from ssbt.compiler.syntax.ast import expressions as e

COLLECTED = ("collect_list", "array_agg", "collect_set")
# What leaves the elements of its first argument in their order.
_KEEPING = ("transform", "filter", "array_distinct", "array_compact", "reverse", "coalesce", "nvl")


def find_traits(node: e.Expression, view: ExpressionView) -> frozenset[Trait]:
    """What is known of the values of an expression."""
    part = without_parentheses(node)
    if isinstance(part, e.Call):
        name = function_name(part)
        if name in _KEEPING and part.arguments:
            return find_traits(part.arguments[0].value, view) & {Trait.UNORDERED}
        is_unordered = name in COLLECTED and not _is_ordered(part)
        return frozenset({Trait.UNORDERED}) if is_unordered else NO_TRAITS
    # The callers of a transform differ in their columns.
    if not isinstance(part, e.ColumnName) or view.evaluator.typer.context.in_transform:
        return NO_TRAITS
    column = view.whole_column(part)
    return column.traits if column is not None else NO_TRAITS


def is_unordered(node: e.Expression, view: ExpressionView) -> bool:
    """Whether an array was collected here or in a step before, and never put in an order."""
    return Trait.UNORDERED in find_traits(node, view)


def _is_ordered(node: e.Call) -> bool:
    """Whether elements are collected in an order; those of a set never are."""
    has_order = node.window is not None and bool(node.window.order)
    return has_order and function_name(node) != "collect_set"
