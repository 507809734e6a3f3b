"""What a star stands for: all columns, those of one dataset, or the fields of a struct."""

from __future__ import annotations

from msgspec import Struct

from ssbt.compiler.diagnostics.codes import names as codes
from ssbt.compiler.diagnostics.codes.declarations import OPEN_SCHEMA
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.expressions.expression_context import ExpressionContext
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.syntax.formatting.names import column_text
from ssbt.compiler.syntax.names import name_text
from ssbt.compiler.types.datatypes import StructType


class StarExpansion(Struct, frozen=True):
    """The columns of a star in order; `qualifier` is the alias that it uses, in lower case.

    `names` spell them out where Spark's star would have others. `is_open` when there may be more.
    """

    columns: tuple[Column, ...] = ()
    is_open: bool = False
    qualifier: str | None = None
    names: tuple[e.ColumnName, ...] | None = None


def expand_star(node: e.Star, context: ExpressionContext) -> StarExpansion:
    """What a star stands for; findings where that is nothing, or cannot be told."""
    relation, report = context.relation, context.report
    expansion = _expand_all(node, context)
    if not node.excluded:
        return expansion
    if expansion.is_open:
        message = "`* except` needs to know all columns"
        report.add(OPEN_SCHEMA, node.span, message, help="use a `drop` step")
        return StarExpansion((), True, expansion.qualifier)
    excluded_columns: list[Column] = []
    for name in node.excluded:
        column = scopes.resolve_column(name, relation, report)
        if column is not None and column.path:
            _report_field(name, column, report)
        elif column is not None and column.column is not None:
            excluded_columns.append(column.column)
    remaining = tuple(
        c for c in expansion.columns if not any(c is each for each in excluded_columns)
    )
    return StarExpansion(
        remaining, False, expansion.qualifier, _column_names(remaining, relation, node.span)
    )


def _report_field(name: e.ColumnName, resolved: scopes.ResolvedColumn, report: Report) -> None:
    """Report a field of a struct, without which `except` would leave the rest of the struct."""
    message = f"`{column_text(name)}` is a field of a column; `except` leaves out whole columns"
    help_ = "leave out the column, or name what stays of it"
    whole, struct = resolved.column, resolved.column.type if resolved.column else None
    if whole is not None and isinstance(struct, StructType) and len(resolved.path) == 1:
        remaining_fields = [
            f for f in struct.fields if f.name.casefold() != resolved.path[0].casefold()
        ]
        column = name_text(whole.name)
        fields = ", ".join(f"{column}.{name_text(field.name)}" for field in remaining_fields[:6])
        help_ = f"before it, name what stays: `|> set {column} = struct({fields})`"
    report.add(codes.UNKNOWN_COLUMN, name.span, message, help=help_)


def _expand_all(node: e.Star, context: ExpressionContext) -> StarExpansion:
    relation = context.relation
    if not node.qualifier:
        return StarExpansion(relation.columns, relation.is_open)
    first = node.qualifier[0].text
    columns = tuple(
        c
        for c in relation.columns
        if c.qualifier is not None and scopes.is_same_name(c.qualifier, first)
    )
    if len(node.qualifier) > 1 or not columns:
        return _expand_struct(node, context)
    if first.casefold() not in context.hidden_keys:
        return StarExpansion(columns, relation.is_open, first.casefold())
    if relation.is_open or context.in_transform:
        message = f"`{first}.*` behind `join … using` needs to know all columns"
        help_ = "name the columns, or join with `on` and drop the key of one side"
        context.report.add(OPEN_SCHEMA, node.span, message, help=help_)
        return StarExpansion(columns, True, first.casefold())
    return StarExpansion(
        columns, False, first.casefold(), _column_names(columns, relation, node.span)
    )


def _expand_struct(node: e.Star, context: ExpressionContext) -> StarExpansion:
    """The fields of a struct, `address.*`."""
    relation, report = context.relation, context.report
    first = node.qualifier[0].text
    resolved = scopes.resolve_column(e.ColumnName(node.span, node.qualifier), relation, Report())
    if (
        resolved is not None
        and resolved.column is not None
        and isinstance(resolved.type, StructType)
    ):
        scopes.resolve_column(e.ColumnName(node.span, node.qualifier), relation, report)
        fields = tuple(
            Column(
                field.name,
                field.type,
                resolved.nullable or field.nullable,
                None,
                resolved.provenance.field(field.name),
                declared=resolved.column.declared,
            )
            for field in resolved.type.fields
        )
        return StarExpansion(fields, False, first.casefold() if resolved.is_qualified else None)
    if relation.is_open:
        return StarExpansion((), True, first.casefold())
    message = f"there is no dataset and no struct `{first}` here"
    aliases = sorted({c.qualifier for c in relation.columns if c.qualifier})
    report.add_unknown_name(codes.UNKNOWN_DATASET, node.span, message, first, aliases, "datasets")
    return StarExpansion((), True)


def _column_names(
    columns: tuple[Column, ...], relation: Relation, span: Span
) -> tuple[e.ColumnName, ...]:
    return tuple(column_name(column, relation, span) for column in columns)


def column_name(column: Column, relation: Relation, span: Span) -> e.ColumnName:
    """The name by which Spark finds this column and no other."""
    names = [Name(span, column.name)]
    namesakes = [c for c in relation.columns if scopes.is_same_name(c.name, column.name)]
    if len(namesakes) > 1 and column.qualifier is not None:
        names.insert(0, Name(span, column.qualifier))
    return e.ColumnName(span, tuple(names))
