"""The canonical form of whole queries, step by step; a step that is not known is like no other."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.canonical import choices, code, columns, groups, joins
from ssbt.compiler.ir.canonical.expressions import Canonical
from ssbt.compiler.ir.canonical.relations import Cell, Chain, Rows, Table, behind_alias, met
from ssbt.compiler.ir.canonical.scopes import Scope
from ssbt.compiler.ir.canonical.terms import parts_of, term_of
from ssbt.compiler.ir.canonical.values import Pool, Value, exactly
from ssbt.compiler.ir.expressions import Expression, NamedExpression
from ssbt.compiler.ir.operators import DatasetInput, Operator
from ssbt.compiler.ir.pipeline import Source
from ssbt.compiler.ir.terms import Term


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


class Queries:
    """The canonical forms of operators, each found once.

    `columns` are the names that columns of datasets have in the other version, by both names.
    `uses` counts how often a name is used.
    """

    def __init__(
        self, pool: Pool, columns: Mapping[tuple[str, str], str], uses: Mapping[str, int]
    ) -> None:
        self.pool, self._columns, self._uses = pool, columns, uses
        self.table = Table(pool)
        self._known: dict[int, tuple[Operator, Rows]] = {}
        self._sites: dict[object, int] = {}
        self._by_order: dict[int, frozenset[str]] = {}

    def of(self, root: Operator) -> Query:
        """The canonical form of what flows out of an operator."""
        rows = self._rows(root)
        plain, ordered = self.table.both(rows)
        columns = {each.column.name.casefold(): each.value for each in rows.cells}
        by_order = self._by_order[id(root)]
        return Query(plain, ordered, rows.is_sorted, columns, by_order, rows.leaves)

    def flowing_into(self, operator: Operator) -> list[Rows]:
        """What flows into an operator, each input behind its alias."""
        aliases = operator.aliases or ("",) * len(operator.inputs)
        return [
            behind_alias(self._rows(each), alias)
            for each, alias in zip(operator.inputs, aliases, strict=True)
        ]

    def conditions(self, operator: Operator) -> list[tuple[Term, Value]]:
        """The conditions of a filter or join, each with what it says."""
        step = operator.step
        condition = step.condition if isinstance(step, s.Filter | s.Join) else None
        if condition is None or condition.term is None:
            return []
        return self.reader(operator, met(self.flowing_into(operator))).conjuncts(condition.term)

    def cells(self, operator: Operator) -> Mapping[tuple[str, ...], Value]:
        """The values of the columns that flow out of an operator, behind their qualifiers."""
        return self.table.names(self._rows(operator).cells)

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
        if isinstance(step, Source | DatasetInput):
            return self._leaf(step, operator)
        make = STEPS.get(type(step))
        if make is None or not operator.inputs:
            return self.opaque(operator, self.pool.unlike_any("step"))
        return make(self, step, operator)

    def _leaf(self, step: Source | DatasetInput, operator: Operator) -> Rows:
        name = step.name if isinstance(step, DatasetInput) else f"source {step.name}"
        rows = self.pool.make("rows", (), name)
        cells = []
        for column in operator.output.columns:
            key = column.name.casefold()
            called = self._columns.get((name, key), key)
            value = self.pool.make(
                "column", (), (name, called), column.type, nullable=column.nullable
            )
            cells.append(Cell(column, value, 0))
        is_open = operator.output.is_open
        return Rows(Chain(rows), Chain(rows), tuple(cells), frozenset({name}), is_open=is_open)

    def opaque(self, operator: Operator, rows: Value) -> Rows:
        """Rows of which nothing is known but where they come from, and their columns' names."""
        leaves = frozenset().union(*(self._rows(each).leaves for each in operator.inputs))
        self.note_order(operator, leaves)
        cells = [
            Cell(column, self.pool.make("made", (rows,), (place, column.name.casefold())), 0)
            for place, column in enumerate(operator.output.columns)
        ]
        chain = Chain(rows)
        return Rows(chain, chain, tuple(cells), leaves, is_open=operator.output.is_open)

    def note_order(self, operator: Operator, leaves: frozenset[str]) -> None:
        self._by_order[id(operator)] = self._by_order.get(id(operator), frozenset()) | leaves

    def reader(self, operator: Operator, given: Rows) -> Canonical:
        """What makes values of the expressions of a step."""
        plain, ordered = self.table.both(given)
        if given.sorted_rows is not None:
            ordered = self.pool.make("as sorted", (ordered, given.sorted_rows))
        older = (each.value.number for each in given.cells if each.age < given.age)
        names = self.table.names(given.cells)
        is_open = given.is_open or any(each.output.is_open for each in operator.inputs)
        values = tuple(each.value for each in given.cells)
        scope = Scope(
            names, plain, ordered, self._sites, self._uses, frozenset(older), values, is_open
        )
        return Canonical(self.pool, scope)

    def value(self, expression: Expression, operator: Operator, given: Rows) -> Value:
        """The value of an expression of a step."""
        reader = self.reader(operator, given)
        found = reader.value(term_of(expression))
        if reader.order_counts:
            self.note_order(operator, given.leaves)
        return found

    def values(
        self, items: Iterable[NamedExpression], operator: Operator, given: Rows
    ) -> list[Value]:
        """The values of several expressions."""
        return [self.value(item.expression, operator, given) for item in items]

    def unseen(self, name: tuple[str, ...], given: Rows) -> Value:
        """A column that is not among those that are known."""
        if given.is_open:
            return self.pool.make("open", (), name, place=given.plain.base)
        return self.pool.unlike_any("open")

    def columns(self, names: Iterable[str], given: Rows) -> list[Value]:
        """The values of columns that a step names as Spark finds them."""
        known = self.table.names(given.cells)
        found = []
        for name in names:
            parts = parts_of(name)
            value = known.get(parts) or known.get(parts[-1:])
            found.append(value or self.unseen(parts, given))
        return found

    def as_output(self, operator: Operator, given: Rows) -> Rows:
        """The columns of the output, found by their names among those that flow."""
        names = self.table.names(given.cells)
        ages = {id(each.value): each.age for each in given.cells}
        cells = []
        for column in operator.output.columns:
            name = column.name.casefold()
            value = names.get(((column.qualifier or "").casefold(), name)) or names.get((name,))
            if value is None:
                value = self.unseen((name,), given)
            cells.append(Cell(column, value, ages.get(id(value), given.age)))
        return replace(given, cells=tuple(cells), is_open=operator.output.is_open)

    def renamed(self, operator: Operator, given: Rows) -> Rows:
        """The rows with the columns as the operator calls them."""
        columns = operator.output.columns
        if len(columns) != len(given.cells):
            return self.as_output(operator, given)
        cells = tuple(
            Cell(column, cell.value, cell.age)
            for column, cell in zip(columns, given.cells, strict=True)
        )
        return replace(given, cells=cells)

    def aligned(self, operator: Operator, given: Rows) -> Rows:
        """The columns of the output by their places, or by their names where those differ."""
        pairs = list(zip(operator.output.columns, given.cells, strict=False))
        is_same = len(operator.output.columns) == len(given.cells) and all(
            column.name.casefold() == cell.column.name.casefold() for column, cell in pairs
        )
        if not is_same:
            return self.as_output(operator, given)
        cells = tuple(Cell(column, cell.value, cell.age) for column, cell in pairs)
        return replace(given, cells=cells)


STEPS: dict[type[s.Step], Callable[[Queries, Any, Operator], Rows]] = {
    s.Filter: choices.filter_rows,
    s.Project: columns.project_columns,
    s.WithColumns: columns.add_columns,
    s.DropColumns: columns.drop_columns,
    s.RenameColumns: columns.rename_columns,
    s.Alias: columns.rename_columns,
    s.Join: joins.join_rows,
    s.Aggregate: groups.group_rows,
    s.Distinct: groups.keep_distinct,
    s.Deduplicate: groups.deduplicate_rows,
    s.Watermark: choices.mark_event_time,
    s.Sort: choices.sort_rows,
    s.Limit: choices.limit_rows,
    s.Offset: choices.limit_rows,
    s.SetOperation: joins.unite_rows,
    s.Pivot: groups.pivot_rows,
    s.Unpivot: groups.unpivot_columns,
    s.Sample: choices.sample_rows,
    s.Explode: choices.explode_rows,
    s.ApplyFunction: code.apply_function,
    s.Stateful: code.apply_processor,
    s.SqlQuery: code.apply_query,
}
"""What is known of each step; of any other nothing is, so that it is a change wherever it is."""
