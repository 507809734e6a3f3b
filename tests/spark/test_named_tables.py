"""Any table of the session's catalogs by its name, as generated scripts write and read it.

What Spark itself would do is asked beside what a script does.
"""

from __future__ import annotations

from collections.abc import Iterator
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ssbt.compiler.ir.table_names import find_name_problem
from ssbt.runtime import SchemaMismatchError
from tests.spark.named_lakes import NamedLake

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("interpreted")]

DAY = dt.date(2026, 1, 1)
BY_DAY = ", format = parquet, partition_by = day"


@pytest.fixture
def lake(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[NamedLake]:
    lake = NamedLake(spark, tmp_path, monkeypatch)
    lake.open()
    yield lake
    lake.close()


def orders(*ids: int, day: str = "2026-01-01") -> str:
    """A query of an order each."""
    values = ", ".join(f"({each}L, date'{day}', {each}.50BD)" for each in ids)
    columns = "id, day, cast(amount AS decimal(12,2)) AS amount"
    return f"SELECT {columns} FROM VALUES {values} AS t(id, day, amount)"


@pytest.mark.parametrize("format", ["parquet", "orc", "json"])
def test_modes(lake: NamedLake, format: str) -> None:
    lake.write(orders(1), f", format = {format}")
    with pytest.raises(Exception, match=r"TABLE_OR_VIEW_ALREADY_EXISTS|already exists"):
        lake.write(orders(2), f", format = {format}")
    lake.write(orders(2), f", format = {format}, mode = ignore")
    assert lake.rows("out", "id") == [(1,)]
    lake.write(orders(2, 3), ", mode = append")
    assert lake.rows("out", "id") == [(1,), (2,), (3,)]
    lake.write(orders(4), ", mode = overwrite")
    assert lake.rows("out", "id") == [(4,)]
    read = lake.read("", steps="|> select id, amount")
    assert [(row[0], str(row[1])) for row in read] == [(4, "4.50")]


def test_columns_find_each_other_by_name(lake: NamedLake) -> None:
    lake.sql(f"CREATE TABLE {lake.table('out')} (b INT, A BIGINT) USING parquet")
    swapped, columns = "SELECT 1 AS a, 2 AS b", "a: int, b: int"
    lake.spark.sql(swapped).write.insertInto(lake.table("out"))
    assert lake.rows("out", "a, b") == [(2, 1)]
    lake.write(swapped, ", mode = overwrite", columns)
    assert lake.rows("out", "a, b") == [(1, 2)]


def test_columns_that_do_not_fit_stop_the_job(lake: NamedLake) -> None:
    table = lake.table("out")
    lake.sql(f"CREATE TABLE {table} (day DATE, price DECIMAL(5,1), n INT, note STRING) USING orc")
    other = (
        "SELECT timestamp'2026-01-01 12:00:00' AS day, 1.26BD AS price, 3L AS n, 5 AS note, 1 AS x"
    )
    lake.sql(f"INSERT INTO {table} BY NAME SELECT day, price FROM ({other})")
    assert lake.rows("out", "string(day), string(price), n") == [("2026-01-01", "1.3", None)]
    columns = "day: timestamp, price: decimal(3,2), n: bigint, note: int, x: int"
    with pytest.raises(SchemaMismatchError) as caught:
        lake.write(other, ", mode = append", columns)
    assert str(caught.value).splitlines()[1:] == [
        "- `day` is timestamp, and date in the table: cast it in a step",
        "- `price` is decimal(3,2), and decimal(5,1) in the table: cast it in a step",
        "- `n` is bigint, and int in the table: cast it in a step",
        "- `note` is int, and string in the table: cast it in a step",
        "- it has no column `x`",
    ]
    with pytest.raises(SchemaMismatchError, match="its column `price` is missing"):
        lake.write("SELECT DATE'2026-01-01' AS day", ", mode = overwrite", "day: date")
    assert len(lake.rows("out")) == 1


def test_what_a_new_table_is_given(lake: NamedLake) -> None:
    options = """, mode = append, format = parquet, schema = Stored, comment = "It's a copy"
      properties { "team" = "sales" }, options { "compression" = "gzip" }, partition_by = day"""
    schema = "schema Stored { id: bigint not null comment 'its number', day: date }"
    columns = "id: bigint, day: date"
    lake.write("SELECT 1L id, date'2026-01-01' day", options, columns, schema)
    details = lake.details()
    assert (details["id"][1], details["Comment"][0]) == ("its number", "It's a copy")
    assert (details["Provider"][0], details["Table Properties"][0]) == ("parquet", "[team=sales]")
    (file,) = (lake.folder / "warehouse" / "out" / "day=2026-01-01").glob("*.parquet")
    assert file.name.endswith(".gz.parquet")
    null = "SELECT nullif(1L, 1L) id, date'2026-01-01' day"
    with pytest.raises(Exception, match="a row of the sink `out` has no `id`"):
        lake.write(null, options, columns, schema)
    lake.spark.sql(null).write.insertInto(lake.table("out"))
    assert lake.rows("out", "id IS NULL") == [(False,), (True,)]
    other = options.replace("partition_by = day", "partition_by = id")
    with pytest.raises(SchemaMismatchError, match="partitioned by `day`, not by `id`"):
        lake.write("SELECT 1L id, date'2026-01-01' day", other, columns, schema)
    with pytest.raises(SchemaMismatchError, match="its format is parquet, not orc"):
        lake.write("SELECT 1L id, date'2026-01-01' day", ", mode = append, format = orc", columns)


def test_an_overwrite_keeps_what_the_table_is_like(lake: NamedLake) -> None:
    table = lake.table("out")
    statement = (
        f"CREATE TABLE {table} (id BIGINT COMMENT 'its number', day DATE) USING parquet"
        " PARTITIONED BY (day) COMMENT 'paid' TBLPROPERTIES ('team' = 'sales')"
    )
    lake.sql(statement)
    before, rows = lake.details(), "SELECT 1L id, date'2026-01-01' day"
    lake.write(rows, ", mode = overwrite", "id: bigint, day: date")
    assert lake.details() == before
    lake.spark.sql(rows).write.mode("overwrite").saveAsTable(table)
    after = lake.details()
    assert "Comment" not in after
    assert "Table Properties" not in after
    assert "# Partition Information" not in after


def test_only_some_partitions_are_replaced(lake: NamedLake) -> None:
    setting = "spark.sql.sources.partitionOverwriteMode"
    before = lake.spark.conf.get(setting)
    lake.write(orders(1), f", mode = append{BY_DAY}")
    lake.write(orders(2, day="2026-01-02"), f", mode = append{BY_DAY}")
    dynamic = ", mode = overwrite, partition_overwrite_mode = dynamic"
    lake.write(orders(3, day="2026-01-02"), dynamic)
    assert lake.rows("out", "id") == [(1,), (3,)]
    writer = lake.spark.sql("SELECT 4L, 1.5BD, date'2026-01-02'").write
    writer.option("partitionOverwriteMode", "dynamic").insertInto(lake.table("out"), overwrite=True)
    assert lake.rows("out", "id") == [(4,)]
    lake.write(orders(1), ", mode = append")
    lake.write(orders(5), f", mode = overwrite, partition_overwrite_mode = static{BY_DAY}")
    assert lake.rows("out", "id") == [(5,)]
    assert lake.spark.conf.get(setting) == before
    lake.write(orders(1), ", format = orc, mode = append", table="flat")
    with pytest.raises(SchemaMismatchError, match="has no partitions"):
        lake.write(orders(1), dynamic, table="flat")


def test_an_option_of_the_table_must_not_overrule_the_sink(lake: NamedLake) -> None:
    definition = "(id BIGINT, day DATE, amount DECIMAL(12,2)) USING parquet"
    option = "OPTIONS (partitionOverwriteMode 'dynamic') PARTITIONED BY (day)"
    lake.sql(f"CREATE TABLE {lake.table('out')} {definition} {option}")
    lake.write(orders(1), ", mode = append")
    with pytest.raises(SchemaMismatchError, match="`partitionOverwriteMode` lets Spark overwrite"):
        lake.write(orders(2, day="2026-01-02"), ", mode = overwrite")
    lake.sql(f"INSERT OVERWRITE {lake.table('out')} BY NAME {orders(2, day='2026-01-02')}")
    assert lake.rows("out", "id") == [(1,), (2,)]


def test_texts_of_a_length(lake: NamedLake) -> None:
    lake.sql(f"CREATE TABLE {lake.table('out')} (code CHAR(5), name VARCHAR(3)) USING parquet")
    columns = "code: string, name: string"
    lake.write("SELECT 'ab' code, 'abc' name", ", mode = append", columns)
    with pytest.raises(Exception, match="EXCEED_LIMIT_LENGTH"):
        lake.write("SELECT 'ab' code, 'abcd' name", ", mode = append", columns)
    table = lake.spark.table(lake.table("out"))
    assert table.where("code = 'ab'").count() == 1
    assert table.selectExpr("cast(code AS string) AS code").where("code = 'ab'").count() == 0
    assert lake.read("", columns, "|> where code = 'ab'") == [("ab", "abc")]


def test_views_are_read_and_not_written(lake: NamedLake) -> None:
    lake.write(orders(1), ", format = orc")
    lake.sql(f"CREATE VIEW {lake.table('seen')} AS SELECT * FROM {lake.table('out')}")
    assert lake.read("", "id: bigint", table="seen") == [(1,)]
    for options in (", mode = append", ", mode = overwrite", ", mode = append, format = orc"):
        with pytest.raises(SchemaMismatchError, match="which is a view"):
            lake.write(orders(2), options, table="seen")
    assert lake.rows("out", "id") == [(1,)]
    with pytest.raises(SchemaMismatchError, match=r"there is no table .*\.nothing"):
        lake.write(orders(2), ", mode = append", table="nothing")


def test_the_table_is_held_to_the_schema(lake: NamedLake) -> None:
    lake.write("SELECT 1 id, 'x' AS Name", ", format = parquet", "id: int, Name: string")
    assert lake.read("", "name: string, id: bigint") == [("x", 1)]
    assert lake.read("", "") == [(1, "x")]
    with pytest.raises(SchemaMismatchError) as caught:
        lake.read("", "id: smallint, day: date")
    assert str(caught.value).splitlines()[1:3] == [
        "- `id` is int, and smallint is declared",
        "- it has no column `day`",
    ]


def test_a_table_of_files_has_no_older_versions(lake: NamedLake) -> None:
    lake.write(orders(1), ", format = parquet")
    for option in (", version = 1", ', timestamp = "2026-01-01"'):
        with pytest.raises(Exception, match=r"UNSUPPORTED_FEATURE\.TIME_TRAVEL"):
            lake.read(option)


def test_no_table_is_overwritten_while_it_is_read(lake: NamedLake) -> None:
    """Under another name the compiler cannot see it; Spark does."""
    lake.write(orders(1), ", format = parquet")
    folder = lake.folder / "warehouse" / "out"
    lake.sql(f"CREATE TABLE {lake.table('twin')} USING parquet LOCATION '{folder}'")
    with pytest.raises(Exception, match=r"UNSUPPORTED_OVERWRITE\.TABLE"):
        lake.run(
            f'source rows from table {{ table = "{lake.table("twin")}" }}\n'
            + lake.sink(", mode = overwrite")
        )
    assert lake.rows("out", "id") == [(1,)]


def test_tables_with_versions(
    delta: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = NamedLake(delta, tmp_path, monkeypatch)
    lake.open()
    create = ", format = delta, mode = append, partition_by = day, schema = Stored"
    schema = "schema Stored { id: bigint not null, day: date, amount: decimal(12,2) }"
    lake.write(orders(1), create, param=schema)
    lake.write(orders(2, day="2026-01-02"), create, param=schema)
    lake.write(
        orders(3, day="2026-01-02"), ", mode = overwrite, partition_overwrite_mode = dynamic"
    )
    assert lake.rows("out", "id") == [(1,), (3,)]
    lake.write(orders(4), ", mode = overwrite")
    assert lake.rows("out", "id") == [(4,)]
    assert lake.read(", version = 1", "id: bigint") == [(1,)]
    assert lake.read(", version = 2", "id: bigint") == [(1,), (2,)]
    lake.close()


NAMES = (
    *("orders", "sales.orders", "lake.sales.orders", "_x", "Orders2", "select", "table.from"),
    *("2024_orders", "sales.2024_orders", "2024", "sales.2024", "1e5", "10l", "sales.10bd", "e1"),
    *("a b", "sales-eu.orders", "a..b", ".a", "a.", "a$b", "a/b", "lake/orders", "größe", "a:b"),
    *("`a b`", "`a b`.c", "a.`b.c`", "`a``b`", "`a", "a`b`", "`a`b", "`größe`.`2024`"),
)


def test_names_that_spark_can_read(spark: SparkSession) -> None:
    """What the compiler lets pass is what Spark's own parser takes, and no more."""
    parser = spark._jsparkSession.sessionState().sqlParser()
    wrong = []
    for name in NAMES:
        try:
            parts = parser.parseMultipartIdentifier(name)
        except Exception:
            parts = None
        problem, near = find_name_problem(name)
        if (parts is None) != bool(problem):
            wrong.append(f"{name}: {problem or 'is read'}, Spark: {parts}")
        if near:
            parser.parseMultipartIdentifier(near)
    assert not wrong, "\n".join(wrong)
