"""Processors with state of their own: their times, their store, and what Spark lines have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ssbt.compiler.check.stream_findings import mode_label, once, place
from ssbt.compiler.check.stream_state import has_watermark
from ssbt.compiler.connectors.specification import Place
from ssbt.compiler.connectors.triggers import Trigger, TriggerKind
from ssbt.compiler.diagnostics.examples import PIPELINE, STREAMING, streamed
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.pipeline import Pipeline, Sink
from ssbt.compiler.ir.plans import each_once, output_modes, plans, stream_plans
from ssbt.compiler.ir.state import TimeMode
from ssbt.compiler.ir.streams import OutputMode
from ssbt.compiler.source import Span

_TOTAL = "schema Total {\n  paid: decimal(12,2)\n}\n"
_STATE = "  state {\n    total = value { schema = Total }\n  }\n"
_FORGOTTEN = _STATE.replace("Total }", "Total, ttl = 1 day }")
_TIMED = f"  timers = processing_time\n{_STATE}"
_MARKED = "|> watermark placed_at delay 1 hour\n"


def _step(block: str) -> str:
    return f'|> stateful "other.py:Totals" by id returns Order {{\n{block}}}'


WRONG_TIME = Code(
    "SSBT0624",
    "Timers or times to live that go by the wrong clock",
    """\
A `ttl` is counted by the clock of the machine, so that no timers by event time can stand beside it:
let a timer clear the state, or let the timers go by `processing_time`, too.
""",
    wrong=streamed(before=_TOTAL, steps=_MARKED + _step(f"  timers = event_time\n{_FORGOTTEN}")),
    right=streamed(before=_TOTAL, steps=_MARKED + _step(f"  timers = event_time\n{_STATE}")),
)

ENDLESS = Code(
    "SSBT0625",
    "A job that would never end",
    """\
Where a processor has timers by processing time, or state with a `ttl`, Spark makes a batch without
rows after each other, because the clock goes on. With `trigger = available now` the query should
end when all rows are read, and never does. Use `every …`, for a job that goes on, or timers by
event time.
""",
    wrong=streamed(before=_TOTAL, steps=_step(_FORGOTTEN), options="trigger = available now"),
    right=streamed(before=_TOTAL, steps=_step(_FORGOTTEN), options="trigger = every 1 minute"),
)

WRONG_STORE = Code(
    "SSBT0626",
    "A state store that processors cannot use",
    """\
A processor has several variables, timers and times to live, which only RocksDB can keep. The script
sets it as the state store; leave the setting out.
""",
    wrong=streamed(
        pipeline='pipeline paid_orders {\n  checkpoint = "checkpoints"\n'
        '  time_zone = "UTC"\n  spark {\n'
        '    "spark.sql.streaming.stateStore.providerClass" = '
        '"org.apache.spark.sql.execution.streaming.state.HDFSBackedStateStoreProvider"\n  }\n}\n',
        before=_TOTAL,
        steps=_step(_TIMED),
    ),
    right=streamed(before=_TOTAL, steps=_step(_TIMED)),
)

OLD_LINE = Code(
    "SSBT0627",
    "What Spark 3.5 cannot keep for a processor",
    """\
Spark 3.5 has `applyInPandasWithState`: one function, one value for each key, and one timeout
instead of timers, which needs a watermark where it goes by event time. It has neither lists, maps
nor a `ttl`; it runs on streams only, once in a query, which has no aggregation, and in one output
mode. From Spark 4 on there is `transformWithState`.
""",
    wrong=streamed(
        pipeline=PIPELINE.replace("}\n", '  target      = "3.5"\n' + STREAMING),
        before=_TOTAL,
        steps=_step(_TIMED.replace("value", "list")).replace("Totals", "totals"),
    ),
    right=streamed(
        pipeline=PIPELINE.replace("}\n", '  target      = "3.5"\n' + STREAMING),
        before=_TOTAL,
        steps=_step(_TIMED).replace("Totals", "totals"),
    ),
)

_PROVIDER = "spark.sql.streaming.statestore.providerclass"


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Findings for each processor."""
    yield from once(_findings(pipeline))


