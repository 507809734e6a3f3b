"""Triggers that the query, the source or the sink does not allow."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.stream_findings import (
    declaration_head,
    deduplicate_findings,
    mode_label,
    operator_span,
)
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.connectors.triggers import TriggerKind
from ssbt.compiler.diagnostics.examples import streaming_example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.ir import steps as s
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source
from ssbt.compiler.ir.plans import calls, iterate_operators, stream_plans
from ssbt.compiler.ir.streams import OutputMode
from ssbt.compiler.source import Span
from ssbt.compiler.types.functions import FunctionKind, find_function

_RATE = "stream source ticks from rate {\n}\n\nlet paid =\n  from ticks\n"
_ROW_BY_ROW = s.Filter | s.Project | s.WithColumns | s.DropColumns | s.RenameColumns | s.Alias
_CURRENT_TIME_FUNCTIONS = frozenset(
    {"current_date", "current_timestamp", "curdate", "now", "localtimestamp"}
)

CONTINUOUS = Code(
    "SSBT0619",
    "What continuous processing cannot do",
    """\
With `trigger = continuous …` Spark has no batches: each row passes through as it arrives. So you
can only use steps that turn one row into one row, such as `where`, `select` and `extend`, and not
the current time. The source must be able to read without batches (`rate`, `socket`, Kafka), and the
sink must be able to write without them (console, memory, noop, Kafka).
""",
    wrong=streaming_example(
        connector="noop",
        options="trigger = continuous 1 second",
        steps="|> watermark placed_at delay 1 hour",
    ),
    right=streaming_example(
        connector="noop",
        options="trigger = every 1 second",
        steps="|> watermark placed_at delay 1 hour",
    ),
    way_out="take another trigger, such as `every 1 second`, or leave this out",
)

REAL_TIME = Code(
    "SSBT0620",
    "What real-time mode cannot do",
    """\
With `trigger = real time` rows pass through all stages of a query at once, and few parts of Spark
can do that: the output mode is `update`, the source is Kafka, and `foreach_batch`, joins of two
streams and session windows are not supported.
""",
    wrong=streaming_example(
        pipeline='pipeline paid_orders {\n  target = "4.3"\n  checkpoint = "checkpoints"\n'
        '  time_zone = "UTC"\n}\n',
        connector="noop",
        mode="update",
        options="trigger = real time",
    ),
    right=streaming_example(connector="noop", mode="update", options="trigger = every 1 second"),
    way_out="take another trigger, such as `every 1 second`, or leave this out",
)

OLD = Code(
    "SSBT0633",
    "An outdated trigger",
    """\
`trigger = once` reads everything that is there in one batch, however much it is, and ignores the
limits of the source. `available now` reads the same in as many batches as the limits require.
""",
    wrong=streaming_example(options="trigger = once"),
    right=streaming_example(options="trigger = available now"),
    severity=Severity.WARNING,
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Findings for each sink."""
    yield from deduplicate_findings(_check_triggers(pipeline))


def _check_triggers(pipeline: Pipeline) -> Iterator[Diagnostic]:
    flows: dict[TriggerKind, list[tuple[Sink, Operator]]] = {}
    for sink, root in stream_plans(pipeline):
        assert sink.stream is not None
        if sink.stream.trigger is not None:
            yield from _check_sink(sink, sink.stream.trigger.kind)
            flows.setdefault(sink.stream.trigger.kind, []).append((sink, root))
    for kind, code, problems in (
        (TriggerKind.CONTINUOUS, CONTINUOUS, _continuous_problems),
        (TriggerKind.REAL_TIME, REAL_TIME, _real_time_problems),
    ):
        for sink, operator in iterate_operators(flows.get(kind, ())):
            for message in problems(operator):
                yield Diagnostic(
                    code, message, Label(operator_span(operator)), (Label(_trigger_span(sink)),)
                )


def _check_sink(sink: Sink, kind: TriggerKind) -> Iterator[Diagnostic]:
    trigger_label = Label(_trigger_span(sink))
    if kind is TriggerKind.ONCE:
        message = "`trigger = once` is old, and reads all there is in one batch"
        yield Diagnostic(OLD, message, trigger_label, (), ("write `available now`",))
    if kind is TriggerKind.CONTINUOUS:
        if sink.settings.at(OptionPlacement.COALESCE) or sink.settings.at(
            OptionPlacement.REPARTITION
        ):
            message = "continuous processing moves no rows between tasks"
            yield Diagnostic(
                CONTINUOUS, message, Label(declaration_head(sink.span)), (trigger_label,)
            )
        if not _sink_has(sink, "continuous"):
            message = f"`{sink.connector.name}` takes batches, and continuous processing has none"
            yield Diagnostic(
                CONTINUOUS, message, Label(declaration_head(sink.span)), (trigger_label,)
            )
    if kind is TriggerKind.REAL_TIME:
        yield from _check_real_time_sink(sink, trigger_label)


def _trigger_span(sink: Sink) -> Span:
    setting = sink.settings.at(OptionPlacement.TRIGGER)
    return (
        setting.span
        if setting is not None and setting.span is not None
        else declaration_head(sink.span)
    )


def _sink_has(sink: Sink, feature: str) -> bool:
    return sink.connector.sink is not None and feature in sink.connector.sink.features


def _source_has(source: Source, feature: str) -> bool:
    return source.connector.source is not None and feature in source.connector.source.features


def _continuous_problems(operator: Operator) -> Iterator[str]:
    if isinstance(operator.step, Source):
        if operator.streaming and not _source_has(operator.step, "continuous"):
            name = operator.step.connector.name
            yield f"`{name}` is read in batches, and continuous processing has none"
    elif not isinstance(operator.step, _ROW_BY_ROW) or operator.stateful or _makes_rows(operator):
        yield "continuous processing makes one row of one row, and this step does not"
    elif any(call.name in _CURRENT_TIME_FUNCTIONS for call in calls(operator.step)):
        yield "continuous processing has no current time"


def _makes_rows(operator: Operator) -> bool:
    functions = (find_function(call.name) for call in calls(operator.step))
    return any(
        function is not None and function.kind is FunctionKind.GENERATOR for function in functions
    )


def _check_real_time_sink(sink: Sink, trigger_label: Label) -> Iterator[Diagnostic]:
    assert sink.stream is not None
    if sink.stream.mode is not OutputMode.UPDATE:
        message = "real-time mode needs the output mode `update`"
        yield Diagnostic(REAL_TIME, message, mode_label(sink), (trigger_label,))
    if sink.stream.function is not None:
        message = f"`{sink.connector.name}` takes batches, and real-time mode has none"
        yield Diagnostic(REAL_TIME, message, Label(declaration_head(sink.span)), (trigger_label,))


def _real_time_problems(operator: Operator) -> Iterator[str]:
    step = operator.step
    if isinstance(step, Source):
        if operator.streaming and not _source_has(step, "real_time"):
            yield f"real-time mode cannot read from `{step.connector.name}`"
    elif isinstance(step, s.Join) and operator.stateful:
        yield "real-time mode cannot join two streams"
    elif any(call.name == "session_window" for call in calls(step)):
        yield "real-time mode has no session windows"
