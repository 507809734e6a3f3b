"""Constants where a column to sort or group by is wanted."""

from __future__ import annotations

from ssbt.compiler.diagnostics.codes import steps as codes
from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.resolve.expressions.folding import is_foldable
from ssbt.compiler.resolve.flow import Flow
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.names import name_text
from ssbt.compiler.types.functions import find


def check_position(node: e.Expression, words: str, flow: Flow) -> bool:
    """Report a constant; whether it is a number, which Spark would take for a column's place."""
    inner = node
    while isinstance(inner, e.Parenthesised):
        inner = inner.operand
    if isinstance(inner, e.NumberLiteral) and inner.text.isdigit():
        _report_position(inner, words, flow)
        return True
    is_unknown = isinstance(inner, e.Call) and find(inner.name.text) is None
    if words == "order by" and not is_unknown and is_foldable(inner, flow.typing()):
        _report_constant(inner, flow)
    return False


def _report_position(node: e.NumberLiteral, words: str, flow: Flow) -> None:
    message = f"`{words} {node.text}` goes by the place of a column, which a new column would shift"
    columns, place = flow.relation.columns, int(node.text)
    if words == "order by" and 0 < place <= len(columns) and not flow.relation.is_open:
        name = name_text(columns[place - 1].name)
        fix = (Edit(node.span, name),)
        help_ = f"name the column: `{words} {name}`"
        flow.report.add(codes.POSITION, node.span, message, help=help_, fix=fix)
        return
    flow.report.add(codes.POSITION, node.span, message, help="name the column")


def _report_constant(node: e.Expression, flow: Flow) -> None:
    message = "this is the same for every row, so it sorts nothing"
    named = flow.relation.named(node.value) if isinstance(node, e.StringLiteral) else []
    if len(named) == 1:
        name = name_text(named[0].name)
        help_ = f"the column is written `{name}`, without quotes or in backticks"
        fix = (Edit(node.span, name),)
        flow.report.add(codes.CONSTANT_ORDER, node.span, message, help=help_, fix=fix)
        return
    flow.report.add(codes.CONSTANT_ORDER, node.span, message, help="name a column, or remove it")
