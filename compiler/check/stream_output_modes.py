"""Output modes that a sink does not take."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.stream_findings import mode_label
from ssbt.compiler.connectors.wording import join_alternatives
from ssbt.compiler.diagnostics.examples import streaming_example
from ssbt.compiler.diagnostics.model import Code, Diagnostic
from ssbt.compiler.ir.merges import is_merged
from ssbt.compiler.ir.pipeline import Pipeline

WRONG_SINK = Code(
    "SSBT0602",
    "An output mode that the sink does not support",
    """\
Files can only be added, so a file sink takes `append`. The console, a table in memory, noop and
`foreach_batch` take all three modes.
""",
    wrong=streaming_example(mode="update"),
    right=streaming_example(mode="append"),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each sink."""
    for sink in pipeline.sinks:
        specification = sink.connector.sink
        if sink.stream is None or specification is None:
            continue
        if is_merged(sink.settings):
            continue
        accepted_modes = specification.output_modes
        if sink.stream.mode.value not in accepted_modes:
            message = f"`{sink.connector.name}` takes no {sink.stream.mode.value} mode"
            modes = join_alternatives(f"`{mode}`" for mode in accepted_modes)
            help_ = (f"it takes {modes}",)
            yield Diagnostic(WRONG_SINK, message, mode_label(sink), (), help_)
