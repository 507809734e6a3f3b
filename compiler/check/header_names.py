"""Columns that become headers of the name that `event_id` has."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.ir.records import EVENT_ID_HEADER

_SINK = """\
sink paid to kafka {
  bootstrap_servers = "localhost:9092"
  topic             = "paid"
  value             = json
  header_columns    = HEADER
  event_id          = id
}
"""

HEADER_TWICE = Code(
    "SSBT0544",
    "Two headers of one name",
    """\
Each column of `header_columns` is a header of its name, and `event_id` adds one called `event_id`.
Of two headers of one name some readers take the first and others the last. Give the column
another name, or leave it to `event_id` to write the header.
""",
    wrong=example(
        steps="|> select id, amount, status as event_id", sink=_SINK.replace("HEADER", "event_id")
    ),
    right=example(
        steps="|> select id, amount, status as state", sink=_SINK.replace("HEADER", "state")
    ),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """A finding for each header that is called as that of the sink's `event_id`."""
    for sink in pipeline.sinks:
        event = sink.settings.at(OptionPlacement.EVENT_ID)
        if event is None or event.span is None:
            continue
        for column in sink.settings.columns_at(OptionPlacement.HEADERS):
            if column.name == EVENT_ID_HEADER:
                message = f"the records would have two headers called `{column.name}`"
                also = (Label(event.span, "adds one"),)
                help_ = ("give the column another name: `|> rename event_id as …`",)
                yield Diagnostic(HEADER_TWICE, message, Label(column.span), also, help_)
