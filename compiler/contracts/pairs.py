"""Which sources read what which sinks write, as far as that is certain.

Sinks are kept in a tree of folders, and each source walks down its path: the time it takes grows
with the number of ends, not with its square.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct, field

from ssbt.compiler.contracts.endpoints import Endpoint
from ssbt.compiler.ir.globs import is_glob, matches_name, split_path
from ssbt.compiler.ir.topics import matches_pattern

# Spark's names of the files that it writes: codecs stand before the format's name or after it.
_STEM = "part-00000-0f0e0d0c-c000"
_CODECS = ("", ".snappy", ".gz", ".zstd", ".lz4", ".bz2", ".deflate")


class EndpointPair(Struct, frozen=True):
    """A source that reads what a sink writes, in the environments of these names.

    `inside` are the folders within the sink's that the source's path names, `above` those that
    lead from the source's to the sink's; each is the column of a folder, "" where it is none.
    `part` is `_key` where the values of both ends stand for the keys of their records.
    """

    reader: Endpoint
    writer: Endpoint
    environments: tuple[str, ...]
    inside: tuple[str, ...] = ()
    above: tuple[str, ...] = ()
    base: str = ""
    part: str = ""


class Folder(Struct):
    """The sinks that write into a folder, by identity, and the folders in it."""

    sinks: dict[int, Endpoint] = field(default_factory=dict)
    children: dict[str, Folder] = field(default_factory=dict)


def find_pairs(endpoints: Iterable[Endpoint]) -> Iterator[EndpointPair]:
    """Every meeting, in the order of the sources, once whatever the environments."""
    endpoints = tuple(endpoints)
    trees: dict[str, Folder] = {}
    for endpoint in endpoints:
        if endpoint.is_sink:
            for environment, locations in endpoint.locations:
                for location in locations:
                    add_sink(trees.setdefault(environment, Folder()), location, endpoint)
    for reader in endpoints:
        if not reader.is_sink:
            pairs = _pairs_of_reader(reader, trees)
            files = reader.value.option("path_glob_filter")
            yield from (each for each in pairs if not files or _can_match_file(files, each.writer))


def sinks_by_location(endpoints: Iterable[Endpoint]) -> Iterator[tuple[str, list[Endpoint]]]:
    """The sinks that write to one place, where there are several, with the environment."""
    by_location: dict[tuple[str, str], dict[int, Endpoint]] = {}
    for endpoint in endpoints:
        for environment, locations in endpoint.locations if endpoint.is_sink else ():
            for location in locations:
                by_location.setdefault((environment, location), {})[id(endpoint)] = endpoint
    for (environment, _), sinks in by_location.items():
        if len(sinks) > 1:
            yield environment, [*sinks.values()]


def add_sink(tree: Folder, location: str, sink: Endpoint) -> None:
    """Put a sink into the folder that a location names."""
    for segment in split_path(location):
        tree = tree.children.setdefault(segment, Folder())
    tree.sinks[id(sink)] = sink


def _pairs_of_reader(reader: Endpoint, trees: dict[str, Folder]) -> Iterator[EndpointPair]:
    pairs: dict[tuple[int, tuple[str, ...], tuple[str, ...]], EndpointPair] = {}
    bases = dict(reader.base)
    for environment, locations in reader.locations:
        tree = trees.get(environment)
        if tree is None:
            continue
        for location in locations:
            segments = split_path(location)
            for writer, inside, above in _find_matches(reader, tree, segments, 0):
                key = id(writer), inside, above
                existing = pairs.get(key)
                names = (*(existing.environments if existing else ()), environment)
                names = tuple(dict.fromkeys(names))
                base = bases.get(environment, "")
                pairs[key] = EndpointPair(reader, writer, names, inside, above, base)
    yield from pairs.values()


_Match = tuple[Endpoint, tuple[str, ...], tuple[str, ...]]


def _find_matches(
    reader: Endpoint, folder: Folder, segments: tuple[str, ...], at: int
) -> Iterator[_Match]:
    rest = segments[at:]
    for sink in folder.sinks.values():
        is_exact = reader.is_topic or reader.is_table
        inside = _entered_folders(sink, rest) if not is_exact else () if not rest else None
        if inside is not None:
            yield sink, inside, ()
    if not rest:
        if not reader.is_topic and not reader.is_table:
            yield from _matches_below(reader, folder, ())
        return
    segment = rest[0]
    if reader.is_pattern and len(rest) == 1:
        for name, below in folder.children.items():
            if name == segment or matches_pattern(segment, name):
                yield from ((sink, (), ()) for sink in below.sinks.values())
        return
    if segment in folder.children:
        yield from _find_matches(reader, folder.children[segment], segments, at + 1)
    if is_glob(segment) and not reader.is_topic:
        for name, below in folder.children.items():
            if name != segment and matches_name(segment, name):
                yield from _find_matches(reader, below, segments, at + 1)


def _matches_below(reader: Endpoint, folder: Folder, above: tuple[str, ...]) -> Iterator[_Match]:
    """The sinks below the path: in folders of columns, or anywhere where all are looked into."""
    for name, below in folder.children.items():
        column, separator, _ = name.partition("=")
        if not separator and not reader.recursive:
            continue
        path = (*above, column if separator else "")
        yield from ((sink, (), path) for sink in below.sinks.values())
        yield from _matches_below(reader, below, path)


def _entered_folders(sink: Endpoint, rest: tuple[str, ...]) -> tuple[str, ...] | None:
    """The columns of the sink's folders that a path goes into; None where it leads elsewhere."""
    folders = []
    for number, segment in enumerate(rest):
        if number < len(sink.partitions):
            column = sink.partitions[number]
            name, separator, _ = segment.partition("=")
            if separator and not is_glob(name):
                if name.strip("{").casefold() != column.casefold():
                    return None
            elif not matches_name(segment, f"{column}=0"):
                return None
            folders.append(column)
        elif number > len(sink.partitions) or not _can_match_file(segment, sink):
            return None
    return tuple(folders)


def _can_match_file(glob: str, sink: Endpoint) -> bool:
    return can_match_written_file(glob, sink.connector)


def can_match_written_file(glob: str, connector: str) -> bool:
    """Whether a glob may match files that sinks of a connector write."""
    name = "txt" if connector == "text" else connector
    tails = (f"{codec}.{name}" for codec in _CODECS), (f".{name}{codec}" for codec in _CODECS)
    return any(matches_name(glob, _STEM + tail) for each in tails for tail in each)
