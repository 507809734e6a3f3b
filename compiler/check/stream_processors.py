"""Processors with state of their own: their times, their store, and what Spark lines have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ssbt.compiler.check.stream_findings import deduplicate_findings, mode_label, operator_span
from ssbt.compiler.check.stream_state import has_watermark
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.connectors.triggers import Trigger, TriggerKind
from ssbt.compiler.diagnostics.examples import PIPELINE, STREAMING, streaming_example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.pipeline import Pipeline, Sink
from ssbt.compiler.ir.plans import iterate_operators, output_modes, plans, stream_plans
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
    "Timers or times to live with the wrong clock",
    """\
A `ttl` is counted by the clock of the machine, so it cannot be combined with timers by event time.
Let a timer clear the state, or let the timers use `processing_time`, too.
""",
    wrong=streaming_example(
        preamble=_TOTAL, steps=_MARKED + _step(f"  timers = event_time\n{_FORGOTTEN}")
    ),
    right=streaming_example(
        preamble=_TOTAL, steps=_MARKED + _step(f"  timers = event_time\n{_STATE}")
    ),
)

ENDLESS = Code(
    "SSBT0625",
    "A job that would never end",
    """\
If a processor has timers by processing time, or state with a `ttl`, Spark keeps making batches
without rows, because the clock goes on. With `trigger = available now` the query should end once
all rows are read, but never does. Use `every …` for a job that keeps running, or timers by event
time.
""",
    wrong=streaming_example(
        preamble=_TOTAL, steps=_step(_FORGOTTEN), options="trigger = available now"
    ),
    right=streaming_example(
        preamble=_TOTAL, steps=_step(_FORGOTTEN), options="trigger = every 1 minute"
    ),
)

WRONG_STORE = Code(
    "SSBT0626",
    "A state store that processors cannot use",
    """\
A processor has several variables, timers and times to live, which only RocksDB can keep. The script
chooses it as the state store; remove the setting.
""",
    wrong=streaming_example(
        pipeline='pipeline paid_orders {\n  checkpoint = "checkpoints"\n'
        '  time_zone = "UTC"\n  spark {\n'
        '    "spark.sql.streaming.stateStore.providerClass" = '
        '"org.apache.spark.sql.execution.streaming.state.HDFSBackedStateStoreProvider"\n  }\n}\n',
        preamble=_TOTAL,
        steps=_step(_TIMED),
    ),
    right=streaming_example(preamble=_TOTAL, steps=_step(_TIMED)),
)

OLD_LINE = Code(
    "SSBT0627",
    "What Spark 3.5 cannot keep for a processor",
    """\
Spark 3.5 has `applyInPandasWithState`: one function, one value for each key, and one timeout
instead of timers, which needs a watermark if it uses event time. It has no lists, maps or `ttl`. It
works on streams only, once in a query without an aggregation, and in one output mode. Spark 4 and
later have `transformWithState`.
""",
    wrong=streaming_example(
        pipeline=PIPELINE.replace("}\n", '  target      = "3.5"\n' + STREAMING),
        preamble=_TOTAL,
        steps=_step(_TIMED.replace("value", "list")).replace("Totals", "totals"),
    ),
    right=streaming_example(
        pipeline=PIPELINE.replace("}\n", '  target      = "3.5"\n' + STREAMING),
        preamble=_TOTAL,
        steps=_step(_TIMED).replace("Totals", "totals"),
    ),
    way_out="compile for Spark 4.0 or later, or divide the query in two by a topic",
)

_PROVIDER = "spark.sql.streaming.statestore.providerclass"


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Findings for each processor."""
    yield from deduplicate_findings(_check_processors(pipeline))


def _check_processors(pipeline: Pipeline) -> Iterator[Diagnostic]:
    roots, modes = plans(pipeline), output_modes(pipeline)
    is_old = pipeline.target.startswith("3.")
    flows = ((sink, roots[sink.dataset]) for sink in pipeline.sinks)
    for _, operator in iterate_operators(flows):
        if isinstance(operator.step, s.Stateful):
            yield from _check_timers(operator.step)
            yield from _check_state_store(operator, pipeline)
            yield from _check_old_line(operator, operator.step) if is_old else ()
    for sink, root in stream_plans(pipeline):
        yield from _check_endless(sink, root)
        yield from _check_old_plan(sink, root, modes) if is_old else ()


