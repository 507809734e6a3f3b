"""The steps that choose, compute and replace columns."""

from __future__ import annotations

from msgspec.structs import replace

from ssbt.compiler.diagnostics.codes import expressions as expression_codes
from ssbt.compiler.diagnostics.codes import names as name_codes
from ssbt.compiler.diagnostics.codes import steps as codes
from ssbt.compiler.diagnostics.model import Label
from ssbt.compiler.ir import expressions as ix
from ssbt.compiler.ir import steps as ir
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.resolve.expressions.walking import column_names
from ssbt.compiler.resolve.query_context import QueryContext, column_of
from ssbt.compiler.resolve.steps.item_columns import (
    check_one_generator,
    find_own_column,
    report_no_name,
    resolve_generated_columns,
    with_event_time,
)
from ssbt.compiler.resolve.steps.naming import build_named_column, is_repeated, resolve_whole_column
from ssbt.compiler.resolve.traps.excluded_filters import check_filter
from ssbt.compiler.resolve.traps.undone_joins import check_outer_sides
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.ast.nodes import Name
from ssbt.compiler.syntax.formatting.expressions import sql_text
from ssbt.compiler.syntax.names import name_text
from ssbt.compiler.types.datatypes import UNKNOWN
from ssbt.compiler.types.predicates import is_distinguishable


def resolve_where(node: s.Where, context: QueryContext) -> ir.Step:
    check_outer_sides(node, context)
    condition = context.resolve_condition(node.condition)
    check_filter(node.condition, context)
    return ir.Filter(node.span, context.relation, condition)


def resolve_select(node: s.Select, context: QueryContext) -> ir.Step:
    columns: list[Column] = []
    named_expressions: list[ix.NamedExpression] = []
    is_open = False
    generators: list[Span] = []
    finding_count = len(context.report.findings)
    for item in node.items:
        if isinstance(item.value, e.Star):
            star_columns, star_items, has_more = _expand_star(item.value, context)
            columns += star_columns
            named_expressions += star_items
            is_open = is_open or has_more
            continue
        typer = context.new_typer()
        typer.allows_windows = True
        typer.generator = item.value
        value = context.resolve_expression(item.value, typer)
        is_generator = typer.found_generator is not None
        check_one_generator(typer, generators, context)
        columns += _resolve_item_columns(item, value, context, is_generator)
        named_expressions.append(ix.NamedExpression(value, tuple(name.text for name in item.names)))
    _explain_siblings(node, finding_count, context)
    output = Relation(tuple(columns), is_open)
    if node.distinct:
        for column in columns:
            usage = f"in `distinct` (column `{column.name}`)"
            context.require(is_distinguishable, column, node.span, usage)
    return ir.Project(node.span, output, tuple(named_expressions), node.distinct)


def _explain_siblings(node: s.Select, finding_count: int, context: QueryContext) -> None:
    """Say of columns that are not there and that another item of the same `select` makes."""
    item_names = {name.text.casefold(): name.text for item in node.items for name in item.names}
    for index, diagnostic in enumerate(
        context.report.findings[finding_count:], start=finding_count
    ):
        for name in item_names.values() if diagnostic.code is name_codes.UNKNOWN_COLUMN else ():
            if diagnostic.message == f"there is no column `{name}` here":
                help_ = "the items of `select` do not see each other: make it in a step before, "
                help_ += f"`|> extend … as {name}`"
                context.report.findings[index] = replace(diagnostic, help=(help_,), fix=())


def _expand_star(
    node: e.Star, context: QueryContext
) -> tuple[list[Column], list[ix.NamedExpression], bool]:
    """The columns that a star brings, how it is written, and whether there may be more."""
    typer = context.new_typer()
    expansion = typer.expand_star(node)
    context.record_uses(typer)
    if expansion.names is not None:
        named_expressions = [
            build_named_column(column, node.span, context) for column in expansion.columns
        ]
        return list(expansion.columns), named_expressions, expansion.is_open
    text = "".join(part for part in sql_text(node) if isinstance(part, str))
    star = ix.Expression(node.span, (text,), UNKNOWN, True, text)
    return list(expansion.columns), [ix.NamedExpression(star)], expansion.is_open


