"""Which sinks delete what other pipelines have written, each of them once.

A thousand pipelines that overwrite one place delete a million times what another wrote. What is the
same for all sinks of a place is collected once, so the time grows with the number of sinks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from ssbt.compiler.contracts.endpoints import Endpoint
from ssbt.compiler.contracts.pairs import EndpointPair, Folder, add_sink
from ssbt.compiler.ir.globs import split_path
from ssbt.compiler.ir.written_folders import is_hidden

_Owner = tuple[str, str]


class Deletion(Struct, frozen=True):
    """A sink that deletes, as the `reader` of a pair, and the first sink of those it deletes.

    There are `more` of these. `victims` are those that do not delete this one in return: these
    have no finding of their own. `is_mutual` if there are none.
    """

    pair: EndpointPair
    more: int
    victims: tuple[Endpoint, ...]
    is_mutual: bool


def find_deletions(endpoints: Iterable[Endpoint]) -> Iterator[Deletion]:
    """Every sink whose overwriting deletes rows of other pipelines, in order."""
    sinks = [each for each in endpoints if each.is_sink and not each.is_topic]
    areas = _AreaIndex(sinks)
    for sink in sinks:
        if sink.deletes or sink.sweeps:
            deletion = _find_deletion(sink, areas)
            if deletion is not None:
                yield deletion


def _find_deletion(sink: Endpoint, areas: _AreaIndex) -> Deletion | None:
    owner = _owner(sink)
    environments: dict[str, None] = {}
    deleted: dict[int, _Area] = {}
    for environment, locations in sink.locations:
        for location in locations:
            area = areas.find(environment, location, sink)
            if any(each != owner for each in area.first_by_owner):
                environments[environment] = None
                deleted[id(area)] = area
    if not deleted:
        return None
    area = areas.merge([*deleted.values()])
    first = next(each for other, each in area.first_by_owner.items() if other != owner)
    more = area.counts.total() - area.counts[owner] - 1
    is_mutual = all(_owner(each) == owner for each in area.victims)
    return Deletion(EndpointPair(sink, first, (*environments,)), more, area.victims, is_mutual)


class _Area:
    """The sinks that go when a place is deleted; `victims` do not delete it themselves."""

    def __init__(self, sinks: Sequence[Endpoint], victims: Sequence[Endpoint]) -> None:
        self.sinks, self.victims = tuple(sinks), tuple(victims)
        self.counts = Counter(map(_owner, sinks))
        self.first_by_owner: dict[_Owner, Endpoint] = {}
        for each in sinks:
            self.first_by_owner.setdefault(_owner(each), each)


class _AreaIndex:
    """The areas of places; one and the same for all places with the same sinks."""

    def __init__(self, sinks: Iterable[Endpoint]) -> None:
        self._trees: dict[str, Folder] = {}
        self._order: dict[int, int] = {}
        for number, sink in enumerate(sinks):
            self._order[id(sink)] = number
            for environment, locations in sink.locations:
                for location in locations:
                    add_sink(self._trees.setdefault(environment, Folder()), location, sink)
        self._by_place: dict[tuple[str, str, bool, bool, bool], _Area] = {}
        self._by_sinks: dict[object, _Area] = {}
        self._merged: dict[tuple[int, ...], _Area] = {}

    def find(self, environment: str, location: str, sink: Endpoint) -> _Area:
        """What a sink deletes in a place of its own."""
        key = environment, location, sink.is_table, sink.deletes, sink.sweeps
        if key not in self._by_place:
            folder = self._trees[environment]
            for segment in split_path(location):
                folder = folder.children[segment]
            deleted = self._sort(_iterate_deleted(folder, sink))
            # Those that overwrite the same place delete each other.
            victims = [each for each in deleted if not (each.deletes and id(each) in folder.sinks)]
            self._by_place[key] = self._intern(deleted, victims)
        return self._by_place[key]

    def merge(self, areas: Sequence[_Area]) -> _Area:
        """One area of several, which differ between environments."""
        if len(areas) == 1:
            return areas[0]
        key = tuple(map(id, areas))
        if key not in self._merged:
            sinks = self._sort(each for area in areas for each in area.sinks)
            victims = self._sort(each for area in areas for each in area.victims)
            self._merged[key] = self._intern(sinks, victims)
        return self._merged[key]

    def _sort(self, sinks: Iterable[Endpoint]) -> list[Endpoint]:
        by_id = {id(each): each for each in sinks}
        return sorted(by_id.values(), key=lambda each: self._order[id(each)])

    def _intern(self, sinks: Sequence[Endpoint], victims: Sequence[Endpoint]) -> _Area:
        key = tuple(map(id, sinks)), tuple(map(id, victims))
        return self._by_sinks.setdefault(key, _Area(sinks, victims))


def _owner(sink: Endpoint) -> _Owner:
    return sink.place.path, sink.pipeline


def _iterate_deleted(folder: Folder, sink: Endpoint) -> Iterator[Endpoint]:
    """The sinks whose rows go; of a table only its own, unless its upkeep takes others for lost."""
    if sink.deletes:
        yield from folder.sinks.values()
    for name, child in folder.children.items():
        if (sink.deletes and not sink.is_table) or (sink.sweeps and not is_hidden(name)):
            yield from _iterate_sinks(child)


def _iterate_sinks(folder: Folder) -> Iterator[Endpoint]:
    yield from folder.sinks.values()
    for child in folder.children.values():
        yield from _iterate_sinks(child)
