"""Columns that become headers: called as that of `event_id`, or of several values."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label, Severity
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.ir.plans import plans
from ssbt.compiler.ir.records import EVENT_ID_HEADER, HEADERS
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.source import Span
from ssbt.compiler.types.datatypes import (
    ArrayType,
    BinaryType,
    DataType,
    MapType,
    StringType,
    StructType,
    TimestampType,
)
from ssbt.compiler.types.zone_dependence import iterate_types

_NESTED = (StructType, ArrayType, MapType)
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
    "Two headers with the same name",
    """\
Each column of `header_columns` becomes a header with its name, and `event_id` adds one called
`event_id`. Of two headers with the same name, some readers take the first and others the last.
Rename the column, or let `event_id` write the header.
""",
    wrong=example(
        steps="|> select id, amount, status as event_id", sink=_SINK.replace("HEADER", "event_id")
    ),
    right=example(
        steps="|> select id, amount, status as state", sink=_SINK.replace("HEADER", "state")
    ),
)

SEVERAL_VALUES = Code(
    "SSBT0552",
    "A header with several values",
    """\
A header is a text. For a struct, an array or a map, Spark writes the form that it displays:
`{7, PAID, 2026-03-10 12:00:00}`. Texts in it have no quotes, timestamps no time zone, and bytes
stay as they are, so no reader can take it apart reliably. `to_json(…)` writes what readers
understand. To add headers from one column, one by one, use an
`ARRAY<STRUCT<key: STRING, value: BINARY>>`.
""",
    wrong=example(
        steps="|> select id, amount, struct(id, status) as origin",
        sink=_SINK.replace("HEADER", "origin"),
    ),
    right=example(
        steps="|> select id, amount, to_json(struct(id, status)) as origin",
        sink=_SINK.replace("HEADER", "origin"),
    ),
    severity=Severity.WARNING,
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Findings for the headers of each sink."""
    roots = plans(pipeline)
    yield from _check_names(pipeline)
    for sink in pipeline.sinks:
        root = roots.get(sink.dataset)
        if root is None:
            continue
        for name in sink.settings.columns_at(OptionPlacement.HEADERS):
            for column in root.output.find_columns(name.name):
                if isinstance(column.type, _NESTED) and column.type != HEADERS:
                    yield _build_diagnostic(column, name.span)


def _build_diagnostic(column: Column, span: Span) -> Diagnostic:
    message = (
        f"readers cannot take apart the header `{column.name}`, a text of"
        f" {column.type.sql}{_describe_losses(column.type)}"
    )
    help_ = (f"write JSON: `|> set {column.name} = to_json({column.name})`",)
    return Diagnostic(SEVERAL_VALUES, message, Label(span), (), help_)


def _describe_losses(type_: DataType) -> str:
    """What a text of values in others lacks."""
    types = [*iterate_types(type_)]
    losses = {
        "timestamps lose their time zone": TimestampType,
        "bytes stay as they are": BinaryType,
        "texts have no quotes": StringType,
    }
    parts = [t for t, kind in losses.items() if any(isinstance(each, kind) for each in types)]
    return f": {', '.join(parts)}" if parts else ""


def _check_names(pipeline: Pipeline) -> Iterator[Diagnostic]:
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
