"""Tables that rows are merged into, by their path or their name, and columns of such rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from ssbt.runtime.files.stores import Files
from ssbt.runtime.schemas import SchemaMismatchError


@dataclass(frozen=True)
class Layout:
    """How a table is laid out that is there."""

    partitions: Sequence[str]
    clusters: Sequence[str] = ()
    properties: Mapping[str, str] = field(default_factory=dict)


class Place:
    """A table of Delta Lake by its path or its name.

    `deletes` is the column of a table of events that says which of them delete.
    """

    deletes = "_deleted"

    def __init__(self, format: str, path: str | None, table: str | None) -> None:
        self._format, self._path, self._table = format, path, table
        self._held: list[DataFrame] = []
        self._checkpoints: list[DataFrame] = []

    def read(self, frame: DataFrame) -> DataFrame:
        """The table as it is now."""
        reader = frame.sparkSession.read.format(self._format)
        return reader.load(self._path) if self._table is None else reader.table(self._table)

    def name(self, session: SparkSession) -> str:
        """What SQL calls it, which takes only an absolute path."""
        path = "" if self._table else Files(session).absolute(self._path or "")
        return self._table or f"{self._format}.{quoted(path)}"

    def version(self, session: SparkSession) -> int:
        """The number of its newest version."""
        return int(session.sql(f"DESCRIBE HISTORY {self.name(session)} LIMIT 1").collect()[0][0])

    def exists(self, session: SparkSession) -> bool:
        """Whether there is such a table."""
        if self._table is not None:
            return session.catalog.tableExists(self.name(session))
        names = Files(session).names(f"{self._path}/_delta_log")
        return any(each.endswith((".json", ".parquet")) for each in names)

    def find_version(self, session: SparkSession) -> int | None:
        """The number of its newest version; None if there is no such table."""
        return self.version(session) if self.exists(session) else None

    def layout(self, session: SparkSession) -> Layout:
        """By what it is partitioned and clustered, and its properties."""
        detail: Any = session.sql(f"DESCRIBE DETAIL {self.name(session)}").collect()[0]
        return Layout(detail.partitionColumns, detail.clusteringColumns, detail.properties)

    def partition_terms(self, partition_by: Sequence[str]) -> list[str]:
        """What SQL says of the columns that it is partitioned by."""
        return [quoted(name) for name in partition_by]

    def hold(self, rows: DataFrame) -> DataFrame:
        """The rows, computed once, until they are released."""
        self._held.append(rows.persist())
        return self._held[-1]

    def checkpoint(self, rows: DataFrame, *, eager: bool = False) -> DataFrame:
        """The rows as they are now, or where they are first read, until they are released."""
        self._checkpoints.append(rows.localCheckpoint(eager))
        return self._checkpoints[-1]

    def release(self) -> None:
        """Let go of rows that were held."""
        for rows in self._held:
            rows.unpersist()
        for rows in self._checkpoints:
            rows._jdf.queryExecution().analyzed().rdd().unpersist(False)
        self._held.clear()
        self._checkpoints.clear()

    def offer(self, rows: DataFrame, view: str) -> None:
        """Let statements that merge into the table find the rows under a name."""
        rows.createOrReplaceTempView(view)

    def merge(self, rows: DataFrame, statement: str, view: str = "target") -> None:
        """Run a statement that merges something into `view`, which stands for the table."""
        # Of the names that SQL takes for a path, views alone may have a relative one.
        self.read(rows).createOrReplaceTempView(view)
        rows.sparkSession.sql(statement)

    def create(
        self,
        rows: DataFrame,
        options: Mapping[str, str | bool | float] | None = None,
        partition_by: Sequence[str] = (),
    ) -> None:
        """Create it with the rows, unless it is there."""
        writer = rows.write.format(self._format).mode("ignore")
        for name, value in (options or {}).items():
            writer = writer.option(name, str(value).lower() if isinstance(value, bool) else value)
        if partition_by:
            writer = writer.partitionBy(*partition_by)
        if self._table is None:
            writer.save(self._path)
        else:
            writer = writer.option("path", self._path) if self._path else writer
            writer.saveAsTable(self._table)

    def add_columns(self, rows: DataFrame, *, evolve: bool) -> None:
        """Add the columns of the rows that it lacks; raises where it may not evolve."""
        if self._find_lacking(rows, evolve=evolve):
            writer = rows.limit(0).write.format(self._format).mode("append")
            writer = writer.option("mergeSchema", "true")
            writer.save(self._path) if self._table is None else writer.saveAsTable(self._table)

    def _find_lacking(self, rows: DataFrame, *, evolve: bool) -> list[str]:
        """The columns of the rows that it lacks; raises where there are any, and none may be."""
        actual = {name.casefold() for name in self.read(rows).columns}
        lacking = [name for name in rows.columns if name.casefold() not in actual]
        if lacking and not evolve:
            names = ", ".join(f"`{name}`" for name in lacking)
            raise SchemaMismatchError(
                f"the table {self._table or self._path} has no column {names}, which is written"
                " into it: `evolve = add_columns` adds it, null in the rows that are there"
            )
        return lacking


def refuse_nulls(events: DataFrame, names: Sequence[str]) -> Column:
    """The last of the columns, if none of them is null."""
    value, type_ = column(names[-1]), events.schema[names[-1]].dataType
    for name in names:
        text = f"a row has no `{name}`, by which rows are merged"
        refusal = F.raise_error(F.lit(text)).cast(type_)
        value = F.when(column(name).isNull(), refusal).otherwise(value)
    return value


def column(name: str) -> Column:
    """The column of that name, whatever characters are in it."""
    return F.col(quoted(name))


def quoted(name: str) -> str:
    """The name in backticks, as SQL takes it."""
    return "`" + name.replace("`", "``") + "`"


def literal(text: str) -> str:
    """A text as SQL has it."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
