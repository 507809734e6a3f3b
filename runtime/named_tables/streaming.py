"""Streams that write into a table that is there."""

from collections.abc import Iterator, Mapping, Sequence

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming.readwriter import DataStreamWriter
from pyspark.sql.types import StructField

from ssbt.runtime.fitting.columns import CHAR_TYPE
from ssbt.runtime.named_tables.describing import Description, describe_table
from ssbt.runtime.named_tables.fitting import find_table, fit_rows, refuse_table
from ssbt.runtime.passes.outputs import (
    FileOutput,
    Output,
    SnapshotOutput,
    TableOutput,
)
from ssbt.runtime.values.literals import option_text

_DELTA, _ICEBERG = "delta", "iceberg"


def table_writer(
    rows: DataFrame,
    table: str,
    sink: str,
    *,
    format: str | None = None,
    partition_by: Sequence[str] = (),
    required: Sequence[str] = (),
) -> DataStreamWriter:
    """The writer of a stream into a table, not started.

    Raises `SchemaMismatchError` where the table cannot take the rows, or not exactly once.
    """
    description = _find_stream_table(rows, table, sink, format)
    writer = fit_rows(rows, description, sink, required).writeStream.format(description.format)
    return writer.partitionBy(*description.partitions) if description.has_plain_files else writer


def table_output(
    rows: DataFrame,
    table: str,
    sink: str,
    *,
    format: str | None = None,
    required: Sequence[str] = (),
    options: Mapping[str, object] | None = None,
) -> Output:
    """What a batch writes into a table that shares its query with other sinks."""
    description = _find_stream_table(rows, table, sink, format)
    fitted, given = fit_rows(rows, description, sink, required), dict(options or {})
    if description.format == _DELTA:
        writer = fitted.write.format(_DELTA).mode("append")
        texts = {name: option_text(value) for name, value in given.items()}
        return TableOutput(sink, writer.options(**texts), table=table)
    if description.format == _ICEBERG:
        return SnapshotOutput(sink, fitted, table, options=given)
    return FileOutput(
        sink, fitted, description.format, description.folder, given, description.partitions
    )


def table_folder(session: SparkSession, table: str) -> str | None:
    """The folder of a table of files, in which a stream keeps its log; None for other tables."""
    description = describe_table(session, table)
    return description.folder if description is not None and description.has_plain_files else None


def _find_stream_table(rows: DataFrame, table: str, sink: str, format: str | None) -> Description:
    description = find_table(rows, table, sink, format)
    refuse_table(description, sink, [*_find_problems(description)])
    return description


def _find_problems(table: Description) -> Iterator[str]:
    if table.format not in (_DELTA, _ICEBERG) and not table.has_plain_files:
        yield (
            f"its format is {table.format}, of which it is not known that a batch that comes again"
            " is written once"
        )
    for field in table.columns if table.has_plain_files else ():
        if has_length(field):
            yield (
                f"`{field.name}` is {field.metadata[CHAR_TYPE]}, and Spark lets a stream write"
                " values of any length into it"
            )


def has_length(field: StructField) -> bool:
    """Whether it is a CHAR or VARCHAR, or has one within, which Spark shows as STRING."""
    return CHAR_TYPE in field.metadata
