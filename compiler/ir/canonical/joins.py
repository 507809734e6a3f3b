"""The canonical form of the steps that bring a second dataset in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.canonical.relations import Cell, Chain, Rows, join_sides
from ssbt.compiler.ir.canonical.values import Value
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.ir.terms import CALL, CallForm

if TYPE_CHECKING:
    from ssbt.compiler.ir.canonical.queries import Queries
    from ssbt.compiler.ir.operators import Operator

_NULLABLE_LEFT = ("right", "full")
_NULLABLE_RIGHT = ("left", "full")
_LEFT_ONLY = ("semi", "anti")


def join_rows(queries: Queries, step: s.Join, operator: Operator) -> Rows:
    left, right = queries.inputs_of(operator)
    if left.leaves & right.leaves:
        right = replace(right, cells=tuple(_second_use(queries, each) for each in right.cells))
    conditions = _join_conditions(queries, step, operator, left, right)
    sides = [queries.table.plain_and_ordered(each) for each in (left, right)]
    plain, ordered = (
        Chain(queries.pool.make("join", (one, other, *conditions), step.kind))
        for one, other in zip(*sides, strict=True)
    )
    cells = [queries.table.settle_cells(each) for each in (left, right)]
    place = plain.base
    if step.kind in _NULLABLE_LEFT:
        cells[0] = tuple(queries.table.optional(each, place) for each in cells[0])
    if step.kind in _NULLABLE_RIGHT:
        cells[1] = tuple(queries.table.optional(each, place) for each in cells[1])
    if step.kind in _LEFT_ONLY:
        cells[1] = ()
    flowing = _joined_cells(queries, step, cells, operator)
    is_open = operator.output.is_open
    rows = Rows(plain, ordered, flowing, left.leaves | right.leaves, is_open=is_open)
    return queries.align_cells(operator, rows)


def _joined_cells(
    queries: Queries, step: s.Join, cells: list[tuple[Cell, ...]], operator: Operator
) -> tuple[Cell, ...]:
    """The keys of a join by name once, then all other columns."""
    if not step.using:
        return (*cells[0], *cells[1])
    keys = {name.strip("`").casefold() for name in step.using}
    others = [each for side in cells for each in side if each.column.name.casefold() not in keys]
    return (*_keys(queries, step, cells, operator), *others)


def _second_use(queries: Queries, cell: Cell) -> Cell:
    """A column of the second use of a dataset that is on both sides."""
    value = cell.value
    second = queries.pool.make("right", (value,), None, value.type, nullable=value.nullable)
    return Cell(cell.column, second, cell.age)


def _join_conditions(
    queries: Queries, step: s.Join, operator: Operator, left: Rows, right: Rows
) -> list[Value]:
    reader = queries.reader(operator, join_sides((left, right)))
    conditions = []
    if step.condition is not None:
        if step.condition.term is None:
            return [queries.pool.make_unique("condition")]
        conditions = [value for _, value in reader.conjuncts(step.condition.term)]
    if step.using:
        pairs = zip(*(queries.columns(step.using, each) for each in (left, right)), strict=True)
        conditions = [
            reader.conditions.compare("=", one, other, nullable=one.nullable or other.nullable)
            for one, other in pairs
        ]
    joined = reader.conditions.combine("and", conditions) if conditions else None
    return list(joined.operands) if joined and joined.operator == "and" else conditions


def _keys(
    queries: Queries, step: s.Join, cells: list[tuple[Cell, ...]], operator: Operator
) -> Iterator[Cell]:
    """The one column that two keys of a join by name become."""
    for name in step.using:
        key = name.strip("`").casefold()
        sides = [
            next((each for each in side if each.column.name.casefold() == key), None)
            for side in cells
        ]
        one, other = sides
        column = next(
            (each for each in operator.output.columns if each.name.casefold() == key), None
        )
        if step.kind == "full" and one is not None and other is not None and column:
            pair = (one.value, other.value)
            form = CallForm("coalesce", 2)
            value = queries.pool.make(CALL, pair, form, column.type, nullable=column.nullable)
            yield Cell(replace(column, qualifier=None), value, 0)
        else:
            key_cell = other if step.kind == "right" else one
            if key_cell is not None and column is not None:
                yield Cell(column, key_cell.value, 0)


def unite_rows(queries: Queries, step: s.SetOperation, operator: Operator) -> Rows:
    left, right = queries.inputs_of(operator)
    others = queries.table.names(right.cells)
    pairs = [(each.value, others.get((each.column.name.casefold(),))) for each in left.cells]
    if left.is_open or right.is_open or len(operator.output.columns) != len(pairs):
        return queries.opaque_rows(operator, _unite(queries, step, left, right, ()))
    values = []
    for column, (one, other) in zip(operator.output.columns, pairs, strict=True):
        if other is None:
            return queries.opaque_rows(operator, queries.pool.make_unique("set operation"))
        values.append(_either_value(queries, step, column, one, other))
    keeps_all = step.operator == "union" and step.all
    compared = [each for pair in pairs for each in pair if each] if not keeps_all else []
    plain = Chain(_unite(queries, step, left, right, compared))
    ordered = Chain(_unite(queries, step, left, right, compared, by_order=True))
    cells = tuple(
        Cell(column, value, 0)
        for column, value in zip(operator.output.columns, values, strict=True)
    )
    rows = Rows(plain, ordered, cells, left.leaves | right.leaves)
    settled = replace(rows, cells=queries.table.settle_cells(rows))
    if keeps_all:
        return settled
    return replace(settled, cells=queries.table.representatives(settled.cells, plain.base))


def _unite(
    queries: Queries,
    step: s.SetOperation,
    left: Rows,
    right: Rows,
    compared: Iterable[Value],
    *,
    by_order: bool = False,
) -> Value:
    sides = [queries.table.plain_and_ordered(each)[by_order] for each in (left, right)]
    return queries.pool.make("set operation", (*sides, *compared), (step.operator, step.all))


def _either_value(
    queries: Queries, step: s.SetOperation, column: Column, one: Value, other: Value
) -> Value:
    if step.operator != "union" or one is other:
        return one
    return queries.pool.make("either", (one, other), None, column.type, nullable=column.nullable)
