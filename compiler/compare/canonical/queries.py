"""The canonical form of whole queries, step by step; a step that is not known is like no other."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
import re
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.compare.canonical.expressions import Canonical, Scope
from ssbt.compiler.compare.canonical.functions import MULTIPLYING, kind_of
from ssbt.compiler.compare.canonical.relations import Cell, Chain, Rows, Table
from ssbt.compiler.compare.canonical.values import Pool, Value, exactly
from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.expressions import Expression, Named, ParameterText
from ssbt.compiler.ir.operators import Given, Operator
from ssbt.compiler.ir.pipeline import Source
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.ir.terms import LITERAL, NAME, Term, calls_in
from ssbt.compiler.types.datatypes import UNKNOWN
from ssbt.compiler.types.functions import Kind

_PART = re.compile(r"`((?:[^`]|``)*)`|([^.`]+)")
_QUOTED = re.compile(r"['\"`]|--|/\*")
_NULLABLE_LEFT = ("right", "full")
_NULLABLE_RIGHT = ("left", "full")
_LEFT_ONLY = ("semi", "anti")


class Query(Struct, frozen=True):
    """A dataset in canonical form: its rows, their order where an `order by` made one, its columns.

    `ordered` are the rows in whatever order they come. `by_order` are the datasets whose order of
    rows decides about something in it, `leaves` all that it comes from.
    """

    rows: Value
    ordered: Value
    is_sorted: bool
    columns: Mapping[str, Value]
    by_order: frozenset[str]
    leaves: frozenset[str]


class _Looked(Struct, frozen=True):
    """A value of a projection, and what computing it does to the rows."""

    value: Value
    sees_rows: bool
    makes_rows: bool
    generates: bool


class Queries:
    """The canonical forms of operators, each found once.

    `columns` are the names that columns of datasets have in the other version, by both names.
    """

    def __init__(self, pool: Pool, columns: Mapping[tuple[str, str], str]) -> None:
        self._pool, self._columns = pool, columns
        self._table = Table(pool)
        self._known: dict[int, tuple[Operator, Rows]] = {}
        self._sites: dict[object, int] = {}
        self._by_order: dict[int, frozenset[str]] = {}

    def of(self, root: Operator) -> Query:
        """The canonical form of what flows out of an operator."""
        rows = self._rows(root)
        plain, ordered = self._table.both(rows)
        columns = {each.column.name.casefold(): each.value for each in rows.cells}
        by_order = self._by_order[id(root)]
        return Query(plain, ordered, rows.is_sorted, columns, by_order, rows.leaves)

    def flowing_into(self, operator: Operator) -> list[Rows]:
        """What flows into an operator, each input behind its alias."""
        aliases = operator.aliases or ("",) * len(operator.inputs)
        return [
            _qualified(self._rows(each), alias)
            for each, alias in zip(operator.inputs, aliases, strict=True)
        ]

    def conditions(self, operator: Operator) -> list[tuple[Term, Value]]:
        """The conditions of a filter or join, each with what it says."""
        step = operator.step
        condition = step.condition if isinstance(step, s.Filter | s.Join) else None
        if condition is None or condition.term is None:
            return []
        return self._reader(operator, _met(self.flowing_into(operator))).conjuncts(condition.term)

    def outline(self, operator: Operator) -> Hashable:
        """What a step does to its rows, wherever it stands."""
        made = self._rows(operator).ordered.base
        others = made.operands[1:]
        return made.operator, tuple(each.outline for each in others), exactly(made.value)

    def _rows(self, root: Operator) -> Rows:
        waiting = [root] if id(root) not in self._known else []
        while waiting:
            each = waiting[-1]
            missing = [given for given in each.inputs if id(given) not in self._known]
            if missing:
                waiting += missing
                continue
            waiting.pop()
            before = [self._by_order[id(given)] for given in each.inputs]
            self._by_order[id(each)] = frozenset().union(*before)
            # The operator is kept with its rows, or its id could come again.
            self._known[id(each)] = each, self._made(each)
        return self._known[id(root)][1]

    def _made(self, operator: Operator) -> Rows:
        step = operator.step
        if isinstance(step, Source | Given):
            return self._leaf(step, operator)
        make = STEPS.get(type(step))
        if make is None or not operator.inputs:
            return self._opaque(operator, self._pool.unlike_any("step"))
        return make(self, step, operator)

    def _leaf(self, step: Source | Given, operator: Operator) -> Rows:
        name = step.name if isinstance(step, Given) else f"source {step.name}"
        rows = self._pool.make("rows", (), name)
        cells = []
        for column in operator.output.columns:
            key = column.name.casefold()
            called = self._columns.get((name, key), key)
            value = self._pool.make(
                "column", (), (name, called), column.type, nullable=column.nullable
            )
            cells.append(Cell(column, value, 0))
        is_open = operator.output.is_open
        return Rows(Chain(rows), Chain(rows), tuple(cells), frozenset({name}), is_open=is_open)

    def _opaque(self, operator: Operator, rows: Value) -> Rows:
        """Rows of which nothing is known but where they come from, and their columns' names."""
        leaves = frozenset().union(*(self._rows(each).leaves for each in operator.inputs))
        self._note_order(operator, leaves)
        cells = [
            Cell(column, self._pool.make("made", (rows,), (place, column.name.casefold())), 0)
            for place, column in enumerate(operator.output.columns)
        ]
        chain = Chain(rows)
        return Rows(chain, chain, tuple(cells), leaves, is_open=operator.output.is_open)

    def _note_order(self, operator: Operator, leaves: frozenset[str]) -> None:
        self._by_order[id(operator)] |= leaves

    def _reader(self, operator: Operator, given: Rows) -> Canonical:
        plain, ordered = self._table.both(given)
        return Canonical(
            self._pool, Scope(self._table.names(given.cells), plain, ordered, self._sites)
        )

    def value(self, expression: Expression, operator: Operator, given: Rows) -> Value:
        """The value of an expression of a step."""
        reader = self._reader(operator, given)
        found = reader.value(expression.term or _term_of(expression))
        if reader.order_counts:
            self._note_order(operator, given.leaves)
        return found

    def values(self, items: Iterable[Named], operator: Operator, given: Rows) -> list[Value]:
        """The values of several expressions."""
        return [self.value(item.expression, operator, given) for item in items]

    def columns(self, names: Iterable[str], given: Rows) -> list[Value]:
        """The values of columns that a step names as Spark finds them."""
        known = self._table.names(given.cells)
        found = []
        for name in names:
            parts = _parts(name)
            value = known.get(parts) or known.get(parts[-1:])
            found.append(value or self._pool.make("open", (), parts, place=given.plain.base))
        return found

    # ---- the steps, in the order of compiler/ir/steps.py

    def filter(self, step: s.Filter, operator: Operator) -> Rows:
        (given,) = self.flowing_into(operator)
        if step.condition.term is None:
            return self._opaque(operator, self._pool.unlike_any("filter"))
        found = self._reader(operator, given).conjuncts(step.condition.term)
        return self._table.filtered(given, [value for _, value in found])

    def project(self, step: s.Project, operator: Operator) -> Rows:
        (given,) = self.flowing_into(operator)
        given, values = self._chosen(step.columns, operator, given)
        columns = operator.output.columns
        if len(values) != len(columns):
            return self._opaque(operator, self._pool.unlike_any("project"))
        cells = tuple(
            Cell(column, value, age) for column, (value, age) in zip(columns, values, strict=True)
        )
        rows = replace(given, cells=cells, is_open=operator.output.is_open)
        return self._distinct(rows) if step.distinct else rows

    def _chosen(
        self, items: tuple[Named, ...], operator: Operator, given: Rows
    ) -> tuple[Rows, list[tuple[Value, int]]]:
        """The values of a projection, each with its age, and the rows that they are in."""
        ages = {id(each.value): each.age for each in given.cells}
        made = [None if _is_star(each) else self._look(each, operator, given) for each in items]
        after = self._behind([each for each in made if each is not None], given)
        values: list[tuple[Value, int]] = []
        for item, looked in zip(items, made, strict=True):
            if looked is None:
                values += [(each.value, each.age) for each in _of_star(item, after)]
            elif looked.generates:
                values += [
                    (self._generated(looked.value, place, after), after.age)
                    for place in range(max(len(item.names), 1))
                ]
            else:
                values.append((looked.value, ages.get(id(looked.value), after.age)))
        return after, values

    def _look(self, item: Named, operator: Operator, given: Rows) -> _Looked:
        reader = self._reader(operator, given)
        value = reader.value(item.expression.term or _term_of(item.expression))
        if reader.order_counts:
            self._note_order(operator, given.leaves)
        generates = _generates(item.expression)
        makes_rows = generates or _multiplies(item.expression)
        return _Looked(value, reader.computes_among_rows, makes_rows, generates)

    def _generated(self, value: Value, index: int, among: Rows) -> Value:
        place = among.plain.base
        return self._pool.make("generated", (value,), index, place=place)

    def _behind(self, made: list[_Looked], given: Rows) -> Rows:
        """The rows behind expressions that see others, that draw, or that make several of one."""
        making = [each.value for each in made if each.makes_rows]
        seen = [each.value for each in made if each.sees_rows]
        if making:
            given = self._table.stepped(given, "make rows", making)
        if seen:
            ordered = Chain(self._pool.make("compute", (given.ordered.rows(self._pool), *seen)))
            given = replace(given, ordered=ordered, age=given.age + 1)
        return given

    def with_columns(self, step: s.WithColumns, operator: Operator) -> Rows:
        (given,) = self.flowing_into(operator)
        for group in step.groups:
            after, values = self._chosen(group, operator, given)
            made = {
                item.names[0].casefold(): value for item, value in zip(group, values, strict=True)
            }
            cells = []
            for cell in after.cells:
                value, age = made.pop(cell.column.name.casefold(), (cell.value, cell.age))
                cells.append(Cell(cell.column, value, age))
            known = {each.name.casefold(): each for each in operator.output.columns}
            for name, (value, age) in made.items():
                column = known.get(name) or Column(name, UNKNOWN, True)
                cells.append(Cell(column, value, age))
            given = replace(after, cells=tuple(cells))
        return self._as_output(operator, given)

    def _as_output(self, operator: Operator, given: Rows) -> Rows:
        """The columns of the output, found by their names among those that flow."""
        names = self._table.names(given.cells)
        ages = {id(each.value): each.age for each in given.cells}
        cells = []
        for column in operator.output.columns:
            name = column.name.casefold()
            value = names.get(((column.qualifier or "").casefold(), name)) or names.get((name,))
            if value is None:
                value = self._pool.make("open", (), (name,), place=given.plain.base)
            cells.append(Cell(column, value, ages.get(id(value), given.age)))
        return replace(given, cells=tuple(cells), is_open=operator.output.is_open)

    def drop_columns(self, step: s.DropColumns, operator: Operator) -> Rows:
        (given,) = self.flowing_into(operator)
        return self._as_output(operator, given)

    def same_columns(self, step: s.Step, operator: Operator) -> Rows:
        """Columns that are only called otherwise."""
        (given,) = self.flowing_into(operator)
        return self.same_columns_of(operator, given)

    def join(self, step: s.Join, operator: Operator) -> Rows:
        left, right = self.flowing_into(operator)
        if left.leaves & right.leaves:
            right = replace(right, cells=tuple(map(self._of_right, right.cells)))
        met = _met((left, right))
        conditions = self._join_conditions(step, operator, left, right, met)
        sides = [self._table.both(each) for each in (left, right)]
        plain, ordered = (
            Chain(self._pool.make("join", (one, other, *conditions), step.kind))
            for one, other in zip(*sides, strict=True)
        )
        cells = [self._table.settled(each) for each in (left, right)]
        place = plain.base
        if step.kind in _NULLABLE_LEFT:
            cells[0] = tuple(self._table.optional(each, place) for each in cells[0])
        if step.kind in _NULLABLE_RIGHT:
            cells[1] = tuple(self._table.optional(each, place) for each in cells[1])
        if step.kind in _LEFT_ONLY:
            cells[1] = ()
        flowing = self._joined_cells(step, cells, operator)
        is_open = operator.output.is_open
        rows = Rows(plain, ordered, flowing, left.leaves | right.leaves, is_open=is_open)
        return self._aligned(operator, rows)

    def _joined_cells(
        self, step: s.Join, cells: list[tuple[Cell, ...]], operator: Operator
    ) -> tuple[Cell, ...]:
        """The keys of a join by name once, then all other columns."""
        if not step.using:
            return (*cells[0], *cells[1])
        keys = {name.strip("`").casefold() for name in step.using}
        others = [
            each for side in cells for each in side if each.column.name.casefold() not in keys
        ]
        return (*self._keys(step, cells, operator), *others)

    def _aligned(self, operator: Operator, given: Rows) -> Rows:
        """The columns of the output by their places, or by their names where those differ."""
        pairs = list(zip(operator.output.columns, given.cells, strict=False))
        is_same = len(operator.output.columns) == len(given.cells) and all(
            column.name.casefold() == cell.column.name.casefold() for column, cell in pairs
        )
        if not is_same:
            return self._as_output(operator, given)
        cells = tuple(Cell(column, cell.value, cell.age) for column, cell in pairs)
        return replace(given, cells=cells)

    def _of_right(self, cell: Cell) -> Cell:
        """A column of the second use of a dataset that is on both sides."""
        value = cell.value
        made = self._pool.make("right", (value,), None, value.type, nullable=value.nullable)
        return Cell(cell.column, made, cell.age)

    def _join_conditions(
        self, step: s.Join, operator: Operator, left: Rows, right: Rows, met: Rows
    ) -> list[Value]:
        reader = self._reader(operator, met)
        found = []
        if step.condition is not None:
            if step.condition.term is None:
                return [self._pool.unlike_any("condition")]
            found = [value for _, value in reader.conjuncts(step.condition.term)]
        if step.using:
            pairs = zip(*(self.columns(step.using, each) for each in (left, right)), strict=True)
            found = [
                reader.compared("=", one, other, nullable=one.nullable or other.nullable)
                for one, other in pairs
            ]
        joined = reader.joined("and", found) if found else None
        return list(joined.operands) if joined and joined.operator == "and" else found

    def _keys(
        self, step: s.Join, cells: list[tuple[Cell, ...]], operator: Operator
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
                told = ("coalesce", 2, False, None, (), (), (), False, None)
                value = self._pool.make("call", pair, told, column.type, nullable=column.nullable)
                yield Cell(replace(column, qualifier=None), value, 0)
            else:
                found = other if step.kind == "right" else one
                if found is not None and column is not None:
                    yield Cell(column, found.value, 0)

    def aggregate(self, step: s.Aggregate, operator: Operator) -> Rows:
        (given,) = self.flowing_into(operator)
        keys = self.values(step.keys, operator, given)
        told = dict.fromkeys(keys) if not step.form else keys
        form = (step.form, step.sets)
        rows = self._grouped(given, "group", list(told), form, sorted_keys=not step.form)
        return self._of_groups(
            rows, keys, step.form, self.values(step.aggregates, operator, given), operator
        )

    def _grouped(
        self, given: Rows, operator: str, keys: list[Value], value: object, *, sorted_keys: bool
    ) -> Rows:
        return self._table.stepped(
            given,
            operator,
            keys,
            value,
            keeps_order=False,
            unordered=sorted_keys,
        )

    def _of_groups(
        self, rows: Rows, keys: list[Value], form: str, made: list[Value], operator: Operator
    ) -> Rows:
        """The columns of groups: their keys, null in subtotals, and what is computed of them."""
        place = rows.plain.base
        values = [
            self._pool.marked("key", each, place) if form else self._table.key(each, place)
            for each in keys
        ]
        values += made
        columns = operator.output.columns
        if len(values) != len(columns):
            return self._opaque(operator, self._pool.unlike_any("group"))
        cells = tuple(
            Cell(column, value, rows.age) for column, value in zip(columns, values, strict=True)
        )
        return replace(rows, cells=cells, is_open=False)

    def distinct(self, step: s.Distinct, operator: Operator) -> Rows:
        (given,) = self.flowing_into(operator)
        return self.same_columns_of(operator, self._distinct(given))

    def same_columns_of(self, operator: Operator, given: Rows) -> Rows:
        """The rows with the columns as the operator calls them."""
        columns = operator.output.columns
        if len(columns) != len(given.cells):
            return self._as_output(operator, given)
        cells = tuple(
            Cell(column, cell.value, cell.age)
            for column, cell in zip(columns, given.cells, strict=True)
        )
        return replace(given, cells=cells)

    def _distinct(self, given: Rows) -> Rows:
        values = list(dict.fromkeys(each.value for each in given.cells))
        rows = self._table.stepped(
            given, "distinct", values, given.is_open, keeps_order=False, unordered=True
        )
        return replace(rows, cells=self._table.representatives(rows.cells, rows.plain.base))

    def deduplicate(self, step: s.Deduplicate, operator: Operator) -> Rows:
        (given,) = self.flowing_into(operator)
        if not step.columns and not step.within_watermark:
            return self.same_columns_of(operator, self._distinct(given))
        values = list(dict.fromkeys(self.columns(step.columns, given)))
        self._note_order(operator, given.leaves)
        rows = self._table.stepped(
            given,
            "deduplicate",
            values,
            step.within_watermark,
            by_order=True,
            keeps_order=False,
            unordered=True,
        )
        return self.same_columns_of(operator, rows)

    def watermark(self, step: s.Watermark, operator: Operator) -> Rows:
        (given,) = self.flowing_into(operator)
        column = self.columns((step.column,), given)
        rows = self._table.stepped(given, "watermark", column, step.delay)
        return self.same_columns_of(operator, rows)

    def sort(self, step: s.Sort, operator: Operator) -> Rows:
        (given,) = self.flowing_into(operator)
        keys = [self.value(each.expression, operator, given) for each in step.keys]
        told = tuple(
            (each.descending, each.nulls or ("last" if each.descending else "first"))
            for each in step.keys
        )
        rows = self._table.stepped(given, "sort", keys, told)
        plain = rows.plain if any(each.fails or each.drawn for each in keys) else given.plain
        rows = replace(rows, plain=plain, cells=given.cells, is_sorted=True)
        return self.same_columns_of(operator, rows)

    def limit(self, step: s.Limit | s.Offset, operator: Operator) -> Rows:
        (given,) = self.flowing_into(operator)
        self._note_order(operator, given.leaves)
        count = step.count.name if isinstance(step.count, ParameterText) else step.count
        rows = self._table.stepped(given, type(step).__name__, (), count, by_order=True)
        return self.same_columns_of(operator, rows)

    def set_operation(self, step: s.SetOperation, operator: Operator) -> Rows:
        left, right = self.flowing_into(operator)
        others = self._table.names(right.cells)
        pairs = [(each.value, others.get((each.column.name.casefold(),))) for each in left.cells]
        if left.is_open or right.is_open or len(operator.output.columns) != len(pairs):
            return self._opaque(operator, self._united(step, left, right, ()))
        values = []
        for column, (one, other) in zip(operator.output.columns, pairs, strict=True):
            if other is None:
                return self._opaque(operator, self._pool.unlike_any("set operation"))
            values.append(self._either(step, column, one, other))
        keeps_all = step.operator == "union" and step.all
        told = [each for pair in pairs for each in pair if each] if not keeps_all else []
        plain = Chain(self._united(step, left, right, told))
        ordered = Chain(self._united(step, left, right, told, by_order=True))
        cells = tuple(
            Cell(column, value, 0)
            for column, value in zip(operator.output.columns, values, strict=True)
        )
        rows = Rows(plain, ordered, cells, left.leaves | right.leaves)
        settled = replace(rows, cells=self._table.settled(rows))
        if keeps_all:
            return settled
        return replace(settled, cells=self._table.representatives(settled.cells, plain.base))

    def _united(
        self,
        step: s.SetOperation,
        left: Rows,
        right: Rows,
        told: Iterable[Value],
        *,
        by_order: bool = False,
    ) -> Value:
        sides = [self._table.both(each)[by_order] for each in (left, right)]
        return self._pool.make("set operation", (*sides, *told), (step.operator, step.all))

    def _either(self, step: s.SetOperation, column: Column, one: Value, other: Value) -> Value:
        if step.operator != "union" or one is other:
            return one
        return self._pool.make("either", (one, other), None, column.type, nullable=column.nullable)

    def pivot(self, step: s.Pivot, operator: Operator) -> Rows:
        (given,) = self.flowing_into(operator)
        keys = self.values(step.keys, operator, given)
        column = self.columns((step.column,), given)
        rows = self._grouped(given, "group", keys, ("", ()), sorted_keys=True)
        made = self.values(step.aggregates, operator, given)
        self._note_order(operator, given.leaves)
        place = rows.ordered.base
        count = len(operator.output.columns) - len(keys)
        told = (tuple(map(repr, step.values)), len(made))
        filled = [
            self._pool.make("pivoted", (*column, *made), (*told, index), place=place)
            for index in range(count)
        ]
        return self._of_groups(rows, keys, "", filled, operator)

    def unpivot(self, step: s.Unpivot, operator: Operator) -> Rows:
        (given,) = self.flowing_into(operator)
        values = self.columns(step.columns, given)
        renames = dict(step.renames)
        names = tuple(renames.get(name, name) for name in step.columns)
        rows = self._table.stepped(given, "unpivot", values, (names, step.include_nulls))
        place = rows.plain.base
        made = {
            step.name.casefold(): self._pool.make("unpivoted name", (place,)),
            step.value.casefold(): self._pool.make("unpivoted value", (place,)),
        }
        new = [
            Cell(column, made[column.name.casefold()], rows.age)
            for column in operator.output.columns
            if column.name.casefold() in made
        ]
        cells = (*new, *rows.cells)
        return self._as_output(operator, replace(rows, cells=cells))

    def sample(self, step: s.Sample, operator: Operator) -> Rows:
        (given,) = self.flowing_into(operator)
        self._note_order(operator, given.leaves)
        told = (step.fraction, step.replacement, step.seed)
        rows = self._table.stepped(given, "sample", (), told, by_order=True)
        return self.same_columns_of(operator, rows)

    def explode(self, step: s.Explode, operator: Operator) -> Rows:
        (given,) = self.flowing_into(operator)
        value = self.value(step.expression, operator, given)
        rows = self._table.stepped(given, "explode", (value,), step.function)
        place = rows.plain.base
        made = [
            self._pool.make("exploded", (value,), (step.function, index), place=place)
            for index in range(len(step.names))
        ]
        known = {each.name.casefold(): each for each in operator.output.columns}
        cells = tuple(
            Cell(known.get(name.casefold()) or Column(name, UNKNOWN, True), each, rows.age)
            for name, each in zip(step.names, made, strict=True)
        )
        return self._as_output(operator, replace(rows, cells=(*rows.cells, *cells)))

    def apply(self, step: s.ApplyFunction, operator: Operator) -> Rows:
        return self._of_code(operator, (step.module, step.function))

    def stateful(self, step: s.Stateful, operator: Operator) -> Rows:
        keys = tuple(name.casefold() for name in step.keys)
        state = tuple(sorted(f"{each.described} {each.ttl or ''}" for each in step.variables))
        told = (step.module, step.processor, keys, step.timers.value, state)
        return self._of_code(operator, (*told, step.event_time))

    def sql_query(self, step: s.SqlQuery, operator: Operator) -> Rows:
        text = step.text.strip()
        if not _QUOTED.search(text):
            text = " ".join(text.split())
        parameters = tuple((name, type_.sql) for name, type_ in step.parameters)
        return self._of_code(operator, (text, step.inputs, step.uses_input, parameters))

    def _of_code(self, operator: Operator, told: tuple[object, ...]) -> Rows:
        """What code makes of all that flows into it: of the columns, their names and order, too."""
        operands: list[Value] = []
        names = []
        for given in self.flowing_into(operator):
            operands.append(self._table.both(given)[True])
            operands += [each.value for each in given.cells]
            names.append((given.is_open, *(each.column.name for each in given.cells)))
        kind = type(operator.step).__name__
        return self._opaque(operator, self._pool.make(kind, operands, (*told, *names)))


STEPS: dict[type[s.Step], Callable[[Queries, Any, Operator], Rows]] = {
    s.Filter: Queries.filter,
    s.Project: Queries.project,
    s.WithColumns: Queries.with_columns,
    s.DropColumns: Queries.drop_columns,
    s.RenameColumns: Queries.same_columns,
    s.Alias: Queries.same_columns,
    s.Join: Queries.join,
    s.Aggregate: Queries.aggregate,
    s.Distinct: Queries.distinct,
    s.Deduplicate: Queries.deduplicate,
    s.Watermark: Queries.watermark,
    s.Sort: Queries.sort,
    s.Limit: Queries.limit,
    s.Offset: Queries.limit,
    s.SetOperation: Queries.set_operation,
    s.Pivot: Queries.pivot,
    s.Unpivot: Queries.unpivot,
    s.Sample: Queries.sample,
    s.Explode: Queries.explode,
    s.ApplyFunction: Queries.apply,
    s.Stateful: Queries.stateful,
    s.SqlQuery: Queries.sql_query,
}
"""What is known of each step; of any other nothing is, so that it is a change wherever it is."""


def _qualified(given: Rows, alias: str) -> Rows:
    """The same columns behind an alias, if it is one."""
    if not alias:
        return given
    cells = tuple(
        Cell(replace(each.column, qualifier=alias), each.value, each.age) for each in given.cells
    )
    return replace(given, cells=cells)


def _met(sides: Iterable[Rows]) -> Rows:
    """Both sides of a join, as its condition sees them."""
    left, *others = sides
    cells = (*left.cells, *(each for other in others for each in other.cells))
    return replace(left, cells=cells)


def _is_star(item: Named) -> bool:
    return item.expression.term is None and (item.expression.column or "").endswith("*")


def _of_star(item: Named, given: Rows) -> Iterator[Cell]:
    """The columns that a star stands for."""
    qualifier = _parts(item.expression.column or "")[:-1]
    for each in given.cells:
        if not qualifier or (each.column.qualifier or "").casefold() == qualifier[-1]:
            yield each


def _parts(name: str) -> tuple[str, ...]:
    return tuple((a.replace("``", "`") or b).casefold() for a, b in _PART.findall(name))


def _term_of(expression: Expression) -> Term:
    """The tree of a plain column that the compiler named itself."""
    if expression.column is None:
        return Term(LITERAL, (), ("text", expression.text), expression.type)
    return Term(NAME, (), _parts(expression.column), expression.type, expression.nullable)


def _generates(expression: Expression) -> bool:
    return any(kind_of(call.name) is Kind.GENERATOR for call in expression.calls)


def _multiplies(expression: Expression) -> bool:
    term = expression.term
    names = [form.name for form in calls_in(term)] if term is not None else []
    return any(kind_of(each) is Kind.GENERATOR or each in MULTIPLYING for each in names)
