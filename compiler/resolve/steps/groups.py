"""The step that makes one row of many, and what a pivot shares with it."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.diagnostics.codes import expressions as expression_codes
from ssbt.compiler.diagnostics.codes import steps as codes
from ssbt.compiler.ir import expressions as ix
from ssbt.compiler.ir import steps as ir
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.expressions.expression_context import grouping_key
from ssbt.compiler.resolve.expressions.walking import find_name_ids, nodes
from ssbt.compiler.resolve.query_context import QueryContext, column_of
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.steps.grouping_sets import GroupingPlan, plan_grouping, split_items
from ssbt.compiler.resolve.steps.item_columns import (
    AS_NAME,
    find_own_column,
    report_no_name,
    with_event_time,
)
from ssbt.compiler.resolve.steps.positions import check_position
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.types.predicates import is_groupable, is_orderable


class GroupingKeys(Struct, frozen=True):
    """Grouping keys: how they are computed, their columns, and what an aggregate may repeat.

    `names` identify the keys that are columns, see `key_of`; `values` are the others as written.
    `has_subtotals` tells that not all rows are grouped by all of them.
    """

    named_expressions: tuple[ix.NamedExpression, ...]
    columns: tuple[Column, ...]
    names: frozenset[str]
    values: tuple[e.Expression, ...] = ()
    has_subtotals: bool = False


def resolve_aggregate(node: s.Aggregate, context: QueryContext) -> ir.Step:
    grouping, aggregate_items = node.grouping, node.items
    plan = GroupingPlan("", ())
    if grouping is not None and grouping.by_all:
        key_items, aggregate_items = split_items(node)
        plan = GroupingPlan("", key_items)
    elif grouping is not None:
        plan = plan_grouping(grouping, context)
    keys = resolve_grouping_keys(plan.keys, context, plan.partial_keys if plan.form else None)
    if plan.form:
        keys = _with_nullable_subtotals(keys, plan, context)
    items, columns = resolve_aggregate_items(aggregate_items, keys, context)
    key_columns = keys.columns
    if not aggregate_items and not keys.named_expressions:
        message = "`aggregate` needs an aggregate function or `group by`"
        context.report.add(codes.NO_NAME, node.span, message)
    output = Relation((*key_columns, *columns))
    return ir.Aggregate(
        node.span, output, plan.form, keys.named_expressions, tuple(items), plan.sets
    )


def _with_nullable_subtotals(
    keys: GroupingKeys, plan: GroupingPlan, context: QueryContext
) -> GroupingKeys:
    """The keys, here and where aggregates mention them: null in rows not grouped by them."""
    if len(keys.columns) < len(plan.keys):
        return keys
    wholes = [_find_whole_column(item.value, context) for item in plan.keys]
    partial = [whole for index, whole in enumerate(wholes) if index in plan.partial_keys]
    columns = tuple(
        replace(c, nullable=True, filtered=None) if any(c is whole for whole in partial) else c
        for c in context.relation.columns
    )
    context.relation = Relation(columns, context.relation.is_open)
    key_columns = tuple(
        replace(column, nullable=column.nullable or index in plan.partial_keys)
        for index, column in enumerate(keys.columns)
    )
    # Spark finds no computed key again where a row may stand for several sets of keys.
    return replace(keys, columns=key_columns, values=())


def resolve_grouping_keys(
    items: tuple[s.Item, ...], context: QueryContext, partial: frozenset[int] | None = None
) -> GroupingKeys:
    """The grouping keys in these items; findings for what can be none.

    `partial` are the places of those by which not all rows are grouped, None where there is a row
    for each combination of all.
    """
    named_expressions: list[ix.NamedExpression] = []
    columns: list[Column] = []
    names: set[str] = set()
    values: list[e.Expression] = []
    for index, item in enumerate(items):
        value = _resolve_key(item, context)
        if value is None:
            continue
        plain_only = partial is not None and index in partial
        column = _find_key_column(item, value, context, partial is not None, plain_only)
        if column is None:
            continue
        columns.append(column)
        named_expressions.append(ix.NamedExpression(value, tuple(name.text for name in item.names)))
        whole = _find_whole_column(item.value, context)
        if whole is None:
            values.append(item.value)
        else:
            names.add(grouping_key(whole.name, whole.qualifier))
    return GroupingKeys(
        tuple(named_expressions),
        tuple(columns),
        frozenset(names),
        tuple(values),
        partial is not None,
    )


def _resolve_key(item: s.Item, context: QueryContext) -> ix.Expression | None:
    """The value of one key; None, with findings, where it can be none."""
    if isinstance(item.value, e.Star):
        message = "a grouping key is an expression"
        context.report.add(expression_codes.MISPLACED_STAR, item.span, message)
        return None
    value = context.resolve_value(item.value)
    require_groupable(value, context)
    return None if check_position(item.value, "group by", context) else value


def _find_key_column(
    item: s.Item,
    value: ix.Expression,
    context: QueryContext,
    has_subtotals: bool,
    plain_only: bool,
) -> Column | None:
    """The column of one key; None, with a finding, where it has no name.

    Not all rows are grouped by one that is `plain_only`: it must be a column without a new name.
    """
    if not item.names:
        own_column = find_own_column(item.value, value, context)
        if own_column is None:
            help_ = "add it as a column with `extend` before" if plain_only else AS_NAME
            report_no_name(item, context, help_)
        return own_column
    name = item.names[0]
    if has_subtotals and context.relation.find_columns(name.text):
        message = f"there is a column `{name.text}` already, which this would replace"
        context.report.add(codes.COLUMN_EXISTS, name.span, message, help="name it otherwise")
    column = with_event_time(column_of(value, name.text, name.span), item.value, context)
    if plain_only:
        message = "name the keys of `rollup`, `cube` and `grouping sets` with `extend` before"
        context.report.add(codes.WRONG_NAMES, name.span, message)
    return column


def require_groupable(value: ix.Expression, context: QueryContext, suffix: str = "") -> None:
    """Report a key that Spark cannot group by; maps and intervals it can, from 4.0 on."""
    is_old = context.settings.target.startswith("3.")
    fits = is_orderable if is_old else is_groupable
    context.require(fits, value, value.span, f"as a grouping key{suffix}")


def _find_whole_column(node: e.Expression, context: QueryContext) -> Column | None:
    """The column that a key is, unless it is computed or a field of one."""
    if not isinstance(node, e.ColumnName):
        return None
    resolved = scopes.resolve_column(node, context.relation, Report())
    return resolved.column if resolved is not None and not resolved.path else None


def resolve_aggregate_items(
    items: tuple[s.Item, ...], keys: GroupingKeys, context: QueryContext, in_pivot: bool = False
) -> tuple[list[ix.NamedExpression], list[Column]]:
    named_expressions: list[ix.NamedExpression] = []
    columns: list[Column] = []
    for item in items:
        typer = context.new_typer()
        typer.allows_aggregates = True
        # What fills a pivot stands inside aggregates, its keys too.
        typer.in_pivot = in_pivot
        typer.grouping_keys = frozenset() if in_pivot else keys.names
        typer.has_subtotals = keys.has_subtotals
        if not in_pivot:
            typer.grouped_name_ids = find_name_ids(item.value, keys.values, context.is_same_column)
        if isinstance(item.value, e.Star):
            typer.infer_type(item.value)
            continue
        finding_count = len(context.report.findings)
        value = context.resolve_expression(item.value, typer)
        _check_grouping_id(item.value, keys, context)
        if (
            in_pivot
            and typer.found_aggregate is None
            and len(context.report.findings) == finding_count
        ):
            message = "the columns of a pivot are filled by aggregates, and this has none"
            context.report.add(codes.BAD_PIVOT, item.value.span, message)
        if not item.names:
            _report_unnamed(item, value, keys.columns, context)
            continue
        if len(item.names) > 1:
            message = "an aggregate becomes one column"
            context.report.add(codes.WRONG_NAMES, item.names[1].span, message)
        name = item.names[0]
        columns.append(column_of(value, name.text, name.span))
        named_expressions.append(ix.NamedExpression(value, (name.text,)))
    return named_expressions, columns


def _check_grouping_id(node: e.Expression, keys: GroupingKeys, context: QueryContext) -> None:
    """Report `grouping_id` of other columns than all keys in their order."""
    for call in nodes(node):
        if isinstance(call, e.Call) and call.name.text.casefold() == "grouping_id":
            columns = [_find_whole_column(argument.value, context) for argument in call.arguments]
            names = [(c.name, c.qualifier) for c in columns if c is not None]
            if columns and names != [(c.name, c.qualifier) for c in keys.columns]:
                message = "`grouping_id` takes all keys in their order, or none"
                code = expression_codes.WRONG_ARGUMENTS
                context.report.add(code, call.span, message, help="write `grouping_id()`")


def _report_unnamed(
    item: s.Item, value: ix.Expression, keys: tuple[Column, ...], context: QueryContext
) -> None:
    """Report an aggregate without a name; SQL's habit of repeating the keys gets its own words."""
    column = find_own_column(item.value, value, context)
    if column is None:
        report_no_name(item, context)
    elif any(scopes.is_same_name(key.name, column.name) for key in keys):
        message = f"`{column.name}` is a grouping key, and keys are in the result already"
        context.report.add(codes.REPEATED_COLUMN, item.span, message, help="remove it here")
