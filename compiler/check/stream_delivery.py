"""What a stream is required to promise, and what breaks a promise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ssbt.compiler.check.stream_findings import head, once
from ssbt.compiler.connectors.specification import Delivery, Place
from ssbt.compiler.diagnostics.examples import streamed
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.ir.guarantees import guarantees
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.pipeline import Pipeline, Sink
from ssbt.compiler.ir.plans import calls, each_once, stream_plans
from ssbt.compiler.types.functions import find

_NOW = frozenset({"current_date", "current_timestamp", "curdate", "now", "localtimestamp"})
_FUNCTION = 'function = "other.py:upsert"\nkey = [id]'

TOO_LITTLE = Code(
    "SSBT0621",
    "Less than the delivery that is required",
    """\
`require` says what a sink must promise. The compiler adds up what the source, the sink and the
checkpoint can promise, and the weakest of them holds: see the delivery of each sink in
`docs/connectors`.
""",
    wrong=streamed(connector="console", options="require = exactly_once"),
    right=streamed(connector="parquet", options="require = exactly_once"),
)

NOT_REPEATABLE = Code(
    "SSBT0631",
    "A value that is another one when a batch is repeated",
    """\
After a failure the last batch is computed again. A sink that replaces rows by their key then needs
the same rows: one with a random number, a new id or the current time in it is another row, and
comes twice. Take such values from the data, or make them where the data is produced.
""",
    wrong=streamed(
        connector="foreach_batch", options=_FUNCTION, steps="|> extend uuid() as row_id"
    ),
    right=streamed(
        connector="foreach_batch", options=_FUNCTION, steps="|> extend md5(string(id)) as row_id"
    ),
    severity=Severity.WARNING,
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Findings for each sink of a stream."""
    promises = guarantees(pipeline)
    keyed: list[tuple[Sink, Operator]] = []
    for sink, root in stream_plans(pipeline):
        assert sink.stream is not None
        promise = promises[sink.name]
        required = sink.stream.require
        setting = sink.settings.at(Place.REQUIRE)
        if required is not None and promise.is_less_than(required):
            message = f"`{sink.name}` is delivered {promise.delivery.phrase}"
            span = setting.span if setting is not None else None
            help_ = (f"the reason: {promise.reason}",)
            where = Label(span or head(sink.span), f"{required.phrase} is required")
            yield Diagnostic(TOO_LITTLE, message, where, (), help_)
        if promise.delivery is Delivery.EFFECTIVELY_ONCE:
            keyed.append((sink, root))
    yield from once(_not_repeatable(keyed))


def _not_repeatable(flows: Iterable[tuple[Sink, Operator]]) -> Iterator[Diagnostic]:
    for sink, each in each_once(flows):
        for call in calls(each.step) if each.streaming else ():
            function = find(call.name)
            if call.name in _NOW or (function is not None and not function.deterministic):
                message = f"`{call.name}` gives another value when a batch is repeated"
                also = (Label(head(sink.span), f"`{sink.name}` tells rows apart by their key"),)
                help_ = ("take the value from the data",)
                yield Diagnostic(NOT_REPEATABLE, message, Label(call.span), also, help_)
