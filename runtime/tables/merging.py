"""Events of rows that have keys, merged into a table: the newest event of each key counts.

Any order of the events, any cutting into batches and any repetition of them give the same table.
A delete is remembered in a table of its own, so that an older row which comes later stays deleted.
"""

from collections.abc import Callable, Mapping, Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from ssbt.runtime.catalogs.places import open_place
from ssbt.runtime.errors.retrying import retry_conflicts
from ssbt.runtime.merges.bounds import Bounds, restrict
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
    is the place of the table that remembers deletes, which is created with the first of them. The
    target is created if it is not there, with the options and the layout that are given; columns
    that one which is there lacks are added to it if it may `evolve`, and else stop the job. If
    another job writes to one of the tables at the same time, all of it is done again, at most
    `conflict_retries` times.
    """
    session = events.sparkSession
    place, memory = open_place(format, path, table), None
    if deleted is not None:
        memory = open_place(format, deleted if path else None, None if path else deleted)
    newest, has_deletes = newest_rows(events, keys, sequence), False
    # Otherwise only the MERGE reads the rows, and Delta keeps those of a MERGE itself.
    is_looked_at = memory is not None or not {*keys}.isdisjoint(partition_by)
    newest = place.hold(newest) if is_looked_at else newest
    try:
        place.create(newest.drop(DELETED).limit(0), options or {}, partition_by)
        if is_looked_at:
            statement, has_deletes = _look_at(newest, statement, keys, place)

        def merge() -> None:
            place.add_columns(newest.drop(DELETED), evolve=evolve)
            if memory is not None and has_deletes:
                # Once: two jobs that each do so whenever the other one did would never end.
                _remember_deletes(newest, keys, sequence, memory, options or {})
            _merge(newest, statement, keys, sequence, place, memory)

        retry_conflicts(merge, conflict_retries, str(table or path))
    finally:
        for view in _VIEWS:
            session.catalog.dropTempView(view)
        for each in filter(None, (place, memory)):
            each.release()


def _look_at(
    newest: DataFrame, statement: str, keys: Sequence[str], place: Place
) -> tuple[str, bool]:
    """The statement with the bounds of the keys, and whether there are deletes: in one pass."""
    bounds = Bounds(newest, keys)
    deletes = F.max(DELETED) if DELETED in newest.columns else F.lit(None)
    has_deletes, *limits = newest.agg(deletes, *bounds.columns).collect()[0]
    condition = bounds.condition(place.read(newest), limits, "t.")
    return restrict(statement, condition), bool(has_deletes)


def _merge(
    newest: DataFrame,
    statement: str,
    keys: Sequence[str],
    sequence: str,
    place: Place,
    memory: Place | None,
) -> None:
    """Merge the rows into the table as it is now.

    Another job may remember a delete after this one has looked for it, and find nothing to delete
    yet: so that is looked for again when the rows are there.
    """
    session, changes, version = newest.sparkSession, newest, None
    while True:
        if memory is not None:
            version = memory.find_version(session)
            changes = newest
            if version is not None:
                changes = _with_memory(newest, keys, sequence, memory)
        place.offer(changes, "changes")
        place.merge(changes, statement)
        if memory is None or memory.find_version(session) == version:
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
    changes: DataFrame,
    keys: Sequence[str],
    sequence: str,
    memory: Place,
    options: Mapping[str, str | bool | float],
) -> None:
    """Deletes are remembered before the table is changed: a job that fails then is run again."""
    deletes = changes.where(DELETED).select(*map(column, (*keys, sequence)))
    memory.create(deletes.limit(0), options)
    memory.offer(deletes, "deletes")
    on = " AND ".join(f"d.{quoted(key)} = c.{quoted(key)}" for key in keys)
    memory.merge(changes, _REMEMBER.format(keys=on, sequence=quoted(sequence)), "deleted")


def _with_memory(
    changes: DataFrame, keys: Sequence[str], sequence: str, memory: Place
) -> DataFrame:
    """The changes, those deleted that are older than a delete that is remembered."""
    deletes = memory.read(changes).withColumnRenamed(sequence, "_deleted_at")
    joined = changes.join(deletes, list(keys), "left")
    is_older = F.coalesce(F.col("_deleted_at") >= column(sequence), F.lit(False))
    newest = F.greatest(column(sequence), F.col("_deleted_at"))
    return joined.withColumns({DELETED: column(DELETED) | is_older, sequence: newest}).select(
        *map(column, changes.columns)
    )
