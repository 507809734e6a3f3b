"""Streams from and to tables of the session's catalogs, as generated scripts have them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
import sqlite3
from typing import TYPE_CHECKING

import pytest

from ssbt.runtime import SchemaMismatchError, table_output
from ssbt.runtime.checkpoints.leases import CheckpointsRefusedError
from tests.spark.compiling import run
from tests.spark.named_lakes import NamedLake

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("interpreted")]

HEAD = 'checkpoint = "LAKE/checkpoints"'
COLUMNS = "id: bigint, name: string"


@pytest.fixture
def lake(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[NamedLake]:
    with opened(NamedLake(spark, tmp_path, monkeypatch)) as lake:
        yield lake


@contextmanager
def opened(lake: NamedLake) -> Iterator[NamedLake]:
    """A lake with a table that streams read; each session has a catalog of its own."""
    lake.open()
    lake.sql(f"CREATE TABLE {lake.table('in')} (id BIGINT, name STRING) USING parquet")
    yield lake
    lake.close()


@pytest.fixture
def warehouse(iceberg: SparkSession, tmp_path: Path) -> SparkSession:
    """A session that has a catalog of Iceberg, called `warehouse`, which no script describes."""
    settings = {
        "": "org.apache.iceberg.spark.SparkCatalog",
        ".type": "hadoop",
        ".warehouse": f"{tmp_path}/iceberg",
        ".cache-enabled": "false",
    }
    for name, value in settings.items():
        iceberg.conf.set(f"spark.sql.catalog.warehouse{name}", value)
    iceberg.sql("CREATE NAMESPACE warehouse.db")
    return iceberg


def pipeline(lake: NamedLake, options: str = "", source: str = "", out: str = "") -> str:
    """Copy what is added to one table into another one."""
    entries = f'table = "{lake.table("in")}", schema = Row {source}'
    sink = f'table = "{out or lake.table("out")}", trigger = available now {options}'
    return (
        f"schema Row {{ {COLUMNS} }}\nstream source rows from table {{ {entries} }}\n"
        f"sink rows to table as out {{ {sink} }}\n"
    )


def add(lake: NamedLake, *ids: int, table: str = "in") -> None:
    values = ", ".join(f"({each}L, 'n{each}')" for each in ids)
    lake.sql(f"INSERT INTO {lake.table(table)} (id, name) VALUES {values}")


def lose_last_commit(lake: NamedLake) -> None:
    """As if the driver had been killed when the batch was written, and its place was not."""
    folder = lake.folder / "checkpoints" / "out" / "commits"
    last = max(int(each.name) for each in folder.iterdir() if each.name.isdigit())
    for name in (str(last), f".{last}.crc"):
        (folder / name).unlink()


def test_each_row_arrives_once_in_a_table_of_files(lake: NamedLake) -> None:
    options = ", format = orc, partition_by = name, require = exactly_once"
    module = lake.compile(pipeline(lake, options), HEAD)
    add(lake, 1, 2)
    run(module, lake.spark)
    add(lake, 3)
    run(module, lake.spark)
    lose_last_commit(lake)
    run(module, lake.spark)
    assert lake.rows("out", "id, name") == [(1, "n1"), (2, "n2"), (3, "n3")]
    assert (lake.folder / "warehouse" / "out" / "name=n3").is_dir()


@pytest.mark.parametrize("format", ["delta", "iceberg"])
def test_each_row_arrives_once_in_tables_with_versions(
    format: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = request.getfixturevalue("warehouse" if format == "iceberg" else format)
    with opened(NamedLake(session, tmp_path, monkeypatch)) as lake:
        add(lake, 1, 2)
        out = "warehouse.db.out" if format == "iceberg" else lake.table("out")
        module = lake.compile(pipeline(lake, f", format = {format}", "", out), HEAD)
        run(module, session)
        lose_last_commit(lake)
        run(module, session)
        assert sorted(row[0] for row in session.table(out).collect()) == [1, 2]


def test_the_table_says_how_a_stream_writes(lake: NamedLake) -> None:
    """Its columns by name, its format and its partitions, none of which the sink says."""
    definition = "(name STRING, ID BIGINT) USING orc PARTITIONED BY (name)"
    lake.sql(f"CREATE TABLE {lake.table('out')} {definition}")
    add(lake, 1)
    lake.run(pipeline(lake), HEAD)
    assert lake.rows("out", "id, name") == [(1, "n1")]
    assert (lake.folder / "warehouse" / "out" / "name=n1").is_dir()


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ("id INT, name STRING", "`id` is bigint, and int in the table"),
        ("id BIGINT, name VARCHAR(1)", r"`name` is varchar\(1\), and Spark lets a stream write"),
        ("id BIGINT, name STRING, day DATE", "its column `day` is missing"),
    ],
)
def test_columns_that_do_not_fit_stop_a_stream(lake: NamedLake, columns: str, message: str) -> None:
    lake.sql(f"CREATE TABLE {lake.table('out')} ({columns}) USING parquet")
    add(lake, 1)
    with pytest.raises(SchemaMismatchError, match=message):
        lake.run(pipeline(lake), HEAD)
    assert lake.rows("out") == []


def test_spark_lets_a_stream_write_longer_texts(lake: NamedLake) -> None:
    table = lake.table("out")
    lake.sql(f"CREATE TABLE {table} (id BIGINT, name VARCHAR(1)) USING parquet")
    add(lake, 1)
    writer = lake.spark.readStream.table(lake.table("in")).writeStream
    writer = writer.option("checkpointLocation", f"{lake.folder}/plain").trigger(availableNow=True)
    writer.toTable(table).awaitTermination()
    assert lake.rows("out", "name") == [("n1",)]


def test_a_format_that_promises_nothing_is_refused(lake: NamedLake) -> None:
    with sqlite3.connect(lake.folder / "some.db") as database:
        database.execute("CREATE TABLE rows (id BIGINT, name VARCHAR(9))")
        database.execute("INSERT INTO rows VALUES (1, 'x')")
    options = f"url 'jdbc:sqlite:{lake.folder}/some.db', dbtable 'rows', driver 'org.sqlite.JDBC'"
    options += f", customSchema '{COLUMNS.replace(':', '')}'"
    lake.sql(f"CREATE TABLE {lake.table('out')} USING jdbc OPTIONS ({options})")
    with pytest.raises(SchemaMismatchError, match="its format is jdbc, of which it is not known"):
        lake.run(pipeline(lake), HEAD)
    lake.write("SELECT 2L AS id, 'y' AS name", ", mode = append", COLUMNS)
    assert lake.rows("out", "id") == [(1,), (2,)]


def test_a_stream_does_not_hide_what_batches_have_written(lake: NamedLake) -> None:
    lake.sql(f"CREATE TABLE {lake.table('out')} (id BIGINT, name STRING) USING parquet")
    add(lake, 9, table="out")
    add(lake, 1)
    with pytest.raises(CheckpointsRefusedError, match="has files that no stream has written"):
        lake.run(pipeline(lake), HEAD)
    assert lake.rows("out", "id") == [(9,)]
    writer = lake.spark.readStream.table(lake.table("in")).writeStream
    writer = writer.option("checkpointLocation", f"{lake.folder}/plain").trigger(availableNow=True)
    writer.toTable(lake.table("out")).awaitTermination()
    assert lake.rows("out", "id") == [(1,)]


@pytest.mark.parametrize("mode", ["append", "overwrite"])
def test_a_batch_does_not_write_to_a_table_of_a_stream(lake: NamedLake, mode: str) -> None:
    add(lake, 1)
    lake.run(pipeline(lake, ", format = parquet"), HEAD)
    with pytest.raises(SchemaMismatchError, match="a stream writes to it"):
        lake.write("SELECT 2L AS id, 'x' AS name", f", mode = {mode}", COLUMNS)
    lake.spark.sql("SELECT 2L, 'x'").write.insertInto(lake.table("out"))
    assert lake.rows("out", "id") == [(1,)]


def test_a_new_checkpoint_does_not_lose_batches(lake: NamedLake) -> None:
    add(lake, 1)
    lake.run(pipeline(lake, ", format = parquet"), HEAD)
    other = 'checkpoint = "LAKE/other"'
    with pytest.raises(CheckpointsRefusedError, match="which has what another checkpoint"):
        lake.run(pipeline(lake, ", format = parquet"), other)


def test_how_much_a_batch_takes(lake: NamedLake) -> None:
    add(lake, 1)
    add(lake, 2)
    lake.run(pipeline(lake, ", format = parquet", ", max_files_per_trigger = 1"), HEAD)
    commits = lake.folder / "checkpoints" / "out" / "commits"
    assert {each.name for each in commits.iterdir() if each.name.isdigit()} == {"0", "1"}


def test_rows_come_again_after_an_overwrite_of_files(lake: NamedLake) -> None:
    add(lake, 1)
    lake.run(pipeline(lake, ", format = parquet"), HEAD)
    lake.sql(f"INSERT OVERWRITE {lake.table('in')} VALUES (1L, 'n1')")
    lake.run(pipeline(lake, ", format = parquet"), HEAD)
    assert lake.rows("out", "id") == [(1,), (1,)]


@pytest.mark.parametrize("format", ["parquet", "delta", "iceberg"])
def test_a_batch_beside_other_sinks_is_written_once(
    format: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a sink that shares its query with dead letters writes."""
    fixtures = {"parquet": "spark", "iceberg": "warehouse"}
    session: SparkSession = request.getfixturevalue(fixtures.get(format, format))
    with opened(NamedLake(session, tmp_path, monkeypatch)) as lake:
        add(lake, 1, 2)
        table = "warehouse.db.out" if format == "iceberg" else lake.table("out")
        session.sql(f"CREATE TABLE {table} (name STRING, id BIGINT) USING {format}")

        def write(batch: DataFrame, number: int) -> None:
            for _ in range(2):
                table_output(batch, table, "out").write(number)

        stream = session.readStream.table(lake.table("in")).writeStream.foreachBatch(write)
        stream = stream.option("checkpointLocation", f"{lake.folder}/checkpoint")
        stream.trigger(availableNow=True).start().awaitTermination()
        assert sorted(row[1] for row in session.table(table).collect()) == [1, 2]
