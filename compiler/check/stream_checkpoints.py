"""Streams that have no place to keep what they have done."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.stream_findings import declaration_head
from ssbt.compiler.diagnostics.examples import ZONED, streaming_example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.guarantees import needs_checkpoint
from ssbt.compiler.ir.pipeline import Pipeline

NO_CHECKPOINT = Code(
    "SSBT0601",
    "A stream without a checkpoint",
    """\
A stream keeps its position and its state in a checkpoint, and continues from there after a failure
or a new deployment. Name a folder in the `pipeline` block: each sink gets a subfolder with its own
name. The folder must outlive the cluster, just like the data.
""",
    wrong=streaming_example(pipeline=ZONED),
    right=streaming_example(),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each sink that needs a checkpoint where the pipeline names none."""
    if pipeline.checkpoint is not None:
        return
    for sink in pipeline.sinks:
        if sink.stream is not None and needs_checkpoint(sink):
            message = f"the stream into `{sink.name}` has no checkpoint"
            help_ = (f'add `checkpoint = "…"` to the block of `pipeline {pipeline.name}`',)
            yield Diagnostic(NO_CHECKPOINT, message, Label(declaration_head(sink.span)), (), help_)
