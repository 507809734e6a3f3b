"""The laws of merging and of histories, on tables of Iceberg: same samples, same references.

SSBT_MERGES=20000 tries that many lists and orders.
"""

from __future__ import annotations

import json
import os
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from tests.spark import test_history_law as histories
from tests.spark import test_merge_law as merges
from tests.spark import test_partial_law as partial
from tests.spark import test_snapshots as snapshots
from tests.spark.event_lists import cut
from tests.spark.iceberg_lakes import IcebergLake

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

# The rows of a list in an order.
Found: TypeAlias = dict[tuple[int, int], list[tuple[Any, ...]]]

ORDERS, BATCHES = 5, 3
LISTS = int(os.environ.get("SSBT_MERGES", "500")) // ORDERS


@pytest.fixture
def lake(iceberg: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> IcebergLake:
    return IcebergLake(iceberg, tmp_path, monkeypatch)


def on_iceberg(lake: IcebergLake, pipeline: str) -> str:
    place = '  connection = lake\n  table = "db.out"\n'
    text = pipeline.replace("to delta", "to iceberg")
    return lake.head() + text.replace('  path        = "LAKE/out"\n', place)


def play(lake: IcebergLake, law: ModuleType, lists: list[list[Any]], columns: str) -> Found:
    """Let all lists go through one table, in several orders each: the rows of each of them."""
    random = Random(17)
    batches: list[list[tuple[object, ...]]] = [[] for _ in range(BATCHES)]
    for number, events in enumerate(lists):
        for order in range(ORDERS):
            for batch, part in zip(batches, cut(events, random, BATCHES), strict=True):
                batch += [(number, order, *event) for event in part]
    schema = law.SCHEMA.replace(":", "").replace("bigint", "long")
    for batch in batches:
        rows = lake.spark.createDataFrame(batch, schema).coalesce(2)
        rows.write.mode("overwrite").parquet(f"{lake.folder}/in")
        lake.run(on_iceberg(lake, law.PIPELINE))
    rows_by_try: Found = {
        (number, order): [] for number in range(len(lists)) for order in range(ORDERS)
    }
    for number, order, *row in lake.sql(f"SELECT list, `try`, {columns} FROM lake.db.out"):
        rows_by_try[number, order].append(tuple(row))
    return rows_by_try


def test_merges(lake: IcebergLake) -> None:
    random = Random(17)
    lists = [merges.random_events(random) for _ in range(LISTS)]
    for (number, order), rows in play(lake, merges, lists, "id, seq, value").items():
        values = {id_: (seq, value) for id_, seq, value in rows}
        assert values == merges.expected(lists[number]), (lists[number], order)


def test_rows_that_lack_columns(lake: IcebergLake) -> None:
    random = Random(17)
    lists = [partial.random_events(random) for _ in range(LISTS)]
    for (number, order), rows in play(lake, partial, lists, "id, seq, name, level").items():
        assert sorted(rows) == partial.expected(lists[number]), (lists[number], order)


def test_histories(lake: IcebergLake) -> None:
    random = Random(17)
    lists = [histories.random_events(random) for _ in range(LISTS)]
    columns = "id, name, level, seen, valid_from, valid_to"
    for (number, order), rows in play(lake, histories, lists, columns).items():
        versions = sorted(rows, key=lambda each: (each[0], each[4]))
        assert versions == histories.expected(lists[number]), (lists[number], order)


def test_snapshots(lake: IcebergLake) -> None:
    random = Random(17)
    options = "mode = merge, keys = [list, id], sequence_by = at, missing = delete"
    mine = [snapshots.random_rows(random, at) for at in (2, 4, 1, 2, 4)]
    for count, rows in enumerate(mine, 1):
        lake.write(snapshots.snapshot(rows), f", {options}", snapshots.COLUMNS)
        assert lake.rows("out") == snapshots.expected(mine[:count]), count


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