def _findings(pipeline: Pipeline) -> Iterator[Diagnostic]:
    known, modes = plans(pipeline), output_modes(pipeline)
    is_old = pipeline.target.startswith("3.")
    flows = ((sink, known[sink.dataset]) for sink in pipeline.sinks)
    for _, each in each_once(flows):
        if isinstance(each.step, s.Stateful):
            yield from _times(each.step)
            yield from _store(each, pipeline)
            yield from _old_line(each, each.step) if is_old else ()
    for sink, root in stream_plans(pipeline):
        yield from _endless(sink, root)
        yield from _old_plan(sink, root, modes) if is_old else ()


def _times(step: s.Stateful) -> Iterator[Diagnostic]:
    forgotten = [variable for variable in step.variables if variable.ttl is not None]
    if step.timers is not TimeMode.EVENT_TIME:
        return
    for variable in forgotten:
        message = "a `ttl` is counted by the clock, and the timers go by event time"
        help_ = ("let a timer clear it, or write `timers = processing_time`",)
        yield Diagnostic(WRONG_TIME, message, Label(variable.span), (), help_)


def _endless(sink: Sink, root: Operator) -> Iterator[Diagnostic]:
    setting = sink.settings.at(Place.TRIGGER)
    if setting is None or not isinstance(setting.value, Trigger):
        return
    if setting.value.kind is not TriggerKind.AVAILABLE_NOW:
        return
    for each in root.processors:
        if isinstance(each.step, s.Stateful) and each.step.time_mode is TimeMode.PROCESSING_TIME:
            message = "`available now` never ends with state that goes by the clock"
            where = Label(setting.span or sink.span)
            also = (Label(place(each), "this goes by processing time"),)
            yield Diagnostic(ENDLESS, message, where, also, ("write `every …`",))
            return


def _store(each: Operator, pipeline: Pipeline) -> Iterator[Diagnostic]:
    for name, value in pipeline.spark:
        is_other = name.lower() == _PROVIDER and not value.endswith("RocksDBStateStoreProvider")
        if is_other and not pipeline.target.startswith("3."):
            message = "a processor needs RocksDB as its state store"
            help_ = (f"leave `{name}` out",)
            yield Diagnostic(WRONG_STORE, message, Label(place(each)), (), help_)


def _old_line(each: Operator, step: s.Stateful) -> Iterator[Diagnostic]:
    def finding(message: str) -> Diagnostic:
        help_ = ('`target = "4.0"` or later has it',)
        return Diagnostic(OLD_LINE, message, Label(place(each)), (), help_)

    if not each.streaming:
        yield finding("Spark 3.5 runs such a function on streams only")
    if len(step.variables) != 1:
        yield finding(f"Spark 3.5 keeps one value for each key, and this declares {_count(step)}")
    for variable in step.variables:
        if variable.kind != "value":
            yield finding(f"Spark 3.5 keeps a value for each key, and no {variable.kind}")
        if variable.ttl is not None:
            yield finding("Spark 3.5 has no `ttl`")
    if step.timers is TimeMode.EVENT_TIME and not has_watermark(each):
        yield finding("Spark 3.5 needs a watermark before a timeout by event time")
    if step.event_time is not None:
        yield finding("Spark 3.5 loses the watermark here, so that no column can bear it on")


def _count(step: s.Stateful) -> str:
    return str(len(step.variables)) if step.variables else "none"


def _old_plan(
    sink: Sink, root: Operator, modes: Mapping[Span, frozenset[OutputMode]]
) -> Iterator[Diagnostic]:
    found, aggregations = root.processors, root.aggregations
    for each in found[1:]:
        message = "Spark 3.5 has one such function in a query"
        also = (Label(place(found[0]), "the first one"),)
        yield Diagnostic(OLD_LINE, message, Label(place(each)), also)
    for each in found:
        if aggregations:
            message = "Spark 3.5 has no such function in a query with an aggregation"
            also = (Label(place(aggregations[0]), "aggregated here"),)
            yield Diagnostic(OLD_LINE, message, Label(place(each)), also)
        if len(modes[each.step.span]) > 1:
            message = "Spark 3.5 runs such a function in one output mode"
            yield Diagnostic(OLD_LINE, message, Label(place(each)), (mode_label(sink),))
