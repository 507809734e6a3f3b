"""The canonical form of the steps that choose, compute and rename columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.canonical.functions import MULTIPLYING, kind_of
from ssbt.compiler.ir.canonical.groups import drop_duplicates
from ssbt.compiler.ir.canonical.relations import Cell, Chain, Rows
from ssbt.compiler.ir.canonical.terms import parts_of, term_of
from ssbt.compiler.ir.canonical.values import Value
from ssbt.compiler.ir.expressions import Expression, NamedExpression
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.ir.terms import calls_in
from ssbt.compiler.types.datatypes import UNKNOWN
from ssbt.compiler.types.functions import FunctionKind

if TYPE_CHECKING:
    from ssbt.compiler.ir.canonical.queries import Queries
    from ssbt.compiler.ir.operators import Operator


class _ProjectedValue(Struct, frozen=True):
    """A value of a projection, and what computing it does to the rows."""

    value: Value
    sees_rows: bool
    makes_rows: bool
    generates: bool


def project_columns(queries: Queries, step: s.Project, operator: Operator) -> Rows:
    (incoming,) = queries.inputs_of(operator)
    incoming, values = _project_items(queries, step.columns, operator, incoming)
    columns = operator.output.columns
    if len(values) != len(columns):
        return queries.opaque_rows(operator, queries.pool.make_unique("project"))
    cells = tuple(
        Cell(column, value, age) for column, (value, age) in zip(columns, values, strict=True)
    )
    rows = replace(incoming, cells=cells, is_open=operator.output.is_open)
    return drop_duplicates(queries, rows) if step.distinct else rows


def _project_items(
    queries: Queries, items: tuple[NamedExpression, ...], operator: Operator, incoming: Rows
) -> tuple[Rows, list[tuple[Value, int]]]:
    """The values of a projection, each with its age, and the rows that they are in."""
    ages = {id(each.value): each.age for each in incoming.cells}
    projected = [
        None if _is_star(each) else _project_item(queries, each, operator, incoming)
        for each in items
    ]
    after = _rows_after(queries, [each for each in projected if each is not None], incoming)
    values: list[tuple[Value, int]] = []
    for item, value in zip(items, projected, strict=True):
        if value is None:
            values += [(each.value, each.age) for each in _star_cells(item, after)]
        elif value.generates:
            values += [
                (_generated_value(queries, value.value, place, after), after.age)
                for place in range(max(len(item.names), 1))
            ]
        else:
            values.append((value.value, ages.get(id(value.value), after.age)))
    return after, values


def _project_item(
    queries: Queries, item: NamedExpression, operator: Operator, incoming: Rows
) -> _ProjectedValue:
    reader = queries.reader(operator, incoming)
    value = reader.value(item.expression.term or term_of(item.expression))
    if reader.order_counts:
        queries.note_order(operator, incoming.leaves)
    generates = _generates(item.expression)
    makes_rows = generates or _multiplies(item.expression)
    return _ProjectedValue(value, reader.computes_among_rows, makes_rows, generates)


def _generated_value(queries: Queries, value: Value, index: int, among: Rows) -> Value:
    place = among.plain.base
    return queries.pool.make("generated", (value,), index, place=place)


def _rows_after(queries: Queries, projected: list[_ProjectedValue], incoming: Rows) -> Rows:
    """The rows after expressions that see others, that draw, or that make several of one."""
    making = [each.value for each in projected if each.makes_rows]
    looking = [each.value for each in projected if each.sees_rows]
    if making:
        incoming = queries.table.apply_step(incoming, "make rows", making)
    if looking:
        ordered = Chain(
            queries.pool.make("compute", (incoming.ordered.rows(queries.pool), *looking))
        )
        incoming = replace(incoming, ordered=ordered, age=incoming.age + 1)
    return incoming


def add_columns(queries: Queries, step: s.WithColumns, operator: Operator) -> Rows:
    (incoming,) = queries.inputs_of(operator)
    for group in step.groups:
        after, values = _project_items(queries, group, operator, incoming)
        computed = {
            item.names[0].casefold(): value for item, value in zip(group, values, strict=True)
        }
        cells = []
        for cell in after.cells:
            value, age = computed.pop(cell.column.name.casefold(), (cell.value, cell.age))
            cells.append(Cell(cell.column, value, age))
        columns = {each.name.casefold(): each for each in operator.output.columns}
        for name, (value, age) in computed.items():
            column = columns.get(name) or Column(name, UNKNOWN, True)
            cells.append(Cell(column, value, age))
        incoming = replace(after, cells=tuple(cells))
    return queries.match_output(operator, incoming)


def drop_columns(queries: Queries, step: s.DropColumns, operator: Operator) -> Rows:
    (incoming,) = queries.inputs_of(operator)
    return queries.match_output(operator, incoming)


def rename_columns(queries: Queries, step: s.Step, operator: Operator) -> Rows:
    """Columns that are only renamed."""
    (incoming,) = queries.inputs_of(operator)
    return queries.rename_cells(operator, incoming)


def _is_star(item: NamedExpression) -> bool:
    return item.expression.term is None and (item.expression.column or "").endswith("*")


def _star_cells(item: NamedExpression, incoming: Rows) -> Iterator[Cell]:
    """The columns that a star stands for."""
    qualifier = parts_of(item.expression.column or "")[:-1]
    for each in incoming.cells:
        if not qualifier or (each.column.qualifier or "").casefold() == qualifier[-1]:
            yield each


def _generates(expression: Expression) -> bool:
    return any(kind_of(call.name) is FunctionKind.GENERATOR for call in expression.calls)


def _multiplies(expression: Expression) -> bool:
    term = expression.term
    names = [form.name for form in calls_in(term)] if term is not None else []
    return any(kind_of(each) is FunctionKind.GENERATOR or each in MULTIPLYING for each in names)
