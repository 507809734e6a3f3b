"""`missing = delete`: the table has the rows of the newest snapshot, whichever comes last."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from ssbt.runtime.merges.snapshots import SnapshotError
from tests.samples import FULL
from tests.spark.lakes import Lake

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

COLUMNS = "list: int, id: int, name: string, at: int"
SINK = (
    'path = "LAKE/{}", mode = merge, keys = [list, id], sequence_by = at, missing = delete,'
    " evolve = add_columns"
)
# List, identity, name and sequence.
Row = tuple[int, int, str, int]


@pytest.fixture
def lake(delta: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    return Lake(delta, tmp_path, monkeypatch)


def snapshot(rows: list[Row]) -> str:
    return f"SELECT * FROM VALUES {', '.join(map(str, rows))} AS t(list, id, name, at)"


def random_rows(random: Random, at: int) -> list[Row]:
    """Of many lists of which each has few rows, or none."""
    return [
        (number, id_, random.choice("abc"), at)
        for number in range(100)
        for id_ in range(4)
        if random.random() < 0.5
    ]


def expected(snapshots: list[list[Row]]) -> list[Row]:
    """The rows of the newest one, or of all with its sequence: then the greater row counts."""
    newest = max(rows[0][3] for rows in snapshots)
    rows = sorted(row for each in snapshots for row in each if row[3] == newest)
    return sorted({row[:2]: row for row in rows}.values())


# One in which a newer snapshot comes, an older one, the newer again, and another with its number;
# `make agreement` tries more, and test_iceberg_laws another one.
ORDERS = range(8) if FULL else (4,)


def test_any_order_any_repetition(lake: Lake) -> None:
    first = Random(17)
    snapshots = [random_rows(first, at) for at in (2, 1, 4, 4)]
    for order in ORDERS:
        random = Random(order)
        mine = random.sample(snapshots, len(snapshots))
        # The newest one in the middle: what comes then deletes and revives nothing.
        mine.insert(3, random.choice(mine[:3]))
        for count, rows in enumerate(mine, 1):
            lake.write(snapshot(rows), SINK.format(f"out{order}"), COLUMNS)
            assert lake.rows(f"out{order}") == expected(mine[:count]), (order, count)


def test_rows_that_are_no_snapshot(lake: Lake) -> None:
    sink = SINK.format("out")
    lake.write(snapshot([(1, 1, "a", 1)]), sink, COLUMNS)
    with pytest.raises(SnapshotError, match="values of `at` from 2 to 3: with `missing = delete`"):
        lake.write(snapshot([(1, 1, "a", 2), (1, 2, "a", 3)]), sink, COLUMNS)
    with pytest.raises(SnapshotError, match="the snapshot has no rows"):
        lake.write(f"{snapshot([(1, 1, 'a', 2)])} WHERE false", sink, COLUMNS)
    assert lake.rows("out") == [(1, 1, "a", 1)]


def test_rows_that_another_job_adds_meanwhile(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an older snapshot, when this job has looked for what its own lacks."""
    sink = SINK.format("out")
    lake.write(snapshot([(1, 1, "a", 1), (1, 2, "a", 1)]), sink, COLUMNS)
    run_sql = type(lake.spark).sql

    def meet(session: SparkSession, text: str, *args: Any, **kwargs: Any) -> Any:
        if "USING changes" in text:
            patch.undo()
            lake.sql(f"INSERT INTO {lake.table('out')} VALUES (1, 3, 'older', 2)")
        return run_sql(session, text, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(type(lake.spark), "sql", meet)
        lake.write(snapshot([(1, 1, "b", 3)]), sink, COLUMNS)
    assert lake.rows("out") == [(1, 1, "b", 3)]
