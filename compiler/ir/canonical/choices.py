"""The canonical form of the steps that choose, order and multiply rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.canonical.relations import Cell, Rows
from ssbt.compiler.ir.expressions import ParameterText
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.types.datatypes import UNKNOWN

if TYPE_CHECKING:
    from ssbt.compiler.ir.canonical.queries import Queries
    from ssbt.compiler.ir.operators import Operator


def filter_rows(queries: Queries, step: s.Filter, operator: Operator) -> Rows:
    (incoming,) = queries.inputs_of(operator)
    if step.condition.term is None:
        return queries.opaque_rows(operator, queries.pool.make_unique("filter"))
    conditions = queries.reader(operator, incoming).conjuncts(step.condition.term)
    return queries.table.filter_rows(incoming, [value for _, value in conditions])


def mark_event_time(queries: Queries, step: s.Watermark, operator: Operator) -> Rows:
    (incoming,) = queries.inputs_of(operator)
    column = queries.columns((step.column,), incoming)
    rows = queries.table.apply_step(incoming, "watermark", column, step.delay)
    return queries.rename_cells(operator, rows)


def sort_rows(queries: Queries, step: s.Sort, operator: Operator) -> Rows:
    (incoming,) = queries.inputs_of(operator)
    keys = [queries.value(each.expression, operator, incoming) for each in step.keys]
    directions = tuple(
        (each.descending, each.nulls or ("last" if each.descending else "first"))
        for each in step.keys
    )
    rows = queries.table.apply_step(incoming, "sort", keys, directions)
    plain = rows.plain if any(each.fails or each.drawn for each in keys) else incoming.plain
    rows = replace(
        rows,
        plain=plain,
        cells=incoming.cells,
        is_sorted=True,
        sorted_rows=queries.pool.make(
            "sorted", [each.value for each in incoming.cells], unordered=True
        ),
    )
    return queries.rename_cells(operator, rows)


def limit_rows(queries: Queries, step: s.Limit | s.Offset, operator: Operator) -> Rows:
    (incoming,) = queries.inputs_of(operator)
    if not incoming.is_sorted:
        queries.note_order(operator, incoming.leaves)
    count = step.count.name if isinstance(step.count, ParameterText) else step.count
    rows = queries.table.apply_step(incoming, type(step).__name__, (), count, by_order=True)
    return queries.rename_cells(operator, rows)


def sample_rows(queries: Queries, step: s.Sample, operator: Operator) -> Rows:
    (incoming,) = queries.inputs_of(operator)
    queries.note_order(operator, incoming.leaves)
    sampling = (step.fraction, step.replacement, step.seed)
    rows = queries.table.apply_step(incoming, "sample", (), sampling, by_order=True)
    return queries.rename_cells(operator, rows)


def explode_rows(queries: Queries, step: s.Explode, operator: Operator) -> Rows:
    (incoming,) = queries.inputs_of(operator)
    value = queries.value(step.expression, operator, incoming)
    rows = queries.table.apply_step(incoming, "explode", (value,), step.function)
    place = rows.plain.base
    exploded = [
        queries.pool.make("exploded", (value,), (step.function, index), place=place)
        for index in range(len(step.names))
    ]
    columns = {each.name.casefold(): each for each in operator.output.columns}
    cells = tuple(
        Cell(columns.get(name.casefold()) or Column(name, UNKNOWN, True), each, rows.age)
        for name, each in zip(step.names, exploded, strict=True)
    )
    return queries.match_output(operator, replace(rows, cells=(*rows.cells, *cells)))
