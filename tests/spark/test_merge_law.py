"""The law of merging: any order, any cutting into batches, any repetition gives the same table.

Many lists of events go through one table, told apart by their keys, so that hundreds of
them take a few merges. SSBT_MERGES=20000 tries that many.
"""

from __future__ import annotations

import os
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.spark.event_lists import cut
from tests.spark.lakes import Lake

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

# Identity, sequence, delete or not, and a value, which may be null.
Event = tuple[int, int, bool, str | None]
LISTS = int(os.environ.get("SSBT_MERGES", "500"))
ORDERS, BATCHES = 5, 4
SCHEMA = "list: bigint, try: bigint, id: bigint, seq: bigint, deleted: boolean, value: string"
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
}}
"""


def expected(events: list[Event]) -> dict[int, tuple[int, str | None]]:
    """What is left when all events are sorted at the end: the greatest one of each identity."""
    newest: dict[int, Event] = {}
    for event in sorted(events, key=lambda e: (e[1], e[2], e[3] is not None, e[3] or "")):
        newest[event[0]] = event
    return {id_: (seq, value) for id_, seq, deleted, value in newest.values() if not deleted}


def random_events(random: Random) -> list[Event]:
    """Few identities and few numbers, so that events meet."""
    values = (None, "a", "b", "")
    return [
        (random.randrange(3), random.randrange(5), random.random() < 0.3, random.choice(values))
        for _ in range(random.randrange(1, 9))
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
    columns = "list long, try long, id long, seq long, deleted boolean, value string"
    for batch in batches:
        rows = delta.createDataFrame(batch, columns).coalesce(2)
        rows.write.mode("overwrite").parquet(f"{tmp_path}/in")
        lake.run(PIPELINE)
    result: dict[tuple[int, int], dict[int, tuple[int, str | None]]] = {}
    for number, order, id_, seq, value in lake.rows("out", "list, `try`, id, seq, value"):
        result.setdefault((number, order), {})[id_] = (seq, value)
    wrong = [
        (events, order, result.get((number, order), {}))
        for number, events in enumerate(lists)
        for order in range(ORDERS)
        if result.get((number, order), {}) != expected(events)
    ]
    assert not wrong, min(wrong, key=lambda each: len(each[0]))
