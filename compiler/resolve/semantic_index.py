"""What an editor wants to know of a text, noted while the text is resolved."""

from __future__ import annotations

from msgspec import Struct, field

from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.lineage.tags import Tags
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast.expressions import ColumnName
from ssbt.compiler.types.expression_types import Typed


class StepRelations(Struct, frozen=True):
    """The columns that flow into the step at `span`, and those that flow out of it."""

    span: Span
    input_relation: Relation
    output_relation: Relation


class SemanticIndex(Struct):
    """Every column, step and value by its place.

    `values` are those of calls, by the place of the function's name, and of fields of columns.
    `columns` are by the part of a name that stands for the column alone, which `column_spans` gives
    for the place of the whole name. A column named with `using` has two, one of each side.
    `linked_spans` are pairs of places that must name their columns alike, such as both sides of a
    union. `query_outputs` are the columns of datasets with what their own query makes them from,
    `datasets` the same columns as others use them, `tags` those of their columns.
    """

    columns: dict[Span, list[Column]] = field(default_factory=dict)
    column_spans: dict[Span, Span] = field(default_factory=dict)
    steps: list[StepRelations] = field(default_factory=list)
    values: dict[Span, Typed] = field(default_factory=dict)
    datasets: dict[str, Relation] = field(default_factory=dict)
    query_outputs: dict[str, Relation] = field(default_factory=dict)
    linked_spans: list[tuple[Span, Span]] = field(default_factory=list)
    qualifier_spans: set[Span] = field(default_factory=set)
    tags: Tags = field(default_factory=Tags)

    def add_name(self, name: ColumnName, field_count: int, column: Column) -> None:
        """Note what a name stands for; `behind` parts of it are fields inside the column."""
        column_index = len(name.parts) - field_count - 1
        span = name.parts[column_index].span
        self.columns[span] = [column]
        self.column_spans[name.span] = span
        if column_index:
            self.qualifier_spans.add(name.parts[0].span)

    def add_key(self, span: Span, left: Column, right: Column) -> None:
        """Note a name after `using`."""
        self.columns[span] = [left, right]

    def link_columns(self, left: Column, right: Column) -> None:
        """Note that two columns must have one name."""
        if left.declared is not None and right.declared is not None:
            self.linked_spans.append((left.declared, right.declared))

    def merge(self, other: SemanticIndex) -> None:
        """Take over what was noted of a part of the text."""
        self.columns.update(other.columns)
        self.column_spans.update(other.column_spans)
        self.steps += other.steps
        self.values.update(other.values)
        self.linked_spans += other.linked_spans
        self.qualifier_spans |= other.qualifier_spans
