"""Streams of several pipelines that go round: each reads what another of them writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.contracts.endpoints import Endpoint
from ssbt.compiler.contracts.pairs import EndpointPair, find_pairs
from ssbt.compiler.contracts.wording import ContractFinding, build_finding
from ssbt.compiler.diagnostics.codes.topics import OWN_TOPIC
from ssbt.compiler.diagnostics.model import Label
from ssbt.compiler.ir.circles import find_circles


class CircleEdge(Struct, frozen=True):
    """A sink of a stream, a source of one that reads its topic, and a sink that this flows into."""

    writer: Endpoint
    reader: Endpoint
    target: Endpoint


class Circle(Struct, frozen=True):
    """Edges that lead from a sink back to it, in the environments of these names."""

    edges: tuple[CircleEdge, ...]
    environments: tuple[str, ...]


def find_stream_circles(
    endpoints: Iterable[Endpoint], pairs: Iterable[EndpointPair]
) -> Iterator[Circle]:
    """The shortest circle from each sink; none within one pipeline, which a rule of its own finds.

    Each begins at the sink whose file comes first, so that it is one finding whoever asks.
    """
    endpoints = tuple(endpoints)
    edges: dict[str, list[CircleEdge]] = {}
    for environments, edge in _find_edges(endpoints, pairs):
        for name in environments:
            edges.setdefault(name, []).append(edge)
    sinks = [each for each in endpoints if each.inputs]
    sinks.sort(key=lambda sink: (sink.place.path, sink.place.start))
    circles: dict[tuple[int, ...], tuple[tuple[CircleEdge, ...], list[str]]] = {}
    for name, group in edges.items():
        ways = ((id(edge.writer), id(edge.target), edge) for edge in group)
        for circle in find_circles(map(id, sinks), ways):
            if len({_pipeline(edge.writer) for edge in circle}) > 1:
                key = tuple(id(edge.writer) for edge in circle)
                circles.setdefault(key, (circle, []))[1].append(name)
    for circle, names in circles.values():
        yield Circle(circle, tuple(names))


def find_downstream_sinks(
    endpoints: Iterable[Endpoint], starts: Iterable[Endpoint]
) -> tuple[Endpoint, ...]:
    """The sinks of streams that rows of the sinks `starts` come to by topics, whatever the
    environment."""
    topics = [each for each in endpoints if each.is_topic]
    targets: dict[int, list[Endpoint]] = {}
    for _, edge in _find_edges(topics, find_pairs(topics)):
        targets.setdefault(id(edge.writer), []).append(edge.target)
    reached: dict[int, Endpoint] = {}
    waiting = [*starts]
    while waiting:
        for target in targets.pop(id(waiting.pop()), ()):
            if id(target) not in reached:
                reached[id(target)] = target
                waiting.append(target)
    return tuple(reached.values())


def _find_edges(
    endpoints: Iterable[Endpoint], pairs: Iterable[EndpointPair]
) -> Iterator[tuple[tuple[str, ...], CircleEdge]]:
    """The ways from stream to stream, with the environments of each."""
    sinks_by_source: dict[tuple[str, str], list[Endpoint]] = {}
    for each in endpoints:
        for name in each.inputs:
            sinks_by_source.setdefault((_pipeline(each), name), []).append(each)
    for pair in pairs:
        targets = sinks_by_source.get((_pipeline(pair.reader), pair.reader.name), ())
        for target in targets if pair.writer.inputs else ():
            yield pair.environments, CircleEdge(pair.writer, pair.reader, target)


def streams_in_circle(circle: Circle) -> ContractFinding:
    """Streams each of which reads what another of them writes; told where the first one writes."""
    first, *others = circle.edges
    pair = EndpointPair(first.reader, first.writer, circle.environments)
    ways = (
        f"`{edge.writer.name}` of `{edge.writer.pipeline}`, which"
        f" `{edge.reader.name}` of `{edge.reader.pipeline}` reads"
        for edge in circle.edges
    )
    message = f"streams of several pipelines go round: {'; '.join(ways)}"
    label = first.reader.place, f"`{first.reader.name}` reads it here"
    also = tuple(
        Label(edge.writer.place, f"`{edge.writer.name}` writes back from here") for edge in others
    )
    finding = build_finding(
        OWN_TOPIC, pair, message, first.writer.place, label, ("write to another topic",), also=also
    )
    return replace(finding, others=tuple(edge.writer for edge in others))


def _pipeline(endpoint: Endpoint) -> str:
    return f"{endpoint.place.path}\n{endpoint.pipeline}"
