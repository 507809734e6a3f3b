"""The canonical form of the steps that bring a second dataset in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ssbt.compiler.compare.canonical.relations import Cell, Chain, Rows, merge_sides
from ssbt.compiler.compare.canonical.values import Value
from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.ir.terms import CALL, CallForm

if TYPE_CHECKING:
    from ssbt.compiler.compare.canonical.queries import CanonicalQueries
    from ssbt.compiler.ir.operators import Operator

_NULLABLE_LEFT = ("right", "full")
_NULLABLE_RIGHT = ("left", "full")
_LEFT_ONLY = ("semi", "anti")


def join_rows(queries: CanonicalQueries, step: s.Join, operator: Operator) -> Rows:
    left, right = queries.input_rows(operator)
    if left.leaves & right.leaves:
        right = replace(right, cells=tuple(_right_cell(queries, each) for each in right.cells))
    conditions = _join_conditions(queries, step, operator, left, right)
    sides = [queries.builder.row_values(each) for each in (left, right)]
    plain, ordered = (
        Chain(queries.pool.make("join", (left_value, right_value, *conditions), step.kind))
        for left_value, right_value in zip(*sides, strict=True)
    )
    cells = [queries.builder.pin_failing(each) for each in (left, right)]
    base = plain.base
    if step.kind in _NULLABLE_LEFT:
        cells[0] = tuple(queries.builder.optional_cell(each, base) for each in cells[0])
    if step.kind in _NULLABLE_RIGHT:
        cells[1] = tuple(queries.builder.optional_cell(each, base) for each in cells[1])
    if step.kind in _LEFT_ONLY:
        cells[1] = ()
    flowing = _join_cells(queries, step, cells, operator)
    is_open = operator.output.is_open
    rows = Rows(plain, ordered, flowing, left.leaves | right.leaves, is_open=is_open)
    return queries.align_output(operator, rows)


def _join_cells(
    queries: CanonicalQueries, step: s.Join, cells: list[tuple[Cell, ...]], operator: Operator
) -> tuple[Cell, ...]:
    """The keys of a join by name once, then all other columns."""
    if not step.using:
        return (*cells[0], *cells[1])
    keys = {name.strip("`").casefold() for name in step.using}
    other_cells = [
        each for side in cells for each in side if each.column.name.casefold() not in keys
    ]
    return (*_key_cells(queries, step, cells, operator), *other_cells)


def _right_cell(queries: CanonicalQueries, cell: Cell) -> Cell:
    """A column of the second use of a dataset that is on both sides."""
    value = cell.value
    right_value = queries.pool.make("right", (value,), None, value.type, nullable=value.nullable)
    return Cell(cell.column, right_value, cell.age)


def _join_conditions(
    queries: CanonicalQueries, step: s.Join, operator: Operator, left: Rows, right: Rows
) -> list[Value]:
    canonicalizer = queries.expression_canonicalizer(operator, merge_sides((left, right)))
    conditions = []
    if step.condition is not None:
        if step.condition.term is None:
            return [queries.pool.make_unique("condition")]
        conditions = [value for _, value in canonicalizer.split_conjuncts(step.condition.term)]
    if step.using:
        pairs = zip(*(queries.columns(step.using, each) for each in (left, right)), strict=True)
        conditions = [
            canonicalizer.conditions.compare(
                "=", left_key, right_key, nullable=left_key.nullable or right_key.nullable
            )
            for left_key, right_key in pairs
        ]
    conjunction = canonicalizer.conditions.combine("and", conditions) if conditions else None
    return (
        list(conjunction.operands) if conjunction and conjunction.operator == "and" else conditions
    )


def _key_cells(
    queries: CanonicalQueries, step: s.Join, cells: list[tuple[Cell, ...]], operator: Operator
) -> Iterator[Cell]:
    """The one column that two keys of a join by name become."""
    for name in step.using:
        key = name.strip("`").casefold()
        sides = [
            next((each for each in side if each.column.name.casefold() == key), None)
            for side in cells
        ]
        left_cell, right_cell = sides
        column = next(
            (each for each in operator.output.columns if each.name.casefold() == key), None
        )
        if step.kind == "full" and left_cell is not None and right_cell is not None and column:
            pair = (left_cell.value, right_cell.value)
            form = CallForm("coalesce", 2)
            value = queries.pool.make(CALL, pair, form, column.type, nullable=column.nullable)
            yield Cell(replace(column, qualifier=None), value, 0)
        else:
            kept_cell = right_cell if step.kind == "right" else left_cell
            if kept_cell is not None and column is not None:
                yield Cell(column, kept_cell.value, 0)


def unite_rows(queries: CanonicalQueries, step: s.SetOperation, operator: Operator) -> Rows:
    left, right = queries.input_rows(operator)
    right_values = queries.builder.names(right.cells)
    pairs = [(each.value, right_values.get((each.column.name.casefold(),))) for each in left.cells]
    if left.is_open or right.is_open or len(operator.output.columns) != len(pairs):
        return queries.opaque_rows(operator, _set_operation_value(queries, step, left, right, ()))
    values = []
    for column, (left_value, right_value) in zip(operator.output.columns, pairs, strict=True):
        if right_value is None:
            return queries.opaque_rows(operator, queries.pool.make_unique("set operation"))
        values.append(_union_value(queries, step, column, left_value, right_value))
    keeps_all = step.operator == "union" and step.all
    compared = [each for pair in pairs for each in pair if each] if not keeps_all else []
    plain = Chain(_set_operation_value(queries, step, left, right, compared))
    ordered = Chain(_set_operation_value(queries, step, left, right, compared, by_order=True))
    cells = tuple(
        Cell(column, value, 0)
        for column, value in zip(operator.output.columns, values, strict=True)
    )
    rows = Rows(plain, ordered, cells, left.leaves | right.leaves)
    pinned = replace(rows, cells=queries.builder.pin_failing(rows))
    if keeps_all:
        return pinned
    return replace(pinned, cells=queries.builder.representative_cells(pinned.cells, plain.base))


def _set_operation_value(
    queries: CanonicalQueries,
    step: s.SetOperation,
    left: Rows,
    right: Rows,
    values: Iterable[Value],
    *,
    by_order: bool = False,
) -> Value:
    sides = [queries.builder.row_values(each)[by_order] for each in (left, right)]
    return queries.pool.make("set operation", (*sides, *values), (step.operator, step.all))


def _union_value(
    queries: CanonicalQueries,
    step: s.SetOperation,
    column: Column,
    left_value: Value,
    right_value: Value,
) -> Value:
    if step.operator != "union" or left_value is right_value:
        return left_value
    return queries.pool.make(
        "either", (left_value, right_value), None, column.type, nullable=column.nullable
    )
