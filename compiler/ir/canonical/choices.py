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
    (given,) = queries.flowing_into(operator)
    if step.condition.term is None:
        return queries.opaque(operator, queries.pool.unlike_any("filter"))
    found = queries.reader(operator, given).conjuncts(step.condition.term)
    return queries.table.filtered(given, [value for _, value in found])


def mark_event_time(queries: Queries, step: s.Watermark, operator: Operator) -> Rows:
    (given,) = queries.flowing_into(operator)
    column = queries.columns((step.column,), given)
    rows = queries.table.stepped(given, "watermark", column, step.delay)
    return queries.renamed(operator, rows)


def sort_rows(queries: Queries, step: s.Sort, operator: Operator) -> Rows:
    (given,) = queries.flowing_into(operator)
    keys = [queries.value(each.expression, operator, given) for each in step.keys]
    told = tuple(
        (each.descending, each.nulls or ("last" if each.descending else "first"))
        for each in step.keys
    )
    rows = queries.table.stepped(given, "sort", keys, told)
    plain = rows.plain if any(each.fails or each.drawn for each in keys) else given.plain
    rows = replace(
        rows,
        plain=plain,
        cells=given.cells,
        is_sorted=True,
        sorted_rows=queries.pool.make(
            "sorted", [each.value for each in given.cells], unordered=True
        ),
    )
    return queries.renamed(operator, rows)


def limit_rows(queries: Queries, step: s.Limit | s.Offset, operator: Operator) -> Rows:
    (given,) = queries.flowing_into(operator)
    if not given.is_sorted:
        queries.note_order(operator, given.leaves)
    count = step.count.name if isinstance(step.count, ParameterText) else step.count
    rows = queries.table.stepped(given, type(step).__name__, (), count, by_order=True)
    return queries.renamed(operator, rows)


def sample_rows(queries: Queries, step: s.Sample, operator: Operator) -> Rows:
    (given,) = queries.flowing_into(operator)
    queries.note_order(operator, given.leaves)
    told = (step.fraction, step.replacement, step.seed)
    rows = queries.table.stepped(given, "sample", (), told, by_order=True)
    return queries.renamed(operator, rows)


def explode_rows(queries: Queries, step: s.Explode, operator: Operator) -> Rows:
    (given,) = queries.flowing_into(operator)
    value = queries.value(step.expression, operator, given)
    rows = queries.table.stepped(given, "explode", (value,), step.function)
    place = rows.plain.base
    made = [
        queries.pool.make("exploded", (value,), (step.function, index), place=place)
        for index in range(len(step.names))
    ]
    known = {each.name.casefold(): each for each in operator.output.columns}
    cells = tuple(
        Cell(known.get(name.casefold()) or Column(name, UNKNOWN, True), each, rows.age)
        for name, each in zip(step.names, made, strict=True)
    )
    return queries.as_output(operator, replace(rows, cells=(*rows.cells, *cells)))
