"""Session windows of streams."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.stream_findings import deduplicate_findings, mode_label, operator_span
from ssbt.compiler.diagnostics.examples import streaming_example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.pipeline import Pipeline, Sink
from ssbt.compiler.ir.plans import stream_steps
from ssbt.compiler.ir.streams import OutputMode

_SESSIONS = (
    "|> watermark placed_at delay 10 minutes\n"
    "|> aggregate count(*) as orders group by session_window(placed_at, '5 minutes') as visit"
)

SESSIONS = Code(
    "SSBT0605",
    "Session windows that Spark cannot keep",
    """\
A session grows with each row, and two sessions may become one. Spark cannot write what has changed
since the last batch, so `update` mode does not work with `session_window`. Sessions also need
another key, such as the customer: without one the query starts, and fails at the first batch.
""",
    wrong=streaming_example(steps=_SESSIONS),
    right=streaming_example(steps=f"{_SESSIONS}, status"),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Findings for each aggregation by sessions."""
    yield from deduplicate_findings(
        finding
        for sink, each in stream_steps(pipeline)
        for finding in _check_aggregation(sink, each)
    )


def _check_aggregation(sink: Sink, operator: Operator) -> Iterator[Diagnostic]:
    step = operator.step
    if not operator.is_aggregation or not isinstance(step, s.Aggregate) or sink.stream is None:
        return
    sessions = [
        key
        for key in step.keys
        if any(call.name == "session_window" for call in key.expression.calls)
    ]
    if not sessions:
        return
    if sink.stream.mode is OutputMode.UPDATE:
        message = "sessions cannot be written in update mode"
        also = (mode_label(sink),)
        help_ = ("write them in `append` mode, with a watermark",)
        yield Diagnostic(SESSIONS, message, Label(operator_span(operator)), also, help_)
    if len(step.keys) == len(sessions):
        message = "a session needs one more key: whose session is it?"
        help_ = ("add a key that tells sessions apart, such as a user or a device",)
        yield Diagnostic(SESSIONS, message, Label(sessions[0].expression.span), (), help_)
