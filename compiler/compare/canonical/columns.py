"""The canonical form of the steps that choose, compute and rename columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.compare.canonical.functions import MULTIPLYING, function_kind
from ssbt.compiler.compare.canonical.groups import distinct_rows
from ssbt.compiler.compare.canonical.relations import Cell, Chain, Rows
from ssbt.compiler.compare.canonical.terms import parts_of, term_of
from ssbt.compiler.compare.canonical.values import Value
from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.expressions import Expression, NamedExpression
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.ir.terms import calls_in
from ssbt.compiler.types.datatypes import UNKNOWN
from ssbt.compiler.types.functions import FunctionKind

if TYPE_CHECKING:
    from ssbt.compiler.compare.canonical.queries import CanonicalQueries
    from ssbt.compiler.ir.operators import Operator


class _ProjectedValue(Struct, frozen=True):
    """A value of a projection, and what computing it does to the rows."""

    value: Value
    sees_rows: bool
    makes_rows: bool
    generates: bool


def project_columns(queries: CanonicalQueries, step: s.Project, operator: Operator) -> Rows:
    (input_rows,) = queries.input_rows(operator)
    input_rows, values = _project_values(queries, step.columns, operator, input_rows)
    columns = operator.output.columns
    if len(values) != len(columns):
        return queries.opaque_rows(operator, queries.pool.make_unique("project"))
    cells = tuple(
        Cell(column, value, age) for column, (value, age) in zip(columns, values, strict=True)
    )
    rows = replace(input_rows, cells=cells, is_open=operator.output.is_open)
    return distinct_rows(queries, rows) if step.distinct else rows


def _project_values(
    queries: CanonicalQueries,
    items: tuple[NamedExpression, ...],
    operator: Operator,
    input_rows: Rows,
) -> tuple[Rows, list[tuple[Value, int]]]:
    """The values of a projection, each with its age, and the rows that they are in."""
    ages = {id(each.value): each.age for each in input_rows.cells}
    projected = [
        None if _is_star(each) else _project_value(queries, each, operator, input_rows)
        for each in items
    ]
    rows = _rows_after(queries, [each for each in projected if each is not None], input_rows)
    values: list[tuple[Value, int]] = []
    for item, projected_value in zip(items, projected, strict=True):
        if projected_value is None:
            values += [(each.value, each.age) for each in _star_cells(item, rows)]
        elif projected_value.generates:
            values += [
                (_generator_value(queries, projected_value.value, index, rows), rows.age)
                for index in range(max(len(item.names), 1))
            ]
        else:
            values.append((projected_value.value, ages.get(id(projected_value.value), rows.age)))
    return rows, values


def _project_value(
    queries: CanonicalQueries, item: NamedExpression, operator: Operator, rows: Rows
) -> _ProjectedValue:
    canonicalizer = queries.expression_canonicalizer(operator, rows)
    value = canonicalizer.value(item.expression.term or term_of(item.expression))
    if canonicalizer.order_counts:
        queries.note_order(operator, rows.leaves)
    generates = _generates(item.expression)
    makes_rows = generates or _multiplies(item.expression)
    return _ProjectedValue(value, canonicalizer.computes_among_rows, makes_rows, generates)


def _generator_value(queries: CanonicalQueries, value: Value, index: int, rows: Rows) -> Value:
    base = rows.plain.base
    return queries.pool.make("generated", (value,), index, among=base)


def _rows_after(queries: CanonicalQueries, projected: list[_ProjectedValue], rows: Rows) -> Rows:
    """The rows behind expressions that see others, that draw, or that make several of one."""
    multiplying = [each.value for each in projected if each.makes_rows]
    row_dependent = [each.value for each in projected if each.sees_rows]
    if multiplying:
        rows = queries.builder.apply_step(rows, "make rows", multiplying)
    if row_dependent:
        ordered = Chain(
            queries.pool.make("compute", (rows.ordered.rows(queries.pool), *row_dependent))
        )
        rows = replace(rows, ordered=ordered, age=rows.age + 1)
    return rows


def add_columns(queries: CanonicalQueries, step: s.WithColumns, operator: Operator) -> Rows:
    (input_rows,) = queries.input_rows(operator)
    for group in step.groups:
        rows, values = _project_values(queries, group, operator, input_rows)
        values_by_name = {
            item.names[0].casefold(): value for item, value in zip(group, values, strict=True)
        }
        cells = []
        for cell in rows.cells:
            value, age = values_by_name.pop(cell.column.name.casefold(), (cell.value, cell.age))
            cells.append(Cell(cell.column, value, age))
        columns_by_name = {each.name.casefold(): each for each in operator.output.columns}
        for name, (value, age) in values_by_name.items():
            column = columns_by_name.get(name) or Column(name, UNKNOWN, True)
            cells.append(Cell(column, value, age))
        input_rows = replace(rows, cells=tuple(cells))
    return queries.select_output(operator, input_rows)


def drop_columns(queries: CanonicalQueries, step: s.DropColumns, operator: Operator) -> Rows:
    (input_rows,) = queries.input_rows(operator)
    return queries.select_output(operator, input_rows)


def rename_columns(queries: CanonicalQueries, step: s.Step, operator: Operator) -> Rows:
    """Columns that are only called otherwise."""
    (input_rows,) = queries.input_rows(operator)
    return queries.rename_output(operator, input_rows)


def _is_star(item: NamedExpression) -> bool:
    return item.expression.term is None and (item.expression.column or "").endswith("*")


def _star_cells(item: NamedExpression, rows: Rows) -> Iterator[Cell]:
    """The columns that a star stands for."""
    qualifier = parts_of(item.expression.column or "")[:-1]
    for each in rows.cells:
        if not qualifier or (each.column.qualifier or "").casefold() == qualifier[-1]:
            yield each


def _generates(expression: Expression) -> bool:
    return any(function_kind(call.name) is FunctionKind.GENERATOR for call in expression.calls)


def _multiplies(expression: Expression) -> bool:
    term = expression.term
    names = [form.name for form in calls_in(term)] if term is not None else []
    return any(
        function_kind(each) is FunctionKind.GENERATOR or each in MULTIPLYING for each in names
    )
