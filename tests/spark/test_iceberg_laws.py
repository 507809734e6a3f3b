"""The laws of merging and of histories, on tables of Iceberg: same samples, same references.

Fewer lists than for Delta Lake: the runtime's code is the same, but for what a table is asked.
"""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.spark import test_history_law as histories
from tests.spark import test_merge_law as merges
from tests.spark.event_lists import cut
from tests.spark.iceberg_lakes import IcebergLake

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

LISTS, ORDERS, BATCHES = 60, 3, 3


@pytest.fixture
def lake(iceberg: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> IcebergLake:
    return IcebergLake(iceberg, tmp_path, monkeypatch)


def on_iceberg(lake: IcebergLake, pipeline: str) -> str:
    place = '  connection = lake\n  table = "db.out"\n'
    text = pipeline.replace("to delta", "to iceberg")
    return lake.head() + text.replace('  path        = "LAKE/out"\n', place)


def test_merges(lake: IcebergLake) -> None:
    random = Random(17)
    lists = [merges.made(random) for _ in range(LISTS)]
    batches: list[list[tuple[object, ...]]] = [[] for _ in range(BATCHES)]
    for number, events in enumerate(lists):
        for order in range(ORDERS):
            for batch, part in zip(batches, cut(events, random, BATCHES), strict=True):
                batch += [(number, order, *event) for event in part]
    columns = "list long, try long, id long, seq long, deleted boolean, value string"
    for batch in batches:
        rows = lake.spark.createDataFrame(batch, columns).coalesce(1)
        rows.write.mode("overwrite").parquet(f"{lake.folder}/in")
        lake.run(on_iceberg(lake, merges.PIPELINE))
    found: dict[tuple[int, int], dict[int, tuple[int, str | None]]] = {}
    for number, order, id_, seq, value in lake.rows("out", "list, `try`, id, seq, value"):
        found.setdefault((number, order), {})[id_] = (seq, value)
    for number, events in enumerate(lists):
        for order in range(ORDERS):
            assert found.get((number, order), {}) == merges.expected(events), events


def test_histories(lake: IcebergLake) -> None:
    random = Random(17)
    lists = [histories.made(random) for _ in range(LISTS)]
    batches: list[list[tuple[object, ...]]] = [[] for _ in range(BATCHES)]
    for number, events in enumerate(lists):
        for order in range(ORDERS):
            for batch, part in zip(batches, cut(events, random, BATCHES), strict=True):
                batch += [(number, order, *event) for event in part]
    columns = histories.SCHEMA.replace(":", "").replace("bigint", "long")
    for batch in batches:
        rows = lake.spark.createDataFrame(batch, columns).coalesce(1)
        rows.write.mode("overwrite").parquet(f"{lake.folder}/in")
        lake.run(on_iceberg(lake, histories.PIPELINE))
    found: dict[tuple[int, int], list[histories.Version]] = {}
    names = "list, `try`, id, valid_from, valid_to, name, level, seen"
    for row in lake.sql(f"SELECT {names} FROM lake.db.out ORDER BY 1, 2, 3, 4"):
        number, order, id_, since, until, *values = row
        found.setdefault((number, order), []).append((id_, *values, since, until))
    for number, events in enumerate(lists):
        for order in range(ORDERS):
            assert found.get((number, order), []) == histories.expected(events), events


EVENTS = """
schema Event { id: bigint, seq: bigint, op: string, name: string, more: int }
stream source events from json { path = "LAKE/events", schema = Event }
sink events to iceberg as newest {
  connection   = lake
  table        = "db.newest"
  mode         = merge
  keys         = id
  sequence_by  = seq
  delete_when  = op = 'D'
  columns      = * except (op)
  evolve       = add_columns
  partition_by = "bucket(2, id)"
  trigger      = available now
}
sink events to iceberg as versions {
  connection   = lake
  table        = "db.versions"
  mode         = history
  keys         = id
  sequence_by  = seq
  delete_when  = op = 'D'
  columns      = * except (op, more)
  hidden       = "db.remembered"
  partition_by = "bucket(2, id)"
  properties { "write.merge.mode" = "merge-on-read" }
  trigger      = available now
}
"""


def test_streams_merge_each_batch(lake: IcebergLake) -> None:
    """The session sees what the batches of its streams have written: no catalog keeps a table."""
    lake.open()
    lake.make("newest", "SELECT 9L AS id, 9L AS seq, 'old' AS name")
    folder = lake.folder / "events"
    folder.mkdir()
    keys = ("id", "seq", "op", "name", "more")
    batches: tuple[list[tuple[object, ...]], ...] = (
        [(1, 1, "I", "a", 5), (2, 1, "I", "b", 5)],
        [(1, 3, "U", "c", 6), (2, 2, "D", None, None)],
        [(1, 2, "U", "late", 7), (2, 1, "I", "b", 5), (1, 3, "U", "c", 6)],
    )
    for number, events in enumerate(batches):
        lines = [json.dumps(dict(zip(keys, each, strict=True))) for each in events]
        (folder / f"{number}.json").write_text("\n".join(lines))
        if not number:
            # Without the layout that it is said to have, the table is another one.
            with pytest.raises(Exception, match=r"by nothing, not by `bucket\(2, id\)`"):
                lake.run(lake.head() + EVENTS, 'checkpoint = "LAKE/checkpoints"')
            lake.sql("ALTER TABLE lake.db.newest ADD PARTITION FIELD bucket(2, id)")
        lake.run(lake.head() + EVENTS, 'checkpoint = "LAKE/checkpoints"')
    assert lake.rows("newest", "id, seq, name, more") == [(1, 3, "c", 6), (9, 9, "old", None)]
    assert lake.rows("newest_deleted", "id, seq") == [(2, 2)]
    assert lake.rows("versions", "id, name, valid_from, valid_to") == [
        (1, "a", 1, 2),
        (1, "c", 3, None),
        (1, "late", 2, 3),
        (2, "b", 1, 2),
    ]
    assert lake.rows("remembered", "id, seq") == [(2, 2)]
