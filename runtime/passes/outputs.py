"""What is written of each batch of a stream that has several outputs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.readwriter import DataFrameWriter

from ssbt.runtime.files.stores import Files
from ssbt.runtime.outputs.beginning import begin_log
from ssbt.runtime.values.literals import option_text

_QUERY, _BATCH = "ssbt.query", "ssbt.batch"


class Output(Protocol):
    """Something to be written of a batch."""

    @property
    def name(self) -> str:
        """The name of the sink."""

    def write(self, number: int) -> None:
        """Write it, or again, as part of the batch of this number."""


@dataclass(frozen=True)
class WriterOutput:
    """Rows that a writer saves: again, when a batch is repeated."""

    name: str
    writer: DataFrameWriter

    def write(self, number: int) -> None:
        self.writer.save()


@dataclass(frozen=True)
class TableOutput:
    """Rows that become a version of a table that keeps the number of the batch.

    It skips a batch that it has, as it does for a stream of its own.
    """

    name: str
    writer: DataFrameWriter
    table: str | None = None

    def write(self, number: int) -> None:
        id = f"{_query_id()}/{self.name}"
        writer = self.writer.option("txnAppId", id).option("txnVersion", number)
        if self.table is None:
            writer.save()
        else:
            writer.saveAsTable(self.table)


@dataclass(frozen=True)
class SnapshotOutput:
    """Rows that become a version of a table, whose summary keeps the number of the batch.

    A batch that the table has is not written again.
    """

    name: str
    rows: DataFrame
    table: str
    overwrites: bool = False
    options: Mapping[str, object] = field(default_factory=dict)

    def write(self, number: int) -> None:
        id, summary = f"{_query_id()}/{self.name}", F.col("summary")
        # Those of a branch are among those of its table.
        table, _, _ = self.table.partition(".branch_")
        snapshots = self.rows.sparkSession.table(f"{table}.snapshots")
        same = snapshots.where(summary[_QUERY] == id).where(
            summary[_BATCH].cast("bigint") >= number
        )
        if not same.isEmpty():
            return
        writer = self.rows.writeTo(self.table)
        numbered = {f"snapshot-property.{_QUERY}": id, f"snapshot-property.{_BATCH}": number}
        for key, value in {**self.options, **numbered}.items():
            writer = writer.option(key, option_text(value))
        if self.overwrites:
            writer.overwrite(F.lit(True))
        else:
            writer.append()


@dataclass(frozen=True)
class FunctionOutput:
    """Rows that are given to a function of the user's, with the number of the batch."""

    name: str
    rows: DataFrame
    function: Callable[[DataFrame, int], object]

    def write(self, number: int) -> None:
        self.function(self.rows, number)


@dataclass(frozen=True)
class FileOutput:
    """Rows that become files, of which readers see those of each batch once.

    It is Spark's own sink of a stream, with its log: what the log has is not written again.
    """

    name: str
    rows: DataFrame
    format: str
    folder: str
    options: Mapping[str, object] = field(default_factory=dict)
    partition_by: Sequence[str] = ()

    def write(self, number: int) -> None:
        rows: Any = self.rows
        session = rows.sparkSession
        interval = int(session.conf.get("spark.sql.streaming.fileSink.log.compactInterval", "10"))
        begin_log(Files(session), self.folder, number, interval)
        jvm = session._jvm
        scala: Any = jvm.PythonUtils
        none = jvm.scala.Option.empty()
        options = {"path": self.folder, **{k: option_text(v) for k, v in self.options.items()}}
        source = jvm.org.apache.spark.sql.execution.datasources.DataSource(
            session._jsparkSession,
            self.format,
            scala.toSeq([]),
            none,
            scala.toSeq(list(self.partition_by)),
            none,
            scala.toScalaMap(options),
            none,
        )
        mode = jvm.org.apache.spark.sql.streaming.OutputMode.Append()
        source.createSink(mode).addBatch(number, rows._jdf)


def _query_id() -> str:
    """The id of the stream: one that starts from scratch has another, or its first batches
    would be taken for those that were written before."""
    context = SparkSession.builder.getOrCreate().sparkContext
    query = context.getLocalProperty("sql.streaming.queryId")
    if query is None:
        raise RuntimeError("this is no batch of a stream")
    return query
