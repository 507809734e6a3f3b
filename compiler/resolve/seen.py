"""What an editor wants to know of a text, noted while the text is resolved."""

from __future__ import annotations

from msgspec import Struct, field

from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.lineage.tags import Tags
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast.expressions import ColumnName
from ssbt.compiler.types.typed import Typed


class StepSeen(Struct, frozen=True):
    """The columns that flow into the step at `span`, and those that flow out of it."""

    span: Span
    before: Relation
    after: Relation


class Seen(Struct):
    """Every column, step and value by its place.

    `values` are those of calls, by the place of the function's name, and of fields of columns.
    `columns` are by the part of a name that stands for the column alone, which `wholes` gives for
    the place of the whole name. A column named with `using` has two, one of each side. `twins` are
    pairs of places that must name their columns alike, such as both sides of a union.
    `made` are the columns of datasets with what their own query makes them from, `datasets` the
    same columns as others use them, `tags` those of their columns.
    """

    columns: dict[Span, list[Column]] = field(default_factory=dict)
    wholes: dict[Span, Span] = field(default_factory=dict)
    steps: list[StepSeen] = field(default_factory=list)
    values: dict[Span, Typed] = field(default_factory=dict)
    datasets: dict[str, Relation] = field(default_factory=dict)
    made: dict[str, Relation] = field(default_factory=dict)
    twins: list[tuple[Span, Span]] = field(default_factory=list)
    qualified: set[Span] = field(default_factory=set)
    tags: Tags = field(default_factory=Tags)

    def add_name(self, name: ColumnName, behind: int, column: Column) -> None:
        """Note what a name stands for; `behind` parts of it are fields inside of the column."""
        place = len(name.parts) - behind - 1
        span = name.parts[place].span
        self.columns[span] = [column]
        self.wholes[name.span] = span
        if place:
            self.qualified.add(name.parts[0].span)

    def add_key(self, span: Span, left: Column, right: Column) -> None:
        """Note a name behind `using`."""
        self.columns[span] = [left, right]

    def add_twins(self, one: Column, other: Column) -> None:
        """Note that two columns must have one name."""
        if one.declared is not None and other.declared is not None:
            self.twins.append((one.declared, other.declared))
