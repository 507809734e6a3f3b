"""Queries: the base dataset, then one step after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from ssbt.compiler.diagnostics.codes import names as name_codes
from ssbt.compiler.diagnostics.codes import steps as codes
from ssbt.compiler.diagnostics.model import Label
from ssbt.compiler.ir import steps as ir
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.resolve import scopes
from ssbt.compiler.resolve.expressions.time_windows import TimeWindows, report_time_windows
from ssbt.compiler.resolve.query_context import QueryContext
from ssbt.compiler.resolve.semantic_index import StepRelations
from ssbt.compiler.resolve.steps import (
    code,
    columns,
    groups,
    joins,
    naming,
    pivots,
    rows,
    set_operations,
    sql,
    stateful,
)
from ssbt.compiler.resolve.traps.weeks import find_week_keys
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.names import name_text

RESOLVERS: dict[type[s.Step], Callable[[Any, QueryContext], ir.Step | None]] = {
    s.Where: columns.resolve_where,
    s.Select: columns.resolve_select,
    s.Extend: columns.resolve_extend,
    s.SetColumns: columns.resolve_set_columns,
    s.Drop: naming.resolve_drop,
    s.Rename: naming.resolve_rename,
    s.As: naming.resolve_alias,
    s.Join: joins.resolve_join,
    s.SetOperation: set_operations.resolve_set_operation,
    s.Aggregate: groups.resolve_aggregate,
    s.Pivot: pivots.resolve_pivot,
    s.Unpivot: pivots.resolve_unpivot,
    s.Distinct: rows.resolve_distinct,
    s.Deduplicate: rows.resolve_deduplicate,
    s.Watermark: rows.resolve_watermark,
    s.OrderBy: rows.resolve_order_by,
    s.Limit: rows.resolve_limit,
    s.Offset: rows.resolve_offset,
    s.Sample: rows.resolve_sample,
    s.Explode: rows.resolve_explode,
    s.UseTransform: code.resolve_use_transform,
    s.Apply: code.resolve_apply,
    s.Sql: sql.resolve_sql,
    s.Stateful: stateful.resolve_stateful,
}


def resolve_query(node: s.Query, context: QueryContext) -> ir.Query:
    """The IR of a query; after a mistake the columns are open, so that it is reported once."""
    resolved_input = context.lookup.find_input(node.base, context)
    base, context.relation = (
        resolved_input
        if resolved_input is not None
        else (ir.Input("", None, None), Relation((), True))
    )
    if context.scope is None:
        context.facts.begin(context.relation)
    resolved_steps = [resolve_step(step, context) for step in node.steps]
    steps = [step for step in resolved_steps if step is not None]
    is_whole = len(steps) == len(resolved_steps) and _is_whole(base) and all(map(_is_whole, steps))
    _check_duplicates(node, context)
    context.report.findings += find_week_keys(node)
    context.relation = context.relation.with_streaming(context.streaming)
    used_aliases = context.used_aliases | _find_clashing_inputs(context)
    final_steps = tuple(_without_unused_aliases(step, used_aliases) for step in steps)
    # Spark knows columns by the aliases of the queries before, too.
    aliases = used_aliases.union(*(each.aliases for each in context.inputs.values()))
    context.relation = replace(context.relation, aliases=frozenset(aliases))
    context.relation = context.facts.apply(context.relation)
    return ir.Query(
        _with_used_alias(base, used_aliases),
        tuple(step for step in final_steps if step is not None),
        context.relation,
        tuple(context.used_datasets),
        tuple(context.used_parameters),
        is_whole,
    )


def _find_clashing_inputs(context: QueryContext) -> set[str]:
    """The inputs with columns that Spark would take for those of another input under its alias."""
    return {
        alias
        for alias, relation in context.inputs.items()
        for other_alias in relation.aliases & context.used_aliases & context.inputs.keys()
        if other_alias != alias
        and (
            other_alias in context.starred_aliases
            or _has_shared_name(relation, context.inputs[other_alias])
        )
    }


def _has_shared_name(left: Relation, right: Relation) -> bool:
    return left.is_open or right.is_open or any(right.find_columns(c.name) for c in left.columns)


def _is_whole(part: ir.Input | ir.Step) -> bool:
    """Whether all datasets that it names are known, within the transforms that it uses as well."""
    match part:
        case ir.Input(dataset=""):
            return False
        case ir.Input(arguments=tuple()) | ir.UseTransform():
            is_body_whole = part.body is not None and part.body.whole
            return is_body_whole and all(_is_whole(each) for each in part.arguments or ())
        case ir.Join() | ir.SetOperation():
            return _is_whole(part.right)
        case _:
            return True


def resolve_step(step: s.Step, context: QueryContext) -> ir.Step | None:
    """The IR of one step over what flows; None, with findings, where nothing of it can be told."""
    input_relation = context.relation
    context.windows = TimeWindows()
    resolved = _dispatch_step(step, context)
    report_time_windows(step, context.windows, context.report)
    if resolved is not None:
        context.relation = resolved.output.with_streaming(context.streaming)
        resolved = replace(resolved, output=context.relation)
    context.facts.follow(resolved, input_relation, context.relation)
    if context.report.index is not None:
        context.report.index.steps.append(
            StepRelations(step.span, input_relation, context.relation)
        )
    return resolved


def _dispatch_step(step: s.Step, context: QueryContext) -> ir.Step | None:
    resolver = RESOLVERS.get(type(step))
    if resolver is None:
        context.relation = Relation((), True)
        return None
    return resolver(step, context)


def _check_duplicates(node: s.Query, context: QueryContext) -> None:
    """A result with two columns of the same name can neither be used nor written."""
    pairs = scopes.find_duplicates(context.relation)
    end = node.steps[-1].span if node.steps else node.base.span
    pairs_by_span: dict[Span, list[tuple[Column, Column]]] = {}
    for first, second in pairs:
        # The one that this query names itself is where the mistake is.
        span = _span_if_inside(second.declared, node.span)
        pair = (second, first)
        if span is None and (span := _span_if_inside(first.declared, node.span)) is not None:
            pair = (first, second)
        pairs_by_span.setdefault(span or end, []).append(pair)
    # A join that is mended has other columns.
    joins = (codes.JOIN_CONDITION, codes.KEY_EXPRESSION)
    is_consequence = any(
        diagnostic.code in joins and _span_if_inside(diagnostic.primary.span, node.span)
        for diagnostic in context.report.findings
    )
    for span, span_pairs in pairs_by_span.items() if not is_consequence else ():
        _report_duplicate_names(span, span_pairs, context)
    if pairs:
        duplicate_ids = {id(second) for _, second in pairs}
        columns = tuple(c for c in context.relation.columns if id(c) not in duplicate_ids)
        context.relation = Relation(columns, True)


def _report_duplicate_names(
    span: Span, pairs: list[tuple[Column, Column]], context: QueryContext
) -> None:
    """Report columns of the result that share their names with others, all at one place."""
    names = list(dict.fromkeys(duplicate.name for duplicate, _ in pairs))
    message = f"the result has two columns called `{names[0]}`"
    if len(names) > 1:
        listed = ", ".join(f"`{name}`" for name in names)
        message = f"the result has two columns of each of the names {listed}"
    also = {
        counterpart.declared: Label(counterpart.declared, "the other one")
        for _, counterpart in pairs
        if counterpart.declared
    }
    dropped = [column for pair in pairs if (column := _find_droppable(*pair)) is not None]
    remedy = "`rename` or `drop`"
    if len(dropped) == len(pairs):
        texts = (f"{name_text(c.qualifier or '')}.{name_text(c.name)}" for c in dropped)
        remedy = f"`|> drop {', '.join(texts)}`"
    help_ = f"leave one of {'them' if len(names) == 1 else 'each'}: {remedy}"
    context.report.add(
        name_codes.DUPLICATE_COLUMN, span, message, also=tuple(also.values()), help=help_
    )


def _find_droppable(left: Column, right: Column) -> Column | None:
    """The column of the two that a qualified name can tell from the other."""
    if left.qualifier == right.qualifier:
        return None
    return left if left.qualifier is not None else right


def _span_if_inside(span: Span | None, whole: Span) -> Span | None:
    """The span, if it is a part of the whole."""
    if span is None or span.path != whole.path:
        return None
    return span if whole.start <= span.start < whole.end else None


def _with_used_alias(input_: ir.Input, used_aliases: set[str]) -> ir.Input:
    if input_.alias is not None and input_.alias.casefold() in used_aliases:
        return input_
    return replace(input_, alias=None)


def _without_unused_aliases(step: ir.Step, used_aliases: set[str]) -> ir.Step | None:
    """The step with the aliases that an expression needs; None for an alias that none does."""
    if isinstance(step, ir.Alias):
        return step if step.alias.casefold() in used_aliases else None
    if isinstance(step, ir.Join | ir.SetOperation):
        return replace(step, right=_with_used_alias(step.right, used_aliases))
    return step
