"""The steps that drop and rename columns, and how a column is named as a whole."""

from __future__ import annotations

from msgspec.structs import replace

from ssbt.compiler.diagnostics.codes import names as name_codes
from ssbt.compiler.diagnostics.codes import steps as codes
from ssbt.compiler.diagnostics.codes.declarations import OPEN_SCHEMA
from ssbt.compiler.diagnostics.model import Label
from ssbt.compiler.ir import expressions as ix
from ssbt.compiler.ir import steps as ir
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.query_context import QueryContext
from ssbt.compiler.resolve.stars import column_name
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.syntax.formatting.names import column_text
from ssbt.compiler.syntax.names import name_text
from ssbt.compiler.types.datatypes import UNKNOWN


def resolve_whole_column(
    name: e.ColumnName, relation: Relation, context: QueryContext
) -> Column | None:
    """The one column that a name stands for and no other has; None, with a finding, otherwise."""
    namesakes = relation.find_columns(name.parts[-1].text)
    resolved = None if len(namesakes) > 1 else scopes.resolve_column(name, relation, context.report)
    if len(namesakes) > 1:
        message = (
            f"`{namesakes[0].name}` names {len(namesakes)} columns,"
            " and this step goes by name alone"
        )
        also = tuple(Label(c.declared, "one of them") for c in namesakes if c.declared is not None)
        help_ = "drop or rename one of them in a step before"
        context.report.add(name_codes.AMBIGUOUS_COLUMN, name.span, message, also=also, help=help_)
    elif resolved is not None and resolved.path:
        message = f"`{column_text(name)}` is a field of a column; this step takes whole columns"
        context.report.add(
            name_codes.UNKNOWN_COLUMN, name.span, message, help=extraction_help(name)
        )
    elif resolved is not None and resolved.column is None and len(name.parts) > 1:
        report_open_qualifier(name, context)
    elif resolved is not None:
        return resolved.column or Column(name.parts[-1].text, UNKNOWN, True, None)
    return None


def extraction_help(name: e.ColumnName) -> str:
    """The way to a column of its own for a field."""
    return f"take it out first: `|> extend {column_text(name)} as {name_text(name.parts[-1].text)}`"


def report_open_qualifier(name: e.ColumnName, context: QueryContext) -> None:
    """Report a qualified name where Spark goes by the name alone and there may be another of it."""
    message = f"`{column_text(name)}` is one column of its name only if the others are known"
    help_ = "give the source a schema, or name the columns with a `select` before"
    context.report.add(OPEN_SCHEMA, name.span, message, help=help_)


def is_repeated(first_spans: dict[str, Span], name: str, span: Span, context: QueryContext) -> bool:
    first = first_spans.setdefault(name.casefold(), span)
    if first is span:
        return False
    also = (Label(first, "here already"),)
    context.report.add(codes.REPEATED_COLUMN, span, f"`{name}` is named twice", also=also)
    return True


def resolve_drop(node: s.Drop, context: QueryContext) -> ir.Step:
    relation = context.relation
    dropped: list[Column] = []
    texts: list[str] = []
    qualified = False
    first_spans: dict[str, Span] = {}
    for name in node.columns:
        resolved = scopes.resolve_column(name, relation, context.report)
        if resolved is None or is_repeated(first_spans, column_text(name), name.span, context):
            continue
        if resolved.path:
            message = f"`{column_text(name)}` is a field of a column; only columns can be dropped"
            help_ = "build the struct again: `|> set … = named_struct(…)`"
            context.report.add(name_codes.UNKNOWN_COLUMN, name.span, message, help=help_)
            continue
        if resolved.column is not None:
            dropped.append(resolved.column)
        if resolved.is_qualified or (resolved.column is None and len(name.parts) > 1):
            qualified = True
            context.used_aliases.add(name.parts[0].text.casefold())
        texts.append(column_text(name))
    dropped_ids = {id(column) for column in dropped}
    remaining = tuple(c for c in relation.columns if id(c) not in dropped_ids)
    return ir.DropColumns(node.span, Relation(remaining, relation.is_open), tuple(texts), qualified)


def resolve_rename(node: s.Rename, context: QueryContext) -> ir.Step:
    """Columns renamed all at once; a qualified one of several of its name through a projection."""
    relation = context.relation
    pairs, renamed = _resolve_renamings(node, context)
    columns = tuple(
        replace(c, name=renamed[i].text, qualifier=None, declared=renamed[i].span)
        if i in renamed
        else c
        for i, c in enumerate(relation.columns)
    )
    output = Relation(columns, relation.is_open)
    if not any(_has_namesake(relation.columns[index], relation) for index in renamed):
        return ir.RenameColumns(node.span, output, tuple(pairs))
    if relation.is_open:
        message = "renaming one of two columns of a name needs to know all columns"
        context.report.add(OPEN_SCHEMA, node.span, message)
    named_expressions = []
    for index, column in enumerate(relation.columns):
        named_column = build_named_column(column, node.span, context)
        names = (renamed[index].text,) if index in renamed else ()
        named_expressions.append(ix.NamedExpression(named_column.expression, names))
    return ir.Project(node.span, output, tuple(named_expressions), False)


def _resolve_renamings(
    node: s.Rename, context: QueryContext
) -> tuple[list[tuple[str, str]], dict[int, Name]]:
    """The old and new names, and the new ones by the places of the columns that are known."""
    renamed: dict[int, Name] = {}
    pairs: list[tuple[str, str]] = []
    first_spans: dict[str, Span] = {}
    for renaming in node.renamings:
        resolved = scopes.resolve_column(renaming.column, context.relation, context.report)
        if resolved is None or is_repeated(
            first_spans, column_text(renaming.column), renaming.column.span, context
        ):
            continue
        if resolved.path:
            message = "a field of a column cannot be renamed"
            help_ = extraction_help(renaming.column)
            context.report.add(name_codes.UNKNOWN_COLUMN, renaming.column.span, message, help=help_)
            continue
        old_name = renaming.column.parts[-1].text
        if resolved.column is None and len(renaming.column.parts) > 1:
            report_open_qualifier(renaming.column, context)
        if resolved.column is not None:
            old_name = resolved.column.name
            index = next(i for i, c in enumerate(context.relation.columns) if c is resolved.column)
            renamed[index] = renaming.name
        pairs.append((old_name, renaming.name.text))
    return pairs, renamed


def _has_namesake(column: Column, relation: Relation) -> bool:
    return any(c is not column for c in relation.find_columns(column.name))


def resolve_alias(node: s.As, context: QueryContext) -> ir.Step:
    output = scopes.requalify(context.relation, node.alias.text)
    return ir.Alias(node.span, output, node.alias.text)


def build_named_column(column: Column, span: Span, context: QueryContext) -> ix.NamedExpression:
    """A column, named so that Spark finds this one."""
    name = column_name(column, context.relation, span)
    text = column_text(name)
    if len(name.parts) > 1:
        context.used_aliases.add(name.parts[0].text.casefold())
    column_expression = ix.Expression(
        span, (text,), column.type, column.nullable, text, column.provenance
    )
    return ix.NamedExpression(column_expression)
