"""Queries in canonical form: which rows there are, in which order, and what their columns are.

Rows are what the steps make that choose, join, order or multiply them; a column is a value in such
a row. So it makes no difference where a column is computed, unless it sees other rows or may fail:
then it is told among which rows, or before which step.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.compare.canonical.conditions import order_conditions
from ssbt.compiler.compare.canonical.functions import has_blurred_equality
from ssbt.compiler.compare.canonical.scopes import Names
from ssbt.compiler.compare.canonical.values import OPTIONAL, Value, ValuePool
from ssbt.compiler.ir.relations import Column


class Chain(Struct, frozen=True):
    """Rows, and the conditions that have chosen among them since the last other step."""

    base: Value
    conditions: tuple[Value, ...] = ()

    def rows(self, pool: ValuePool) -> Value:
        """The rows that meet the conditions; those that cannot fail are met in any order."""
        if not self.conditions:
            return self.base
        return pool.make("filter", (self.base, *order_conditions(self.conditions)))

    def with_conditions(self, conditions: Iterable[Value]) -> Chain:
        """The rows of these that meet more conditions."""
        return Chain(self.base, (*self.conditions, *conditions))


class Cell(Struct, frozen=True):
    """A column and its value; `age` counts what had been computed among rows before it."""

    column: Column
    value: Value
    age: int


class Rows(Struct, frozen=True):
    """What flows out of a step.

    `plain` are the rows in whatever order, `ordered` the same where it counts. `is_sorted` after an
    `order by`. `age` counts the steps that have computed something among rows, such as a window.
    `leaves` are the datasets that it all comes from. `sorted_rows` are whole rows as they were
    sorted: among those of one key, Spark's order follows from them.
    """

    plain: Chain
    ordered: Chain
    cells: tuple[Cell, ...]
    leaves: frozenset[str]
    age: int = 0
    is_sorted: bool = False
    is_open: bool = False
    sorted_rows: Value | None = None


class RowsBuilder:
    """Makes rows of rows: what steps have in common."""

    def __init__(self, pool: ValuePool) -> None:
        self._pool = pool

    def row_values(self, rows: Rows) -> tuple[Value, Value]:
        """The rows, in whatever order and in theirs."""
        return rows.plain.rows(self._pool), rows.ordered.rows(self._pool)

    def apply_conditions(self, rows: Rows, conditions: Sequence[Value]) -> Rows:
        """The rows that meet the conditions; what is drawn is drawn where it stands."""
        if any(each.drawn for each in conditions):
            return self.apply_step(rows, "draw", conditions, by_order=True)
        cells = tuple(
            self._pin_cell(each, rows.plain.rows(self._pool)) if each.age < rows.age else each
            for each in rows.cells
        )
        return Rows(
            rows.plain.with_conditions(conditions),
            rows.ordered.with_conditions(conditions),
            cells,
            rows.leaves,
            rows.age,
            rows.is_sorted,
            rows.is_open,
            rows.sorted_rows,
        )

    def apply_step(
        self,
        rows: Rows,
        operator: str,
        operands: Sequence[Value] = (),
        value: Hashable = None,
        *,
        by_order: bool = False,
        keeps_order: bool = True,
        unordered: bool = False,
    ) -> Rows:
        """The rows behind a step that is none of the others; `by_order` where theirs decides."""
        ordered_operands = list(operands)
        if by_order and rows.sorted_rows is not None:
            ordered_operands.append(rows.sorted_rows)
        # Keys in another order are the same, and Spark deals the rows out by their hash.
        plain_operands = (
            sorted(ordered_operands, key=lambda each: each.number)
            if unordered
            else ordered_operands
        )
        plain, ordered = self.row_values(rows)
        first = ordered if by_order else plain
        plain_rows = Chain(self._pool.make(operator, (first, *plain_operands), value))
        ordered_rows = Chain(self._pool.make(operator, (ordered, *ordered_operands), value))
        is_sorted = rows.is_sorted and keeps_order
        return Rows(
            plain_rows,
            ordered_rows,
            self.pin_failing(rows),
            rows.leaves,
            rows.age,
            is_sorted,
            rows.is_open,
            rows.sorted_rows,
        )

    def pin_failing(self, rows: Rows) -> tuple[Cell, ...]:
        """The columns, those that may fail being computed before what comes now."""
        rows_before = rows.plain.rows(self._pool)
        return tuple(self._pin_cell(each, rows_before) for each in rows.cells)

    def _pin_cell(self, cell: Cell, rows_before: Value) -> Cell:
        if not cell.value.fails:
            return cell
        return Cell(cell.column, self._pool.add_mark("before", cell.value, rows_before), cell.age)

    def representative_cells(self, cells: Iterable[Cell], among: Value) -> tuple[Cell, ...]:
        """The columns of one row for several that are alike: of a key, any one's value."""
        return tuple(
            Cell(each.column, self.key_value(each.value, among), each.age) for each in cells
        )

    def key_value(self, value: Value, among: Value) -> Value:
        """The value of a key: Spark makes one of the two zeros, and of strings alike."""
        return (
            self._pool.add_mark("key", value, among) if has_blurred_equality(value.type) else value
        )

    def optional_cell(self, cell: Cell, among: Value) -> Cell:
        """A column that is null where its side of a join has no row."""
        return Cell(
            cell.column, self._pool.add_mark(OPTIONAL, cell.value, _optional_among(cell, among)), 0
        )

    def names(self, cells: Iterable[Cell]) -> Names:
        """What each name stands for, alone and behind its qualifier; the first of two wins."""
        names: dict[tuple[str, ...], Value] = {}
        for each in cells:
            name = each.column.name.casefold()
            names.setdefault((name,), each.value)
            names.setdefault(((each.column.qualifier or "").casefold(), name), each.value)
        return names


def _optional_among(cell: Cell, among: Value) -> Value | None:
    """A column of a dataset has no value without a row, whichever join looked for one."""
    return None if cell.value.operator in ("column", OPTIONAL) else among


def find_value(
    column: Column, cells: Iterable[Cell], names: Mapping[tuple[str, ...], Value]
) -> Value | None:
    """The value of a column that was there before, found by its whole name first."""
    name = column.name.casefold()
    return names.get(((column.qualifier or "").casefold(), name)) or names.get((name,))


def with_alias(rows: Rows, alias: str) -> Rows:
    """The same columns behind an alias, if it is one."""
    if not alias:
        return rows
    cells = tuple(
        Cell(replace(each.column, qualifier=alias), each.value, each.age) for each in rows.cells
    )
    return replace(rows, cells=cells)


def merge_sides(sides: Iterable[Rows]) -> Rows:
    """Both sides of a join, as its condition sees them."""
    first, *rest = sides
    cells = (*first.cells, *(each for side in rest for each in side.cells))
    return replace(first, cells=cells)
