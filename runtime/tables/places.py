"""Tables that rows are merged into, by their path or their name, and columns of such rows."""

from collections.abc import Mapping, Sequence

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from ssbt.runtime.files.stores import Files


class Place:
    """A table by its path or its name."""

    def __init__(self, format: str, path: str | None, table: str | None) -> None:
        self._format, self._path, self._table = format, path, table

    def read(self, frame: DataFrame) -> DataFrame:
        """The table as it is now."""
        reader = frame.sparkSession.read.format(self._format)
        return reader.load(self._path) if self._table is None else reader.table(self._table)

    def name(self, session: SparkSession) -> str:
        """What SQL calls it, which takes only an absolute path."""
        path = "" if self._table else Files(session).absolute(self._path or "")
        return self._table or f"{self._format}.{quoted(path)}"

    def create(
        self,
        rows: DataFrame,
        options: Mapping[str, str | bool | float] | None = None,
        partition_by: Sequence[str] = (),
    ) -> None:
        """Create it with the columns of the rows, unless it is there."""
        writer = rows.limit(0).write.format(self._format).mode("ignore")
        for name, value in (options or {}).items():
            writer = writer.option(name, str(value).lower() if isinstance(value, bool) else value)
        if partition_by:
            writer = writer.partitionBy(*partition_by)
        if self._table is None:
            writer.save(self._path)
        else:
            writer = writer.option("path", self._path) if self._path else writer
            writer.saveAsTable(self._table)


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