def _resolve_item_columns(
    item: s.Item, value: ix.Expression, context: QueryContext, is_generator: bool
) -> list[Column]:
    """The columns that an item of `select` becomes."""
    if is_generator and item.names:
        return resolve_generated_columns(item, value, context)
    if len(item.names) > 1:
        message = "an expression becomes one column"
        context.report.add(codes.WRONG_NAMES, item.names[1].span, message)
    if item.names:
        name = item.names[0]
        return [with_event_time(column_of(value, name.text, name.span), item.value, context)]
    column = find_own_column(item.value, value, context)
    if column is not None:
        return [column]
    report_no_name(item, context)
    return []


def resolve_extend(node: s.Extend, context: QueryContext) -> ir.Step:
    """New columns at the right; each may use those before it."""
    groups: list[list[ix.NamedExpression]] = []
    relation = context.relation
    new_names: set[str] = set()
    generators: list[Span] = []
    for item in node.items:
        if isinstance(item.value, e.Star):
            message = "`*` is all columns, and `extend` keeps those anyway"
            context.report.add(
                expression_codes.MISPLACED_STAR, item.span, message, help="remove it"
            )
            continue
        if not item.names:
            report_no_name(item, context)
            continue
        typer = context.new_typer(relation)
        typer.allows_windows = True
        typer.generator = item.value
        value = context.resolve_expression(item.value, typer)
        check_one_generator(typer, generators, context)
        if len(item.names) > 1:
            message = "an expression becomes one column; for a generator use the step `explode`"
            context.report.add(codes.WRONG_NAMES, item.names[1].span, message)
            continue
        name = item.names[0]
        if not _is_new(name, relation, context):
            continue
        if not groups or _has_column_named(item.value, new_names):
            groups.append([])
            new_names = set()
            context.windows.begin_projection(typer.time_windows)
        groups[-1].append(ix.NamedExpression(value, (name.text,)))
        new_names.add(name.text.casefold())
        column = with_event_time(column_of(value, name.text, name.span), item.value, context)
        if typer.found_generator is not None:
            column = resolve_generated_columns(item, value, context)[0]
        relation = relation.with_column(column)
    return ir.WithColumns(node.span, relation, tuple(tuple(group) for group in groups))


def _is_new(name: Name, relation: Relation, context: QueryContext) -> bool:
    if not relation.find_columns(name.text):
        return True
    column = relation.find_columns(name.text)[0]
    also = (Label(column.declared, "it is here"),) if column.declared else ()
    context.report.add(
        codes.COLUMN_EXISTS,
        name.span,
        f"there is a column `{column.name}` already",
        also=also,
        help=f"replace its values with `|> set {name_text(column.name)} = …`",
    )
    return False


def _has_column_named(node: e.Expression, names: set[str]) -> bool:
    """Whether a column of these names occurs anywhere in the expression."""
    return any(part.text.casefold() in names for name in column_names(node) for part in name.parts)


def resolve_set_columns(node: s.SetColumns, context: QueryContext) -> ir.Step:
    """Columns replaced where they stand; each assignment sees those before it, as in Spark."""
    groups: list[list[ix.NamedExpression]] = []
    relation = context.relation
    new_names: set[str] = set()
    assigned: dict[str, Span] = {}
    for assignment in node.assignments:
        name = assignment.column
        typer = context.new_typer(relation)
        typer.allows_windows = True
        value = context.resolve_expression(assignment.value, typer)
        target = resolve_whole_column(name, relation, context)
        if target is None:
            continue
        if is_repeated(assigned, target.name, name.span, context):
            continue
        if not groups or _has_column_named(assignment.value, new_names):
            groups.append([])
            new_names = set()
            context.windows.begin_projection(typer.time_windows)
        groups[-1].append(ix.NamedExpression(value, (target.name,)))
        new_names.add(target.name.casefold())
        new_column = column_of(value, target.name, name.span)
        is_known = any(column is target for column in relation.find_columns(target.name))
        relation = (
            relation.with_replaced(target, new_column)
            if is_known
            else relation.with_column(new_column)
        )
    return ir.WithColumns(node.span, relation, tuple(tuple(group) for group in groups))
