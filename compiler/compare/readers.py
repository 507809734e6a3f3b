"""Readers of a project that break where a writer changes, changed themselves or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.compare.changes import Change, Severity, Subject
from ssbt.compiler.compare.pipelines import Difference, Side, weighed
from ssbt.compiler.contracts.ends import End, EnvironmentValues, at_home, ends
from ssbt.compiler.contracts.findings import findings
from ssbt.compiler.contracts.meetings import meetings
from ssbt.compiler.source import Span


class _Break(Struct, frozen=True):
    """A source that does not find what it found; `writer` is the sink that it read from.

    `column` is what is missing or other in it, "" where that is no single column.
    """

    reader: End
    writer: End
    column: str
    message: str
    place: Span
    is_of_reader: bool = False

    @property
    def named(self) -> str:
        """What breaks, for people."""
        column = f".{self.column}" if self.column else ""
        return f"{self.reader.name}{column} in the pipeline {self.reader.pipeline}"


def with_readers(
    differences: Iterable[Difference], old: Iterable[Side], new: Iterable[Side]
) -> tuple[Difference, ...]:
    """The differences; a change of a sink says which sources of the project it breaks.

    It is told with the change that breaks them. A source that breaks by its own change is told of
    its pipeline.
    """
    found = {each.name: each for each in differences}
    for each in _breaks(_ends(old), _ends(new)):
        owner = each.reader.pipeline if each.is_of_reader else each.writer.pipeline
        if owner in found:
            found[owner] = _with(found[owner], each)
    return tuple(found.values())


def _ends(sides: Iterable[Side]) -> tuple[End, ...]:
    return tuple(
        at_home(end, side.home)
        for side in sides
        for end in ends(
            side.pipeline,
            (
                EnvironmentValues(
                    each.name, each.document.get("params", {}), each.document.get("connections", {})
                )
                for each in side.environments
            ),
        )
    )


def _breaks(old: Sequence[End], new: Sequence[End]) -> Iterator[_Break]:
    known = {_key(each.reader, each.diagnostic.code.number, each.column) for each in findings(old)}
    before = {_name(each): each for each in old}
    told: set[object] = set()
    for each in findings(new):
        key = _key(each.reader, each.diagnostic.code.number, each.column)
        if key in known or _name(each.reader) not in before or key in told:
            continue
        told.add(key)
        writer = before.get(_name(each.writer))
        of_reader = writer is not None and _plain(writer) == _plain(each.writer)
        place = each.diagnostic.primary.span
        message = each.diagnostic.message
        yield _Break(each.reader, each.writer, each.column, message, place, of_reader)
    yield from _unfed(old, new)


def _unfed(old: Sequence[End], new: Sequence[End]) -> Iterator[_Break]:
    """Sources that read what some sink wrote, and now what none does, though they are the same."""
    fed = {_name(each.reader) for each in meetings(new)}
    after = {_name(each): each for each in new}
    for each in meetings(old):
        reader = after.get(_name(each.reader))
        if reader is None or _name(reader) in fed:
            continue
        fed.add(_name(reader))
        of_reader = reader.locations != each.reader.locations
        owner = f"the sink `{each.writer.name}` of `{each.writer.pipeline}`"
        message = f"`{reader.name}` reads where {owner} writes no more"
        yield _Break(reader, each.writer, "", message, reader.place, of_reader)


def _name(end: End) -> tuple[str, str, bool]:
    return end.pipeline, end.name.casefold(), end.is_sink


def _key(reader: End, code: str, column: str) -> tuple[object, ...]:
    return _name(reader), code, column.casefold()


def _plain(end: End) -> object:
    """What others find of an end, wherever that is said."""
    parts = tuple(
        (
            part.format,
            part.options,
            None if part.columns is None else tuple((c.name, c.type) for c in part.columns),
        )
        for part in (end.value, end.key)
        if part is not None
    )
    return end.locations, parts, end.partitions, end.recursive


def _with(difference: Difference, broken: _Break) -> Difference:
    changes = list(difference.changes)
    index = None if broken.is_of_reader else _cause(changes, broken)
    if index is None:
        places = (None, broken.place)
        name = broken.reader.name if broken.is_of_reader else broken.writer.name
        subject = Subject.DATASET if broken.is_of_reader else Subject.SINK
        changes.append(Change(Severity.BREAKING, subject, name, broken.message, places))
    else:
        change = changes[index]
        affects = dict.fromkeys((*change.affects, broken.named))
        changes[index] = replace(change, severity=Severity.BREAKING, affects=tuple(affects))
    return replace(difference, changes=weighed(changes))


def _cause(changes: Sequence[Change], broken: _Break) -> int | None:
    """The change of the sink by which the source breaks: of the column, or else the weightiest."""
    sink = broken.writer.name.casefold()
    column = broken.column.partition(".")[0].casefold()
    of_sink = [
        (index, each)
        for index, each in enumerate(changes)
        if each.subject in (Subject.SINK, Subject.OPTION)
        and each.name.casefold().partition(".")[0] == sink
    ]
    for index, each in of_sink:
        if column and (
            each.name.casefold() == f"{sink}.{column}" or f"`{column}`" in each.message.casefold()
        ):
            return index
    weights = [(each.severity, -index) for index, each in of_sink]
    return -max(weights)[1] if weights else None
