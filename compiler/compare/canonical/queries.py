"""The canonical form of whole queries, step by step; a step that is not known is like no other."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.compare.canonical import choices, code, columns, groups, joins
from ssbt.compiler.compare.canonical.expressions import ExpressionCanonicalizer
from ssbt.compiler.compare.canonical.relations import (
    Cell,
    Chain,
    Rows,
    RowsBuilder,
    merge_sides,
    with_alias,
)
from ssbt.compiler.compare.canonical.scopes import Scope
from ssbt.compiler.compare.canonical.terms import parts_of, term_of
from ssbt.compiler.compare.canonical.values import Value, ValuePool, exact_key
from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.expressions import Expression, NamedExpression
from ssbt.compiler.ir.operators import DatasetInput, Operator
from ssbt.compiler.ir.pipeline import Source
from ssbt.compiler.ir.terms import Term


class CanonicalQuery(Struct, frozen=True):
    """A dataset in canonical form: its rows, their order where an `order by` made one, its columns.

    `ordered` are the rows in whatever order they come. `order_sensitive` are the datasets whose
    order of rows decides about something in it, `leaves` all that it comes from.
    """

    rows: Value
    ordered: Value
    is_sorted: bool
    columns: Mapping[str, Value]
    order_sensitive: frozenset[str]
    leaves: frozenset[str]


class CanonicalQueries:
    """The canonical forms of operators, each found once.

    `columns` are the names that columns of datasets have in the other version, by both names.
    `uses` counts how often a name is used.
    """

    def __init__(
        self, pool: ValuePool, columns: Mapping[tuple[str, str], str], uses: Mapping[str, int]
    ) -> None:
        self.pool, self._columns, self._uses = pool, columns, uses
        self.builder = RowsBuilder(pool)
        self._rows_by_operator: dict[int, tuple[Operator, Rows]] = {}
        self._sites: dict[object, int] = {}
        self._order_sensitive: dict[int, frozenset[str]] = {}

    def canonicalize(self, root: Operator) -> CanonicalQuery:
        """The canonical form of what flows out of an operator."""
        rows = self._compute_rows(root)
        plain, ordered = self.builder.row_values(rows)
        columns = {each.column.name.casefold(): each.value for each in rows.cells}
        order_sensitive = self._order_sensitive[id(root)]
        return CanonicalQuery(plain, ordered, rows.is_sorted, columns, order_sensitive, rows.leaves)

    def input_rows(self, operator: Operator) -> list[Rows]:
        """What flows into an operator, each input behind its alias."""
        aliases = operator.aliases or ("",) * len(operator.inputs)
        return [
            with_alias(self._compute_rows(each), alias)
            for each, alias in zip(operator.inputs, aliases, strict=True)
        ]

    def conditions(self, operator: Operator) -> list[tuple[Term, Value]]:
        """The conditions of a filter or join, each with what it says."""
        step = operator.step
        condition = step.condition if isinstance(step, s.Filter | s.Join) else None
        if condition is None or condition.term is None:
            return []
        return self.expression_canonicalizer(
            operator, merge_sides(self.input_rows(operator))
        ).split_conjuncts(condition.term)

    def outline(self, operator: Operator) -> Hashable:
        """What a step does to its rows, wherever it stands."""
        base = self._compute_rows(operator).ordered.base
        operands = base.operands[1:]
        return base.operator, tuple(each.outline for each in operands), exact_key(base.value)

    def _compute_rows(self, root: Operator) -> Rows:
        waiting = [root] if id(root) not in self._rows_by_operator else []
        while waiting:
            each = waiting[-1]
            pending = [
                upstream for upstream in each.inputs if id(upstream) not in self._rows_by_operator
            ]
            if pending:
                waiting += pending
                continue
            waiting.pop()
            input_sets = [self._order_sensitive[id(upstream)] for upstream in each.inputs]
            self._order_sensitive[id(each)] = frozenset().union(*input_sets)
            # The operator is kept with its rows, or its id could come again.
            self._rows_by_operator[id(each)] = each, self._step_rows(each)
        return self._rows_by_operator[id(root)][1]

    def _step_rows(self, operator: Operator) -> Rows:
        step = operator.step
        if isinstance(step, Source | DatasetInput):
            return self._leaf_rows(step, operator)
        canonicalize_step = STEPS.get(type(step))
        if canonicalize_step is None or not operator.inputs:
            return self.opaque_rows(operator, self.pool.make_unique("step"))
        return canonicalize_step(self, step, operator)

    def _leaf_rows(self, step: Source | DatasetInput, operator: Operator) -> Rows:
        name = step.name if isinstance(step, DatasetInput) else f"source {step.name}"
        rows = self.pool.make("rows", (), name)
        cells = []
        for column in operator.output.columns:
            key = column.name.casefold()
            new_name = self._columns.get((name, key), key)
            value = self.pool.make(
                "column", (), (name, new_name), column.type, nullable=column.nullable
            )
            cells.append(Cell(column, value, 0))
        is_open = operator.output.is_open
        return Rows(Chain(rows), Chain(rows), tuple(cells), frozenset({name}), is_open=is_open)

    def opaque_rows(self, operator: Operator, rows: Value) -> Rows:
        """Rows of which nothing is known but where they come from, and their columns' names."""
        leaves = frozenset().union(*(self._compute_rows(each).leaves for each in operator.inputs))
        self.note_order(operator, leaves)
        cells = [
            Cell(column, self.pool.make("made", (rows,), (index, column.name.casefold())), 0)
            for index, column in enumerate(operator.output.columns)
        ]
        chain = Chain(rows)
        return Rows(chain, chain, tuple(cells), leaves, is_open=operator.output.is_open)

    def note_order(self, operator: Operator, leaves: frozenset[str]) -> None:
        self._order_sensitive[id(operator)] |= leaves

    def expression_canonicalizer(self, operator: Operator, rows: Rows) -> ExpressionCanonicalizer:
        """What makes values of the expressions of a step."""
        plain, ordered = self.builder.row_values(rows)
        if rows.sorted_rows is not None:
            ordered = self.pool.make("as sorted", (ordered, rows.sorted_rows))
        older = (each.value.number for each in rows.cells if each.age < rows.age)
        names = self.builder.names(rows.cells)
        is_open = rows.is_open or any(each.output.is_open for each in operator.inputs)
        values = tuple(each.value for each in rows.cells)
        scope = Scope(
            names, plain, ordered, self._sites, self._uses, frozenset(older), values, is_open
        )
        return ExpressionCanonicalizer(self.pool, scope)

    def value(self, expression: Expression, operator: Operator, rows: Rows) -> Value:
        """The value of an expression of a step."""
        canonicalizer = self.expression_canonicalizer(operator, rows)
        value = canonicalizer.value(term_of(expression))
        if canonicalizer.order_counts:
            self.note_order(operator, rows.leaves)
        return value

    def values(
        self, items: Iterable[NamedExpression], operator: Operator, rows: Rows
    ) -> list[Value]:
        """The values of several expressions."""
        return [self.value(item.expression, operator, rows) for item in items]

    def unknown_column(self, name: tuple[str, ...], rows: Rows) -> Value:
        """A column that is not among those that are known."""
        if rows.is_open:
            return self.pool.make("open", (), name, among=rows.plain.base)
        return self.pool.make_unique("open")

    def columns(self, names: Iterable[str], rows: Rows) -> list[Value]:
        """The values of columns that a step names as Spark finds them."""
        values_by_name = self.builder.names(rows.cells)
        values = []
        for name in names:
            parts = parts_of(name)
            value = values_by_name.get(parts) or values_by_name.get(parts[-1:])
            values.append(value or self.unknown_column(parts, rows))
        return values

    def select_output(self, operator: Operator, rows: Rows) -> Rows:
        """The columns of the output, found by their names among those that flow."""
        names = self.builder.names(rows.cells)
        ages = {id(each.value): each.age for each in rows.cells}
        cells = []
        for column in operator.output.columns:
            name = column.name.casefold()
            value = names.get(((column.qualifier or "").casefold(), name)) or names.get((name,))
            if value is None:
                value = self.unknown_column((name,), rows)
            cells.append(Cell(column, value, ages.get(id(value), rows.age)))
        return replace(rows, cells=tuple(cells), is_open=operator.output.is_open)

    def rename_output(self, operator: Operator, rows: Rows) -> Rows:
        """The rows with the columns as the operator calls them."""
        columns = operator.output.columns
        if len(columns) != len(rows.cells):
            return self.select_output(operator, rows)
        cells = tuple(
            Cell(column, cell.value, cell.age)
            for column, cell in zip(columns, rows.cells, strict=True)
        )
        return replace(rows, cells=cells)

    def align_output(self, operator: Operator, rows: Rows) -> Rows:
        """The columns of the output by their places, or by their names where those differ."""
        pairs = list(zip(operator.output.columns, rows.cells, strict=False))
        is_same = len(operator.output.columns) == len(rows.cells) and all(
            column.name.casefold() == cell.column.name.casefold() for column, cell in pairs
        )
        if not is_same:
            return self.select_output(operator, rows)
        cells = tuple(Cell(column, cell.value, cell.age) for column, cell in pairs)
        return replace(rows, cells=cells)


STEPS: dict[type[s.Step], Callable[[CanonicalQueries, Any, Operator], Rows]] = {
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
