"""Checkpoints of streams that lie where a sink writes or deletes."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.value_findings import ValueFinding, check_defaults
from ssbt.compiler.diagnostics.examples import PIPELINE, STREAMING, streaming_example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.checkpoint_folders import list_checkpoints
from ssbt.compiler.ir.locations import EnvironmentValues, is_same_place
from ssbt.compiler.ir.pipeline import Pipeline, Sink
from ssbt.compiler.ir.written_folders import (
    WrittenFolder,
    deletes_folder,
    folders_below,
    written_folder,
)
from ssbt.compiler.source import Span

_OUT = PIPELINE.replace("}\n", STREAMING.replace('"checkpoints"', '"out"'))

WRITTEN_CHECKPOINT = Code(
    "SSBT0584",
    "A checkpoint where a sink writes",
    """\
Each stream keeps its checkpoint in a subfolder of the pipeline's `checkpoint`, with the name of its
sink. If a sink writes into that very folder, readers of its files meet those of the checkpoint, and
stop. If a sink overwrites the folder, or one around it, it deletes the checkpoint: the stream
starts from the beginning, and writes all its rows again.

| `checkpoint` | a sink | |
|---|---|---|
| `out` | `out/paid`, of the stream `paid` | both are in one folder |
| `out/state` | `out`, `mode = overwrite` | the checkpoint is deleted |

Let `checkpoint` be a folder of its own.
""",
    wrong=streaming_example(pipeline=_OUT),
    right=streaming_example(),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each checkpoint and sink that meet, by parameters' defaults."""
    yield from check_defaults(find_with, pipeline)


def find_with(pipeline: Pipeline, values: EnvironmentValues) -> Iterator[ValueFinding]:
    """One finding for each checkpoint and sink that meet with these values."""
    checkpoints = [*list_checkpoints(pipeline, values.parameters)]
    for sink in pipeline.sinks if checkpoints else ():
        written = written_folder(pipeline, sink, values.parameters)
        if written is not None:
            yield from _check_sink(sink, written, checkpoints)


def _check_sink(
    sink: Sink, written: WrittenFolder, checkpoints: list[tuple[str, str, Span]]
) -> Iterator[ValueFinding]:
    deletes_all = deletes_folder(sink) and not sink.is_versioned
    deleted: dict[str, Span] = {}
    for name, folder, span in checkpoints:
        if is_same_place(written.path, folder):
            message = f"`{sink.name}` writes into the checkpoint of `{name}`, `{folder}`"
            yield ValueFinding((id(sink), name), _build_diagnostic(message, written, span))
        elif deletes_all and folders_below(written.path, folder) is not None:
            deleted[name] = span
    if deleted:
        names = ", ".join(f"`{each}`" for each in deleted)
        kind = "checkpoint" if len(deleted) == 1 else "checkpoints"
        message = f"`{sink.name}` deletes the {kind} of {names} when it overwrites"
        span = next(iter(deleted.values()))
        yield ValueFinding((id(sink), ""), _build_diagnostic(message, written, span))


def _build_diagnostic(message: str, written: WrittenFolder, checkpoint: Span) -> Diagnostic:
    also = (Label(checkpoint, "below here are the checkpoints"),)
    help_ = ("let `checkpoint` be a folder in which nothing else is",)
    return Diagnostic(WRITTEN_CHECKPOINT, message, Label(written.span), also, help_)
