"""Events of rows that have keys, merged into a table: the newest event of each key counts.

Any order of the events, any cutting into batches and any repetition of them give the same table.
A delete is remembered in a table of its own, so that an older row which comes later stays deleted.
"""

from collections.abc import Callable, Mapping, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

DELETED = "_deleted"
_VIEWS = ("target", "changes", "deleted", "deletes")
_REMEMBER = """
MERGE INTO deleted AS d
USING deletes AS c
ON {keys}
WHEN MATCHED AND c.{sequence} > d.{sequence} THEN UPDATE SET d.{sequence} = c.{sequence}
WHEN NOT MATCHED THEN INSERT *
"""


def merge_rows(
    events: DataFrame,
    statement: str,
    *,
    keys: Sequence[str],
    sequence: str,
    format: str,
    path: str | None = None,
    table: str | None = None,
    deleted: str | None = None,
    options: Mapping[str, str | bool | float] | None = None,
    partition_by: Sequence[str] = (),
) -> None:
    """Run the `statement`, which merges `changes` into `target`, both of them views.

    `changes` has the newest of the events of each key. If there is a column `_deleted`, `deleted`
    is the place of the table that remembers deletes. A table is created if it is not there, with
    the options and the layout that are given.
    """
    session = events.sparkSession
    newest = newest_rows(events, keys, sequence).persist()
    try:
        place = _Place(format, path, table)
        place.create(newest.drop(DELETED), options or {}, partition_by)
        changes = newest
        if deleted is not None:
            memory = _Place(format, deleted if path else None, None if path else deleted)
            memory.create(newest.select(*map(_column, (*keys, sequence))), options or {})
            changes = _with_memory(newest, keys, sequence, memory)
        place.read(changes).createOrReplaceTempView("target")
        changes.createOrReplaceTempView("changes")
        session.sql(statement)
    finally:
        for view in _VIEWS:
            session.catalog.dropTempView(view)
        newest.unpersist()


def each_batch(write: Callable[[DataFrame], None]) -> Callable[[DataFrame, int], None]:
    """What a stream is given that writes each batch, whatever its number is."""
    return lambda batch, _: write(batch)


def newest_rows(events: DataFrame, keys: Sequence[str], sequence: str) -> DataFrame:
    """The newest event of each key.

    Of events with equal `sequence` a delete counts, else the greatest row in the order of its
    columns. An event without a key or a sequence stops the job.
    """
    others = [name for name in events.columns if name not in (*keys, sequence, DELETED)]
    parts = {sequence: _without_nulls(events, (*keys, sequence))}
    if DELETED in events.columns:
        parts[DELETED] = F.coalesce(_column(DELETED), F.lit(False))
    parts |= {name: _column(name) for name in others}
    order = F.struct(*(part.alias(name) for name, part in parts.items()))
    newest = events.groupBy(*map(_column, keys)).agg(F.max(order).alias("_newest"))
    fields = {name: F.col("_newest").getField(name).alias(name) for name in parts}
    return newest.select(*(fields.get(name, _column(name)) for name in events.columns))


def _with_memory(
    changes: DataFrame, keys: Sequence[str], sequence: str, memory: "_Place"
) -> DataFrame:
    """The changes, those deleted that are older than a delete; deletes among them are remembered.

    That comes before the table is changed: a job that fails between the two is run again.
    """
    names = [*keys, sequence]
    deletes = changes.where(DELETED).select(*map(_column, names))
    session = changes.sparkSession
    memory.read(changes).createOrReplaceTempView("deleted")
    deletes.createOrReplaceTempView("deletes")
    on = " AND ".join(f"d.{_quoted(key)} = c.{_quoted(key)}" for key in keys)
    session.sql(_REMEMBER.format(keys=on, sequence=_quoted(sequence)))
    known = memory.read(changes).withColumnRenamed(sequence, "_deleted_at")
    joined = changes.join(known, list(keys), "left")
    is_older = F.coalesce(F.col("_deleted_at") >= _column(sequence), F.lit(False))
    newest = F.greatest(_column(sequence), F.col("_deleted_at"))
    return joined.withColumns({DELETED: _column(DELETED) | is_older, sequence: newest}).select(
        *map(_column, changes.columns)
    )


class _Place:
    """A table by its path or its name."""

    def __init__(self, format: str, path: str | None, table: str | None) -> None:
        self._format, self._path, self._table = format, path, table

    def read(self, frame: DataFrame) -> DataFrame:
        """The table as it is now."""
        reader = frame.sparkSession.read.format(self._format)
        return reader.load(self._path) if self._table is None else reader.table(self._table)

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


def _without_nulls(events: DataFrame, names: Sequence[str]) -> Column:
    """The last of the columns, if none of them is null."""
    value, type_ = _column(names[-1]), events.schema[names[-1]].dataType
    for name in names:
        text = f"a row has no `{name}`, by which rows are merged"
        refusal = F.raise_error(F.lit(text)).cast(type_)
        value = F.when(_column(name).isNull(), refusal).otherwise(value)
    return value


def _column(name: str) -> Column:
    return F.col(_quoted(name))


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
