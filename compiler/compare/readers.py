"""Readers of a project that break where a writer changes, changed themselves or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.compare.changes import Change, Severity, Subject
from ssbt.compiler.compare.pipelines import PipelineDifference, PipelineVersion, sort_by_severity
from ssbt.compiler.contracts.endpoint_paths import with_home
from ssbt.compiler.contracts.endpoints import Endpoint
from ssbt.compiler.contracts.findings import check_contracts
from ssbt.compiler.contracts.pairs import find_pairs
from ssbt.compiler.contracts.pipeline_endpoints import list_endpoints
from ssbt.compiler.ir.locations import EnvironmentValues
from ssbt.compiler.source import Span


class _BrokenReader(Struct, frozen=True):
    """A source that does not find what it found; `writer` is the sink that it read from.

    `column` is what is missing or other in it, "" where that is no single column.
    """

    reader: Endpoint
    writer: Endpoint
    column: str
    message: str
    span: Span
    is_of_reader: bool = False

    @property
    def title(self) -> str:
        """What breaks, for people."""
        column = f".{self.column}" if self.column else ""
        return f"{self.reader.name}{column} in the pipeline {self.reader.pipeline}"


def with_readers(
    differences: Iterable[PipelineDifference],
    old: Iterable[PipelineVersion],
    new: Iterable[PipelineVersion],
) -> tuple[PipelineDifference, ...]:
    """The differences; a change of a sink says which sources of the project it breaks.

    Those stand with the change that breaks them. A source that its own change breaks is reported at
    its pipeline.
    """
    by_name = {each.name: each for each in differences}
    for each in _broken_readers(_pipeline_endpoints(old), _pipeline_endpoints(new)):
        owner = each.reader.pipeline if each.is_of_reader else each.writer.pipeline
        if owner in by_name:
            by_name[owner] = _add_break(by_name[owner], each)
    return tuple(by_name.values())


def _pipeline_endpoints(sides: Iterable[PipelineVersion]) -> tuple[Endpoint, ...]:
    return tuple(
        with_home(end, side.home)
        for side in sides
        for end in list_endpoints(
            side.pipeline,
            (
                EnvironmentValues(
                    each.name, each.document.get("params", {}), each.document.get("connections", {})
                )
                for each in side.environments
            ),
        )
    )


def _broken_readers(old: Sequence[Endpoint], new: Sequence[Endpoint]) -> Iterator[_BrokenReader]:
    old_keys = {
        _finding_key(each.reader, each.diagnostic.code.number, each.column)
        for each in check_contracts(old)
    }
    old_by_id = {_endpoint_id(each): each for each in old}
    reported: set[object] = set()
    for each in check_contracts(new):
        key = _finding_key(each.reader, each.diagnostic.code.number, each.column)
        if key in old_keys or _endpoint_id(each.reader) not in old_by_id or key in reported:
            continue
        reported.add(key)
        writer = old_by_id.get(_endpoint_id(each.writer))
        of_reader = writer is not None and _visible_contract(writer) == _visible_contract(
            each.writer
        )
        span = each.diagnostic.primary.span
        message = each.diagnostic.message
        yield _BrokenReader(each.reader, each.writer, each.column, message, span, of_reader)
    yield from _unfed_readers(old, new)


def _unfed_readers(old: Sequence[Endpoint], new: Sequence[Endpoint]) -> Iterator[_BrokenReader]:
    """Sources that read what some sink wrote, and now what none does, though they are the same."""
    fed = {_endpoint_id(each.reader) for each in find_pairs(new)}
    new_by_id = {_endpoint_id(each): each for each in new}
    for each in find_pairs(old):
        reader = new_by_id.get(_endpoint_id(each.reader))
        if reader is None or _endpoint_id(reader) in fed:
            continue
        fed.add(_endpoint_id(reader))
        of_reader = reader.locations != each.reader.locations
        owner = f"the sink `{each.writer.name}` of `{each.writer.pipeline}`"
        message = f"`{reader.name}` reads where {owner} writes no more"
        yield _BrokenReader(reader, each.writer, "", message, reader.place, of_reader)


def _endpoint_id(end: Endpoint) -> tuple[str, str, bool]:
    return end.pipeline, end.name.casefold(), end.is_sink


def _finding_key(reader: Endpoint, code: str, column: str) -> tuple[object, ...]:
    return _endpoint_id(reader), code, column.casefold()


def _visible_contract(end: Endpoint) -> object:
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


def _add_break(difference: PipelineDifference, broken: _BrokenReader) -> PipelineDifference:
    changes = list(difference.changes)
    index = None if broken.is_of_reader else _find_cause(changes, broken)
    if index is None:
        places = (None, broken.span)
        name = broken.reader.name if broken.is_of_reader else broken.writer.name
        subject = Subject.DATASET if broken.is_of_reader else Subject.SINK
        changes.append(Change(Severity.BREAKING, subject, name, broken.message, places))
    else:
        change = changes[index]
        affects = dict.fromkeys((*change.affects, broken.title))
        changes[index] = replace(change, severity=Severity.BREAKING, affects=tuple(affects))
    return replace(difference, changes=sort_by_severity(changes))


def _find_cause(changes: Sequence[Change], broken: _BrokenReader) -> int | None:
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
