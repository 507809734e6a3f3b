"""Queries: the base dataset, then one step after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ssbt.compiler.diagnostics.codes import names as name_codes
from ssbt.compiler.diagnostics.codes import unsupported
from ssbt.compiler.diagnostics.model import Code, Label
from ssbt.compiler.ir import steps as ir
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.resolve import (
    code_steps,
    column_steps,
    group_steps,
    join_steps,
    row_steps,
    scopes,
)
from ssbt.compiler.resolve.flow import Flow
from ssbt.compiler.syntax.ast import steps as s

_STEPS: dict[type[s.Step], Callable[[Any, Flow], ir.Step | None]] = {
    s.Where: column_steps.where,
    s.Select: column_steps.select,
    s.Extend: column_steps.extend,
    s.SetColumns: column_steps.set_columns,
    s.Drop: column_steps.drop,
    s.Rename: column_steps.rename,
    s.As: column_steps.alias,
    s.Join: join_steps.join,
    s.SetOperation: join_steps.set_operation,
    s.Aggregate: group_steps.aggregate,
    s.Pivot: group_steps.pivot,
    s.Unpivot: group_steps.unpivot,
    s.Distinct: row_steps.distinct,
    s.Deduplicate: row_steps.deduplicate,
    s.OrderBy: row_steps.order_by,
    s.Limit: row_steps.limit,
    s.Offset: row_steps.offset,
    s.Sample: row_steps.sample,
    s.Explode: row_steps.explode,
    s.UseTransform: code_steps.use_transform,
    s.Apply: code_steps.apply_function,
    s.Sql: code_steps.sql,
}


def resolved_query(node: s.Query, flow: Flow) -> ir.Query:
    """The IR of a query; behind a mistake the columns are open, so that it is told once."""
    got = flow.find.input(node.base, flow)
    base, flow.relation = got if got is not None else (ir.Input("", None, None), Relation((), True))
    steps: list[ir.Step] = []
    for step in node.steps:
        made = _step(step, flow)
        if made is not None:
            steps.append(made)
            flow.relation = made.output
    _check_duplicates(node, flow)
    kept = tuple(_without_unused_aliases(step, flow.used_aliases) for step in steps)
    return ir.Query(
        _named_if_used(base, flow.used_aliases),
        tuple(step for step in kept if step is not None),
        flow.relation,
        tuple(flow.uses),
        tuple(flow.used_parameters),
    )


def _step(step: s.Step, flow: Flow) -> ir.Step | None:
    unsupported_code = _unsupported(step)
    if unsupported_code is not None:
        word = "stateful" if isinstance(step, s.Stateful) else "watermark"
        message = f"`{word}` is not supported yet"
        flow.report.add(unsupported_code, step.span, message)
        flow.relation = Relation(flow.relation.columns, True)
        return None
    resolve = _STEPS.get(type(step))
    if resolve is None:
        flow.relation = Relation((), True)
        return None
    return resolve(step, flow)


def _unsupported(step: s.Step) -> Code | None:
    if isinstance(step, s.Stateful):
        return unsupported.STATEFUL
    within = isinstance(step, s.Deduplicate) and step.within_watermark
    return unsupported.WATERMARK if within or isinstance(step, s.Watermark) else None


def _check_duplicates(node: s.Query, flow: Flow) -> None:
    """A result with two columns of one name can neither be used nor written."""
    for first, second in scopes.duplicates(flow.relation):
        end = node.steps[-1].span if node.steps else node.base.span
        span = scopes.place_of(second, end)
        if span.path != end.path or not node.span.start <= span.start < node.span.end:
            span = end
        also = (Label(first.declared, "the other one"),) if first.declared is not None else ()
        qualified = second.qualifier is not None and first.qualifier != second.qualifier
        way = f"`|> drop {second.qualifier}.{second.name}`" if qualified else "`rename` or `drop`"
        flow.report.add(
            name_codes.DUPLICATE_COLUMN,
            span,
            f"the result has two columns called `{second.name}`",
            also=also,
            help=f"leave one of them: {way}",
        )


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
