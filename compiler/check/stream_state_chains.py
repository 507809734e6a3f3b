"""Steps with state behind others with state."""

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

_BY_HOUR = (
    "|> watermark placed_at delay 1 hour\n"
    "|> aggregate sum(amount) as amount group by window(placed_at, '1 hour') as hour, status\n"
)

CHAINED = Code(
    "SSBT0615",
    "State after something that may still change",
    """\
The whole query has one watermark. A step with state must not get rows older than that from an
earlier step, but an aggregation in `update` or `complete` mode sends some: groups that are not
final. Spark refuses the query, because it would lose rows.

Write the first result in `append` mode, to files or a topic, and compute the second one from there.
""",
    wrong=streaming_example(
        connector="console",
        mode="update",
        steps=f"{_BY_HOUR}|> aggregate max(amount) as most group by hour",
    ),
    right=streaming_example(
        connector="console",
        mode="append",
        steps=f"{_BY_HOUR}|> aggregate max(amount) as most group by hour",
    ),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each step that gets what may be late."""
    yield from deduplicate_findings(
        finding
        for sink, each in stream_steps(pipeline)
        if _loses_late_rows(each)
        for finding in _check_step(sink, each)
    )


def _loses_late_rows(operator: Operator) -> bool:
    """Whether rows that are late are lost here; a limit and distinct rows without time keep on."""
    step = operator.step
    if isinstance(step, s.Stateful):
        return operator.streaming
    if isinstance(step, s.Deduplicate) and step.within_watermark:
        return operator.streaming
    columns = operator.distinct_columns
    if columns is not None:
        return any(column.event_time for column in columns)
    return operator.is_aggregation or (isinstance(step, s.Join) and operator.stateful)


def _check_step(sink: Sink, operator: Operator) -> Iterator[Diagnostic]:
    assert sink.stream is not None
    if sink.stream.mode is OutputMode.APPEND:
        return
    earlier = [op for op in operator.aggregations if op is not operator]
    if earlier:
        message = "this step keeps state and gets rows that may be older than the watermark"
        also = (
            Label(operator_span(earlier[-1]), "these groups may still change"),
            mode_label(sink),
        )
        help_ = ("write the first result on its own, and make the second one from there",)
        yield Diagnostic(CHAINED, message, Label(operator_span(operator)), also, help_)
