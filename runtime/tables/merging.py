"""Events of rows that have keys, merged into a table: the newest event of each key counts.

Any order of the events, any cutting into batches and any repetition of them give the same table.
A delete is remembered in a table of its own, so that an older row which comes later stays deleted.
"""

from collections.abc import Callable, Mapping, Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from ssbt.runtime.catalogs.places import open_place
from ssbt.runtime.errors.retrying import retry_conflicts
from ssbt.runtime.tables.places import Place, column, quoted, refuse_nulls

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
    conflict_retries: int = 5,
    evolve: bool = False,
) -> None:
    """Run the `statement`, which merges `changes` into `target`, both of them views.

    `changes` has the newest of the events of each key. If there is a column `_deleted`, `deleted`
    is the place of the table that remembers deletes. A table is created if it is not there, with
    the options and the layout that are given; columns that one which is there lacks are added to it
    if it may `evolve`, and else stop the job. If another job writes to one of the tables at the
    same time, all of it is done again, at most `conflict_retries` times.
    """
    session = events.sparkSession
    place, memory = open_place(format, path, table), None
    newest = place.hold(newest_rows(events, keys, sequence))
    try:
        place.create(newest.drop(DELETED).limit(0), options or {}, partition_by)
        if deleted is not None:
            memory = open_place(format, deleted if path else None, None if path else deleted)
            memory.create(newest.select(*map(column, (*keys, sequence))).limit(0), options or {})

        def merge() -> None:
            place.add_columns(newest.drop(DELETED), evolve=evolve)
            _merge(newest, statement, keys, sequence, place, memory)

        retry_conflicts(merge, conflict_retries, str(table or path))
    finally:
        for view in _VIEWS:
            session.catalog.dropTempView(view)
        for each in filter(None, (place, memory)):
            each.release()


def _merge(
    newest: DataFrame,
    statement: str,
    keys: Sequence[str],
    sequence: str,
    place: Place,
    memory: Place | None,
) -> None:
    """Merge the rows into the tables as they are now.

    Another job may remember a delete after this one has looked for it, and find nothing to delete
    yet: so that is looked for again when the rows are there.
    """
    session, changes, version = newest.sparkSession, newest, None
    if memory is not None:
        # Once: a MERGE without changes is a version, too, and two jobs would wait for each other.
        _remember_deletes(newest, keys, sequence, memory)
    while True:
        if memory is not None:
            version = memory.version(session)
            changes = _with_memory(newest, keys, sequence, memory)
        place.offer(changes, "changes")
        place.merge(changes, statement)
        if memory is None or memory.version(session) == version:
            return


def each_batch(write: Callable[[DataFrame], None]) -> Callable[[DataFrame, int], None]:
    """What a stream is given that writes each batch, whatever its number is."""
    return lambda batch, _: write(batch)


def newest_rows(events: DataFrame, keys: Sequence[str], sequence: str) -> DataFrame:
    """The newest event of each key.

    Of events with equal `sequence` a delete counts, else the greatest row in the order of its
    columns. An event without a key or a sequence stops the job.
    """
    others = [name for name in events.columns if name not in (*keys, sequence, DELETED)]
    parts = {sequence: refuse_nulls(events, (*keys, sequence))}
    if DELETED in events.columns:
        parts[DELETED] = F.coalesce(column(DELETED), F.lit(False))
    parts |= {name: column(name) for name in others}
    order = F.struct(*(part.alias(name) for name, part in parts.items()))
    newest = events.groupBy(*map(column, keys)).agg(F.max(order).alias("_newest"))
    fields = {name: F.col("_newest").getField(name).alias(name) for name in parts}
    return newest.select(*(fields.get(name, column(name)) for name in events.columns))


def _remember_deletes(
    changes: DataFrame, keys: Sequence[str], sequence: str, memory: Place
) -> None:
    """Deletes are remembered before the table is changed: a job that fails then is run again."""
    deletes = changes.where(DELETED).select(*map(column, (*keys, sequence)))
    memory.offer(deletes, "deletes")
    on = " AND ".join(f"d.{quoted(key)} = c.{quoted(key)}" for key in keys)
    memory.merge(changes, _REMEMBER.format(keys=on, sequence=quoted(sequence)), "deleted")


def _with_memory(
    changes: DataFrame, keys: Sequence[str], sequence: str, memory: Place
) -> DataFrame:
    """The changes, those deleted that are older than a delete that is remembered."""
    known = memory.read(changes).withColumnRenamed(sequence, "_deleted_at")
    joined = changes.join(known, list(keys), "left")
    is_older = F.coalesce(F.col("_deleted_at") >= column(sequence), F.lit(False))
    newest = F.greatest(column(sequence), F.col("_deleted_at"))
    return joined.withColumns({DELETED: column(DELETED) | is_older, sequence: newest}).select(
        *map(column, changes.columns)
    )
