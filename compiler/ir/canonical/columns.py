"""The canonical form of the steps that choose, compute and rename columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.canonical.functions import MULTIPLYING, kind_of
from ssbt.compiler.ir.canonical.groups import distinct
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


class _Looked(Struct, frozen=True):
    """A value of a projection, and what computing it does to the rows."""

    value: Value
    sees_rows: bool
    makes_rows: bool
    generates: bool


def project_columns(queries: Queries, step: s.Project, operator: Operator) -> Rows:
    (given,) = queries.flowing_into(operator)
    given, values = _chosen(queries, step.columns, operator, given)
    columns = operator.output.columns
    if len(values) != len(columns):
        return queries.opaque(operator, queries.pool.unlike_any("project"))
    cells = tuple(
        Cell(column, value, age) for column, (value, age) in zip(columns, values, strict=True)
    )
    rows = replace(given, cells=cells, is_open=operator.output.is_open)
    return distinct(queries, rows) if step.distinct else rows


def _chosen(
    queries: Queries, items: tuple[NamedExpression, ...], operator: Operator, given: Rows
) -> tuple[Rows, list[tuple[Value, int]]]:
    """The values of a projection, each with its age, and the rows that they are in."""
    ages = {id(each.value): each.age for each in given.cells}
    made = [None if _is_star(each) else _look(queries, each, operator, given) for each in items]
    after = _behind(queries, [each for each in made if each is not None], given)
    values: list[tuple[Value, int]] = []
    for item, looked in zip(items, made, strict=True):
        if looked is None:
            values += [(each.value, each.age) for each in _of_star(item, after)]
        elif looked.generates:
            values += [
                (_generated(queries, looked.value, place, after), after.age)
                for place in range(max(len(item.names), 1))
            ]
        else:
            values.append((looked.value, ages.get(id(looked.value), after.age)))
    return after, values


def _look(queries: Queries, item: NamedExpression, operator: Operator, given: Rows) -> _Looked:
    reader = queries.reader(operator, given)
    value = reader.value(item.expression.term or term_of(item.expression))
    if reader.order_counts:
        queries.note_order(operator, given.leaves)
    generates = _generates(item.expression)
    makes_rows = generates or _multiplies(item.expression)
    return _Looked(value, reader.computes_among_rows, makes_rows, generates)


def _generated(queries: Queries, value: Value, index: int, among: Rows) -> Value:
    place = among.plain.base
    return queries.pool.make("generated", (value,), index, place=place)


def _behind(queries: Queries, made: list[_Looked], given: Rows) -> Rows:
    """The rows behind expressions that see others, that draw, or that make several of one."""
    making = [each.value for each in made if each.makes_rows]
    seen = [each.value for each in made if each.sees_rows]
    if making:
        given = queries.table.stepped(given, "make rows", making)
    if seen:
        ordered = Chain(queries.pool.make("compute", (given.ordered.rows(queries.pool), *seen)))
        given = replace(given, ordered=ordered, age=given.age + 1)
    return given


def add_columns(queries: Queries, step: s.WithColumns, operator: Operator) -> Rows:
    (given,) = queries.flowing_into(operator)
    for group in step.groups:
        after, values = _chosen(queries, group, operator, given)
        made = {item.names[0].casefold(): value for item, value in zip(group, values, strict=True)}
        cells = []
        for cell in after.cells:
            value, age = made.pop(cell.column.name.casefold(), (cell.value, cell.age))
            cells.append(Cell(cell.column, value, age))
        known = {each.name.casefold(): each for each in operator.output.columns}
        for name, (value, age) in made.items():
            column = known.get(name) or Column(name, UNKNOWN, True)
            cells.append(Cell(column, value, age))
        given = replace(after, cells=tuple(cells))
    return queries.as_output(operator, given)


def drop_columns(queries: Queries, step: s.DropColumns, operator: Operator) -> Rows:
    (given,) = queries.flowing_into(operator)
    return queries.as_output(operator, given)


def rename_columns(queries: Queries, step: s.Step, operator: Operator) -> Rows:
    """Columns that are only called otherwise."""
    (given,) = queries.flowing_into(operator)
    return queries.renamed(operator, given)


def _is_star(item: NamedExpression) -> bool:
    return item.expression.term is None and (item.expression.column or "").endswith("*")


def _of_star(item: NamedExpression, given: Rows) -> Iterator[Cell]:
    """The columns that a star stands for."""
    qualifier = parts_of(item.expression.column or "")[:-1]
    for each in given.cells:
        if not qualifier or (each.column.qualifier or "").casefold() == qualifier[-1]:
            yield each


def _generates(expression: Expression) -> bool:
    return any(kind_of(call.name) is FunctionKind.GENERATOR for call in expression.calls)


def _multiplies(expression: Expression) -> bool:
    term = expression.term
    names = [form.name for form in calls_in(term)] if term is not None else []
    return any(kind_of(each) is FunctionKind.GENERATOR or each in MULTIPLYING for each in names)
