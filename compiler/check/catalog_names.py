"""Connections that describe a catalog, under a name that means something else to Spark."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.connectors.loading import find_connector
from ssbt.compiler.diagnostics.examples import example
from ssbt.compiler.diagnostics.model import Code, Diagnostic, Label
from ssbt.compiler.ir.pipeline import Connection, Pipeline
from ssbt.compiler.source import Span

_TABLE = """\
connection NAME: iceberg {
  catalog   = hadoop
  warehouse = "lake"
}
"""
_SINK = """\
sink paid to iceberg {
  connection = NAME
  table      = "sales.paid"
  mode       = append
}
"""

TAKEN_CATALOG = Code(
    "SSBT0591",
    "A catalog with a name that Spark has given away",
    """\
The catalog of a connection has the connection's name in the session, so that its tables are
`lake.sales.paid`. Two kinds of names are taken:

| a connection called | |
|---|---|
| `spark_catalog` | the session's own catalog would be gone, with all tables and views in it |
| `delta`, `parquet`, … | in front of a path, ``delta.`/data/paid` ``, it is a format |

Give the connection another name.
""",
    wrong=example(preamble=_TABLE.replace("NAME", "delta"), sink=_SINK.replace("NAME", "delta")),
    right=example(preamble=_TABLE.replace("NAME", "lake"), sink=_SINK.replace("NAME", "lake")),
)
_SESSION_CATALOG = "spark_catalog"


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each such connection."""
    for connection in pipeline.connections:
        role = connection.connector.connection
        if role is not None and role.catalog and (why := _why_taken(connection)):
            span = connection.span
            head = Span(span.path, span.start, min(span.end, span.start + len("connection")))
            message = f"a catalog cannot be called `{connection.name}`: {why}"
            help_ = ("give the connection another name",)
            yield Diagnostic(TAKEN_CATALOG, message, Label(head), (), help_)


def _why_taken(connection: Connection) -> str:
    name = connection.name.casefold()
    if name == _SESSION_CATALOG:
        return "that is the session's own"
    connector = find_connector(name)
    sink = connector.sink if connector is not None else None
    is_format = sink is not None and sink.option("path") is not None
    return "in front of a path, it is a format" if is_format else ""
