"""Streams of Iceberg's tables, as generated scripts read and write them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ssbt.runtime import SnapshotOutput
from ssbt.runtime.failures.telling import describe_failure
from tests.spark.compiling import run
from tests.spark.iceberg_lakes import IcebergLake

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.spark

HEAD = 'checkpoint = "LAKE/checkpoints"'
COLUMNS = "id: bigint, name: string"


@pytest.fixture
def lake(iceberg: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> IcebergLake:
    lake = IcebergLake(iceberg, tmp_path, monkeypatch)
    lake.open()
    lake.make("in", "", "id BIGINT, name STRING")
    return lake


def pipeline(lake: IcebergLake, source: str = "", sink: str = "", steps: str = "") -> str:
    options = f", {source}" if source else ""
    text = lake.head() + lake.source("in", options, COLUMNS, "stream ")
    sinks = f", trigger = available now, {sink}" if sink else ", trigger = available now"
    result = f"let made = from rows {steps}\n" if steps else ""
    return text + result + lake.sink("out", sinks, "made" if steps else "rows")


def add(lake: IcebergLake, *ids: int) -> None:
    values = ", ".join(f"({each}, 'n{each}')" for each in ids)
    rows = lake.spark.sql(f"SELECT * FROM VALUES {values} AS t(id, name)").coalesce(1)
    rows.selectExpr("bigint(id) AS id", "name").writeTo(lake.table("in")).append()


def lose_last_commit(folder: Path) -> None:
    """As if the driver had been killed when the batch was written, and its place was not."""
    last = max(int(each.name) for each in folder.iterdir() if each.name.isdigit())
    for name in (str(last), f".{last}.crc"):
        (folder / name).unlink()


def test_each_row_arrives_once(lake: IcebergLake) -> None:
    module = lake.compile(
        pipeline(
            lake,
            "max_files_per_trigger = 1",
            'partition_by = "bucket(4, id)", require = exactly_once',
        ),
        HEAD,
    )
    add(lake, 1, 2, 3)
    run(module, lake.spark)
    add(lake, 4)
    run(module, lake.spark)
    versions = lake.sql("SELECT snapshot_id FROM lake.db.out.snapshots")
    lose_last_commit(lake.folder / "checkpoints" / "out" / "commits")
    run(module, lake.spark)
    assert lake.rows("out", "id") == [(1,), (2,), (3,), (4,)]
    assert lake.sql("SELECT snapshot_id FROM lake.db.out.snapshots") == versions


def test_updates_and_deletes_stop_a_stream_of_rows(lake: IcebergLake) -> None:
    module = lake.compile(pipeline(lake), HEAD)
    add(lake, 1, 2)
    run(module, lake.spark)
    lake.sql("UPDATE lake.db.in SET name = 'x' WHERE id = 1")
    with pytest.raises(Exception, match="Cannot process overwrite snapshot") as failed:
        run(module, lake.spark)
    message = describe_failure(failed.value, str(module.__file__)).message
    assert message.startswith("main.ssbt:4 (rows)")
    assert "while running main.ssbt:5 (sink out)" in message
    assert "`changes = true`" in message
    lake.run(pipeline(lake, "on_change = skip"), HEAD)
    add(lake, 3)
    lake.run(pipeline(lake, "on_change = skip"), HEAD)
    assert lake.rows("out", "id, name") == [(1, "n1"), (2, "n2"), (3, "n3")]


def test_where_a_stream_begins_and_how_much_it_takes(lake: IcebergLake) -> None:
    add(lake, 1)
    now = dt.datetime.now(dt.UTC).isoformat()
    # A file with more rows than a batch may have is a batch of its own.
    add(lake, 2, 3)
    add(lake, 4)
    options = f'starting_timestamp = "{now}", max_rows_per_trigger = 1'
    lake.run(pipeline(lake, options), HEAD)
    assert lake.rows("out", "id") == [(2,), (3,), (4,)]
    commits = lake.folder / "checkpoints" / "out" / "commits"
    assert {each.name for each in commits.iterdir() if each.name.isdigit()} == {"0", "1"}


def test_a_whole_result(lake: IcebergLake) -> None:
    add(lake, 1, 2)
    steps = "|> aggregate count(*) as n"
    for expected in (2, 3):
        lake.run(pipeline(lake, "", "mode = complete", steps), HEAD)
        assert lake.rows("out") == [(expected,)]
        add(lake, 3)


def test_new_columns_of_a_stream(lake: IcebergLake) -> None:
    lake.make("out", "SELECT 0L AS id")
    add(lake, 1)
    with pytest.raises(Exception, match=r"(?i)too many|not found|Cannot write"):
        lake.run(pipeline(lake), HEAD)
    lake.run(pipeline(lake, "", "evolve = add_columns"), HEAD)
    assert lake.rows("out") == [(0, None), (1, "n1")]


def test_a_batch_beside_other_sinks_is_written_once(lake: IcebergLake) -> None:
    """As a sink that shares its query with dead letters writes; a new checkpoint starts over."""
    lake.make("out", "", "id BIGINT, name STRING")
    add(lake, 1, 2)

    def write(batch: DataFrame, number: int) -> None:
        for _ in range(2):
            SnapshotOutput("out", batch, "lake.db.out").write(number)

    for place in ("one", "one", "two"):
        stream = lake.spark.readStream.format("iceberg").table("lake.db.in").writeStream
        stream = stream.foreachBatch(write).option("checkpointLocation", f"{lake.folder}/{place}")
        stream.trigger(availableNow=True).start().awaitTermination()
        if place == "one":
            lose_last_commit(lake.folder / "one" / "commits")
    assert lake.rows("out", "id") == [(1,), (1,), (2,), (2,)]