def _check_timers(step: s.Stateful) -> Iterator[Diagnostic]:
    expiring = [variable for variable in step.variables if variable.ttl is not None]
    if step.timers is not TimeMode.EVENT_TIME:
        return
    for variable in expiring:
        message = "a `ttl` is counted by the clock, and the timers go by event time"
        help_ = ("let a timer clear it, or write `timers = processing_time`",)
        yield Diagnostic(WRONG_TIME, message, Label(variable.span), (), help_)


def _check_endless(sink: Sink, root: Operator) -> Iterator[Diagnostic]:
    setting = sink.settings.at(OptionPlacement.TRIGGER)
    if setting is None or not isinstance(setting.value, Trigger):
        return
    if setting.value.kind is not TriggerKind.AVAILABLE_NOW:
        return
    for operator in root.processors:
        if (
            isinstance(operator.step, s.Stateful)
            and operator.step.time_mode is TimeMode.PROCESSING_TIME
        ):
            message = "`available now` never ends with state that goes by the clock"
            label = Label(setting.span or sink.span)
            also = (Label(operator_span(operator), "this goes by processing time"),)
            yield Diagnostic(ENDLESS, message, label, also, ("write `every …`",))
            return


def _check_state_store(operator: Operator, pipeline: Pipeline) -> Iterator[Diagnostic]:
    for name, value in pipeline.spark:
        is_other = name.lower() == _PROVIDER and not value.endswith("RocksDBStateStoreProvider")
        if is_other and not pipeline.target.startswith("3."):
            message = "a processor needs RocksDB as its state store"
            help_ = (f"leave `{name}` out",)
            yield Diagnostic(WRONG_STORE, message, Label(operator_span(operator)), (), help_)


def _check_old_line(operator: Operator, step: s.Stateful) -> Iterator[Diagnostic]:
    def build_diagnostic(message: str) -> Diagnostic:
        help_ = ('`target = "4.0"` or later has it',)
        return Diagnostic(OLD_LINE, message, Label(operator_span(operator)), (), help_)

    if not operator.streaming:
        yield build_diagnostic("Spark 3.5 runs such a function on streams only")
    if len(step.variables) != 1:
        yield build_diagnostic(
            f"Spark 3.5 keeps one value for each key, and this declares {_count_text(step)}"
        )
    for variable in step.variables:
        if variable.kind != "value":
            yield build_diagnostic(f"Spark 3.5 keeps a value for each key, and no {variable.kind}")
        if variable.ttl is not None:
            yield build_diagnostic("Spark 3.5 has no `ttl`")
    if step.timers is TimeMode.EVENT_TIME and not has_watermark(operator):
        yield build_diagnostic("Spark 3.5 needs a watermark before a timeout by event time")
    if step.event_time is not None:
        yield build_diagnostic(
            "Spark 3.5 loses the watermark here, so that no column can pass it on"
        )


def _count_text(step: s.Stateful) -> str:
    return str(len(step.variables)) if step.variables else "none"


def _check_old_plan(
    sink: Sink, root: Operator, modes: Mapping[Span, frozenset[OutputMode]]
) -> Iterator[Diagnostic]:
    processors, aggregations = root.processors, root.aggregations
    for operator in processors[1:]:
        message = "Spark 3.5 has one such function in a query"
        also = (Label(operator_span(processors[0]), "the first one"),)
        yield Diagnostic(OLD_LINE, message, Label(operator_span(operator)), also)
    for operator in processors:
        if aggregations:
            message = "Spark 3.5 has no such function in a query with an aggregation"
            also = (Label(operator_span(aggregations[0]), "aggregated here"),)
            yield Diagnostic(OLD_LINE, message, Label(operator_span(operator)), also)
        if len(modes[operator.step.span]) > 1:
            message = "Spark 3.5 runs such a function in one output mode"
            yield Diagnostic(OLD_LINE, message, Label(operator_span(operator)), (mode_label(sink),))
