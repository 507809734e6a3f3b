"""Whole snapshots of rows that have keys, merged into a table: it has the rows of the newest one.

Any order of the snapshots and any repetition of them give the same table. All rows of a snapshot
have its sequence, and so have all rows of the table: the greatest one there says which snapshot is
the newest, and a row with a smaller one is missing from that.
"""

from collections.abc import Mapping, Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from ssbt.runtime.catalogs.places import open_place
from ssbt.runtime.errors.retrying import retry_conflicts
from ssbt.runtime.tables.merging import DELETED, newest_rows
from ssbt.runtime.tables.places import column

_VIEWS = ("target", "changes")


class SnapshotError(ValueError):
    """Rows that are no snapshot: none at all, or of several sequences."""


def merge_snapshot(
    rows: DataFrame,
    statement: str,
    *,
    keys: Sequence[str],
    sequence: str,
    format: str,
    path: str | None = None,
    table: str | None = None,
    options: Mapping[str, str | bool | float] | None = None,
    partition_by: Sequence[str] = (),
    conflict_retries: int = 5,
    evolve: bool = False,
) -> None:
    """Run the `statement`, which merges `changes` into `target`, both of them views.

    `changes` has the rows of the snapshot, and with `_deleted` those of the table that it lacks;
    if the table has a newer one, it has no rows. The rest is as `merge_rows` has it.
    """
    session = rows.sparkSession
    place = open_place(format, path, table)
    newest = place.hold(newest_rows(rows, keys, sequence))
    try:
        _check_sequence(newest, sequence)
        place.create(newest.limit(0), options or {}, partition_by)

        def merge() -> None:
            place.add_columns(newest, evolve=evolve)
            # Another job may add rows of its snapshot after this one has looked for them.
            while True:
                changes = _find_changes(newest, place.read(newest), keys, sequence)
                place.offer(changes, "changes")
                place.merge(newest, statement)
                if not _has_stale_rows(place.read(newest), sequence):
                    return

        retry_conflicts(merge, conflict_retries, str(table or path))
    finally:
        for view in _VIEWS:
            session.catalog.dropTempView(view)
        place.release()


def _check_sequence(rows: DataFrame, sequence: str) -> None:
    at = column(sequence)
    least, greatest = (F.min(at).cast("string"), F.max(at).cast("string"))
    extremes = rows.agg(least, greatest, (F.min(at) < F.max(at)).alias("differ")).collect()[0]
    if extremes[0] is None:
        raise SnapshotError(
            "the snapshot has no rows, so that nothing says how new it is: it would delete all rows"
            " of the table"
        )
    if extremes[2]:
        raise SnapshotError(
            f"the rows of the snapshot have values of `{sequence}` from {extremes[0]}"
            f" to {extremes[1]}: with `missing = delete` all have one, the time of the whole"
            " snapshot"
        )


def _find_changes(
    newest: DataFrame, target: DataFrame, keys: Sequence[str], sequence: str
) -> DataFrame:
    """The rows of the snapshot, unless the table has a newer one, and its rows that are older."""
    at = column(sequence)
    top = newest.select(at).union(target.select(at)).agg(F.max(at).alias("_newest"))
    current = newest.join(F.broadcast(top), at == F.col("_newest"), "left_semi")
    others = [F.lit(None).cast(field.dataType).alias(field.name) for field in newest.schema]
    fields = {field.name: null for field, null in zip(newest.schema, others, strict=True)}
    fields |= {key: column(key) for key in keys} | {sequence: F.col("_newest").alias(sequence)}
    stale = target.join(F.broadcast(top), at < F.col("_newest")).select(
        *(fields[name] for name in newest.columns)
    )
    stale = stale.join(current.select(*map(column, keys)), list(keys), "left_anti")
    shaped = current.withColumn(DELETED, F.lit(False))
    return shaped.unionByName(stale.withColumn(DELETED, F.lit(True)))


def _has_stale_rows(target: DataFrame, sequence: str) -> bool:
    at = column(sequence)
    return target.agg((F.min(at) < F.max(at)).alias("stale")).collect()[0][0] is True
