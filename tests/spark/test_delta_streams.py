"""Streams of Delta Lake's tables, as generated scripts read and write them."""

from __future__ import annotations

from pathlib import Path
import shutil
from typing import TYPE_CHECKING

import pytest

from ssbt.runtime import TableOutput
from ssbt.runtime.failures.telling import describe_failure
from tests.spark.compiling import run
from tests.spark.lakes import Lake

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.spark

HEAD = 'checkpoint = "LAKE/checkpoints"'
SCHEMA = "schema Row { id: bigint, name: string }\n"
SOURCE = 'stream source rows from delta { path = "LAKE/in", schema = Row, OPTIONS }\n'
SINK = 'sink rows to delta as out { path = "LAKE/out", trigger = available now, OPTIONS }\n'


@pytest.fixture
def lake(delta: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    return Lake(delta, tmp_path, monkeypatch)


def pipeline(source: str = "", sink: str = "", steps: str = "") -> str:
    text = SCHEMA + SOURCE.replace(", OPTIONS", f", {source}" if source else "")
    sinks = SINK.replace(", OPTIONS", f", {sink}" if sink else "")
    if steps:
        text, sinks = (
            f"{text}let made = from rows {steps}\n",
            sinks.replace("sink rows", "sink made"),
        )
    return text + sinks


def add(lake: Lake, *ids: int) -> None:
    values = ", ".join(f"({each}, 'n{each}')" for each in ids)
    lake.sql(f"INSERT INTO {lake.table('in')} VALUES {values}")


def test_each_row_arrives_once(lake: Lake) -> None:
    """A batch that was written before its place was kept is not written again."""
    lake.make("in", "", "id BIGINT, name STRING")
    module = lake.compile(pipeline("max_files_per_trigger = 1"), HEAD)
    add(lake, 1)
    run(module, lake.spark)
    add(lake, 2)
    add(lake, 3)
    run(module, lake.spark)
    versions = len(lake.sql(f"DESCRIBE HISTORY {lake.table('out')}"))
    commits = lake.folder / "checkpoints" / "out" / "commits"
    last = max(int(each.name) for each in commits.iterdir() if each.name.isdigit())
    for name in (str(last), f".{last}.crc"):
        (commits / name).unlink()
    run(module, lake.spark)
    assert lake.rows("out", "id") == [(1,), (2,), (3,)]
    assert len(lake.sql(f"DESCRIBE HISTORY {lake.table('out')}")) == versions


def test_updates_and_deletes_stop_a_stream_of_rows(lake: Lake) -> None:
    lake.make("in", "", "id BIGINT, name STRING")
    module = lake.compile(pipeline(), HEAD)
    add(lake, 1, 2)
    run(module, lake.spark)
    lake.sql(f"UPDATE {lake.table('in')} SET name = 'x' WHERE id = 1")
    with pytest.raises(Exception, match="DELTA_SOURCE_TABLE_IGNORE_CHANGES") as failed:
        run(module, lake.spark)
    message = describe_failure(failed.value, str(module.__file__)).message
    assert message.startswith("main.ssbt:3 (rows)")
    assert "while running main.ssbt:4 (sink out)" in message
    assert "file:" in message
    assert "`changes = true`" in message
    lake.run(pipeline("on_change = skip"), HEAD)
    add(lake, 3)
    lake.run(pipeline("on_change = skip"), HEAD)
    assert lake.rows("out", "id, name") == [(1, "n1"), (2, "n2"), (3, "n3")]


def test_another_table_in_the_place_of_the_one_that_was_read(lake: Lake) -> None:
    lake.make("in", "", "id BIGINT, name STRING")
    module = lake.compile(pipeline(), HEAD)
    add(lake, 1)
    run(module, lake.spark)
    lake.sql(f"DROP TABLE {lake.table('in')}")
    shutil.rmtree(lake.folder / "in", ignore_errors=True)
    lake.make("in", "", "id BIGINT, name STRING")
    add(lake, 2)
    with pytest.raises(Exception, match="DIFFERENT_DELTA_TABLE_READ") as failed:
        run(module, lake.spark)
    message = describe_failure(failed.value, str(module.__file__)).message
    assert "created another one in its place" in message
    assert lake.rows("out", "id") == [(1,)]


def test_changes_as_a_stream(lake: Lake) -> None:
    lake.make("in", "", "id BIGINT, name STRING", enableChangeDataFeed="true")
    add(lake, 1, 2)
    lake.sql(f"UPDATE {lake.table('in')} SET name = 'x' WHERE id = 1")
    lake.sql(f"DELETE FROM {lake.table('in')} WHERE id = 2")
    steps = "|> select _commit_version as version, _change_type as change, id, name"
    lake.run(pipeline("changes = true, starting_version = 0", steps=steps), HEAD)
    assert lake.rows("out") == [
        (1, "insert", 1, "n1"),
        (1, "insert", 2, "n2"),
        (2, "update_postimage", 1, "x"),
        (2, "update_preimage", 1, "n1"),
        (3, "delete", 2, "n2"),
    ]


def test_where_a_stream_begins(lake: Lake) -> None:
    lake.make("in", "", "id BIGINT, name STRING")
    for each in (1, 2, 3):
        add(lake, each)
    lake.run(pipeline("starting_version = 2"), HEAD)
    assert lake.rows("out", "id") == [(2,), (3,)]


def test_into_a_table_of_the_catalog(lake: Lake) -> None:
    lake.make("in", "", "id BIGINT, name STRING")
    add(lake, 1, 2)
    counts = (
        f"{SCHEMA}{SOURCE.replace(', OPTIONS', '')}"
        "let counts = from rows |> aggregate count(*) as n\n"
        'sink counts to delta { table = "counted", mode = complete, trigger = available now }\n'
    )
    try:
        for expected in (2, 3):
            lake.run(counts, HEAD)
            assert lake.sql("SELECT n FROM counted") == [(expected,)]
            add(lake, 3)
    finally:
        lake.sql("DROP TABLE IF EXISTS counted")


def test_new_columns_of_a_stream(lake: Lake) -> None:
    lake.make("in", "", "id BIGINT, name STRING")
    lake.make("out", "SELECT 0L AS id")
    add(lake, 1)
    with pytest.raises(Exception, match="DELTA_METADATA_MISMATCH"):
        lake.run(pipeline(), HEAD)
    lake.run(pipeline(sink="evolve = add_columns"), HEAD)
    assert lake.rows("out") == [(0, None), (1, "n1")]


def test_a_batch_beside_other_sinks_is_written_once(lake: Lake) -> None:
    """As a sink that shares its query with dead letters writes; a new checkpoint starts over."""
    lake.make("in", "", "id BIGINT, name STRING")
    add(lake, 1, 2)

    def write(batch: DataFrame, number: int) -> None:
        for _ in range(2):
            writer = batch.write.format("delta").mode("append")
            TableOutput("out", writer.option("path", f"{lake.folder}/out")).write(number)

    for checkpoint, expected in (("one", 2), ("one", 2), ("two", 4)):
        stream = lake.spark.readStream.format("delta").load(f"{lake.folder}/in")
        writer = stream.writeStream.foreachBatch(write).trigger(availableNow=True)
        writer.option(
            "checkpointLocation", f"{lake.folder}/{checkpoint}"
        ).start().awaitTermination()
        assert len(lake.rows("out")) == expected
