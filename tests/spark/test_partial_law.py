"""The law of partial updates: any order, any cutting into batches, any repetition: the same table.

As for merges of whole rows: many lists of events go through one table. SSBT_MERGES=20000 tries
that many.
"""

from __future__ import annotations

import os
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.spark.event_lists import cut
from tests.spark.lakes import Lake

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

LISTS = int(os.environ.get("SSBT_MERGES", "600"))
ORDERS, BATCHES = 5, 3
SCHEMA = (
    "list: bigint, try: bigint, id: bigint, seq: bigint, deleted: boolean, name: string, level: int"
)
PIPELINE = f"""
schema Event {{ {SCHEMA} }}
source events from parquet {{ path = "LAKE/in", schema = Event }}
sink events to delta as out {{
  path        = "LAKE/out"
  mode        = merge
  keys        = [list, `try`, id]
  sequence_by = seq
  delete_when = deleted
  columns     = * except (deleted)
  on_null     = keep
}}
"""


class Event(NamedTuple):
    """Null in `name` and `level` says nothing of them."""

    id: int
    seq: int
    deleted: bool | None
    name: str | None
    level: int | None


# Identity, sequence, name and level.
Row = tuple[int, int, str | None, int | None]


def expected(events: list[Event]) -> list[Row]:
    """What comes of all events, sorted at the end: deletes last of those with one number."""
    rows: dict[int, Row] = {}
    for event in sorted(events, key=lambda each: (each.seq, bool(each.deleted))):
        if event.deleted:
            rows.pop(event.id, None)
            continue
        rows[event.id] = (
            event.id,
            event.seq,
            newest(events, event, "name"),
            newest(events, event, "level"),
        )
    return sorted(rows.values())


def newest(events: list[Event], until: Event, name: str) -> Any:
    """The newest value of a column up to an event, and after the last delete before that."""
    mine = [each for each in events if each.id == until.id and each.seq <= until.seq]
    deleted = max((each.seq for each in mine if each.deleted), default=-1)
    values = [
        (each.seq, getattr(each, name))
        for each in mine
        if not each.deleted and each.seq > deleted and getattr(each, name) is not None
    ]
    return max(values, default=(0, None))[1]


def random_events(random: Random) -> list[Event]:
    """Few identities and few numbers, so that events meet."""
    return [
        Event(
            random.randrange(2),
            random.randrange(6),
            random.choice((True, False, False, False, None)),
            random.choice((None, None, "a", "b", "")),
            random.choice((None, 1, 2)),
        )
        for _ in range(random.randrange(1, 11))
    ]


def test_any_order_any_cutting_any_repetition(
    delta: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, random = Lake(delta, tmp_path, monkeypatch), Random(17)
    lists = [random_events(random) for _ in range(LISTS // ORDERS)]
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
    rows_by_try: dict[tuple[int, int], list[Row]] = {}
    for number, order, *row in lake.rows("out", "list, `try`, id, seq, name, level"):
        rows_by_try.setdefault((number, order), []).append(tuple(row))
    wrong = [
        (events, order, rows_by_try.get((number, order), []), expected(events))
        for number, events in enumerate(lists)
        for order in range(ORDERS)
        if rows_by_try.get((number, order), []) != expected(events)
    ]
    assert not wrong, min(wrong, key=lambda each: len(each[0]))
