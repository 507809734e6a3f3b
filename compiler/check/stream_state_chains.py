"""Steps with state behind others with state."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.stream_findings import mode_label, once, place
from ssbt.compiler.diagnostics.examples import streamed
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
    "State behind what may still change",
    """\
There is one watermark for the whole query. A step with state behind it must not get rows that are
older, and an aggregation in `update` or `complete` mode sends some: groups that are not final.
Spark refuses the query, because rows would be lost.

Write the first result in `append` mode, into files or a topic, and make the second one from there.
""",
    wrong=streamed(
        connector="console",
        mode="update",
        steps=f"{_BY_HOUR}|> aggregate max(amount) as most group by hour",
    ),
    right=streamed(
        connector="console",
        mode="append",
        steps=f"{_BY_HOUR}|> aggregate max(amount) as most group by hour",
    ),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each step that gets what may be late."""
    yield from once(
        finding
        for sink, each in stream_steps(pipeline)
        if _keeps_rows(each)
        for finding in _findings(sink, each)
    )


def _keeps_rows(each: Operator) -> bool:
    """Whether rows that are late are lost here; a limit and distinct rows without time keep on."""
    step = each.step
    if isinstance(step, s.Stateful):
        return each.streaming
    if isinstance(step, s.Deduplicate) and step.within_watermark:
        return each.streaming
    columns = each.distinct_columns
    if columns is not None:
        return any(column.event_time for column in columns)
    return each.aggregates or (isinstance(step, s.Join) and each.stateful)


def _findings(sink: Sink, each: Operator) -> Iterator[Diagnostic]:
    assert sink.stream is not None
    if sink.stream.mode is OutputMode.APPEND:
        return
    before = [op for op in each.aggregations if op is not each]
    if before:
        message = "this step keeps state and gets rows that may be older than the watermark"
        also = (Label(place(before[-1]), "these groups may still change"), mode_label(sink))
        help_ = ("write the first result on its own, and make the second one from there",)
        yield Diagnostic(CHAINED, message, Label(place(each)), also, help_)
