"""What the checkpoint of a stream with several sinks depends on."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ssbt.compiler.ir.fingerprints.dependence_kinds import PartKind
from ssbt.compiler.ir.fingerprints.parts import FingerprintPart
from ssbt.compiler.ir.fingerprints.streams import compute_fingerprint
from ssbt.compiler.ir.passes import Pass
from ssbt.compiler.ir.pipeline import Pipeline, Sink
from ssbt.compiler.ir.plans import plans

_SOURCE_KINDS = (PartKind.SOURCE, PartKind.SERVERS)
_SINK_KINDS = (PartKind.SINK, PartKind.PARTITIONS)


def compute_pass_fingerprint(
    pipeline: Pipeline, pass_: Pass, *, whole: bool = False
) -> tuple[FingerprintPart, ...]:
    """The sources, each once, then what is computed beside their records, then the sinks.

    Sinks stand by their names, so that their order in the file means nothing. `whole` ones are for
    people: no text is cut.
    """
    roots = plans(pipeline)
    by_sink = {
        sink.name: compute_fingerprint(pipeline, sink, roots[sink.dataset], whole=whole)
        for sink in pass_.sinks
    }
    all_parts = (part for parts in by_sink.values() for part in parts)
    sources = {(part.kind, part.text): part for part in all_parts if part.kind in _SOURCE_KINDS}
    separate = {
        sink.dataset: sink.name for sink in pass_.sinks if sink.dataset in pass_.separate_datasets
    }
    computed = (
        part
        for name in separate.values()
        for part in by_sink[name]
        if part.kind not in (*_SINK_KINDS, *_SOURCE_KINDS)
    )
    sinks = sorted(pass_.sinks, key=lambda sink: sink.name.casefold())
    outputs = (part for sink in sinks for part in _output_parts(sink, by_sink[sink.name]))
    return (*sources.values(), *computed, *outputs)


def _output_parts(sink: Sink, parts: tuple[FingerprintPart, ...]) -> Iterator[FingerprintPart]:
    for part in parts:
        if part.kind is PartKind.SINK:
            yield replace(part, kind=PartKind.OUTPUT, text=(f"{sink.name} = ", *part.text))
        elif part.kind is PartKind.PARTITIONS:
            yield part
