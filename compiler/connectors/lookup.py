"""Connectors and formats that a pipeline names, or the findings that there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ssbt.compiler.connectors.loading import (
    connector_names,
    find_connector,
    find_record_format,
    format_names,
)
from ssbt.compiler.connectors.specification import ConnectorSpecificationError, Role
from ssbt.compiler.connectors.wording import join_alternatives
from ssbt.compiler.diagnostics.codes.connections import UNKNOWN_KIND
from ssbt.compiler.diagnostics.codes.connectors import UNKNOWN_CONNECTOR
from ssbt.compiler.diagnostics.model import Diagnostic, Edit, Label
from ssbt.compiler.diagnostics.suggestions import did_you_mean

if TYPE_CHECKING:
    from ssbt.compiler.connectors.formats import Format
    from ssbt.compiler.connectors.specification import Connector
    from ssbt.compiler.source import Span


def resolve_connector(name: str, span: Span) -> Connector | Diagnostic:
    """The connector that a pipeline names, or the finding that there is none."""
    try:
        specification = find_connector(name)
    except ConnectorSpecificationError as error:
        return _broken_finding("connector", name, span, error)
    return specification or _unknown_finding(
        "connector", name, span, _connectors_with_role(Role.SOURCE, Role.SINK)
    )


def resolve_connection_kind(name: str, span: Span) -> Connector | Diagnostic:
    """The connector whose connections are of the kind `name`, or the finding that there is none."""
    specification = find_connector(name)
    if specification and specification.connection:
        return specification
    kinds = _connectors_with_role(Role.CONNECTION)
    near = did_you_mean(name, kinds)
    return Diagnostic(
        UNKNOWN_KIND,
        f"there is no kind of connection `{name}`" + (f"; did you mean `{near}`?" if near else ""),
        Label(span),
        help=()
        if near
        else (f"the kinds here are {join_alternatives(f'`{kind}`' for kind in kinds)}",),
        fix=(Edit(span, near),) if near else (),
    )


def resolve_format(name: str, span: Span) -> Format | Diagnostic:
    """The format that an option names, or the finding that there is none."""
    try:
        specification = find_record_format(name)
    except ConnectorSpecificationError as error:
        return _broken_finding("format", name, span, error)
    return specification or _unknown_finding("format", name, span, format_names())


def _connectors_with_role(*roles: Role) -> tuple[str, ...]:
    """The connectors that have one of the sides; of a broken one nobody knows, so it is listed."""
    names = []
    for name in connector_names():
        try:
            specification = find_connector(name)
        except ConnectorSpecificationError:
            specification = None
        if specification is None or any(specification.role(role) for role in roles):
            names.append(name)
    return tuple(names)


def _broken_finding(
    noun: str, name: str, span: Span, error: ConnectorSpecificationError
) -> Diagnostic:
    return Diagnostic(
        UNKNOWN_CONNECTOR,
        f"the {noun} `{name}` is installed, but broken: {error}",
        Label(span),
        help=("its author can help: the package that brings it, not the pipeline, is wrong",),
    )


# What others call a connector, and what is none.
_OTHER_NAMES = {
    **dict.fromkeys(("stdout", "print", "show", "display"), "console"),
    **dict.fromkeys(("null", "blackhole", "devnull"), "noop"),
    **dict.fromkeys(("jsonl", "ndjson", "json_lines"), "json"),
    **dict.fromkeys(("tsv",), "csv"),
    **dict.fromkeys(("confluent", "redpanda", "eventhubs"), "kafka"),
    **dict.fromkeys(("foreachbatch", "foreach"), "foreach_batch"),
}
_PLACES = (
    "a place is part of the path, and the connector is the format of its files: "
    '`from parquet { path = "s3a://…" }`'
)
_TABLES = (
    "there is no connector for it yet: files, tables of the catalogue (`table` of a file sink) and "
    "Kafka are read and written here, `foreach_batch` hands rows to Python, and a connector can be "
    "added"
)
_ADVICE = {
    **dict.fromkeys(("file", "files", "folder", "fs", "s3", "s3a", "gcs", "gs", "hdfs"), _PLACES),
    **dict.fromkeys(("adls", "abfss", "dbfs", "azure", "blob", "local", "ftp"), _PLACES),
    **dict.fromkeys(("hudi", "hive", "table", "catalog", "unity"), _TABLES),
    **dict.fromkeys(("jdbc", "postgres", "postgresql", "mysql", "sqlserver", "oracle"), _TABLES),
    **dict.fromkeys(("snowflake", "bigquery", "redshift", "mongodb", "cassandra"), _TABLES),
    **dict.fromkeys(("elasticsearch", "http", "https", "rest", "kinesis", "pulsar"), _TABLES),
    **dict.fromkeys(("pubsub", "excel", "xlsx", "xml", "sqlite", "redis"), _TABLES),
}


def _unknown_finding(noun: str, name: str, span: Span, names: tuple[str, ...]) -> Diagnostic:
    word = name.casefold()
    if noun == "connector" and word in _ADVICE and word not in names:
        message = f"there is no connector `{name}`"
        return Diagnostic(UNKNOWN_CONNECTOR, message, Label(span), help=(_ADVICE[word],))
    near = _OTHER_NAMES.get(word)
    near = near if near in names else did_you_mean(name, names)
    return Diagnostic(
        UNKNOWN_CONNECTOR,
        f"there is no {noun} `{name}`" + (f"; did you mean `{near}`?" if near else ""),
        Label(span),
        help=()
        if near
        else (f"the {noun}s here are {join_alternatives(f'`{n}`' for n in names)}",),
        fix=(Edit(span, near),) if near else (),
    )
