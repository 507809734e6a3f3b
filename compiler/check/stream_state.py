"""State that grows forever, and rows that are dropped unseen."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.stream_findings import deduplicate_findings, operator_span
from ssbt.compiler.check.stream_joins import is_bounded
from ssbt.compiler.diagnostics.examples import streaming_example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source
from ssbt.compiler.ir.plans import stream_steps
from ssbt.compiler.ir.state import TimeMode
from ssbt.compiler.ir.streams import OutputMode

UNBOUNDED = Code(
    "SSBT0630",
    "State that grows forever",
    """\
The state of a stream lives as long as the checkpoint. Spark forgets only what a watermark has
passed: without a watermark, or where it does not reach the step, each new key stays forever. Group
by a `window` over the column with the watermark, deduplicate `within watermark`, or limit a join in
time on both sides. The state of a processor stays until its own code clears it, for instance when a
timer fires, or until its `ttl` has passed.
""",
    wrong=streaming_example(steps="|> deduplicate by id"),
    right=streaming_example(
        steps="|> watermark placed_at delay 1 day\n|> deduplicate by id within watermark"
    ),
    severity=Severity.WARNING,
)

DROPPED = Code(
    "SSBT0632",
    "Rows that are dropped because they are late",
    """\
The next step with state drops a row that is older than the watermark, and only a counter in Spark's
metrics shows it. With a delay of 0 that happens to every row older than the latest one; with
`latest_first = true` to most rows after a pause, because the newest files come first; with the
policy `max` to the rows of all streams but the fastest.
""",
    wrong=streaming_example(
        steps="|> watermark placed_at delay 0 seconds\n|> deduplicate by id within watermark"
    ),
    right=streaming_example(
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
    yield from deduplicate_findings(
        finding
        for sink, each in stream_steps(pipeline)
        if each.stateful
        for finding in (*_check_unbounded(sink, each), *_check_dropped_rows(each, takes_latest))
    )


def _check_unbounded(sink: Sink, operator: Operator) -> Iterator[Diagnostic]:
    problem = _find_growth(sink, operator)
    if problem is not None:
        message, help_ = problem
        yield Diagnostic(UNBOUNDED, message, Label(operator_span(operator)), (), (help_,))


def _find_growth(sink: Sink, operator: Operator) -> tuple[str, str] | None:
    """What grows, and the way out."""
    step = operator.step
    if isinstance(step, s.Aggregate) and operator.is_aggregation:
        # In append mode it is an error; who writes all groups each time has asked to keep them.
        is_update = sink.stream is not None and sink.stream.mode is OutputMode.UPDATE
        if not is_update or not step.keys or operator.has_event_time_key:
            return None
        return "each group is kept forever", "group by a `window` over a column with a watermark"
    if isinstance(step, s.Join):
        return _find_growing_side(step)
    if isinstance(step, s.Stateful):
        return _find_growing_variable(operator, step)
    if isinstance(step, s.Deduplicate) and step.within_watermark:
        return None
    columns = operator.distinct_columns
    if isinstance(step, s.SetOperation) and step.operator == "except":
        columns = operator.output.columns
    return None if columns is None or any(c.event_time for c in columns) else _GROWING_COMBINATIONS


_GROWING_COMBINATIONS = (
    "each combination is kept forever",
    "set a `watermark`, and write `deduplicate by … within watermark`",
)


def has_watermark(operator: Operator) -> bool:
    """Whether a watermark reaches the step."""
    return any(column.event_time for column in operator.inputs[0].output.columns)


def _find_growing_variable(operator: Operator, step: s.Stateful) -> tuple[str, str] | None:
    """With timers the processor can clear what it keeps; whether it does cannot be told."""
    unlimited = [variable.name for variable in step.variables if variable.ttl is None]
    if step.timers is TimeMode.EVENT_TIME and not has_watermark(operator):
        remedy = "add `|> watermark … delay …` before, which timers by event time wait for"
        return "without a watermark no timer ever fires", remedy
    if not unlimited or step.timers is not TimeMode.NONE:
        return None
    remedy = "give it a `ttl`, or say by what `timers` go and clear it when one has fired"
    return f"`{unlimited[0]}` is kept forever for each key", remedy


def _find_growing_side(step: s.Join) -> tuple[str, str] | None:
    terms = step.terms
    if step.kind == "anti" or not terms.equality or not is_bounded(step):
        # An error, told elsewhere.
        return None
    if terms.on_event_time or (terms.left_bounded and terms.right_bounded):
        return None
    sides = {(False, False): "both sides", (True, False): "the right side"}
    side = sides.get((terms.right_bounded, terms.left_bounded), "the left side")
    remedy = "set a `watermark` on both sides, and bound the difference of their times both ways"
    return f"the rows of {side} are kept forever", remedy


def _check_dropped_rows(operator: Operator, takes_latest: bool) -> Iterator[Diagnostic]:
    for watermark in operator.watermarks:
        assert isinstance(watermark.step, s.Watermark)
        labels = (Label(operator_span(operator), "dropped here"),)
        if watermark.step.delay.startswith("0 "):
            message = "every row that is not the latest is late"
            help_ = ("say how late rows may be: `delay 10 minutes`",)
            yield Diagnostic(DROPPED, message, Label(operator_span(watermark)), labels, help_)
        for source in watermark.origins:
            if isinstance(source.step, Source) and source.step.settings.is_true("latest_first"):
                message = "`latest_first` makes older files late, and their rows are dropped"
                help_ = ("leave `latest_first` out",)
                yield Diagnostic(DROPPED, message, Label(operator_span(watermark)), labels, help_)
    if takes_latest and len(operator.watermarks) > 1:
        message = "the watermark of the fastest stream counts, and rows older than it are dropped"
        help_ = (f"leave `{_POLICY}` at `min`",)
        yield Diagnostic(DROPPED, message, Label(operator_span(operator.watermarks[-1])), (), help_)
