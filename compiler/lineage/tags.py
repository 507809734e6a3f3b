"""The tags of columns: those of the columns of sources that their values may show."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from ssbt.compiler.ir.provenance import Origin, Provenance
from ssbt.compiler.ir.relations import NO_TAGS, Column, Relation


class Tags(Struct):
    """The tags of the columns of datasets, and of the fields in them, by what they are made from.

    A dataset is added behind those that it is made from.
    """

    columns: dict[str, Mapping[str, Column]] = field(default_factory=dict)
    known: dict[Origin, frozenset[str]] = field(default_factory=dict)

    def add(self, name: str, relation: Relation) -> None:
        """Take note of a dataset: the columns as its own query makes them, or as it declares."""
        self.columns[name] = {column.name: column for column in relation.columns}

    def tagged(self, relation: Relation) -> Relation:
        """The columns that a query makes, with their tags."""
        columns = (replace(each, tags=self.of(each.provenance)) for each in relation.columns)
        return replace(relation, columns=tuple(columns))

    def of(self, made: Provenance) -> frozenset[str]:
        """The tags of what is made in this way."""
        found = [self.at(origin) for origin in made.unmasked]
        return NO_TAGS.union(*found) if any(found) else NO_TAGS

    def at(self, origin: Origin) -> frozenset[str]:
        """The tags of a column of a dataset, or of a field in it."""
        if origin not in self.known:
            column = self.columns.get(origin.dataset, {}).get(origin.column)
            self.known[origin] = self._found(column, origin) if column is not None else NO_TAGS
        return self.known[origin]

    def _found(self, column: Column, origin: Origin) -> frozenset[str]:
        made = column.provenance.at(origin.path)
        if made.origins:
            return self.of(made)
        of_fields = dict(column.field_tags)
        return of_fields.get(origin.path[0], NO_TAGS) if origin.path and of_fields else column.tags
