"""Events of rows that have keys, kept as a history: a version for each change, and when it holds.

Any order of the events, any cutting into batches and any repetition of them give the same table:
all versions of a key are split again when one of its events comes. The table shows most events
itself. Deletes and events without a tracked change are in a companion table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial, reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from ssbt.runtime.catalogs.places import open_place
from ssbt.runtime.errors.retrying import retry_conflicts
from ssbt.runtime.merges.bounds import Bounds, restrict
from ssbt.runtime.tables.merging import DELETED
from ssbt.runtime.tables.places import Place, column, quoted, refuse_nulls

VANISHES = "_vanishes"
_VIEWS = ("target", "versions", "hidden", "events")
_REMEMBER = """
MERGE INTO hidden AS h
USING events AS e
ON {keys}
WHEN MATCHED AND {is_greater} THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *
"""


def keep_history(
    events: DataFrame,
    statement: str,
    *,
    keys: Sequence[str],
    sequence: str,
    tracked: Sequence[str],
    validity: tuple[str, str],
    hidden: str,
    format: str,
    path: str | None = None,
    table: str | None = None,
    options: Mapping[str, str | bool | float] | None = None,
    partition_by: Sequence[str] = (),
    conflict_retries: int = 5,
) -> None:
    """Run the `statement`, which merges `versions` into `target`, both of them views.

    `versions` has the versions that are new or other than in the table, and with `_vanishes` those
    that are no more. `validity` names the columns with the time from which on a version holds and
    up to which. `hidden` is the place of the companion table, which is created with the first event
    that no version shows, `target` in any case; both with the options, `target` with the layout
    that is given. If another job writes to one of them at the same time, all of it is done again,
    at most `conflict_retries` times.
    """
    session = events.sparkSession
    target = open_place(format, path, table)
    memory = open_place(format, hidden if path else None, None if path else hidden)
    history = _History(events.columns, keys, sequence, tracked, validity, memory.deletes)
    news = target.hold(history.read_events(events))
    try:
        first = news.withColumn("_version", _version(F.col("_at"), F.col("_event")))
        versions = history.shape_versions(first).drop(VANISHES)
        target.create(versions.limit(0), options or {}, partition_by)
        touched = history.list_keys(news)
        bounds = Bounds(touched, keys)
        limits = bounds.find(touched)
        within = bounds.condition(target.read(news), limits)
        statement = restrict(statement, bounds.condition(target.read(news), limits, "t."))
        tables = _Tables(target, within or "true", memory, options or {})

        def keep() -> None:
            while not _keep(news, statement, history, tables):
                pass

        retry_conflicts(keep, conflict_retries, str(table or path))
    finally:
        for view in _VIEWS:
            session.catalog.dropTempView(view)
        for place in (target, memory):
            place.release()


@dataclass(frozen=True)
class _Tables:
    """The history, of which rows that meet the condition `within` are read, and what it hides."""

    target: Place
    within: str
    memory: Place
    options: Mapping[str, str | bool | float]


def _keep(news: DataFrame, statement: str, history: "_History", tables: _Tables) -> bool:
    """Cut the versions of the keys that have news; False if another job changed a table meanwhile.

    What this job wrote then is not all it has to be, but nothing is lost: each event is in one of
    the two tables, or in the hands of a job that will look again.
    """
    session, target, memory = news.sparkSession, tables.target, tables.memory
    remembered, version = memory.find_version(session), target.version(session)
    kept = None if remembered is None else memory.read(news)
    versions = history.cut_versions(news, kept, target.read(news).where(tables.within))
    # Not persisted: that is computed again from the newest versions of the tables as soon as this
    # job has changed one of them.
    versions = target.checkpoint(versions.where("_hides OR _changes"))
    hides, changes = versions.agg(F.max("_hides"), F.max("_changes")).collect()[0]
    # Before the table is changed: a job that fails between the two is run again.
    if hides:
        unseen = history.shape_events(versions.where("_hides"))
        if remembered is None:
            # Another job may have created it first: what that has in it is looked at.
            memory.create(unseen.limit(0), tables.options)
            return False
        memory.offer(unseen, "events")
        memory.merge(news, history.remembering_statement, "hidden")
        remembered += 1
    if changes:
        target.offer(history.shape_versions(versions.where("_changes")), "versions")
        target.merge(news, statement)
        version += 1
    return (remembered, version) == (memory.find_version(session), target.version(session))


class _History:
    """How events become versions.

    Within, rows have `_key`, `_at`, their place in the order, and `_event`, a struct of whether it
    is a delete and of the values: no column of the user's can have the name of another.
    """

    def __init__(
        self,
        columns: Sequence[str],
        keys: Sequence[str],
        sequence: str,
        tracked: Sequence[str],
        validity: tuple[str, str],
        deletes: str,
    ) -> None:
        self._deletes = deletes
        self._keys, self._sequence, self._tracked = tuple(keys), sequence, tuple(tracked)
        self._from, self._to = validity
        # Those of the table, in its order.
        self._columns = [name for name in columns if name not in (sequence, DELETED)]
        self._values = [name for name in self._columns if name not in keys]

    @property
    def remembering_statement(self) -> str:
        """What merges `events` into `hidden`: of two with one sequence the greater one counts."""
        same = (*self._keys, self._sequence)
        on = " AND ".join(f"h.{quoted(name)} = e.{quoted(name)}" for name in same)
        values = (self._deletes, *self._values)
        events = (
            f"struct({', '.join(f'{alias}.{quoted(name)}' for name in values)})"
            for alias in ("e", "h")
        )
        return _REMEMBER.format(keys=on, is_greater=" > ".join(events))

    def read_events(self, events: DataFrame) -> DataFrame:
        """One event for each key and sequence: a delete counts, else the greatest row.

        An event without a key or a sequence stops the job.
        """
        checked = refuse_nulls(events, (*self._keys, self._sequence))
        deleted = F.lit(False)
        if DELETED in events.columns:
            deleted = F.coalesce(F.col(DELETED), F.lit(False))
        return (
            events.select(self._key(), checked.alias("_at"), self._event(deleted))
            .groupBy("_key", "_at")
            .agg(F.max("_event").alias("_event"))
        )

    def list_keys(self, news: DataFrame) -> DataFrame:
        """The keys that have news, as columns."""
        return news.select(*(F.col("_key").getField(key).alias(key) for key in self._keys))

    def cut_versions(
        self, news: DataFrame, memory: DataFrame | None, target: DataFrame
    ) -> DataFrame:
        """All events of the keys that have news, and the versions that they make.

        `_shown` is the row of the table for an event, and `_version` what it has to be, both null
        where there is none. `_changes` where the two differ; `_hides` where the companion table
        lacks an event that the rows of the table do not tell.
        """
        touched, keys = self.list_keys(news), list(self._keys)
        version = _version(column(self._to), self._event(F.lit(False)))
        shown = target.join(touched, keys, "left_semi")
        versions = shown.select(
            self._key(), column(self._from).alias("_at"), version.alias("_shown")
        )
        nothing = F.lit(None).cast(news.schema["_event"].dataType)
        parts = [news, versions.withColumn("_kept", nothing)]
        if memory is not None:
            kept = memory.join(touched, keys, "left_semi")
            event = self._event().alias("_kept")
            parts.append(kept.select(self._key(), column(self._sequence).alias("_at"), event))
        united = reduce(partial(DataFrame.unionByName, allowMissingColumns=True), parts)
        # By the key alone, so that the windows find the rows where they are.
        events = (
            united.repartition("_key")
            .groupBy("_key", "_at")
            .agg(*(F.max(name).alias(name) for name in ("_event", "_kept", "_shown")))
        )
        # A row of the table has the last values of its version: its first event may be kept.
        last_values = F.coalesce("_kept", F.col("_shown")["_row"])
        return self._cut_events(events.withColumn("_event", F.greatest("_event", last_values)))

    def _cut_events(self, events: DataFrame) -> DataFrame:
        forward = Window.partitionBy("_key").orderBy("_at")
        # A frame that begins at the first row is one pass; one that ends at the last is one a row.
        backward = Window.partitionBy("_key").orderBy(F.desc("_at"))
        event, before = F.col("_event"), F.col("_before")
        # An event without a tracked change belongs to the version before it.
        follows = F.coalesce(~before[DELETED], F.lit(False)) & ~event[DELETED]
        for name in self._tracked:
            follows &= before.getField(name).eqNullSafe(event.getField(name))
        is_last = ~F.coalesce("_next", F.lit(False))
        last = F.last(F.when(is_last, event), ignorenulls=True)
        end = F.last(F.when(~F.col("_follows"), F.col("_at")), ignorenulls=True)
        opens = ~F.col("_follows") & ~event[DELETED]
        is_kept = F.col("_kept").eqNullSafe(event)
        return (
            events.withColumn("_before", F.lag("_event").over(forward))
            .withColumn("_follows", follows)
            .withColumn("_next", F.lead("_follows").over(forward))
            .withColumn("_last", last.over(backward.rowsBetween(Window.unboundedPreceding, 0)))
            .withColumn("_end", end.over(backward.rowsBetween(Window.unboundedPreceding, -1)))
            .withColumn("_version", F.when(opens, _version(F.col("_end"), F.col("_last"))))
            .withColumn("_changes", ~F.col("_version").eqNullSafe(F.col("_shown")))
            .withColumn("_hides", (F.col("_kept").isNotNull() | ~opens | ~is_last) & ~is_kept)
        )

    def shape_events(self, frame: DataFrame) -> DataFrame:
        """Events as the companion table has them."""
        event = F.col("_event")
        return frame.select(
            *(F.col("_key").getField(key).alias(key) for key in self._keys),
            F.col("_at").alias(self._sequence),
            *(event.getField(name).alias(name) for name in self._values),
            event[DELETED].alias(self._deletes),
        )

    def shape_versions(self, frame: DataFrame) -> DataFrame:
        """Versions as the table has them, and whether they vanish."""
        row = F.col("_version")["_row"]
        fields = {key: F.col("_key").getField(key) for key in self._keys}
        fields |= {name: row.getField(name) for name in self._values}
        return frame.select(
            *(fields[name].alias(name) for name in self._columns),
            F.col("_at").alias(self._from),
            F.col("_version")["_to"].alias(self._to),
            F.col("_version").isNull().alias(VANISHES),
        )

    def _key(self) -> Column:
        return F.struct(*map(column, self._keys)).alias("_key")

    def _event(self, deleted: Column | None = None) -> Column:
        flag = (column(self._deletes) if deleted is None else deleted).alias(DELETED)
        return F.struct(flag, *map(column, self._values)).alias("_event")


def _version(end: Column, row: Column) -> Column:
    return F.struct(end.alias("_to"), row.alias("_row"))
