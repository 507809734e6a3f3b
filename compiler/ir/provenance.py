"""Where values come from: the columns, and the fields in them, that they are made of."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace


class Origin(Struct, frozen=True, order=True):
    """A column of a dataset that a value is computed from, or a field in it.

    `path` are the names of fields below the column. What is in an array or a map has the name of
    the array or the map itself: `items.price` is the price of any of the items.
    """

    dataset: str
    column: str
    path: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ".".join((self.dataset, self.column, *self.path))

    @property
    def column_path(self) -> str:
        """The column, and the fields below it, without the dataset."""
        return ".".join((self.column, *self.path))

    def field(self, name: str) -> Origin:
        """A field of it."""
        return Origin(self.dataset, self.column, (*self.path, name))

    def contains(self, other: Origin) -> bool:
        """Whether the other is this, or a field in it."""
        same = (other.dataset, other.column) == (self.dataset, self.column)
        return same and other.path[: len(self.path)] == self.path


class Provenance(Struct, frozen=True, dict=True):
    """What a value is made from.

    `copied` are what it is itself, or an element of: a field of the value is that field of them.
    `computed` goes into all of it. `fields` are what the fields that were put together are made
    from, each name once, in lower case. `masked` are after a function whose result tells nothing
    about them.
    """

    copied: tuple[Origin, ...] = ()
    computed: tuple[Origin, ...] = ()
    fields: tuple[tuple[str, Provenance], ...] = ()
    masked: tuple[Origin, ...] = ()

    @cached_property
    def origins(self) -> tuple[Origin, ...]:
        """All of it, each place once; a field is not told beside the whole of its column."""
        within = (origin for _, each in self.fields for origin in each.origins)
        return _widest((*self.copied, *self.computed, *within, *self.masked))

    @cached_property
    def unmasked(self) -> tuple[Origin, ...]:
        """Those of `origins` that a value may show."""
        within = (origin for _, each in self.fields for origin in each.unmasked)
        return _widest((*self.copied, *self.computed, *within))

    def field(self, name: str) -> Provenance:
        """What a field of the value is made from."""
        copied = tuple(origin.field(name) for origin in self.copied)
        within = Provenance(copied, self.computed, (), self.masked)
        own_provenance = self._collect_fields.get(name.casefold())
        return within if own_provenance is None else merge((within, own_provenance))

    def at(self, path: Iterable[str]) -> Provenance:
        """What a field of a field … of the value is made from."""
        result = self
        for name in path:
            result = result.field(name)
        return result

    def with_computed(self, parts: Iterable[Provenance]) -> Provenance:
        """The same with more that goes into all of it."""
        added = mixture(parts)
        return replace(
            self,
            computed=_deduplicate((*self.computed, *added.computed)),
            masked=_deduplicate((*self.masked, *added.masked)),
        )

    @property
    def as_opaque(self) -> Provenance:
        """The same where it is not known what becomes of fields."""
        return mixture((self,))

    @property
    def as_hidden(self) -> Provenance:
        """The same after a mask."""
        return Provenance((), (), (), self.origins)

    @cached_property
    def _collect_fields(self) -> dict[str, Provenance]:
        return dict(self.fields)

    @cached_property
    def _all_masked(self) -> tuple[Origin, ...]:
        within = (origin for _, each in self.fields for origin in each._all_masked)
        return _deduplicate((*self.masked, *within))


def copy_of(dataset: str, column: str) -> Provenance:
    """What a column of a dataset is to those who use it."""
    return Provenance((Origin(dataset, column),))


def mixture(parts: Iterable[Provenance]) -> Provenance:
    """What is made of all these in some way."""
    parts = list(parts)
    return Provenance(
        (),
        _deduplicate(origin for part in parts for origin in part.unmasked),
        (),
        _deduplicate(origin for part in parts for origin in part._all_masked),
    )


def merge(parts: Iterable[Provenance]) -> Provenance:
    """What a value is made from that is one of several, or put together of them."""
    parts = list(parts)
    if len(parts) == 1:
        return parts[0]
    fields: dict[str, list[Provenance]] = {}
    for part in parts:
        for name, each in part.fields:
            fields.setdefault(name, []).append(each)
    return Provenance(
        _deduplicate(origin for part in parts for origin in part.copied),
        _deduplicate(origin for part in parts for origin in part.computed),
        tuple((name, merge(each)) for name, each in fields.items()),
        _deduplicate(origin for part in parts for origin in part.masked),
    )


def _deduplicate(origins: Iterable[Origin]) -> tuple[Origin, ...]:
    return tuple(dict.fromkeys(origins))


def _widest(origins: Iterable[Origin]) -> tuple[Origin, ...]:
    """Each once, without the fields of columns, or of fields, that are among them."""
    distinct = dict.fromkeys(origins)
    return tuple(origin for origin in distinct if not _is_within(origin, distinct))


def _is_within(origin: Origin, origins: dict[Origin, None]) -> bool:
    """Whether a column, or a field, that the origin is a field in has been found, too."""
    wider = (origin.path[:length] for length in range(len(origin.path)))
    return any(Origin(origin.dataset, origin.column, path) in origins for path in wider)
