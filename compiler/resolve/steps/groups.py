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
from ssbt.compiler.resolve.expressions.surroundings import key_of
from ssbt.compiler.resolve.expressions.walking import names_within, nodes
from ssbt.compiler.resolve.flow import Flow, column_of
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.steps.columns import (
    AS_NAME,
    own_column,
    report_no_name,
    timed,
)
from ssbt.compiler.resolve.steps.grouping_sets import (
    GroupingPlan,
    plan_grouping,
    split_items,
)
from ssbt.compiler.resolve.steps.positions import check_position
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.types.predicates import groupable, orderable


class Keys(Struct, frozen=True):
    """Grouping keys: how they are computed, their columns, and what an aggregate may repeat.

    `names` identify the keys that are columns, see `key_of`; `values` are the others as written.
    `subtotals` tells that not all rows are grouped by all of them.
    """

    named: tuple[ix.Named, ...]
    columns: tuple[Column, ...]
    names: frozenset[str]
    values: tuple[e.Expression, ...] = ()
    subtotals: bool = False


def aggregate(node: s.Aggregate, flow: Flow) -> ir.Step:
    grouping, given = node.grouping, node.items
    plan = GroupingPlan("", ())
    if grouping is not None and grouping.by_all:
        own, given = split_items(node)
        plan = GroupingPlan("", own)
    elif grouping is not None:
        plan = plan_grouping(grouping, flow)
    keys = grouping_keys(plan.keys, flow, plan.partial if plan.form else None)
    if plan.form:
        keys = _null_in_subtotals(keys, plan, flow)
    items, columns = aggregates(given, keys, flow)
    key_columns = keys.columns
    if not given and not keys.named:
        message = "`aggregate` needs an aggregate function or `group by`"
        flow.report.add(codes.NO_NAME, node.span, message)
    output = Relation((*key_columns, *columns))
    return ir.Aggregate(node.span, output, plan.form, keys.named, tuple(items), plan.sets)


def _null_in_subtotals(keys: Keys, plan: GroupingPlan, flow: Flow) -> Keys:
    """The keys, here and where aggregates mention them: null in rows not grouped by them."""
    if len(keys.columns) < len(plan.keys):
        return keys
    wholes = [_whole(item.value, flow) for item in plan.keys]
    partial = [whole for place, whole in enumerate(wholes) if place in plan.partial]
    columns = tuple(
        replace(c, nullable=True) if any(c is whole for whole in partial) else c
        for c in flow.relation.columns
    )
    flow.relation = Relation(columns, flow.relation.is_open)
    made = tuple(
        replace(column, nullable=column.nullable or place in plan.partial)
        for place, column in enumerate(keys.columns)
    )
    # Spark finds no computed key again where a row may stand for several sets of keys.
    return replace(keys, columns=made, values=())


def grouping_keys(
    items: tuple[s.Item, ...], flow: Flow, partial: frozenset[int] | None = None
) -> Keys:
    """The grouping keys in these items; findings for what can be none.

    `partial` are the places of those by which not all rows are grouped, None where there is a row
    for each combination of all.
    """
    named: list[ix.Named] = []
    columns: list[Column] = []
    names: set[str] = set()
    values: list[e.Expression] = []
    for place, item in enumerate(items):
        plain_only = partial is not None and place in partial
        if isinstance(item.value, e.Star):
            message = "a grouping key is an expression"
            flow.report.add(expression_codes.MISPLACED_STAR, item.span, message)
            continue
        found = flow.value(item.value)
        require_groupable(found, flow)
        if check_position(item.value, "group by", flow):
            continue
        if item.names:
            name = item.names[0]
            if partial is not None and flow.relation.named(name.text):
                message = f"there is a column `{name.text}` already, which this would replace"
                flow.report.add(codes.COLUMN_EXISTS, name.span, message, help="name it otherwise")
            column = timed(column_of(found, name.text, name.span), item.value, flow)
        else:
            plain = own_column(item.value, found, flow)
            if plain is None:
                where = "add it as a column with `extend` before" if plain_only else AS_NAME
                report_no_name(item, flow, where)
                continue
            column = plain
        if plain_only and item.names:
            message = "name the keys of `rollup`, `cube` and `grouping sets` with `extend` before"
            flow.report.add(codes.WRONG_NAMES, item.names[0].span, message)
        columns.append(column)
        named.append(ix.Named(found, tuple(name.text for name in item.names)))
        whole = _whole(item.value, flow)
        if whole is None:
            values.append(item.value)
        else:
            names.add(key_of(whole.name, whole.qualifier))
    return Keys(tuple(named), tuple(columns), frozenset(names), tuple(values), partial is not None)


