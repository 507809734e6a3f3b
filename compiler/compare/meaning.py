"""What a dataset is, in the columns of those that it is made from, however it is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter

from msgspec import Struct

from ssbt.compiler.compare.rows import RowStep, row_steps
from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.definitions import Definitions
from ssbt.compiler.ir.expressions import NamedExpression, render_text
from ssbt.compiler.ir.operators import DatasetInput, Operator, walk_operators
from ssbt.compiler.ir.pipeline import Let, Pipeline, Source
from ssbt.compiler.ir.plans import expressions, local_plans
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.ir.terms import NAME, walk_terms
from ssbt.compiler.source import Span

# Beyond it, an expression is shown as it was written: some double with every step.
_MAX_TEXT_LENGTH = 2_000


class ColumnMeaning(Struct, frozen=True):
    """A column and what it is made of; a source's is made of nothing."""

    column: Column
    text: str
    span: Span


class Meaning(Struct, frozen=True):
    """The rows of a dataset and its columns, by their names in lower case."""

    columns: Mapping[str, ColumnMeaning]
    rows: tuple[RowStep, ...]
    modules: frozenset[str]


class Meanings:
    """What each dataset is made of: those in `names`, as they are called there, or the sources."""

    def __init__(self, pipeline: Pipeline, names: Mapping[str, str]) -> None:
        self._datasets = {each.name: each for each in pipeline.datasets}
        self._plans = local_plans(pipeline, names)
        self._definitions = Definitions(_MAX_TEXT_LENGTH, whole=True)

    def of(self, name: str) -> Meaning:
        """The meaning of one dataset of the pipeline."""
        each = self._datasets[name]
        if isinstance(each, Source):
            return _source_meaning(each)
        return _dataset_meaning(each, self._plans, self._definitions)

    def plan(self, name: str) -> Operator:
        """The query after a dataset, up to those in `names`."""
        return self._plans[name]

    def count_uses(self) -> Counter[str]:
        """How often expressions use each name, in any dataset of the pipeline."""
        roots = self._plans.values()
        visited: set[int] = set()
        steps = [
            each.step
            for root in roots
            for each in walk_operators(root, attrgetter("inputs"), visited)
        ]
        return Counter(
            part
            for step in steps
            for expression in expressions(step)
            for term in (walk_terms(expression.term) if expression.term is not None else ())
            if term.operator == NAME and isinstance(term.value, tuple)
            for part in term.value[:2]
        )

    def by_name(self) -> dict[str, Meaning]:
        """The meanings of all of them, by name."""
        return {name: self.of(name) for name in self._datasets}


def _source_meaning(source: Source) -> Meaning:
    columns = {
        column.name.casefold(): ColumnMeaning(column, "", column.declared or source.span)
        for column in source.output.columns
    }
    return Meaning(columns, (), frozenset())


def _dataset_meaning(let: Let, plans: Mapping[str, Operator], definitions: Definitions) -> Meaning:
    root = plans[let.name]
    steps = [each.step for each in walk_operators(root, attrgetter("inputs"), set())]
    spans = {name: span for step in steps for name, span in _column_spans(step)}
    columns = {
        each.column.name.casefold(): ColumnMeaning(
            each.column,
            render_text(each.text),
            spans.get(each.column.name.casefold(), let.span),
        )
        for each in definitions.output_definitions(root)
        if each.column.name
    }
    used = {step.module for step in steps if isinstance(step, s.ApplyFunction | s.Stateful)}
    return Meaning(columns, tuple(row_steps(root, definitions)), frozenset(used))


def _column_spans(step: Source | DatasetInput | s.Step) -> Iterator[tuple[str, Span]]:
    """Where a step makes its columns."""
    match step:
        case s.Project():
            items: Iterable[NamedExpression] = step.columns
        case s.WithColumns():
            items = (item for group in step.groups for item in group)
        case s.Aggregate() | s.Pivot():
            items = (*step.keys, *step.aggregates)
        case s.RenameColumns():
            yield from ((new.casefold(), step.span) for _, new in step.pairs)
            return
        case Source() | DatasetInput() | s.Filter() | s.DropColumns() | s.Alias() | s.Join():
            return
        case s.Distinct() | s.Deduplicate() | s.Watermark() | s.Sort() | s.Limit() | s.Offset():
            return
        case s.SetOperation() | s.Sample() | s.UseTransform():
            return
        case s.Unpivot() | s.Explode() | s.ApplyFunction() | s.Stateful() | s.SqlQuery():
            # Their columns have no expression, and so no place, of their own.
            return
    for item in items:
        yield from ((name.casefold(), item.expression.span) for name in item.names)
