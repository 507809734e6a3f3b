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
from ssbt.compiler.resolve.flow import Flow
from ssbt.compiler.resolve.seen import StepSeen
from ssbt.compiler.resolve.steps import (
    code,
    columns,
    groups,
    joins,
    naming,
    pivots,
    rows,
    stateful,
)
from ssbt.compiler.resolve.traps.weeks import find_week_keys
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.names import name_text

RESOLVERS: dict[type[s.Step], Callable[[Any, Flow], ir.Step | None]] = {
    s.Where: columns.where,
    s.Select: columns.select,
    s.Extend: columns.extend,
    s.SetColumns: columns.set_columns,
    s.Drop: naming.drop,
    s.Rename: naming.rename,
    s.As: naming.alias,
    s.Join: joins.join,
    s.SetOperation: joins.set_operation,
    s.Aggregate: groups.aggregate,
    s.Pivot: pivots.pivot,
    s.Unpivot: pivots.unpivot,
    s.Distinct: rows.distinct,
    s.Deduplicate: rows.deduplicate,
    s.Watermark: rows.watermark,
    s.OrderBy: rows.order_by,
    s.Limit: rows.limit,
    s.Offset: rows.offset,
    s.Sample: rows.sample,
    s.Explode: rows.explode,
    s.UseTransform: code.use_transform,
    s.Apply: code.apply_function,
    s.Sql: code.sql,
    s.Stateful: stateful.stateful,
}


def resolved_query(node: s.Query, flow: Flow) -> ir.Query:
    """The IR of a query; behind a mistake the columns are open, so that it is told once."""
    got = flow.find.input(node.base, flow)
    base, flow.relation = got if got is not None else (ir.Input("", None, None), Relation((), True))
    made = [resolved_step(step, flow) for step in node.steps]
    steps = [step for step in made if step is not None]
    whole = len(steps) == len(made) and _is_whole(base) and all(map(_is_whole, steps))
    _check_duplicates(node, flow)
    flow.report.findings += find_week_keys(node)
    flow.relation = flow.relation.with_streaming(flow.streaming)
    used = flow.used_aliases | _clashing_inputs(flow)
    kept = tuple(_without_unused_aliases(step, used) for step in steps)
    # Spark knows columns by the aliases of the queries before, too.
    aliases = used.union(*(each.aliases for each in flow.inputs.values()))
    flow.relation = replace(flow.relation, aliases=frozenset(aliases))
    return ir.Query(
        _named_if_used(base, used),
        tuple(step for step in kept if step is not None),
        flow.relation,
        tuple(flow.uses),
        tuple(flow.used_parameters),
        whole,
    )


def _clashing_inputs(flow: Flow) -> set[str]:
    """The inputs with columns that Spark would take for those of another input under its alias."""
    return {
        alias
        for alias, relation in flow.inputs.items()
        for other in relation.aliases & flow.used_aliases & flow.inputs.keys()
        if other != alias and (other in flow.starred or _share_a_name(relation, flow.inputs[other]))
    }


def _share_a_name(one: Relation, other: Relation) -> bool:
    return one.is_open or other.is_open or any(other.named(c.name) for c in one.columns)


def _is_whole(part: ir.Input | ir.Step) -> bool:
    """Whether all datasets that it names are known, within the transforms that it uses as well."""
    match part:
        case ir.Input(dataset=""):
            return False
        case ir.Input(arguments=tuple()) | ir.UseTransform():
            within = part.body is not None and part.body.whole
            return within and all(_is_whole(each) for each in part.arguments or ())
        case ir.Join() | ir.SetOperation():
            return _is_whole(part.right)
        case _:
            return True


def resolved_step(step: s.Step, flow: Flow) -> ir.Step | None:
    """The IR of one step over what flows; None, with findings, where nothing of it can be told."""
    before = flow.relation
    flow.windows = TimeWindows()
    made = _resolved(step, flow)
    report_time_windows(step, flow.windows, flow.report)
    if made is not None:
        flow.relation = made.output.with_streaming(flow.streaming)
        made = replace(made, output=flow.relation)
    if flow.report.seen is not None:
        flow.report.seen.steps.append(StepSeen(step.span, before, flow.relation))
    return made


def _resolved(step: s.Step, flow: Flow) -> ir.Step | None:
    resolve = RESOLVERS.get(type(step))
    if resolve is None:
        flow.relation = Relation((), True)
        return None
    return resolve(step, flow)


def _check_duplicates(node: s.Query, flow: Flow) -> None:
    """A result with two columns of one name can neither be used nor written."""
    pairs = scopes.duplicates(flow.relation)
    end = node.steps[-1].span if node.steps else node.base.span
    places: dict[Span, list[tuple[Column, Column]]] = {}
    for first, second in pairs:
        # The one that this query names itself is where the mistake is.
        place = _inside(second.declared, node.span)
        pair = (second, first)
        if place is None and (place := _inside(first.declared, node.span)) is not None:
            pair = (first, second)
        places.setdefault(place or end, []).append(pair)
    # A join that is mended has other columns.
    joins = (codes.JOIN_CONDITION, codes.KEY_EXPRESSION)
    is_consequence = any(
        found.code in joins and _inside(found.primary.span, node.span)
        for found in flow.report.findings
    )
    for place, twins in places.items() if not is_consequence else ():
        _report_twins(place, twins, flow)
    if pairs:
        gone = {id(second) for _, second in pairs}
        columns = tuple(c for c in flow.relation.columns if id(c) not in gone)
        flow.relation = Relation(columns, True)


def _report_twins(place: Span, twins: list[tuple[Column, Column]], flow: Flow) -> None:
    """Report columns of the result that share their names with others, all at one place."""
    names = list(dict.fromkeys(mine.name for mine, _ in twins))
    message = f"the result has two columns called `{names[0]}`"
    if len(names) > 1:
        listed = ", ".join(f"`{name}`" for name in names)
        message = f"the result has two columns of each of the names {listed}"
    also = {
        other.declared: Label(other.declared, "the other one")
        for _, other in twins
        if other.declared
    }
    dropped = [column for pair in twins if (column := _droppable(*pair)) is not None]
    way = "`rename` or `drop`"
    if len(dropped) == len(twins):
        texts = (f"{name_text(c.qualifier or '')}.{name_text(c.name)}" for c in dropped)
        way = f"`|> drop {', '.join(texts)}`"
    help_ = f"leave one of {'them' if len(names) == 1 else 'each'}: {way}"
    flow.report.add(
        name_codes.DUPLICATE_COLUMN, place, message, also=tuple(also.values()), help=help_
    )


def _droppable(one: Column, other: Column) -> Column | None:
    """The column of the two that a qualified name can tell from the other."""
    if one.qualifier == other.qualifier:
        return None
    return one if one.qualifier is not None else other


def _inside(span: Span | None, whole: Span) -> Span | None:
    """The span, if it is a part of the whole."""
    if span is None or span.path != whole.path:
        return None
    return span if whole.start <= span.start < whole.end else None


def _named_if_used(given: ir.Input, used: set[str]) -> ir.Input:
    if given.alias is not None and given.alias.casefold() in used:
        return given
    return replace(given, alias=None)


def _without_unused_aliases(step: ir.Step, used: set[str]) -> ir.Step | None:
    """The step with the aliases that an expression needs; None for an alias that none does."""
    if isinstance(step, ir.Alias):
        return step if step.alias.casefold() in used else None
    if isinstance(step, ir.Join | ir.SetOperation):
        return replace(step, right=_named_if_used(step.right, used))
    return step
