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
    (given,) = queries.flowing_into(operator)
    keys = queries.values(step.keys, operator, given)
    told = dict.fromkeys(keys) if not step.form else keys
    form = (step.form, step.sets)
    rows = _grouped(queries, given, "group", list(told), form, sorted_keys=not step.form)
    return _of_groups(
        queries, rows, keys, step.form, queries.values(step.aggregates, operator, given), operator
    )


def _grouped(
    queries: Queries,
    given: Rows,
    operator: str,
    keys: list[Value],
    value: object,
    *,
    sorted_keys: bool,
) -> Rows:
    return queries.table.stepped(
        given,
        operator,
        keys,
        value,
        keeps_order=False,
        unordered=sorted_keys,
    )


def _of_groups(
    queries: Queries,
    rows: Rows,
    keys: list[Value],
    form: str,
    made: list[Value],
    operator: Operator,
) -> Rows:
    """The columns of groups: their keys, null in subtotals, and what is computed of them."""
    place = rows.plain.base
    values = [
        queries.pool.marked("key", each, place) if form else queries.table.key(each, place)
        for each in keys
    ]
    values += made
    columns = operator.output.columns
    if len(values) != len(columns):
        return queries.opaque(operator, queries.pool.unlike_any("group"))
    cells = tuple(
        Cell(column, value, rows.age) for column, value in zip(columns, values, strict=True)
    )
    return replace(rows, cells=cells, is_open=False)


def keep_distinct(queries: Queries, step: s.Distinct, operator: Operator) -> Rows:
    (given,) = queries.flowing_into(operator)
    return queries.renamed(operator, distinct(queries, given))


def distinct(queries: Queries, given: Rows) -> Rows:
    values = list(dict.fromkeys(each.value for each in given.cells))
    rows = queries.table.stepped(
        given, "distinct", values, given.is_open, keeps_order=False, unordered=True
    )
    return replace(rows, cells=queries.table.representatives(rows.cells, rows.plain.base))


def deduplicate_rows(queries: Queries, step: s.Deduplicate, operator: Operator) -> Rows:
    (given,) = queries.flowing_into(operator)
    if not step.columns and not step.within_watermark:
        return queries.renamed(operator, distinct(queries, given))
    values = list(dict.fromkeys(queries.columns(step.columns, given)))
    queries.note_order(operator, given.leaves)
    rows = queries.table.stepped(
        given,
        "deduplicate",
        values,
        step.within_watermark,
        by_order=True,
        keeps_order=False,
        unordered=True,
    )
    return queries.renamed(operator, rows)


def pivot_rows(queries: Queries, step: s.Pivot, operator: Operator) -> Rows:
    (given,) = queries.flowing_into(operator)
    keys = queries.values(step.keys, operator, given)
    column = queries.columns((step.column,), given)
    rows = _grouped(queries, given, "group", keys, ("", ()), sorted_keys=True)
    made = queries.values(step.aggregates, operator, given)
    queries.note_order(operator, given.leaves)
    place = rows.ordered.base
    count = len(operator.output.columns) - len(keys)
    told = (tuple(map(repr, step.values)), len(made))
    filled = [
        queries.pool.make("pivoted", (*column, *made), (*told, index), place=place)
        for index in range(count)
    ]
    return _of_groups(queries, rows, keys, "", filled, operator)


def unpivot_columns(queries: Queries, step: s.Unpivot, operator: Operator) -> Rows:
    (given,) = queries.flowing_into(operator)
    values = queries.columns(step.columns, given)
    renames = dict(step.renames)
    names = tuple(renames.get(name, name) for name in step.columns)
    rows = queries.table.stepped(given, "unpivot", values, (names, step.include_nulls))
    place = rows.plain.base
    made = {
        step.name.casefold(): queries.pool.make("unpivoted name", (place,)),
        step.value.casefold(): queries.pool.make("unpivoted value", (place,)),
    }
    new = [
        Cell(column, made[column.name.casefold()], rows.age)
        for column in operator.output.columns
        if column.name.casefold() in made
    ]
    cells = (*new, *rows.cells)
    return queries.as_output(operator, replace(rows, cells=cells))
