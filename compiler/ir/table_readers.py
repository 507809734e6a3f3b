"""Streams that read tables: what they have not read yet must stay in the tables."""

from __future__ import annotations

from ssbt.compiler.ir.passes import find_pass
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.ir.plans import plans


def table_readers(pipeline: Pipeline) -> tuple[str, ...]:
    """The streams of a pipeline, by the names of their checkpoints, that read a versioned table."""
    roots = plans(pipeline)
    names: dict[str, None] = {}
    for sink in pipeline.sinks:
        root = roots.get(sink.dataset)
        if sink.stream is None or not sink.has_checkpoint or root is None:
            continue
        if any(getattr(each.step, "is_versioned", False) for each in root.origins):
            shared = find_pass(pipeline, sink)
            names[sink.name if shared is None else shared.name] = None
    return tuple(names)
