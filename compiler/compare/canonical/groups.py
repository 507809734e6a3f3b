"""The canonical form of the steps that make one row of several, or several of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from ssbt.compiler.compare.canonical.relations import Cell, Rows
from ssbt.compiler.compare.canonical.values import Value
from ssbt.compiler.ir import steps as s

if TYPE_CHECKING:
    from ssbt.compiler.compare.canonical.queries import CanonicalQueries
    from ssbt.compiler.ir.operators import Operator


def group_rows(queries: CanonicalQueries, step: s.Aggregate, operator: Operator) -> Rows:
    (input_rows,) = queries.input_rows(operator)
    keys = queries.values(step.keys, operator, input_rows)
    group_keys = dict.fromkeys(keys) if not step.form else keys
    form = (step.form, step.sets)
    rows = _group(queries, input_rows, "group", list(group_keys), form, sorted_keys=not step.form)
    return _with_group_columns(
        queries,
        rows,
        keys,
        step.form,
        queries.values(step.aggregates, operator, input_rows),
        operator,
    )


def _group(
    queries: CanonicalQueries,
    rows: Rows,
    operator: str,
    keys: list[Value],
    value: object,
    *,
    sorted_keys: bool,
) -> Rows:
    return queries.builder.apply_step(
        rows,
        operator,
        keys,
        value,
        keeps_order=False,
        unordered=sorted_keys,
    )


def _with_group_columns(
    queries: CanonicalQueries,
    rows: Rows,
    keys: list[Value],
    form: str,
    aggregates: list[Value],
    operator: Operator,
) -> Rows:
    """The columns of groups: their keys, null in subtotals, and what is computed of them."""
    base = rows.plain.base
    values = [
        queries.pool.add_mark("key", each, base) if form else queries.builder.key_value(each, base)
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


def keep_distinct(queries: CanonicalQueries, step: s.Distinct, operator: Operator) -> Rows:
    (input_rows,) = queries.input_rows(operator)
    return queries.rename_output(operator, distinct_rows(queries, input_rows))


def distinct_rows(queries: CanonicalQueries, input_rows: Rows) -> Rows:
    values = list(dict.fromkeys(each.value for each in input_rows.cells))
    rows = queries.builder.apply_step(
        input_rows, "distinct", values, input_rows.is_open, keeps_order=False, unordered=True
    )
    return replace(rows, cells=queries.builder.representative_cells(rows.cells, rows.plain.base))


def deduplicate_rows(queries: CanonicalQueries, step: s.Deduplicate, operator: Operator) -> Rows:
    (input_rows,) = queries.input_rows(operator)
    if not step.columns and not step.within_watermark:
        return queries.rename_output(operator, distinct_rows(queries, input_rows))
    values = list(dict.fromkeys(queries.columns(step.columns, input_rows)))
    queries.note_order(operator, input_rows.leaves)
    rows = queries.builder.apply_step(
        input_rows,
        "deduplicate",
        values,
        step.within_watermark,
        by_order=True,
        keeps_order=False,
        unordered=True,
    )
    return queries.rename_output(operator, rows)


def pivot_rows(queries: CanonicalQueries, step: s.Pivot, operator: Operator) -> Rows:
    (input_rows,) = queries.input_rows(operator)
    keys = queries.values(step.keys, operator, input_rows)
    column = queries.columns((step.column,), input_rows)
    rows = _group(queries, input_rows, "group", keys, ("", ()), sorted_keys=True)
    aggregates = queries.values(step.aggregates, operator, input_rows)
    queries.note_order(operator, input_rows.leaves)
    base = rows.ordered.base
    count = len(operator.output.columns) - len(keys)
    pivot_form = (tuple(map(repr, step.values)), len(aggregates))
    pivoted = [
        queries.pool.make("pivoted", (*column, *aggregates), (*pivot_form, index), among=base)
        for index in range(count)
    ]
    return _with_group_columns(queries, rows, keys, "", pivoted, operator)


def unpivot_columns(queries: CanonicalQueries, step: s.Unpivot, operator: Operator) -> Rows:
    (input_rows,) = queries.input_rows(operator)
    values = queries.columns(step.columns, input_rows)
    renames = dict(step.renames)
    names = tuple(renames.get(name, name) for name in step.columns)
    rows = queries.builder.apply_step(input_rows, "unpivot", values, (names, step.include_nulls))
    base = rows.plain.base
    values_by_name = {
        step.name.casefold(): queries.pool.make("unpivoted name", (base,)),
        step.value.casefold(): queries.pool.make("unpivoted value", (base,)),
    }
    new_cells = [
        Cell(column, values_by_name[column.name.casefold()], rows.age)
        for column in operator.output.columns
        if column.name.casefold() in values_by_name
    ]
    cells = (*new_cells, *rows.cells)
    return queries.select_output(operator, replace(rows, cells=cells))
