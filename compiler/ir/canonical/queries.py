"""The canonical form of whole queries, step by step; a step that is not known is like no other."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.canonical import choices, code, columns, groups, joins
from ssbt.compiler.ir.canonical.expressions import ExpressionCanonicalizer
from ssbt.compiler.ir.canonical.relations import Cell, Chain, Rows, Table, join_sides, qualify_cells
from ssbt.compiler.ir.canonical.scopes import Scope
from ssbt.compiler.ir.canonical.terms import parts_of, term_of
from ssbt.compiler.ir.canonical.values import Pool, Value, exact_key
from ssbt.compiler.ir.expressions import Expression, NamedExpression
from ssbt.compiler.ir.operators import DatasetInput, Operator
from ssbt.compiler.ir.pipeline import Source
from ssbt.compiler.ir.terms import Term


class Query(Struct, frozen=True):
    """A dataset in canonical form: its rows, their order where an `order by` made one, its columns.

    `ordered` are the rows in whatever order they come. `by_order` are the datasets whose order of
    rows decides about something in it, `leaves` everything that it comes from.
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
        self._results: dict[int, tuple[Operator, Rows]] = {}
        self._sites: dict[object, int] = {}
        self._by_order: dict[int, frozenset[str]] = {}

    def of(self, root: Operator) -> Query:
        """The canonical form of what flows out of an operator."""
        rows = self._rows(root)
        plain, ordered = self.table.plain_and_ordered(rows)
        columns = {each.column.name.casefold(): each.value for each in rows.cells}
        by_order = self._by_order[id(root)]
        return Query(plain, ordered, rows.is_sorted, columns, by_order, rows.leaves)

    def inputs_of(self, operator: Operator) -> list[Rows]:
        """What flows into an operator, each input after its alias."""
        aliases = operator.aliases or ("",) * len(operator.inputs)
        return [
            qualify_cells(self._rows(each), alias)
            for each, alias in zip(operator.inputs, aliases, strict=True)
        ]

    def conditions(self, operator: Operator) -> list[tuple[Term, Value]]:
        """The conditions of a filter or join, each with what it says."""
        step = operator.step
        condition = step.condition if isinstance(step, s.Filter | s.Join) else None
        if condition is None or condition.term is None:
            return []
        return self.reader(operator, join_sides(self.inputs_of(operator))).conjuncts(condition.term)

    def cells(self, operator: Operator) -> Mapping[tuple[str, ...], Value]:
        """The values of the columns that flow out of an operator, after their qualifiers."""
        return self.table.names(self._rows(operator).cells)

    def outline(self, operator: Operator) -> Hashable:
        """What a step does to its rows, wherever it stands."""
        rows = self._rows(operator).ordered.base
        others = rows.operands[1:]
        return rows.operator, tuple(each.outline for each in others), exact_key(rows.value)

    def _rows(self, root: Operator) -> Rows:
        waiting = [root] if id(root) not in self._results else []
        while waiting:
            each = waiting[-1]
            missing = [before for before in each.inputs if id(before) not in self._results]
            if missing:
                waiting += missing
                continue
            waiting.pop()
            orders = [self._by_order[id(before)] for before in each.inputs]
            self._by_order[id(each)] = frozenset().union(*orders)
            # The operator is kept with its rows, or its id could come again.
            self._results[id(each)] = each, self._canonicalize_step(each)
        return self._results[id(root)][1]

    def _canonicalize_step(self, operator: Operator) -> Rows:
        step = operator.step
        if isinstance(step, Source | DatasetInput):
            return self._leaf(step, operator)
        make = STEPS.get(type(step))
        if make is None or not operator.inputs:
            return self.opaque_rows(operator, self.pool.make_unique("step"))
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

    def opaque_rows(self, operator: Operator, rows: Value) -> Rows:
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

    def reader(self, operator: Operator, incoming: Rows) -> ExpressionCanonicalizer:
        """What makes values of the expressions of a step."""
        plain, ordered = self.table.plain_and_ordered(incoming)
        if incoming.sorted_rows is not None:
            ordered = self.pool.make("as sorted", (ordered, incoming.sorted_rows))
        older = (each.value.number for each in incoming.cells if each.age < incoming.age)
        names = self.table.names(incoming.cells)
        is_open = incoming.is_open or any(each.output.is_open for each in operator.inputs)
        values = tuple(each.value for each in incoming.cells)
        scope = Scope(
            names, plain, ordered, self._sites, self._uses, frozenset(older), values, is_open
        )
        return ExpressionCanonicalizer(self.pool, scope)

    def value(self, expression: Expression, operator: Operator, incoming: Rows) -> Value:
        """The value of an expression of a step."""
        reader = self.reader(operator, incoming)
        result = reader.value(term_of(expression))
        if reader.order_counts:
            self.note_order(operator, incoming.leaves)
        return result

    def values(
        self, items: Iterable[NamedExpression], operator: Operator, incoming: Rows
    ) -> list[Value]:
        """The values of several expressions."""
        return [self.value(item.expression, operator, incoming) for item in items]

    def unknown_column(self, name: tuple[str, ...], incoming: Rows) -> Value:
        """A column that is not among those that are known."""
        if incoming.is_open:
            return self.pool.make("open", (), name, place=incoming.plain.base)
        return self.pool.make_unique("open")

    def columns(self, names: Iterable[str], incoming: Rows) -> list[Value]:
        """The values of columns that a step names as Spark finds them."""
        values = self.table.names(incoming.cells)
        chosen = []
        for name in names:
            parts = parts_of(name)
            value = values.get(parts) or values.get(parts[-1:])
            chosen.append(value or self.unknown_column(parts, incoming))
        return chosen

    def match_output(self, operator: Operator, incoming: Rows) -> Rows:
        """The columns of the output, found by their names among those that flow."""
        names = self.table.names(incoming.cells)
        ages = {id(each.value): each.age for each in incoming.cells}
        cells = []
        for column in operator.output.columns:
            name = column.name.casefold()
            value = names.get(((column.qualifier or "").casefold(), name)) or names.get((name,))
            if value is None:
                value = self.unknown_column((name,), incoming)
            cells.append(Cell(column, value, ages.get(id(value), incoming.age)))
        return replace(incoming, cells=tuple(cells), is_open=operator.output.is_open)

    def rename_cells(self, operator: Operator, incoming: Rows) -> Rows:
        """The rows with the columns as the operator calls them."""
        columns = operator.output.columns
        if len(columns) != len(incoming.cells):
            return self.match_output(operator, incoming)
        cells = tuple(
            Cell(column, cell.value, cell.age)
            for column, cell in zip(columns, incoming.cells, strict=True)
        )
        return replace(incoming, cells=cells)

    def align_cells(self, operator: Operator, incoming: Rows) -> Rows:
        """The columns of the output by their places, or by their names where those differ."""
        pairs = list(zip(operator.output.columns, incoming.cells, strict=False))
        is_same = len(operator.output.columns) == len(incoming.cells) and all(
            column.name.casefold() == cell.column.name.casefold() for column, cell in pairs
        )
        if not is_same:
            return self.match_output(operator, incoming)
        cells = tuple(Cell(column, cell.value, cell.age) for column, cell in pairs)
        return replace(incoming, cells=cells)


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
