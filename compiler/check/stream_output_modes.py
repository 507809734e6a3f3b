"""Output modes that a sink does not take."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.stream_findings import mode_label
from ssbt.compiler.connectors.wording import one_of
from ssbt.compiler.diagnostics.examples import streamed
from ssbt.compiler.diagnostics.model import Code, Diagnostic
from ssbt.compiler.ir.pipeline import Pipeline

WRONG_SINK = Code(
    "SSBT0602",
    "An output mode that the sink does not take",
    """\
Files can only be added to: a sink of files takes `append`. The console, a table in memory, noop and
`foreach_batch` take all three modes.
""",
    wrong=streamed(mode="update"),
    right=streamed(mode="append"),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each sink."""
    for sink in pipeline.sinks:
        specification = sink.connector.sink
        if sink.stream is None or specification is None:
            continue
        taken = specification.output_modes
        if sink.stream.mode.value not in taken:
            message = f"`{sink.connector.name}` takes no {sink.stream.mode.value} mode"
            modes = one_of(f"`{mode}`" for mode in taken)
            help_ = (f"it takes {modes}",)
            yield Diagnostic(WRONG_SINK, message, mode_label(sink), (), help_)
