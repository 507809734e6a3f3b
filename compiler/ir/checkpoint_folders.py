"""Where each stream of a pipeline keeps its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from ssbt.compiler.connectors.values import Text
from ssbt.compiler.ir.locations import location
from ssbt.compiler.ir.passes import find_pass
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.source import Span


def checkpoint_folder(root: Text, sink: str) -> Text:
    """A stream's own folder below the pipeline's; its name is the sink's, whose case means nothing.

    Nothing else of the pipeline is in it, so that no change to the source moves a checkpoint.
    """
    *first, last = root.parts
    # As in URLs, but with another sign: paths of object stores are decoded on their way.
    quoted = quote(sink.casefold(), safe="").replace("~", "%7E").replace(".", "%2E")
    name = quoted.replace("%", "~")
    if isinstance(last, str):
        return Text((*first, f"{last.rstrip('/')}/{name}"), root.span)
    return Text((*root.parts, f"/{name}"), root.span)


def list_checkpoints(
    pipeline: Pipeline, parameters: Mapping[str, object]
) -> Iterator[tuple[str, str, Span]]:
    """Each stream of a pipeline with a checkpoint: its name, the folder, and where that is said."""
    root = pipeline.checkpoint
    if root is None:
        return
    names: dict[str, None] = {}
    for sink in pipeline.sinks:
        if sink.stream is not None and sink.has_checkpoint:
            shared = find_pass(pipeline, sink)
            names[sink.name if shared is None else shared.name] = None
    for name in names:
        yield name, location(checkpoint_folder(root, name), parameters), root.span
