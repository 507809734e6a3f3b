"""State that grows for ever, and rows that are dropped unseen."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.stream_findings import once, place
from ssbt.compiler.check.stream_joins import is_bounded
from ssbt.compiler.diagnostics.examples import streamed
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source
from ssbt.compiler.ir.plans import stream_steps
from ssbt.compiler.ir.state import TimeMode
from ssbt.compiler.ir.streams import OutputMode

UNBOUNDED = Code(
    "SSBT0630",
    "State that grows for ever",
    """\
The state of a stream lives as long as the checkpoint. Spark forgets what a watermark has passed,
and nothing else: without a watermark, or where it does not reach the step, each new key stays for
ever. Group by a `window` over the column of the watermark, deduplicate `within watermark`, bound a
join in time on both sides. What a processor keeps stays until its own code clears it, when a timer
has fired, or until its `ttl` has passed.
""",
    wrong=streamed(steps="|> deduplicate by id"),
    right=streamed(
        steps="|> watermark placed_at delay 1 day\n|> deduplicate by id within watermark"
    ),
    severity=Severity.WARNING,
)

DROPPED = Code(
    "SSBT0632",
    "Rows that are dropped for being late",
    """\
A row that is older than the watermark is dropped by the next step with state, and nobody sees it
but a counter in Spark's metrics. With a delay of 0 that happens to every row behind the latest one;
with `latest_first = true` to most rows after a pause, because the newest files come first; with the
policy `max` to the rows of all streams but the fastest.
""",
    wrong=streamed(
        steps="|> watermark placed_at delay 0 seconds\n|> deduplicate by id within watermark"
    ),
    right=streamed(
        steps="|> watermark placed_at delay 10 minutes\n|> deduplicate by id within watermark"
    ),
    severity=Severity.WARNING,
)

_POLICY = "spark.sql.streaming.multiplewatermarkpolicy"


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Warnings for each step with state."""
    takes_latest = any(
        name.lower() == _POLICY and value.lower() == "max" for name, value in pipeline.spark
    )
    yield from once(
        finding
        for sink, each in stream_steps(pipeline)
        if each.stateful
        for finding in (*_unbounded(sink, each), *_dropped(each, takes_latest))
    )


def _unbounded(sink: Sink, each: Operator) -> Iterator[Diagnostic]:
    found = _growing(sink, each)
    if found is not None:
        message, help_ = found
        yield Diagnostic(UNBOUNDED, message, Label(place(each)), (), (help_,))


def _growing(sink: Sink, each: Operator) -> tuple[str, str] | None:
    """What grows, and the way out."""
    step = each.step
    if isinstance(step, s.Aggregate) and each.aggregates:
        # In append mode it is an error; who writes all groups each time has asked to keep them.
        is_update = sink.stream is not None and sink.stream.mode is OutputMode.UPDATE
        if not is_update or not step.keys or each.has_event_time_key:
            return None
        return "each group is kept for ever", "group by a `window` over a column with a watermark"
    if isinstance(step, s.Join):
        return _growing_side(step)
    if isinstance(step, s.Stateful):
        return _growing_variable(each, step)
    if isinstance(step, s.Deduplicate) and step.within_watermark:
        return None
    columns = each.distinct_columns
    if isinstance(step, s.SetOperation) and step.operator == "except":
        columns = each.output.columns
    return None if columns is None or any(c.event_time for c in columns) else _KEPT


_KEPT = (
    "each combination is kept for ever",
    "set a `watermark`, and write `deduplicate by … within watermark`",
)


def has_watermark(each: Operator) -> bool:
    """Whether a watermark reaches the step."""
    return any(column.event_time for column in each.inputs[0].output.columns)


def _growing_variable(each: Operator, step: s.Stateful) -> tuple[str, str] | None:
    """With timers the processor can clear what it keeps; whether it does cannot be told."""
    kept = [variable.name for variable in step.variables if variable.ttl is None]
    if step.timers is TimeMode.EVENT_TIME and not has_watermark(each):
        way = "add `|> watermark … delay …` before, which timers by event time wait for"
        return "without a watermark no timer ever fires", way
    if not kept or step.timers is not TimeMode.NONE:
        return None
    way = "give it a `ttl`, or say by what `timers` go and clear it when one has fired"
    return f"`{kept[0]}` is kept for ever for each key", way


def _growing_side(step: s.Join) -> tuple[str, str] | None:
    terms = step.terms
    if step.kind == "anti" or not terms.equality or not is_bounded(step):
        # An error, told elsewhere.
        return None
    if terms.on_event_time or (terms.left_bounded and terms.right_bounded):
        return None
    sides = {(False, False): "both sides", (True, False): "the right side"}
    side = sides.get((terms.right_bounded, terms.left_bounded), "the left side")
    way = "set a `watermark` on both sides, and bound the difference of their times both ways"
    return f"the rows of {side} are kept for ever", way


def _dropped(each: Operator, takes_latest: bool) -> Iterator[Diagnostic]:
    for op in each.watermarks:
        assert isinstance(op.step, s.Watermark)
        where = (Label(place(each), "dropped here"),)
        if op.step.delay.startswith("0 "):
            message = "every row that is not the latest is late"
            help_ = ("say how late rows may be: `delay 10 minutes`",)
            yield Diagnostic(DROPPED, message, Label(place(op)), where, help_)
        for source in op.origins:
            if isinstance(source.step, Source) and source.step.settings.is_true("latest_first"):
                message = "`latest_first` makes older files late, and their rows are dropped"
                help_ = ("leave `latest_first` out",)
                yield Diagnostic(DROPPED, message, Label(place(op)), where, help_)
    if takes_latest and len(each.watermarks) > 1:
        message = "the watermark of the fastest stream counts, and what is behind it is dropped"
        help_ = (f"leave `{_POLICY}` at `min`",)
        yield Diagnostic(DROPPED, message, Label(place(each.watermarks[-1])), (), help_)
