"""Which sources read what which sinks write, as far as that is certain.

Sinks are kept in a tree of folders, and each source walks down its path: the time it takes grows
with the number of ends, not with its square.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import translate
from functools import cache
import re

from msgspec import Struct, field

from ssbt.compiler.contracts.ends import End

_GLOB = re.compile(r"[*?\[{]")
# Spark's names of the files that it writes: codecs stand before the format's name or behind it.
_STEM = "part-00000-0f0e0d0c-c000"
_CODECS = ("", ".snappy", ".gz", ".zstd", ".lz4", ".bz2", ".deflate")
# Parameters without a value, whose braces are none of a glob.
_UNKNOWN = re.compile(r"\$\{(\w+)\}")


class Meeting(Struct, frozen=True):
    """A source that reads what a sink writes, in the environments of these names.

    `inside` are the folders within the sink's that the source's path names, `above` those that
    lead from the source's to the sink's; each is the column of a folder, "" where it is none.
    """

    reader: End
    writer: End
    environments: tuple[str, ...]
    inside: tuple[str, ...] = ()
    above: tuple[str, ...] = ()
    base: str = ""


class _Folder(Struct):
    sinks: list[End] = field(default_factory=list)
    below: dict[str, _Folder] = field(default_factory=dict)


def meetings(ends: Iterable[End]) -> Iterator[Meeting]:
    """Every meeting, in the order of the sources, once whatever the environments."""
    ends = tuple(ends)
    trees: dict[str, _Folder] = {}
    for end in ends:
        if end.is_sink:
            for environment, places in end.locations:
                for place in places:
                    _plant(trees.setdefault(environment, _Folder()), place, end)
    for reader in ends:
        if not reader.is_sink:
            found = _of_reader(reader, trees)
            files = reader.value.option("path_glob_filter")
            yield from (each for each in found if not files or _matches_a_file(files, each.writer))


def sinks_by_place(ends: Iterable[End]) -> Iterator[tuple[str, list[End]]]:
    """The sinks that write to one place, where there are several, with the environment."""
    found: dict[tuple[str, str], dict[int, End]] = {}
    for end in ends:
        for environment, places in end.locations if end.is_sink else ():
            for place in places:
                found.setdefault((environment, place), {})[id(end)] = end
    for (environment, _), sinks in found.items():
        if len(sinks) > 1:
            yield environment, [*sinks.values()]


def _segments(place: str) -> list[str]:
    """The folders of a place, a character before the names of unknown parameters in them."""
    return _UNKNOWN.sub("\ue000\\1", place).split("/")


def _plant(tree: _Folder, place: str, sink: End) -> None:
    for segment in _segments(place):
        tree = tree.below.setdefault(segment, _Folder())
    if not any(each is sink for each in tree.sinks):
        tree.sinks.append(sink)


def _of_reader(reader: End, trees: dict[str, _Folder]) -> Iterator[Meeting]:
    found: dict[tuple[int, tuple[str, ...], tuple[str, ...]], Meeting] = {}
    bases = dict(reader.base)
    for environment, places in reader.locations:
        tree = trees.get(environment)
        if tree is None:
            continue
        for place in places:
            segments = _segments(place)
            for writer, inside, above in _walk(reader, tree, segments, 0):
                key = id(writer), inside, above
                known = found.get(key)
                names = (*(known.environments if known else ()), environment)
                names = tuple(dict.fromkeys(names))
                base = bases.get(environment, "")
                found[key] = Meeting(reader, writer, names, inside, above, base)
    yield from found.values()


_Found = tuple[End, tuple[str, ...], tuple[str, ...]]


def _walk(reader: End, folder: _Folder, segments: list[str], at: int) -> Iterator[_Found]:
    rest = segments[at:]
    for sink in folder.sinks:
        inside = _inside(sink, rest) if not reader.is_topic else () if not rest else None
        if inside is not None:
            yield sink, inside, ()
    if not rest:
        if not reader.is_topic:
            yield from _below(reader, folder, ())
        return
    segment = rest[0]
    if segment in folder.below:
        yield from _walk(reader, folder.below[segment], segments, at + 1)
    if _GLOB.search(segment) and not reader.is_topic:
        for name, below in folder.below.items():
            if name != segment and _matches(segment, name):
                yield from _walk(reader, below, segments, at + 1)


def _below(reader: End, folder: _Folder, above: tuple[str, ...]) -> Iterator[_Found]:
    """The sinks below the path: in folders of columns, or anywhere where all are looked into."""
    for name, below in folder.below.items():
        column, separator, _ = name.partition("=")
        if not separator and not reader.recursive:
            continue
        path = (*above, column if separator else "")
        yield from ((sink, (), path) for sink in below.sinks)
        yield from _below(reader, below, path)


def _inside(sink: End, rest: list[str]) -> tuple[str, ...] | None:
    """The columns of the sink's folders that a path goes into; None where it leads elsewhere."""
    folders = []
    for number, segment in enumerate(rest):
        if number < len(sink.partitions):
            column = sink.partitions[number]
            name, separator, _ = segment.partition("=")
            if separator and not _GLOB.search(name):
                if name.strip("{").casefold() != column.casefold():
                    return None
            elif not _matches(segment, f"{column}=0"):
                return None
            folders.append(column)
        elif number > len(sink.partitions) or not _matches_a_file(segment, sink):
            return None
    return tuple(folders)


@cache
def _pattern(glob: str) -> re.Pattern[str] | None:
    """A glob of one folder as Hadoop reads it; None where it is not understood."""
    parts = re.split(r"\{([^{}]*)\}", glob)
    text = ""
    for number, part in enumerate(parts):
        if number % 2:
            text += f"(?:{'|'.join(_plain(each) for each in part.split(','))})"
        else:
            text += _plain(part)
    try:
        return re.compile(text, re.DOTALL)
    except re.error:
        return None


def _plain(glob: str) -> str:
    """The regular expression of a glob without braces, without what it is wrapped in."""
    return translate(glob.replace("[^", "[!"))[len("(?s:") : -len(r")\Z")]


def _matches(glob: str, name: str) -> bool:
    if not _GLOB.search(glob):
        return glob == name
    pattern = _pattern(glob)
    return pattern is not None and pattern.fullmatch(name) is not None


def _matches_a_file(glob: str, sink: End) -> bool:
    """Whether a glob may match files that a sink writes."""
    name = "txt" if sink.connector == "text" else sink.connector
    tails = (f"{codec}.{name}" for codec in _CODECS), (f".{name}{codec}" for codec in _CODECS)
    return any(_matches(glob, _STEM + tail) for each in tails for tail in each)


def is_glob(text: str) -> bool:
    """Whether a folder of a path stands for several."""
    return _GLOB.search(text) is not None
