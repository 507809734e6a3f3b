"""The canonical form of the steps that make one row of several, or several of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.canonical.relations import Cell, Rows
from ssbt.compiler.ir.canonical.values import Value

if TYPE_CHECKING:
    from ssbt.compiler.ir.canonical.queries import Queries
    from ssbt.compiler.ir.operators import Operator


def group_rows(queries: Queries, step: s.Aggregate, operator: Operator) -> Rows:
    (incoming,) = queries.inputs_of(operator)
    keys = queries.values(step.keys, operator, incoming)
    grouping = dict.fromkeys(keys) if not step.form else keys
    form = (step.form, step.sets)
    rows = _group(queries, incoming, "group", list(grouping), form, sorted_keys=not step.form)
    return _group_columns(
        queries,
        rows,
        keys,
        step.form,
        queries.values(step.aggregates, operator, incoming),
        operator,
    )


def _group(
    queries: Queries,
    incoming: Rows,
    operator: str,
    keys: list[Value],
    value: object,
    *,
    sorted_keys: bool,
) -> Rows:
    return queries.table.apply_step(
        incoming,
        operator,
        keys,
        value,
        keeps_order=False,
        unordered=sorted_keys,
    )


def _group_columns(
    queries: Queries,
    rows: Rows,
    keys: list[Value],
    form: str,
    aggregates: list[Value],
    operator: Operator,
) -> Rows:
    """The columns of groups: their keys, null in subtotals, and what is computed of them."""
    place = rows.plain.base
    values = [
        queries.pool.mark("key", each, place) if form else queries.table.key(each, place)
        for each in keys
    ]
    values += aggregates
    columns = operator.output.columns
    if len(values) != len(columns):
        return queries.opaque_rows(operator, queries.pool.make_unique("group"))
    cells = tuple(
        Cell(column, value, rows.age) for column, value in zip(columns, values, strict=True)
    )
    return replace(rows, cells=cells, is_open=False)


def keep_distinct(queries: Queries, step: s.Distinct, operator: Operator) -> Rows:
    (incoming,) = queries.inputs_of(operator)
    return queries.rename_cells(operator, drop_duplicates(queries, incoming))


def drop_duplicates(queries: Queries, incoming: Rows) -> Rows:
    values = list(dict.fromkeys(each.value for each in incoming.cells))
    rows = queries.table.apply_step(
        incoming, "distinct", values, incoming.is_open, keeps_order=False, unordered=True
    )
    return replace(rows, cells=queries.table.representatives(rows.cells, rows.plain.base))


def deduplicate_rows(queries: Queries, step: s.Deduplicate, operator: Operator) -> Rows:
    (incoming,) = queries.inputs_of(operator)
    if not step.columns and not step.within_watermark:
        return queries.rename_cells(operator, drop_duplicates(queries, incoming))
    values = list(dict.fromkeys(queries.columns(step.columns, incoming)))
    queries.note_order(operator, incoming.leaves)
    rows = queries.table.apply_step(
        incoming,
        "deduplicate",
        values,
        step.within_watermark,
        by_order=True,
        keeps_order=False,
        unordered=True,
    )
    return queries.rename_cells(operator, rows)


def pivot_rows(queries: Queries, step: s.Pivot, operator: Operator) -> Rows:
    (incoming,) = queries.inputs_of(operator)
    keys = queries.values(step.keys, operator, incoming)
    column = queries.columns((step.column,), incoming)
    rows = _group(queries, incoming, "group", keys, ("", ()), sorted_keys=True)
    aggregates = queries.values(step.aggregates, operator, incoming)
    queries.note_order(operator, incoming.leaves)
    place = rows.ordered.base
    count = len(operator.output.columns) - len(keys)
    pivot = (tuple(map(repr, step.values)), len(aggregates))
    filled = [
        queries.pool.make("pivoted", (*column, *aggregates), (*pivot, index), place=place)
        for index in range(count)
    ]
    return _group_columns(queries, rows, keys, "", filled, operator)


def unpivot_columns(queries: Queries, step: s.Unpivot, operator: Operator) -> Rows:
    (incoming,) = queries.inputs_of(operator)
    values = queries.columns(step.columns, incoming)
    renames = dict(step.renames)
    names = tuple(renames.get(name, name) for name in step.columns)
    rows = queries.table.apply_step(incoming, "unpivot", values, (names, step.include_nulls))
    place = rows.plain.base
    unpivoted = {
        step.name.casefold(): queries.pool.make("unpivoted name", (place,)),
        step.value.casefold(): queries.pool.make("unpivoted value", (place,)),
    }
    new = [
        Cell(column, unpivoted[column.name.casefold()], rows.age)
        for column in operator.output.columns
        if column.name.casefold() in unpivoted
    ]
    cells = (*new, *rows.cells)
    return queries.match_output(operator, replace(rows, cells=cells))