def require_groupable(found: ix.Expression, flow: Flow, which: str = "") -> None:
    """Report a key that Spark cannot group by; maps and intervals it can, from 4.0 on."""
    is_old = flow.settings.target.startswith("3.")
    fits = orderable if is_old else groupable
    flow.require(fits, found, found.span, f"as a grouping key{which}")


def _whole(node: e.Expression, flow: Flow) -> Column | None:
    """The column that a key is, unless it is computed or a field of one."""
    if not isinstance(node, e.ColumnName):
        return None
    found = scopes.found(node, flow.relation, Report())
    return found.column if found is not None and not found.path else None


def aggregates(
    items: tuple[s.Item, ...], keys: Keys, flow: Flow, in_pivot: bool = False
) -> tuple[list[ix.Named], list[Column]]:
    named: list[ix.Named] = []
    columns: list[Column] = []
    for item in items:
        typing = flow.typing()
        typing.aggregates = True
        # What fills a pivot stands inside of aggregates, its keys too.
        typing.pivot = in_pivot
        typing.grouping = frozenset() if in_pivot else keys.names
        typing.subtotals = keys.subtotals
        if not in_pivot:
            typing.grouped = names_within(item.value, keys.values, flow.one_column)
        if isinstance(item.value, e.Star):
            typing.typed(item.value)
            continue
        before = len(flow.report.findings)
        found = flow.finished(item.value, typing)
        _check_level(item.value, keys, flow)
        if in_pivot and typing.found_aggregate is None and len(flow.report.findings) == before:
            message = "the columns of a pivot are filled by aggregates, and this has none"
            flow.report.add(codes.BAD_PIVOT, item.value.span, message)
        if not item.names:
            _report_unnamed(item, found, keys.columns, flow)
            continue
        if len(item.names) > 1:
            message = "an aggregate becomes one column"
            flow.report.add(codes.WRONG_NAMES, item.names[1].span, message)
        name = item.names[0]
        columns.append(column_of(found, name.text, name.span))
        named.append(ix.Named(found, (name.text,)))
    return named, columns


def _check_level(node: e.Expression, keys: Keys, flow: Flow) -> None:
    """Report `grouping_id` of other columns than all keys in their order."""
    for call in nodes(node):
        if isinstance(call, e.Call) and call.name.text.casefold() == "grouping_id":
            given = [_whole(argument.value, flow) for argument in call.arguments]
            named = [(c.name, c.qualifier) for c in given if c is not None]
            if given and named != [(c.name, c.qualifier) for c in keys.columns]:
                message = "`grouping_id` takes all keys in their order, or none"
                code = expression_codes.WRONG_ARGUMENTS
                flow.report.add(code, call.span, message, help="write `grouping_id()`")


def _report_unnamed(
    item: s.Item, found: ix.Expression, keys: tuple[Column, ...], flow: Flow
) -> None:
    """Report an aggregate without a name; SQL's habit of repeating the keys gets its own words."""
    column = own_column(item.value, found, flow)
    if column is None:
        report_no_name(item, flow)
    elif any(scopes.same(key.name, column.name) for key in keys):
        message = f"`{column.name}` is a grouping key, and keys are in the result already"
        flow.report.add(codes.REPEATED_COLUMN, item.span, message, help="remove it here")
