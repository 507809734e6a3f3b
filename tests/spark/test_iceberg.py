"""Tables of Iceberg, as generated scripts write and read them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ssbt.compiler.connectors.loading import find_connector
from ssbt.runtime import SchemaMismatchError, open_catalog
from ssbt.runtime.sparkconf.settings import SettingsRefusedError
from tests.spark.iceberg_lakes import HADOOP, JDBC, IcebergLake

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark


@pytest.fixture
def lake(iceberg: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> IcebergLake:
    return IcebergLake(iceberg, tmp_path, monkeypatch)


def orders(*ids: int, day: str = "2026-01-01") -> str:
    """A query of an order each."""
    values = ", ".join(f"({each}L, date'{day}', {each}.50BD)" for each in ids)
    columns = "id, day, cast(amount AS decimal(12,2)) AS amount"
    return f"SELECT {columns} FROM VALUES {values} AS t(id, day, amount)"


@pytest.mark.parametrize("connection", [HADOOP, JDBC])
def test_modes(lake: IcebergLake, connection: str) -> None:
    lake.connection = connection
    lake.write(orders(1), "")
    with pytest.raises(Exception, match="TABLE_OR_VIEW_ALREADY_EXISTS"):
        lake.write(orders(2), "")
    lake.write(orders(2), ", mode = ignore")
    assert lake.rows("out", "id") == [(1,)]
    lake.write(orders(2, 3), ", mode = append")
    assert lake.rows("out", "id") == [(1,), (2,), (3,)]
    lake.write(orders(4), ", mode = overwrite")
    assert lake.rows("out", "id") == [(4,)]
    read = lake.read("", steps="|> select id, amount")
    assert [(row[0], str(row[1])) for row in read] == [(4, "4.50")]


def test_the_table_is_held_to_the_schema(lake: IcebergLake) -> None:
    lake.open()
    lake.make("out", "", "id INT NOT NULL, Name STRING, p STRUCT<a: INT, b: STRING>")
    lake.sql("INSERT INTO lake.db.out VALUES (1, 'x', struct(1, 'y'))")
    assert lake.read("", "name: string, id: bigint not null") == [("x", 1)]
    assert lake.read("", "")[0][:2] == (1, "x")
    with pytest.raises(SchemaMismatchError) as caught:
        lake.read("", "id: smallint, day: date")
    assert str(caught.value).splitlines()[1:3] == [
        "- `id` is int, and smallint is declared",
        "- it has no column `day`",
    ]


def test_what_a_new_table_is_given(lake: IcebergLake) -> None:
    options = """, mode = append, schema = Stored, comment = "It's a copy"
      partition_by = ["bucket(4, id)", "days(day)", "truncate(2, Note)"]
      properties { "format-version" = 3, "write.merge.mode" = "merge-on-read" }
      snapshot_properties { "run" = "nightly" }"""
    schema = "schema Stored { id: bigint not null comment 'its number', day: date, Note: string }"
    columns = "id: bigint, day: date, Note: string"
    lake.write("SELECT 1L id, date'2026-01-01' day, 'abc' Note", options, columns, schema)
    rows = {row[0]: row[1:] for row in lake.sql("DESCRIBE TABLE EXTENDED lake.db.out")}
    assert [rows[f"Part {n}"][0] for n in range(3)] == [
        "bucket(4, id)",
        "days(day)",
        "truncate(2, Note)",
    ]
    assert (rows["id"][1], rows["Comment"][0]) == ("its number", "It's a copy")
    properties = dict(lake.sql("SHOW TBLPROPERTIES lake.db.out"))
    assert properties["format-version"] == "3"
    assert properties["write.merge.mode"] == "merge-on-read"
    assert lake.sql("SELECT summary['run'] FROM lake.db.out.snapshots") == [("nightly",)]
    with pytest.raises(Exception, match="NOT_NULL_ASSERT_VIOLATION"):
        lake.write(
            "SELECT nullif(1L, 1L) id, current_date() day, 'x' Note", options, columns, schema
        )
    other = options.replace("days(day)", "months(day)")
    with pytest.raises(SchemaMismatchError, match=r"partitioned by .*days\(day\).*, not by"):
        lake.write("SELECT 2L id, date'2026-01-01' day, 'x' Note", other, columns, schema)


def test_only_some_rows_are_replaced(lake: IcebergLake) -> None:
    partitioned = ", mode = append, partition_by = day"
    lake.write(orders(1, 2), partitioned)
    lake.write(orders(3, day="2026-01-02"), partitioned)
    param = "param day: date = date '2026-01-01'"
    replace = ", mode = overwrite, replace = day = ${day} and id < 10"
    lake.write(orders(4), replace, param=param)
    assert lake.rows("out", "id") == [(3,), (4,)]
    # Iceberg itself would add it.
    with pytest.raises(SchemaMismatchError, match="partitioned by `day`, not by `id`"):
        lake.write(orders(5), ", mode = append, partition_by = id")
    with pytest.raises(Exception, match="a row of the sink `out` does not meet its `replace`"):
        lake.write(orders(5, 11), replace, param=param)
    assert lake.rows("out", "id") == [(3,), (4,)]
    lake.write(orders(6, 7, day="2026-01-02"), partitioned)
    with pytest.raises(Exception, match="some, but not all, rows match filter"):
        lake.write(orders(6), ", mode = overwrite, replace = id = 6")


def test_only_some_partitions_are_replaced(lake: IcebergLake) -> None:
    lake.write(orders(1), ', mode = append, partition_by = "days(day)"')
    lake.write(orders(2, day="2026-01-02"), ', mode = append, partition_by = "days(day)"')
    dynamic = ', mode = overwrite, partition_by = "days(day)", partition_overwrite_mode = dynamic'
    lake.write(orders(3, day="2026-01-02"), dynamic)
    assert lake.rows("out", "id") == [(1,), (3,)]


def test_new_columns(lake: IcebergLake) -> None:
    lake.write(orders(1), ", mode = append")
    more = "SELECT 2L id, date'2026-01-01' day, cast(1 as decimal(12,2)) amount, 'x' note"
    columns = "id: bigint, day: date, amount: decimal(12,2), note: string"
    with pytest.raises(Exception, match="TOO_MANY_DATA_COLUMNS"):
        lake.write(more, ", mode = append", columns)
    lake.write(more, ", mode = append, evolve = add_columns", columns)
    assert lake.rows("out", "id, note") == [(1, None), (2, "x")]


def test_older_versions(lake: IcebergLake) -> None:
    for ids in ((1,), (2,), (3,)):
        lake.write(orders(*ids), ", mode = append")
    history = lake.sql(
        "SELECT snapshot_id, string(committed_at) FROM lake.db.out.snapshots ORDER BY committed_at"
    )
    (first, first_time), (second, _), _ = history
    assert lake.read(f", version = {second}", "id: bigint") == [(1,), (2,)]
    assert lake.read(f', timestamp = "{first_time}"', "id: bigint") == [(1,)]
    lake.sql(f"ALTER TABLE lake.db.out CREATE TAG year_end AS OF VERSION {second}")
    lake.sql(f"ALTER TABLE lake.db.out CREATE BRANCH audit AS OF VERSION {first}")
    assert lake.read(', tag = "year_end"', "id: bigint") == [(1,), (2,)]
    lake.write(orders(9), ', mode = append, branch = "audit"')
    assert lake.read(', branch = "audit"', "id: bigint") == [(1,), (9,)]
    assert lake.read("", "id: bigint") == [(1,), (2,), (3,)]
    for missing in ("version = 17", 'timestamp = "2001-01-01"', 'branch = "no"', 'tag = "no"'):
        with pytest.raises(Exception, match=r"(?i)cannot (find|use)"):
            lake.read(f", {missing}", "id: bigint")


def test_another_catalog_of_the_same_name(lake: IcebergLake, tmp_path: Path) -> None:
    lake.open()
    lake.open()
    with pytest.raises(SettingsRefusedError, match=r"`spark.sql.catalog.lake.warehouse`"):
        open_catalog(
            lake.spark,
            "lake",
            "org.apache.iceberg.spark.SparkCatalog",
            {"type": "hadoop", "warehouse": f"{tmp_path}/other"},
        )


def test_changes(lake: IcebergLake) -> None:
    """Those of a merge, too, which a read from one snapshot to another skips."""
    lake.write(orders(1, 2), ", mode = append")
    lake.sql("UPDATE lake.db.out SET amount = 9 WHERE id = 1")
    lake.sql("DELETE FROM lake.db.out WHERE id = 2")
    snapshots = lake.sql("SELECT snapshot_id FROM lake.db.out.snapshots ORDER BY committed_at")
    steps = "|> select _change_ordinal as place, _change_type as change, id, string(amount) as n"
    changes = lake.read(f", changes = true, after_version = {snapshots[0][0]}", steps=steps)
    assert changes == [(0, "DELETE", 1, "1.50"), (0, "INSERT", 1, "9.00"), (1, "DELETE", 2, "2.50")]
    assert len(lake.read(f", changes = true, ending_version = {snapshots[0][0]}")) == 2
    assert len(lake.read(', changes = true, after_timestamp = "2001-01-01T00:00:00Z"')) == 5
    with pytest.raises(Exception, match="is not a parent ancestor"):
        lake.read(", changes = true, after_version = 17")


def test_names_that_a_table_has_itself(lake: IcebergLake) -> None:
    """Those of the specification, and no others that it adds to changes (SSBT0558)."""
    connector = find_connector("iceberg")
    assert connector
    assert connector.sink
    lake.open()
    for name in connector.sink.column_names.reserved:
        lake.make(f"t{name}", f"SELECT 1L AS id, 2L AS {name}")
        with pytest.raises(Exception, match="conflict with names reserved for Iceberg"):
            lake.rows(f"t{name}")
    lake.make("others", "SELECT 1L AS id, 2L AS _changed, 'x' AS _change_type")
    assert lake.rows("others") == [(1, 2, "x")]
