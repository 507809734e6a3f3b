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
    cache: dict[Origin, frozenset[str]] = field(default_factory=dict)

    def add(self, name: str, relation: Relation) -> None:
        """Take note of a dataset: the columns as its own query makes them, or as it declares."""
        self.columns[name] = {column.name: column for column in relation.columns}

    def tag_relation(self, relation: Relation) -> Relation:
        """The columns that a query makes, with their tags."""
        columns = (replace(each, tags=self.tags_of(each.provenance)) for each in relation.columns)
        return replace(relation, columns=tuple(columns))

    def tags_of(self, provenance: Provenance) -> frozenset[str]:
        """The tags of what is made in this way."""
        tag_sets = [self.tags_at(origin) for origin in provenance.unmasked]
        return NO_TAGS.union(*tag_sets) if any(tag_sets) else NO_TAGS

    def tags_at(self, origin: Origin) -> frozenset[str]:
        """The tags of a column of a dataset, or of a field in it."""
        if origin not in self.cache:
            column = self.columns.get(origin.dataset, {}).get(origin.column)
            self.cache[origin] = self._find_tags(column, origin) if column is not None else NO_TAGS
        return self.cache[origin]

    def _find_tags(self, column: Column, origin: Origin) -> frozenset[str]:
        provenance = column.provenance.at(origin.path)
        if provenance.origins:
            return self.tags_of(provenance)
        of_fields = dict(column.field_tags)
        return of_fields.get(origin.path[0], NO_TAGS) if origin.path and of_fields else column.tags
