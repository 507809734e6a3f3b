"""Order and limits of streams."""

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

_COUNTS = "|> aggregate count(*) as orders group by status"

SORTED = Code(
    "SSBT0608",
    "Sorting an incomplete result",
    """\
A row that comes later may belong before those already written. You can only sort a result that is
written completely each time: that of an aggregation, in `complete` mode.
""",
    wrong=streaming_example(connector="memory", mode="append", steps="|> order by id"),
    right=streaming_example(
        connector="memory", mode="complete", steps=f"{_COUNTS}\n|> order by orders"
    ),
)

LIMITED = Code(
    "SSBT0609",
    "A limit in update mode",
    """\
In `update` mode Spark does not know which rows the limit has already let through. It knows in
`append` mode, where the limit is reached once and for all, and in `complete` mode, where it applies
to each result.
""",
    wrong=streaming_example(connector="console", mode="update", steps="|> limit 10"),
    right=streaming_example(connector="console", mode="append", steps="|> limit 10"),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each step."""
    yield from deduplicate_findings(
        finding
        for sink, each in stream_steps(pipeline)
        if each.streaming
        for finding in _check_step(sink, each)
    )


def _check_step(sink: Sink, operator: Operator) -> Iterator[Diagnostic]:
    assert sink.stream is not None
    mode, also = sink.stream.mode, (mode_label(sink),)
    if isinstance(operator.step, s.Sort):
        is_complete = mode is OutputMode.COMPLETE
        if not (is_complete and operator.aggregations):
            message = "a stream can only be sorted after an aggregation, in complete mode"
            help_ = ("sort where the result is read",)
            yield Diagnostic(SORTED, message, Label(operator_span(operator)), also, help_)
    if isinstance(operator.step, s.Limit) and mode is OutputMode.UPDATE:
        message = "a stream has no `limit` in update mode"
        help_ = ("leave it out, or choose another mode",)
        yield Diagnostic(LIMITED, message, Label(operator_span(operator)), also, help_)
