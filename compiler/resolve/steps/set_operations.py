"""The steps that put rows of two datasets together or compare them: `union` and its like."""

from __future__ import annotations

from ssbt.compiler.diagnostics.codes import steps as codes
from ssbt.compiler.diagnostics.codes.declarations import OPEN_SCHEMA
from ssbt.compiler.ir import steps as ir
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.query_context import QueryContext
from ssbt.compiler.resolve.steps.merged_columns import merge_columns
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.types.predicates import is_distinguishable, is_orderable


def resolve_set_operation(node: s.SetOperation, context: QueryContext) -> ir.Step | None:
    resolved_input = context.lookup.find_input(node.right, context)
    if resolved_input is None:
        context.relation = Relation((), True)
        return None
    right, right_relation = resolved_input
    relation = context.relation
    if relation.is_open or right_relation.is_open:
        _check_open_operation(node, context)
        output = scopes.requalify(Relation(relation.columns, True), None)
        return ir.SetOperation(node.span, output, node.operator, node.all, right, None)
    columns = _match_columns(node, relation, right_relation, context)
    names = [column.name.casefold() for column in relation.columns]
    same_order = names == [column.name.casefold() for column in right_relation.columns]
    order = None if same_order else tuple(column.name for column in relation.columns)
    if node.operator == "union":
        order = None
    if node.operator != "union" or not node.all:
        # Spark makes a join of `intersect` and `except`, which compares.
        fits = is_distinguishable if node.operator == "union" else is_orderable
        for column in relation.columns:
            usage = f"in `{node.operator}` (column `{column.name}`)"
            context.require(fits, column, node.span, usage)
    output = Relation(tuple(columns))
    return ir.SetOperation(node.span, output, node.operator, node.all, right, order)


def _check_open_operation(node: s.SetOperation, context: QueryContext) -> None:
    if node.operator != "union":
        context.report.add(
            OPEN_SCHEMA,
            node.span,
            f"`{node.operator}` matches columns by name and needs to know them",
            help="give the source a schema, or name the columns with a `select` before",
        )


def _match_columns(
    node: s.SetOperation, left: Relation, right: Relation, context: QueryContext
) -> list[Column]:
    """The columns of the result, in the left side's order; findings where the sides differ."""
    missing = [c.name for c in left.columns if not right.find_columns(c.name)]
    extra = [c.name for c in right.columns if not left.find_columns(c.name)]
    if missing or extra:
        parts = []
        if missing:
            parts.append(f"`{node.right.name.text}` lacks {_list_names(missing)}")
        if extra:
            parts.append(f"`{node.right.name.text}` also has {_list_names(extra)}")
        message = f"the columns of both sides of `{node.operator}` differ: {' and '.join(parts)}"
        help_ = "make them the same with a `select` on one side"
        context.report.add(codes.DIFFERENT_COLUMNS, node.right.span, message, help=help_)
    columns = []
    for column in left.columns:
        namesakes = right.find_columns(column.name)
        columns.append(merge_columns(node, column, namesakes[0], context) if namesakes else column)
    return columns


def _list_names(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
