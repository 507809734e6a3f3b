"""What a stream is required to promise, and what breaks a promise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ssbt.compiler.check.stream_findings import declaration_head, deduplicate_findings
from ssbt.compiler.connectors.specification import Delivery, OptionPlacement
from ssbt.compiler.diagnostics.examples import streaming_example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.ir.guarantees import guarantees
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.pipeline import Pipeline, Sink
from ssbt.compiler.ir.plans import calls, iterate_operators, stream_plans
from ssbt.compiler.types.functions import find_function

_CURRENT_TIME_FUNCTIONS = frozenset(
    {"current_date", "current_timestamp", "curdate", "now", "localtimestamp"}
)
_FUNCTION = 'function = "other.py:upsert"\nkey = [id]'

TOO_LITTLE = Code(
    "SSBT0621",
    "A weaker delivery than required",
    """\
`require` says what a sink must guarantee. The compiler works out what the source, the sink and the
checkpoint can guarantee; the weakest of them decides. `docs/connectors` lists the delivery of each
sink.
""",
    wrong=streaming_example(connector="console", options="require = exactly_once"),
    right=streaming_example(connector="parquet", options="require = exactly_once"),
)

NOT_REPEATABLE = Code(
    "SSBT0631",
    "A value that changes when a batch is repeated",
    """\
After a failure, Spark computes the last batch again. A sink that replaces rows by their key then
needs the same rows: a row with a random number, a new id or the current time in it is a different
row, and arrives twice. Take such values from the data, or create them where the data is produced.
""",
    wrong=streaming_example(
        connector="foreach_batch", options=_FUNCTION, steps="|> extend uuid() as row_id"
    ),
    right=streaming_example(
        connector="foreach_batch", options=_FUNCTION, steps="|> extend md5(string(id)) as row_id"
    ),
    severity=Severity.WARNING,
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Findings for each sink of a stream."""
    promises = guarantees(pipeline)
    keyed_flows: list[tuple[Sink, Operator]] = []
    for sink, root in stream_plans(pipeline):
        assert sink.stream is not None
        promise = promises[sink.name]
        required = sink.stream.require
        setting = sink.settings.at(OptionPlacement.REQUIRE)
        if required is not None and promise.is_less_than(required):
            message = f"`{sink.name}` is delivered {promise.delivery.phrase}"
            span = setting.span if setting is not None else None
            help_ = (f"the reason: {promise.reason}",)
            label = Label(span or declaration_head(sink.span), f"{required.phrase} is required")
            yield Diagnostic(TOO_LITTLE, message, label, (), help_)
        if promise.delivery is Delivery.EFFECTIVELY_ONCE:
            keyed_flows.append((sink, root))
    yield from deduplicate_findings(_check_repeatability(keyed_flows))


def _check_repeatability(flows: Iterable[tuple[Sink, Operator]]) -> Iterator[Diagnostic]:
    for sink, operator in iterate_operators(flows):
        for call in calls(operator.step) if operator.streaming else ():
            function = find_function(call.name)
            if call.name in _CURRENT_TIME_FUNCTIONS or (
                function is not None and not function.deterministic
            ):
                message = f"`{call.name}` gives another value when a batch is repeated"
                also = (
                    Label(
                        declaration_head(sink.span), f"`{sink.name}` tells rows apart by their key"
                    ),
                )
                help_ = ("take the value from the data",)
                yield Diagnostic(NOT_REPEATABLE, message, Label(call.span), also, help_)
