"""Streams that read tables: what they have not read yet must stay in the tables."""

from __future__ import annotations

from ssbt.compiler.ir.passes import find_pass
from ssbt.compiler.ir.pipeline import Pipeline, Source
from ssbt.compiler.ir.plans import plans


def table_readers(pipeline: Pipeline, source: str = "") -> tuple[str, ...]:
    """The checkpoints, by their names, of streams that read tables, or this `source` of them."""
    roots = plans(pipeline)
    names: dict[str, None] = {}
    for sink in pipeline.sinks:
        root = roots.get(sink.dataset)
        if sink.stream is None or not sink.has_checkpoint or root is None:
            continue
        read = [e.step for e in root.origins if isinstance(e.step, Source) and e.streaming]
        if any(each.is_versioned and source in ("", each.name) for each in read):
            shared = find_pass(pipeline, sink)
            names[sink.name if shared is None else shared.name] = None
    return tuple(names)
