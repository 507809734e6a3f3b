"""Events with some of the columns of a row, merged into a table: null leaves what is there.

Any order of the events, any cutting into batches and any repetition of them give the same table. A
row cannot tell when each of its values came, so a companion table has for each key the newest value
of each column with its sequence, and that of the newest delete. The row is what follows from them.
"""

from collections.abc import Mapping, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from ssbt.runtime.catalogs.places import open_place
from ssbt.runtime.errors.retrying import retry_conflicts
from ssbt.runtime.tables.merging import DELETED
from ssbt.runtime.tables.places import Place, column, quoted, refuse_nulls

_VIEWS = ("target", "changes", "hidden", "news")
_REMEMBER = """
MERGE INTO hidden AS h
USING news AS n
ON {on}
WHEN MATCHED AND ({differ}) THEN UPDATE SET {update}
WHEN NOT MATCHED THEN INSERT ({names}) VALUES ({values})
"""


def merge_values(
    events: DataFrame,
    statement: str,
    *,
    keys: Sequence[str],
    sequence: str,
    hidden: str,
    format: str,
    path: str | None = None,
    table: str | None = None,
    options: Mapping[str, str | bool | float] | None = None,
    partition_by: Sequence[str] = (),
    conflict_retries: int = 5,
    evolve: bool = False,
) -> None:
    """Run the `statement`, which merges `changes` into `target`, both of them views.

    `changes` has the rows of the keys that have events, as they have to be, and with `_deleted`
    those that must not be there. `hidden` is the place of the companion table; where that is not
    there, it begins with the rows that the table has. The rest is as `merge_rows` has it.
    """
    session = events.sparkSession
    place = open_place(format, path, table)
    memory = open_place(format, hidden if path else None, None if path else hidden)
    values = _Values(events.columns, keys, sequence, memory.deletes)
    news = place.hold(values.read_events(events))
    try:
        rows = values.shape_rows(news).drop(DELETED)
        place.create(rows.limit(0), options or {}, partition_by)

        def merge() -> None:
            place.add_columns(rows, evolve=evolve)
            memory.create(values.read_rows(place.read(news)), options or {})
            memory.add_columns(news, evolve=True)
            _merge(news, statement, values, place, memory)

        retry_conflicts(merge, conflict_retries, str(table or path))
    finally:
        for view in _VIEWS:
            session.catalog.dropTempView(view)
        for each in (place, memory):
            each.release()


def _merge(news: DataFrame, statement: str, values: "_Values", place: Place, memory: Place) -> None:
    """Merge the news into both tables as they are now, first into the one beside.

    Another job may have changed that one since this one has read it, and merged its rows before:
    so they are read until they stay the same.
    """
    session, touched = news.sparkSession, news.select(*map(column, values.keys))
    memory.offer(news, "news")
    memory.merge(news, values.statement, "hidden")
    while True:
        version = memory.version(session)
        remembered = memory.read(news).join(touched, list(values.keys), "left_semi")
        place.offer(values.shape_rows(remembered), "changes")
        place.merge(news, statement)
        if memory.version(session) == version:
            return


class _Values:
    """The newest values of keys: each with the greater sequence, and of equal ones the greater.

    A value is a struct of both; `sequence` is that of the newest event that deletes nothing, and
    `deletes` that of the newest one that does.
    """

    def __init__(
        self, columns: Sequence[str], keys: Sequence[str], sequence: str, deletes: str
    ) -> None:
        self.keys, self._sequence, self._deletes = tuple(keys), sequence, deletes
        self._columns = [name for name in columns if name != DELETED]
        self._values = [name for name in self._columns if name not in (*keys, sequence)]

    @property
    def statement(self) -> str:
        """What merges the news of keys into those that are known: the greater of both counts."""
        counters = list(map(quoted, (self._sequence, *self._values, self._deletes)))
        on = " AND ".join(f"h.{quoted(key)} = n.{quoted(key)}" for key in self.keys)
        greatest = {name: f"greatest(h.{name}, n.{name})" for name in counters}
        differ = " OR ".join(f"NOT (h.{name} <=> {each})" for name, each in greatest.items())
        update = ", ".join(f"h.{name} = {each}" for name, each in greatest.items())
        names = [*map(quoted, self.keys), *counters]
        inserted = ", ".join(f"n.{name}" for name in names)
        return _REMEMBER.format(
            on=on, differ=differ, update=update, names=", ".join(names), values=inserted
        )

    def read_events(self, events: DataFrame) -> DataFrame:
        """What is known of each key from events. One without a key or a sequence stops the job."""
        at, deletes = refuse_nulls(events, (*self.keys, self._sequence)), F.lit(False)
        if DELETED in events.columns:
            deletes = F.coalesce(column(DELETED), F.lit(False))
        aggregates = [F.max(F.when(~deletes, at)).alias(self._sequence)]
        for name in self._values:
            has_value = ~deletes & column(name).isNotNull()
            aggregates.append(F.max(F.when(has_value, self._value(at, name))).alias(name))
        aggregates.append(F.max(F.when(deletes, at)).alias(self._deletes))
        return events.groupBy(*map(column, self.keys)).agg(*aggregates)

    def read_rows(self, rows: DataFrame) -> DataFrame:
        """What is known of each key from a table whose rows came whole."""
        at = column(self._sequence)
        values = (
            F.when(column(name).isNotNull(), self._value(at, name)).alias(name)
            for name in self._values
        )
        never = F.lit(None).cast(rows.schema[self._sequence].dataType).alias(self._deletes)
        return rows.select(*map(column, self.keys), at, *values, never)

    def shape_rows(self, remembered: DataFrame) -> DataFrame:
        """The rows that follow, and whether they are deleted: a delete takes all before it."""
        at = column(self._sequence)
        shaped = {name: column(name) for name in (*self.keys, self._sequence)}
        for name in self._values:
            value = column(name)
            is_deleted = F.coalesce(value["_at"] <= column(self._deletes), F.lit(False))
            shaped[name] = F.when(~is_deleted, value["_value"])
        is_gone = at.isNull() | F.coalesce(at <= column(self._deletes), F.lit(False))
        return remembered.select(
            *(shaped[name].alias(name) for name in self._columns), is_gone.alias(DELETED)
        )

    def _value(self, at: Column, name: str) -> Column:
        return F.struct(at.alias("_at"), column(name).alias("_value"))
