"""Sinks of a source with dead letters that cannot be written in one pass."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.check.stream_findings import declaration_head
from ssbt.compiler.connectors.loading import has_template
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.connectors.triggers import TriggerKind
from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.passes import Pass, passes
from ssbt.compiler.ir.pipeline import Pipeline, Sink
from ssbt.compiler.ir.streams import OutputMode

_NO_BATCHES = (TriggerKind.CONTINUOUS, TriggerKind.REAL_TIME)
_PIPELINE = 'pipeline paid_orders {\n  checkpoint = "checkpoints"\n}\n'
_PAID = 'sink paid to parquet {\n  path = "paid"\n}\n'
_COPY = """\
sink NAME to parquet as copy {
  path    = "copy"
  trigger = every 1 hour
}
"""


def _source(name: str, trigger: str = "") -> str:
    return f"""\
stream source {name} from kafka {{
  bootstrap_servers = "localhost:9092"
  subscribe         = "orders"
  value             = json
  schema            = Order
  on_error          = dead_letter
}}

sink {name}.dead_letter to parquet {{
  path = "dead/{name}"{trigger}
}}
"""


APART = Code(
    "SSBT0541",
    "Sinks that cannot be written in one pass",
    """\
The records of a source with `on_error = dead_letter` are read once, and each is decoded once. So
one query writes all sinks for its rows and its dead letters. These sinks need the same trigger,
which has to make batches, and at most one output mode other than `append`. And each must be able to
write a batch, as files, Kafka, `foreach_batch`, `noop` and `console` can.

If a sink cannot join the others, give it its own source over the same topic, with a sink for that
source's dead letters.
""",
    wrong=example(
        pipeline=_PIPELINE,
        source=_source("orders"),
        sink=f"{_PAID}\n{_COPY.replace('NAME', 'orders')}",
    ),
    right=example(
        pipeline=_PIPELINE,
        source="\n".join((_source("orders"), _source("clicks", "\n  trigger = every 1 hour"))),
        sink=f"{_PAID}\n{_COPY.replace('NAME', 'clicks')}",
    ),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Findings for each pass."""
    for pass_ in passes(pipeline):
        yield from _check_pass(pass_)


def _check_pass(pass_: Pass) -> Iterator[Diagnostic]:
    sources = " and ".join(f"`{name}`" for name in pass_.sources)
    help_ = (
        "let them agree, or give the sink a source of its own, with a sink for its dead letters",
    )
    first = pass_.sinks[0]
    for sink in pass_.sinks:
        assert sink.stream is not None
        trigger = sink.stream.trigger
        if trigger is not None and trigger.kind in _NO_BATCHES:
            message = f"the rows and dead letters of {sources} are written in batches"
            yield Diagnostic(
                APART, message, _setting_label(sink, OptionPlacement.TRIGGER), (), help_
            )
        elif _trigger_text(sink) != _trigger_text(first):
            message = f"the sinks of {sources} are written in one pass, with one trigger"
            also = (_setting_label(first, OptionPlacement.TRIGGER),)
            yield Diagnostic(
                APART, message, _setting_label(sink, OptionPlacement.TRIGGER), also, help_
            )
        if not has_template(sink.connector, "write_batch"):
            message = f"`{sink.connector.name}` cannot be written in one pass with the dead letters"
            yield Diagnostic(APART, message, Label(declaration_head(sink.span)), (), help_)
    yield from _check_output_modes(pass_, sources, help_)


def _check_output_modes(pass_: Pass, sources: str, help_: tuple[str, ...]) -> Iterator[Diagnostic]:
    """Spark has one output mode for a query, and only in `append` several that keep state."""
    separate = [sink for sink in pass_.sinks if sink.dataset in pass_.separate_datasets]
    for sink in separate:
        assert sink.stream is not None
        conflicting = [other for other in separate if other.dataset != sink.dataset]
        if sink.stream.mode is not OutputMode.APPEND and conflicting:
            message = (
                f"the sinks of {sources} are written in one pass, where one with the output mode"
                f" `{sink.stream.mode.value}` has no other with state beside it"
            )
            also = (_setting_label(conflicting[0], OptionPlacement.MODE),)
            yield Diagnostic(
                APART, message, _setting_label(sink, OptionPlacement.MODE), also, help_
            )


def _trigger_text(sink: Sink) -> str:
    assert sink.stream is not None
    return str(sink.stream.trigger) if sink.stream.trigger is not None else ""


def _setting_label(sink: Sink, placement: OptionPlacement) -> Label:
    setting = sink.settings.at(placement)
    span = setting.span if setting is not None else None
    return Label(span if span is not None else declaration_head(sink.span))
