"""What the checkpoint of a stream with several sinks depends on."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ssbt.compiler.ir.fingerprints.dependences import Kind
from ssbt.compiler.ir.fingerprints.flows import fingerprint
from ssbt.compiler.ir.fingerprints.parts import Part
from ssbt.compiler.ir.passes import Pass
from ssbt.compiler.ir.pipeline import Pipeline, Sink
from ssbt.compiler.ir.plans import plans

_OF_SOURCES = (Kind.SOURCE, Kind.SERVERS)
_OF_SINKS = (Kind.SINK, Kind.PARTITIONS)


def pass_fingerprint(pipeline: Pipeline, each: Pass, *, whole: bool = False) -> tuple[Part, ...]:
    """The sources, each once, then what is computed beside their records, then the sinks.

    Sinks stand by their names, so that their order in the file means nothing. `whole` ones are for
    people: no text is cut.
    """
    roots = plans(pipeline)
    by_sink = {
        sink.name: fingerprint(pipeline, sink, roots[sink.dataset], whole=whole)
        for sink in each.sinks
    }
    flows = (part for parts in by_sink.values() for part in parts)
    sources = {(part.kind, part.text): part for part in flows if part.kind in _OF_SOURCES}
    beside = {sink.dataset: sink.name for sink in each.sinks if sink.dataset in each.apart}
    computed = (
        part
        for name in beside.values()
        for part in by_sink[name]
        if part.kind not in (*_OF_SINKS, *_OF_SOURCES)
    )
    sinks = sorted(each.sinks, key=lambda sink: sink.name.casefold())
    written = (part for sink in sinks for part in _outputs(sink, by_sink[sink.name]))
    return (*sources.values(), *computed, *written)


def _outputs(sink: Sink, parts: tuple[Part, ...]) -> Iterator[Part]:
    for part in parts:
        if part.kind is Kind.SINK:
            yield replace(part, kind=Kind.OUTPUT, text=(f"{sink.name} = ", *part.text))
        elif part.kind is Kind.PARTITIONS:
            yield part
