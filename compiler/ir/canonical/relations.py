"""Queries in canonical form: which rows there are, in which order, and what their columns are.

Rows are what the steps make that choose, join, order or multiply them; a column is a value in such
a row. So it makes no difference where a column is computed, unless it sees other rows or may fail:
then it is reported among which rows, or before which step.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.ir.canonical.conditions import order_conditions
from ssbt.compiler.ir.canonical.functions import is_blurred
from ssbt.compiler.ir.canonical.scopes import Names
from ssbt.compiler.ir.canonical.values import OPTIONAL, Pool, Value
from ssbt.compiler.ir.relations import Column


class Chain(Struct, frozen=True):
    """Rows, and the conditions that have chosen among them since the last other step."""

    base: Value
    conditions: tuple[Value, ...] = ()

    def rows(self, pool: Pool) -> Value:
        """The rows that meet the conditions; those that cannot fail are met in any order."""
        if not self.conditions:
            return self.base
        return pool.make("filter", (self.base, *order_conditions(self.conditions)))

    def filter_rows(self, conditions: Iterable[Value]) -> Chain:
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


class Table:
    """Makes rows of rows: what steps have in common."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def plain_and_ordered(self, incoming: Rows) -> tuple[Value, Value]:
        """The rows, in whatever order and in theirs."""
        return incoming.plain.rows(self._pool), incoming.ordered.rows(self._pool)

    def filter_rows(self, incoming: Rows, conditions: Sequence[Value]) -> Rows:
        """The rows that meet the conditions; what is drawn is drawn where it stands."""
        if any(each.drawn for each in conditions):
            return self.apply_step(incoming, "draw", conditions, by_order=True)
        cells = tuple(
            self._mark_computed(each, incoming.plain.rows(self._pool))
            if each.age < incoming.age
            else each
            for each in incoming.cells
        )
        return Rows(
            incoming.plain.filter_rows(conditions),
            incoming.ordered.filter_rows(conditions),
            cells,
            incoming.leaves,
            incoming.age,
            incoming.is_sorted,
            incoming.is_open,
            incoming.sorted_rows,
        )

    def apply_step(
        self,
        incoming: Rows,
        operator: str,
        operands: Sequence[Value] = (),
        value: Hashable = None,
        *,
        by_order: bool = False,
        keeps_order: bool = True,
        unordered: bool = False,
    ) -> Rows:
        """The rows after any other step; `by_order` where their order decides."""
        keys = list(operands)
        if by_order and incoming.sorted_rows is not None:
            keys.append(incoming.sorted_rows)
        # Keys in another order are the same, and Spark deals the rows out by their hash.
        plain_keys = sorted(keys, key=lambda each: each.number) if unordered else keys
        plain, ordered = self.plain_and_ordered(incoming)
        first = ordered if by_order else plain
        plain_rows = Chain(self._pool.make(operator, (first, *plain_keys), value))
        ordered_rows = Chain(self._pool.make(operator, (ordered, *keys), value))
        is_sorted = incoming.is_sorted and keeps_order
        return Rows(
            plain_rows,
            ordered_rows,
            self.settle_cells(incoming),
            incoming.leaves,
            incoming.age,
            is_sorted,
            incoming.is_open,
            incoming.sorted_rows,
        )

    def settle_cells(self, incoming: Rows) -> tuple[Cell, ...]:
        """The columns, those that may fail being computed before what follows."""
        before = incoming.plain.rows(self._pool)
        return tuple(self._mark_computed(each, before) for each in incoming.cells)

    def _mark_computed(self, cell: Cell, before: Value) -> Cell:
        if not cell.value.fails:
            return cell
        return Cell(cell.column, self._pool.mark("before", cell.value, before), cell.age)

    def representatives(self, cells: Iterable[Cell], place: Value) -> tuple[Cell, ...]:
        """The columns of one row for several that are alike: of a key, any one's value."""
        return tuple(Cell(each.column, self.key(each.value, place), each.age) for each in cells)

    def key(self, value: Value, place: Value) -> Value:
        """The value of a key: Spark makes one of the two zeros, and of strings alike."""
        return self._pool.mark("key", value, place) if is_blurred(value.type) else value

    def optional(self, cell: Cell, place: Value) -> Cell:
        """A column that is null where its side of a join has no row."""
        return Cell(cell.column, self._pool.mark(OPTIONAL, cell.value, _place_of(cell, place)), 0)

    def names(self, cells: Iterable[Cell]) -> Names:
        """What each name stands for, alone and after its qualifier; the first of two wins."""
        names: dict[tuple[str, ...], Value] = {}
        for each in cells:
            name = each.column.name.casefold()
            names.setdefault((name,), each.value)
            names.setdefault(((each.column.qualifier or "").casefold(), name), each.value)
        return names


def _place_of(cell: Cell, place: Value) -> Value | None:
    """A column of a dataset has no value without a row, whichever join looked for one."""
    return None if cell.value.operator in ("column", OPTIONAL) else place


def find_value(
    column: Column, cells: Iterable[Cell], names: Mapping[tuple[str, ...], Value]
) -> Value | None:
    """The value of a column that was there before, found by its whole name first."""
    name = column.name.casefold()
    return names.get(((column.qualifier or "").casefold(), name)) or names.get((name,))


def qualify_cells(incoming: Rows, alias: str) -> Rows:
    """The same columns, qualified by an alias if there is one."""
    if not alias:
        return incoming
    cells = tuple(
        Cell(replace(each.column, qualifier=alias), each.value, each.age) for each in incoming.cells
    )
    return replace(incoming, cells=cells)


def join_sides(sides: Iterable[Rows]) -> Rows:
    """Both sides of a join, as its condition sees them."""
    left, *others = sides
    cells = (*left.cells, *(each for other in others for each in other.cells))
    return replace(left, cells=cells)
