"""Queries in canonical form: which rows there are, in which order, and what their columns are.

Rows are what the steps make that choose, join, order or multiply them; a column is a value in such
a row. So it makes no difference where a column is computed, unless it sees other rows or may fail:
then it is told among which rows, or before which step.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.ir.canonical.conditions import in_order
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
        return pool.make("filter", (self.base, *in_order(self.conditions)))

    def filtered(self, conditions: Iterable[Value]) -> Chain:
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

    def both(self, given: Rows) -> tuple[Value, Value]:
        """The rows, in whatever order and in theirs."""
        return given.plain.rows(self._pool), given.ordered.rows(self._pool)

    def filtered(self, given: Rows, conditions: Sequence[Value]) -> Rows:
        """The rows that meet the conditions; what is drawn is drawn where it stands."""
        if any(each.drawn for each in conditions):
            return self.stepped(given, "draw", conditions, by_order=True)
        cells = tuple(
            self._computed_before(each, given.plain.rows(self._pool))
            if each.age < given.age
            else each
            for each in given.cells
        )
        return Rows(
            given.plain.filtered(conditions),
            given.ordered.filtered(conditions),
            cells,
            given.leaves,
            given.age,
            given.is_sorted,
            given.is_open,
            given.sorted_rows,
        )

    def stepped(
        self,
        given: Rows,
        operator: str,
        operands: Sequence[Value] = (),
        value: Hashable = None,
        *,
        by_order: bool = False,
        keeps_order: bool = True,
        unordered: bool = False,
    ) -> Rows:
        """The rows behind a step that is none of the others; `by_order` where theirs decides."""
        told = list(operands)
        if by_order and given.sorted_rows is not None:
            told.append(given.sorted_rows)
        # Keys in another order are the same, and Spark deals the rows out by their hash.
        anyhow = sorted(told, key=lambda each: each.number) if unordered else told
        plain, ordered = self.both(given)
        first = ordered if by_order else plain
        plain_rows = Chain(self._pool.make(operator, (first, *anyhow), value))
        ordered_rows = Chain(self._pool.make(operator, (ordered, *told), value))
        is_sorted = given.is_sorted and keeps_order
        return Rows(
            plain_rows,
            ordered_rows,
            self.settled(given),
            given.leaves,
            given.age,
            is_sorted,
            given.is_open,
            given.sorted_rows,
        )

    def settled(self, given: Rows) -> tuple[Cell, ...]:
        """The columns, those that may fail being computed before what comes now."""
        before = given.plain.rows(self._pool)
        return tuple(self._computed_before(each, before) for each in given.cells)

    def _computed_before(self, cell: Cell, before: Value) -> Cell:
        if not cell.value.fails:
            return cell
        return Cell(cell.column, self._pool.marked("before", cell.value, before), cell.age)

    def representatives(self, cells: Iterable[Cell], place: Value) -> tuple[Cell, ...]:
        """The columns of one row for several that are alike: of a key, any one's value."""
        return tuple(Cell(each.column, self.key(each.value, place), each.age) for each in cells)

    def key(self, value: Value, place: Value) -> Value:
        """The value of a key: Spark makes one of the two zeros, and of strings alike."""
        return self._pool.marked("key", value, place) if is_blurred(value.type) else value

    def optional(self, cell: Cell, place: Value) -> Cell:
        """A column that is null where its side of a join has no row."""
        return Cell(cell.column, self._pool.marked(OPTIONAL, cell.value, _where(cell, place)), 0)

    def names(self, cells: Iterable[Cell]) -> Names:
        """What each name stands for, alone and behind its qualifier; the first of two wins."""
        names: dict[tuple[str, ...], Value] = {}
        for each in cells:
            name = each.column.name.casefold()
            names.setdefault((name,), each.value)
            names.setdefault(((each.column.qualifier or "").casefold(), name), each.value)
        return names


def _where(cell: Cell, place: Value) -> Value | None:
    """A column of a dataset has no value without a row, whichever join looked for one."""
    return None if cell.value.operator in ("column", OPTIONAL) else place


def named(
    column: Column, cells: Iterable[Cell], names: Mapping[tuple[str, ...], Value]
) -> Value | None:
    """The value of a column that was there before, found by its whole name first."""
    name = column.name.casefold()
    return names.get(((column.qualifier or "").casefold(), name)) or names.get((name,))


def behind_alias(given: Rows, alias: str) -> Rows:
    """The same columns behind an alias, if it is one."""
    if not alias:
        return given
    cells = tuple(
        Cell(replace(each.column, qualifier=alias), each.value, each.age) for each in given.cells
    )
    return replace(given, cells=cells)


def met(sides: Iterable[Rows]) -> Rows:
    """Both sides of a join, as its condition sees them."""
    left, *others = sides
    cells = (*left.cells, *(each for other in others for each in other.cells))
    return replace(left, cells=cells)
