"""Streams that read what they write: from a topic into itself, or round by other streams."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from ssbt.compiler.check.value_findings import ValueFinding
from ssbt.compiler.connectors.specification import Topics
from ssbt.compiler.diagnostics.codes.topics import OWN_TOPIC
from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.ir.circles import find_circles
from ssbt.compiler.ir.locations import EnvironmentValues, default_values, servers
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source
from ssbt.compiler.ir.plans import stream_plans
from ssbt.compiler.ir.topics import (
    TopicsRead,
    TopicsWritten,
    topic_settings,
    topics_read,
    topics_written,
)


class _Reader(Struct, frozen=True):
    source: Source
    topics: TopicsRead
    servers: frozenset[str]


class _Stream(Struct, frozen=True):
    """A sink of a stream, what it writes, and the sources that it comes from."""

    sink: Sink
    written: TopicsWritten
    servers: frozenset[str]
    readers: tuple[_Reader, ...]


class _Edge(Struct, frozen=True):
    """A stream that writes what another, or it itself, reads.

    `topic` is "" where each row goes back into that from which it came.
    """

    writer: _Stream
    target: _Stream
    source: Source
    topic: str


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """A finding for each circle that there is with the defaults of parameters."""
    for each in find_with(pipeline, default_values(pipeline)):
        yield each.diagnostic


def find_with(pipeline: Pipeline, values: EnvironmentValues) -> Iterator[ValueFinding]:
    """A finding for each circle that there is with these values."""
    for circle in _find_circles(pipeline, values):
        key = tuple((id(edge.writer.sink), id(edge.source)) for edge in circle)
        yield ValueFinding(key, _build_diagnostic(circle))


def _build_diagnostic(circle: tuple[_Edge, ...]) -> Diagnostic:
    first, *others = circle
    span = first.writer.written.setting.span
    assert span is not None
    sink, name = first.writer.sink, _source_name(first.source)
    also = [
        Label(each.writer.written.setting.span, f"`{each.writer.sink.name}` writes back from here")
        for each in others
        if each.writer.written.setting.span is not None
    ]
    if others:
        names = ", then ".join(f"`{each.writer.sink.name}` to `{each.topic}`" for each in circle)
        message = f"streams go round: {names}"
        text = f"`{first.topic}` is read by `{name}`"
        return Diagnostic(OWN_TOPIC, message, Label(span, text), (*also,), (_HELP,))
    message = f"`{sink.name}` writes into the topic that `{name}` reads"
    topic = f"`{first.topic}`" if first.topic else "each row's own topic"
    read_spans = (each.span for each in topic_settings(first.source.settings, *Topics))
    read_span = next((each for each in read_spans if each is not None), None)
    also = [Label(read_span, "read from here")] if read_span is not None else []
    label = Label(span, f"{topic} is read again, without end")
    return Diagnostic(OWN_TOPIC, message, label, (*also,), (_HELP,))


_HELP = "write to another topic"


def _source_name(source: Source) -> str:
    return source.name.removesuffix(f".{source.part}") if source.part else source.name


def _find_circles(pipeline: Pipeline, values: EnvironmentValues) -> Iterator[tuple[_Edge, ...]]:
    """Streams into what they read themselves, then those that go round by others."""
    streams = [*_list_streams(pipeline, values)]
    edges = [*_find_edges(streams)]
    own: set[int] = set()
    for edge in edges:
        if edge.writer is edge.target:
            own.add(id(edge.writer))
            yield (edge,)
    # A stream of its own topic is reported; what else it goes through would say it again.
    yield from find_circles(
        map(id, streams),
        (
            (id(edge.writer), id(edge.target), edge)
            for edge in edges
            if own.isdisjoint((id(edge.writer), id(edge.target)))
        ),
    )


def _list_streams(pipeline: Pipeline, values: EnvironmentValues) -> Iterator[_Stream]:
    readers: dict[int, _Reader] = {}

    def find_reader(source: Source) -> _Reader:
        if id(source) not in readers:
            brokers = servers(source.settings, pipeline.connections, values)
            topics = topics_read(source.settings, values.parameters)
            readers[id(source)] = _Reader(source, topics, brokers)
        return readers[id(source)]

    for sink, root in stream_plans(pipeline):
        written = topics_written(sink.settings, root, values.parameters)
        if written is None or written.setting.span is None:
            continue
        sources = (each.step for each in root.origins)
        yield _Stream(
            sink,
            written,
            servers(sink.settings, pipeline.connections, values),
            tuple(
                find_reader(each)
                for each in sources
                if isinstance(each, Source) and each.connector is sink.connector
            ),
        )


def _find_edges(streams: list[_Stream]) -> Iterator[_Edge]:
    """Which stream writes what which reads, each source once."""
    index = _ReaderIndex(streams)
    for writer in streams:
        edges: dict[tuple[int, int], _Edge] = {}
        for topic, readers in index.find_readers(writer.written):
            for target, reader in readers:
                if reader.servers & writer.servers:
                    edge = _Edge(writer, target, reader.source, topic)
                    edges.setdefault((id(target), id(reader)), edge)
        yield from edges.values()


_Use = tuple[_Stream, _Reader]


class _ReaderIndex:
    """The sources of streams by the topics that they read."""

    def __init__(self, streams: list[_Stream]) -> None:
        self._by_name: dict[str, list[_Use]] = {}
        self._by_source: dict[int, list[_Use]] = {}
        self._of_patterns: list[_Use] = []
        for stream in streams:
            for reader in stream.readers:
                self._by_source.setdefault(id(reader.source), []).append((stream, reader))
                for name in dict.fromkeys(reader.topics.names):
                    self._by_name.setdefault(name, []).append((stream, reader))
                if reader.topics.patterns:
                    self._of_patterns.append((stream, reader))

    def find_readers(self, written: TopicsWritten) -> Iterator[tuple[str, list[_Use]]]:
        """The topics that are written, "" for that of each row, with the sources of each."""
        names = dict.fromkeys(sorted(written.names))
        for source in written.sources:
            uses = self._by_source.get(id(source), [])
            yield "", uses
            names.update(dict.fromkeys(n for _, reader in uses[:1] for n in reader.topics.names))
        for name in names:
            matching = [each for each in self._of_patterns if each[1].topics.has(name)]
            yield name, [*self._by_name.get(name, ()), *matching]
