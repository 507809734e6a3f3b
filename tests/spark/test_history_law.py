"""The law of histories: any order, any cutting into batches, any repetition gives the same table.

Many lists of events go through one table, told apart by their keys, so that thousands of
them take a few merges. SSBT_HISTORIES=20000 tries that many.
"""

from __future__ import annotations

import os
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.spark.event_lists import cut
from tests.spark.lakes import Lake

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

LISTS = int(os.environ.get("SSBT_HISTORIES", "500"))
ORDERS, BATCHES = 3, 4
SCHEMA = (
    "list: bigint, try: bigint, id: bigint, seq: bigint, deleted: boolean,"
    " name: string, level: int, seen: int"
)
PIPELINE = f"""
schema Event {{ {SCHEMA} }}
source events from parquet {{ path = "LAKE/in", schema = Event }}
sink events to delta as out {{
  path        = "LAKE/out"
  mode        = history
  keys        = [list, `try`, id]
  sequence_by = seq
  delete_when = deleted
  columns     = * except (deleted)
  track       = * except (seen)
}}
"""


class Event(NamedTuple):
    """`name` and `level` are tracked, `seen` is not."""

    id: int
    seq: int
    deleted: bool | None
    name: str | None
    level: int | None
    seen: int | None

    @property
    def tracked(self) -> tuple[object, ...]:
        return self.name, self.level

    @property
    def order(self) -> tuple[object, ...]:
        """As Spark compares structs: nulls come first."""
        values = (self.name, self.level, self.seen)
        ranks = ((False,) if value is None else (True, value) for value in values)
        return bool(self.deleted), *ranks


# Identity, name, level, seen, from and to.
Version = tuple[int, str | None, int | None, int | None, int, int | None]


def expected(events: list[Event]) -> list[Version]:
    """What comes of all events, sorted at the end."""
    newest: dict[tuple[int, int], Event] = {}
    for event in sorted(events, key=lambda each: each.order):
        newest[event.id, event.seq] = event
    versions: list[Version] = []
    current: Event | None = None
    for event in sorted(newest.values(), key=lambda each: each[:2]):
        if current is not None and current.id != event.id:
            current = None
        if current is not None and not event.deleted and current.tracked == event.tracked:
            versions[-1] = (*versions[-1][:3], event.seen, *versions[-1][4:])
            continue
        if current is not None:
            versions[-1] = (*versions[-1][:5], event.seq)
        current = None if event.deleted else event
        if current is not None:
            versions.append((event.id, event.name, event.level, event.seen, event.seq, None))
    return versions


def random_events(random: Random) -> list[Event]:
    """Few identities, few numbers and few values, so that events meet."""
    size = random.choice((3, 6, 12))
    return [
        Event(
            random.randrange(2),
            random.randrange(size),
            random.choice((True, False, False, None)),
            random.choice((None, "a", "b", "")),
            random.choice((None, 1, 1, 1)),
            random.choice((None, 1, 2)),
        )
        for _ in range(random.randrange(1, 2 * size))
    ]


def test_any_order_any_cutting_any_repetition(
    delta: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, random = Lake(delta, tmp_path, monkeypatch), Random(17)
    lists = [random_events(random) for _ in range(LISTS)]
    batches: list[list[tuple[object, ...]]] = [[] for _ in range(BATCHES)]
    for number, events in enumerate(lists):
        for order in range(ORDERS):
            for batch, part in zip(batches, cut(events, random, BATCHES), strict=True):
                batch += [(number, order, *event) for event in part]
    columns = SCHEMA.replace(":", "").replace("bigint", "long")
    for batch in batches:
        rows = delta.createDataFrame(batch, columns).coalesce(2)
        rows.write.mode("overwrite").parquet(f"{tmp_path}/in")
        lake.run(PIPELINE)
    result: dict[tuple[int, int], list[Version]] = {}
    names = "list, `try`, id, valid_from, valid_to, name, level, seen"
    for row in lake.sql(f"SELECT {names} FROM {lake.table('out')} ORDER BY 1, 2, 3, 4"):
        number, order, id_, since, until, *values = row
        result.setdefault((number, order), []).append((id_, *values, since, until))
    wrong = [
        (events, order, result.get((number, order), []), expected(events))
        for number, events in enumerate(lists)
        for order in range(ORDERS)
        if result.get((number, order), []) != expected(events)
    ]
    assert not wrong, (len(wrong), min(wrong, key=lambda each: len(each[0])))
