"""Constants where a column to sort or group by is wanted."""

from __future__ import annotations

from ssbt.compiler.diagnostics.codes import steps as codes
from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.resolve.expressions.folding import is_foldable
from ssbt.compiler.resolve.query_context import QueryContext
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.names import name_text
from ssbt.compiler.types.functions import find_function
from ssbt.compiler.whole_numbers import parse_whole


def check_position(node: e.Expression, clause: str, context: QueryContext) -> bool:
    """Report a constant; whether it is a number, which Spark would take for a column's place."""
    operand = node
    while isinstance(operand, e.Parenthesised):
        operand = operand.operand
    if isinstance(operand, e.NumberLiteral) and operand.text.isdigit():
        _report_position(operand, clause, context)
        return True
    is_unknown = isinstance(operand, e.Call) and find_function(operand.name.text) is None
    if clause == "order by" and not is_unknown and is_foldable(operand, context.new_typer()):
        _report_constant(operand, context)
    if clause == "group by" and _is_quoted_column(operand, context):
        _report_constant(operand, context, "so all rows are one group")
    return False


def _is_quoted_column(node: e.Expression, context: QueryContext) -> bool:
    columns = context.relation.find_columns(node.value) if isinstance(node, e.StringLiteral) else []
    return len(columns) == 1


def _report_position(node: e.NumberLiteral, clause: str, context: QueryContext) -> None:
    message = (
        f"`{clause} {node.text}` goes by the place of a column, which a new column would shift"
    )
    columns, position = context.relation.columns, parse_whole(node.text)
    is_known = position is not None and 0 < position <= len(columns)
    if clause == "order by" and position and is_known and not context.relation.is_open:
        name = name_text(columns[position - 1].name)
        fix = (Edit(node.span, name),)
        help_ = f"name the column: `{clause} {name}`"
        context.report.add(codes.POSITION, node.span, message, help=help_, fix=fix)
        return
    context.report.add(codes.POSITION, node.span, message, help="name the column")


def _report_constant(
    node: e.Expression, context: QueryContext, result: str = "so it sorts nothing"
) -> None:
    message = f"this is the same for every row, {result}"
    matches = context.relation.find_columns(node.value) if isinstance(node, e.StringLiteral) else []
    if len(matches) == 1:
        name = name_text(matches[0].name)
        help_ = f"the column is written `{name}`, without quotes or in backticks"
        fix = (Edit(node.span, name),)
        context.report.add(codes.CONSTANT_ORDER, node.span, message, help=help_, fix=fix)
        return
    context.report.add(codes.CONSTANT_ORDER, node.span, message, help="name a column, or remove it")
