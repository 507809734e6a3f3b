"""The columns that flow out of a step."""

from __future__ import annotations

from functools import cached_property

from msgspec import Struct

from ssbt.compiler.ir.provenance import Origin, Provenance
from ssbt.compiler.ir.traits import NO_TRAITS, Trait
from ssbt.compiler.source import Span
from ssbt.compiler.types.datatypes import DataType
from ssbt.compiler.types.ranges.model import Remaining, ValueRange
from ssbt.compiler.types.written_values import WrittenValue

NO_TAGS: frozenset[str] = frozenset()


class Column(Struct, frozen=True):
    """A column: `qualifier` is the alias before its dot; `declared` where its name was given.

    `event_time` holds where a watermark was set on the column, or on what it is a window over;
    `time_window` where Spark takes it for the struct that a `window` or `session_window` has made.
    `tags` are those of a dataset's columns: what flows through the steps of a query has none of
    its own. `field_tags` tell which fields have them, where they do not all. `values` is what is
    known of the values that are not null, beyond their type; `filtered` what the filters of the
    dataset leave of them. `written` is what its texts show, such as a date; `traits` are what
    else is known of the values.
    """

    name: str
    type: DataType
    nullable: bool
    qualifier: str | None = None
    provenance: Provenance = Provenance()
    tags: frozenset[str] = NO_TAGS
    declared: Span | None = None
    event_time: bool = False
    field_tags: tuple[tuple[str, frozenset[str]], ...] = ()
    time_window: bool = False
    values: ValueRange | None = None
    filtered: Remaining | None = None
    written: WrittenValue | None = None
    traits: frozenset[Trait] = NO_TRAITS

    @property
    def origins(self) -> tuple[Origin, ...]:
        """The columns, and the fields in them, that its values are computed from."""
        return self.provenance.origins


class Relation(Struct, frozen=True, dict=True):
    """Columns in order; `is_open` when there may be more, of names and types not known.

    That is so after a source whose schema Spark infers, and after a mistake already told.
    `streaming` when the rows come without end: some stream source is upstream. `aliases`, in lower
    case, are those of queries before by which Spark may still know the columns: it forgets an alias
    only where it is given another.
    """

    columns: tuple[Column, ...] = ()
    is_open: bool = False
    streaming: bool = False
    aliases: frozenset[str] = frozenset()

    def find_columns(self, name: str) -> list[Column]:
        """The columns of a name, which has no case."""
        return self._by_name.get(name.casefold(), [])

    def with_column(self, column: Column) -> Relation:
        """These columns, and one more at their right."""
        key = column.name.casefold()
        table = {**self._by_name, key: [*self._by_name.get(key, ()), column]}
        return self._with_columns((*self.columns, column), table)

    def with_replaced(self, old: Column, new: Column) -> Relation:
        """These columns, but `new` where `old` stands, which has the same name."""
        key = old.name.casefold()
        twins = [new if each is old else each for each in self._by_name.get(key, ())]
        columns = tuple(new if each is old else each for each in self.columns)
        return self._with_columns(columns, {**self._by_name, key: twins})

    def with_streaming(self, streaming: bool) -> Relation:
        """The same columns of a stream, or not of one."""
        if self.streaming == streaming:
            return self
        return Relation(self.columns, self.is_open, streaming, self.aliases)

    def _with_columns(
        self, columns: tuple[Column, ...], table: dict[str, list[Column]]
    ) -> Relation:
        """The changed relation with its table: a thousand steps would else make it again each."""
        relation = Relation(columns, self.is_open, self.streaming, self.aliases)
        relation.__dict__["_by_name"] = table
        return relation

    @cached_property
    def _by_name(self) -> dict[str, list[Column]]:
        table: dict[str, list[Column]] = {}
        for column in self.columns:
            table.setdefault(column.name.casefold(), []).append(column)
        return table
