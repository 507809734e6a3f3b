"""Which rule gives an expression its type: one for each kind of node."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ssbt.compiler.diagnostics.codes import expressions as codes
from ssbt.compiler.resolve.expressions.access_types import (
    infer_column,
    infer_field,
    infer_parameter,
    infer_subscript,
    infer_tuple,
    infer_variant_path,
)
from ssbt.compiler.resolve.expressions.calls import infer_call_type
from ssbt.compiler.resolve.expressions.expression_context import NOT_KNOWN
from ssbt.compiler.resolve.expressions.expression_typer import ExpressionTyper
from ssbt.compiler.resolve.expressions.literals import (
    type_interval_parts,
    type_number,
    type_typed_literal,
)
from ssbt.compiler.resolve.expressions.operator_types import (
    infer_between,
    infer_binary,
    infer_case,
    infer_cast,
    infer_collate,
    infer_in_list,
    infer_is,
    infer_is_distinct_from,
    infer_like,
    infer_unary,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types import zone_dependence
from ssbt.compiler.types.collation_strength import Strength
from ssbt.compiler.types.datatypes import BOOLEAN, NULL, STRING
from ssbt.compiler.types.expression_types import Typed


class NodeTyper(ExpressionTyper):
    """An `ExpressionTyper` that knows the rule of each kind of node; the only one there is."""

    def _type_of(self, node: e.Expression) -> Typed:
        return RULES[type(node)](self, node)


def _infer_broken(typer: ExpressionTyper, node: e.BrokenExpression) -> Typed:
    return NOT_KNOWN


def _infer_null(typer: ExpressionTyper, node: e.NullLiteral) -> Typed:
    return Typed(NULL, True)


def _infer_boolean(typer: ExpressionTyper, node: e.BooleanLiteral) -> Typed:
    return Typed(BOOLEAN, False, node.value)


def _infer_number(typer: ExpressionTyper, node: e.NumberLiteral) -> Typed:
    return type_number(typer, node, negative=False)


def _infer_string(typer: ExpressionTyper, node: e.StringLiteral) -> Typed:
    return Typed(STRING, False, node.value, Strength.DEFAULT)


def _infer_typed_literal(typer: ExpressionTyper, node: e.TypedLiteral) -> Typed:
    if node.kind in ("timestamp", "timestamp_ltz"):
        typer.note_zone(node, not zone_dependence.text_has_zone(node.value))
    return type_typed_literal(typer, node)


def _infer_interval(typer: ExpressionTyper, node: e.IntervalLiteral) -> Typed:
    for value, _ in node.parts:
        if not isinstance(value, e.StringLiteral):
            typer.infer_type(value)
    return type_interval_parts(typer, node)


def _infer_star(typer: ExpressionTyper, node: e.Star) -> Typed:
    message = "`*` stands for all columns in `select` and in the arguments of a function"
    typer.report_mistake(codes.MISPLACED_STAR, node.span, message)
    return NOT_KNOWN


def _infer_parenthesised(typer: ExpressionTyper, node: e.Parenthesised) -> Typed:
    return typer.infer_type(node.operand)


def _infer_lambda(typer: ExpressionTyper, node: e.Lambda) -> Typed:
    message = "a lambda is an argument of a function over collections"
    typer.report_mistake(codes.MISPLACED_LAMBDA, node.span, message)
    return NOT_KNOWN


def _infer_call(typer: ExpressionTyper, node: e.Call) -> Typed:
    start = len(typer.ingredients)
    inferred = infer_call_type(typer, node)
    if node.name.text.casefold() in typer.context.masking:
        inferred = typer.with_provenance(
            inferred, typer.provenance_of(inferred, start).as_hidden, start
        )
    if typer.report.index is not None:
        typer.report.index.values[node.name.span] = inferred
    return inferred


# A test holds the table to the union of expressions.
RULES: dict[type[e.Expression], Callable[[ExpressionTyper, Any], Typed]] = {
    e.Between: infer_between,
    e.Binary: infer_binary,
    e.BooleanLiteral: _infer_boolean,
    e.BrokenExpression: _infer_broken,
    e.Call: _infer_call,
    e.Case: infer_case,
    e.Cast: infer_cast,
    e.Collate: infer_collate,
    e.ColumnName: infer_column,
    e.Field: infer_field,
    e.InList: infer_in_list,
    e.IntervalLiteral: _infer_interval,
    e.Is: infer_is,
    e.IsDistinctFrom: infer_is_distinct_from,
    e.Lambda: _infer_lambda,
    e.Like: infer_like,
    e.NullLiteral: _infer_null,
    e.NumberLiteral: _infer_number,
    e.ParameterUse: infer_parameter,
    e.Parenthesised: _infer_parenthesised,
    e.Star: _infer_star,
    e.StringLiteral: _infer_string,
    e.Subscript: infer_subscript,
    e.Tuple: infer_tuple,
    e.TypedLiteral: _infer_typed_literal,
    e.Unary: infer_unary,
    e.VariantPath: infer_variant_path,
}
