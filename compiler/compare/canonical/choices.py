"""The canonical form of the steps that choose, order and multiply rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from ssbt.compiler.compare.canonical.relations import Cell, Rows
from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.expressions import ParameterText
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.types.datatypes import UNKNOWN

if TYPE_CHECKING:
    from ssbt.compiler.compare.canonical.queries import CanonicalQueries
    from ssbt.compiler.ir.operators import Operator


def filter_rows(queries: CanonicalQueries, step: s.Filter, operator: Operator) -> Rows:
    (input_rows,) = queries.input_rows(operator)
    if step.condition.term is None:
        return queries.opaque_rows(operator, queries.pool.make_unique("filter"))
    conditions = queries.expression_canonicalizer(operator, input_rows).split_conjuncts(
        step.condition.term
    )
    return queries.builder.apply_conditions(input_rows, [value for _, value in conditions])


def mark_event_time(queries: CanonicalQueries, step: s.Watermark, operator: Operator) -> Rows:
    (input_rows,) = queries.input_rows(operator)
    column = queries.columns((step.column,), input_rows)
    rows = queries.builder.apply_step(input_rows, "watermark", column, step.delay)
    return queries.rename_output(operator, rows)


def sort_rows(queries: CanonicalQueries, step: s.Sort, operator: Operator) -> Rows:
    (input_rows,) = queries.input_rows(operator)
    keys = [queries.value(each.expression, operator, input_rows) for each in step.keys]
    directions = tuple(
        (each.descending, each.nulls or ("last" if each.descending else "first"))
        for each in step.keys
    )
    rows = queries.builder.apply_step(input_rows, "sort", keys, directions)
    plain = rows.plain if any(each.fails or each.drawn for each in keys) else input_rows.plain
    rows = replace(
        rows,
        plain=plain,
        cells=input_rows.cells,
        is_sorted=True,
        sorted_rows=queries.pool.make(
            "sorted", [each.value for each in input_rows.cells], unordered=True
        ),
    )
    return queries.rename_output(operator, rows)


def limit_rows(queries: CanonicalQueries, step: s.Limit | s.Offset, operator: Operator) -> Rows:
    (input_rows,) = queries.input_rows(operator)
    if not input_rows.is_sorted:
        queries.note_order(operator, input_rows.leaves)
    count = step.count.name if isinstance(step.count, ParameterText) else step.count
    rows = queries.builder.apply_step(input_rows, type(step).__name__, (), count, by_order=True)
    return queries.rename_output(operator, rows)


def sample_rows(queries: CanonicalQueries, step: s.Sample, operator: Operator) -> Rows:
    (input_rows,) = queries.input_rows(operator)
    queries.note_order(operator, input_rows.leaves)
    arguments = (step.fraction, step.replacement, step.seed)
    rows = queries.builder.apply_step(input_rows, "sample", (), arguments, by_order=True)
    return queries.rename_output(operator, rows)


def explode_rows(queries: CanonicalQueries, step: s.Explode, operator: Operator) -> Rows:
    (input_rows,) = queries.input_rows(operator)
    value = queries.value(step.expression, operator, input_rows)
    rows = queries.builder.apply_step(input_rows, "explode", (value,), step.function)
    base = rows.plain.base
    values = [
        queries.pool.make("exploded", (value,), (step.function, index), among=base)
        for index in range(len(step.names))
    ]
    columns_by_name = {each.name.casefold(): each for each in operator.output.columns}
    cells = tuple(
        Cell(columns_by_name.get(name.casefold()) or Column(name, UNKNOWN, True), each, rows.age)
        for name, each in zip(step.names, values, strict=True)
    )
    return queries.select_output(operator, replace(rows, cells=(*rows.cells, *cells)))
