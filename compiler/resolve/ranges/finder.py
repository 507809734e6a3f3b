"""Which values an expression can have, from its type, its functions and its constants."""

from __future__ import annotations

from collections.abc import Mapping

from ssbt.compiler.resolve.ranges import (
    calendars,
    choices,
    counts,
    joined_texts,
    numbers,
    roundings,
    texts,
    windows,
)
from ssbt.compiler.resolve.ranges.casts import cast_range
from ssbt.compiler.resolve.ranges.range_finder import FindRange, RangeFinder
from ssbt.compiler.resolve.traps.expression_view import ExpressionView, function_name, operands
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.datatypes import DataType
from ssbt.compiler.types.ranges.model import ValueRange, type_range

_MODULES = (numbers, roundings, counts, texts, joined_texts, calendars, choices, windows)
_FUNCTIONS: Mapping[str, FindRange] = {
    name: find for module in _MODULES for name, find in module.RANGES.items()
}


def ranges_of(view: ExpressionView) -> RangeFinder:
    """The ranges of the parts of an expression."""
    return view.compute_once("ranges", lambda: RangeFinder(view, _find_range))


def _find_range(finder: RangeFinder, node: e.Expression) -> ValueRange | None:
    """The range by the rule for the kind of node."""
    match node:
        case e.ColumnName():
            column = finder.view.whole_column(node)
            # The callers of a transform differ in their columns.
            in_transform = finder.view.evaluator.typer.context.in_transform
            return None if column is None or in_transform else column.values
        case e.Call():
            find = _FUNCTIONS.get(function_name(node))
            parts = operands(node)
            return None if find is None else find(finder, node, parts)
        case e.Binary(operator="||"):
            return joined_texts.find_concatenation(finder, (node.left, node.right), node)
        case e.Binary():
            return numbers.find_operation(finder, node.operator, node.left, node.right, node)
        case e.Unary(operator="-", operand=operand):
            return numbers.find_negation(finder, operand, node)
        case e.Case():
            values = [value for _, value in node.branches]
            values += [] if node.otherwise is None else [node.otherwise]
            return choices.find_choice(finder, "case", values, node)
        case e.Cast(operand=operand, form=form):
            return _find_cast(finder, operand, finder.view.data_type(node), form)
        case _:
            return None


def _find_cast(
    finder: RangeFinder, operand: e.Expression, type_: DataType, form: str
) -> ValueRange | None:
    source = finder.view.data_type(operand)
    range_ = finder.find_full_range(operand)
    if range_ is None:
        return None
    result = cast_range(range_, source, type_, finder.view.ansi or form == "try_cast")
    full = type_range(type_)
    if result is None or full is None or (result.spans == full.spans and not result.forms):
        return None
    return result
