"""Tables that a script creates before it writes, with what a writer cannot say."""

from __future__ import annotations

from pathlib import Path
import re
from typing import TYPE_CHECKING, Any

import pytest

from ssbt.runtime import SchemaMismatchError
from tests.spark.lakes import Lake

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

COLUMNS = "id: bigint, day: date, amount: decimal(12,2)"
SCHEMA = (
    "schema Stored { day: date, id: bigint not null comment 'it''s a number',"
    " amount: decimal(12,2) }"
)
DECLARED = (
    "schema = Stored, cluster_by = [day, id], constraint = amount >= ${least},"
    ' comment = "It\'s it", properties { "delta.enableChangeDataFeed" = true }'
)
PARAM = f"param least: decimal(12,2) = 0.01\n{SCHEMA}\n"


@pytest.fixture
def lake(delta: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    return Lake(delta, tmp_path, monkeypatch)


def orders(*rows: tuple[int | None, str]) -> str:
    values = ", ".join(
        f"({'null' if id_ is None else id_}, date'2026-01-01', {amount}BD)" for id_, amount in rows
    )
    names = "cast(id AS bigint) id, day, cast(amount AS decimal(12,2)) amount"
    return f"SELECT {names} FROM VALUES {values} AS t(id, day, amount)"


def detail(lake: Lake, table: str) -> Any:
    return lake.spark.sql(f"DESCRIBE DETAIL {table}").collect()[0]


def check_table(lake: Lake, table: str) -> None:
    """The table has everything that was said of a new one."""
    result = detail(lake, table)
    assert result.clusteringColumns == ["day", "id"]
    assert result.description == "It's it"
    assert result.properties["delta.enableChangeDataFeed"] == "true"
    assert (
        result.properties["delta.constraints.declared"] == "amount >= CAST('0.01' AS DECIMAL(12,2))"
    )
    columns = lake.spark.table(table).schema
    assert [(each.name, each.nullable) for each in columns] == [
        ("day", True),
        ("id", False),
        ("amount", True),
    ]
    assert columns["id"].metadata["comment"] == "it's a number"


def test_a_new_table_is_as_it_is_said(lake: Lake) -> None:
    options = f'path = "LAKE/out", mode = append, {DECLARED}'
    for id_ in (1, 2):
        lake.write(orders((id_, "5.00")), options, COLUMNS, PARAM)
        check_table(lake, lake.table("out"))
    with pytest.raises(Exception, match="DELTA_NOT_NULL_CONSTRAINT_VIOLATED"):
        lake.write(orders((None, "5.00")), options, COLUMNS, PARAM)
    with pytest.raises(Exception, match="CHECK constraint declared"):
        lake.write(orders((3, "0.00")), options, COLUMNS, PARAM)
    assert lake.rows("out", "id") == [(1,), (2,)]


def test_a_table_of_the_catalog(lake: Lake) -> None:
    lake.sql("CREATE DATABASE IF NOT EXISTS created")
    try:
        lake.write(
            orders((1, "5.00")), f'table = "created.a", mode = append, {DECLARED}', COLUMNS, PARAM
        )
        check_table(lake, "created.a")
        options = f'table = "created.b", path = "LAKE/placed", mode = overwrite, {DECLARED}'
        lake.write(orders((1, "5.00")), options, COLUMNS, PARAM)
        check_table(lake, "created.b")
        assert lake.rows("placed", "id") == [(1,)]
    finally:
        lake.sql("DROP DATABASE created CASCADE")


def test_a_path_that_is_not_absolute(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQL takes only an absolute one; the JVM's working folder counts, as for a writer."""
    lake.write(orders((1, "5.00")), 'path = "LAKE/plain", mode = append', COLUMNS)
    options = 'path = "LAKE/a`b c", mode = append, cluster_by = id'
    lake.write(orders((1, "5.00")), options, COLUMNS)
    name = f"{tmp_path}/a`b c".replace("`", "``")
    assert detail(lake, f"delta.`{name}`").clusteringColumns == ["id"]


def test_an_overwrite_leaves_the_clusters(lake: Lake) -> None:
    """A writer's plain overwrite forgets them silently (Delta 4.4.0)."""
    options = 'path = "LAKE/out", mode = overwrite, cluster_by = day'
    for id_ in (1, 2):
        lake.write(orders((id_, "5.00")), options, COLUMNS)
        assert detail(lake, lake.table("out")).clusteringColumns == ["day"]
    assert lake.rows("out", "id") == [(2,)]
    lake.spark.table(lake.table("out")).write.format("delta").mode("overwrite").save(
        f"{lake.folder}/out"
    )
    assert detail(lake, lake.table("out")).clusteringColumns == []


def test_a_table_that_is_there_is_held_to_what_is_said(lake: Lake) -> None:
    """The ways out that the error has are right."""
    lake.make("out", "", "id BIGINT, day DATE, amount DECIMAL(12,2)")
    options = f'path = "LAKE/out", mode = append, {DECLARED}'
    with pytest.raises(SchemaMismatchError) as caught:
        lake.write(orders((1, "5.00")), options, COLUMNS, PARAM)
    text = str(caught.value)
    assert "it is clustered by nothing, not by `day`, `id`: `ALTER TABLE" in text
    assert "it has no constraint (amount >= CAST('0.01' AS DECIMAL(12,2))): `ALTER TABLE" in text
    assert "`id` can be null: that takes a new table" in text
    assert lake.rows("out") == []
    for statement in re.findall(r"`(ALTER TABLE .*)`\n", text):
        lake.sql(statement)
    looser = options.replace("schema = Stored, ", "")
    lake.write(orders((1, "5.00")), looser, COLUMNS, PARAM.replace(SCHEMA, ""))
    assert lake.rows("out", "id") == [(1,)]
    with pytest.raises(SchemaMismatchError, match="its constraint is") as caught:
        lake.write(
            orders((2, "5.00")),
            'path = "LAKE/out", mode = append, constraint = amount > 7',
            COLUMNS,
        )
    assert "DROP CONSTRAINT declared`, then `ALTER TABLE" in str(caught.value)
    lake.make("parted", "SELECT 1L id, date'2026-01-01' day, cast(1 AS decimal(12,2)) amount")
    other = 'path = "LAKE/parted", mode = append, partition_by = day, comment = "x"'
    with pytest.raises(SchemaMismatchError, match="partitioned by nothing, not by `day`"):
        lake.write(orders((1, "5.00")), other, COLUMNS)


STREAM = """
schema Row { id: bigint, name: string }
stream source rows from parquet { path = "LAKE/in", schema = Row }
SINK
"""


@pytest.mark.parametrize(
    "options",
    [
        'properties { "delta.enableChangeDataFeed" = true }, cluster_by = id',
        "mode = merge, keys = id, sequence_by = name, cluster_by = id\n"
        'properties { "delta.enableChangeDataFeed" = true }',
    ],
)
def test_streams(lake: Lake, options: str) -> None:
    sink = f'sink rows to delta as out {{ path = "LAKE/out", trigger = available now, {options} }}'
    for id_ in (1, 2):
        frame = lake.spark.sql(f"SELECT {id_}L id, 'a' name").coalesce(1)
        frame.write.mode("append").parquet(f"{lake.folder}/in")
        lake.run(STREAM.replace("SINK", sink), 'checkpoint = "LAKE/checkpoints"')
    result = detail(lake, lake.table("out"))
    assert result.clusteringColumns == ["id"]
    assert result.properties["delta.enableChangeDataFeed"] == "true"
    assert lake.rows("out", "id") == [(1,), (2,)]


def test_a_whole_result_leaves_the_clusters(lake: Lake) -> None:
    sink = (
        "let counted = from rows |> aggregate count(*) as n group by name\n"
        'sink counted to delta as out { path = "LAKE/out", mode = complete, cluster_by = name,'
        " trigger = available now }"
    )
    for _ in range(2):
        frame = lake.spark.sql("SELECT 1L id, 'a' name").coalesce(1)
        frame.write.mode("append").parquet(f"{lake.folder}/in")
        lake.run(STREAM.replace("SINK", sink), 'checkpoint = "LAKE/checkpoints"')
    assert detail(lake, lake.table("out")).clusteringColumns == ["name"]
    assert lake.rows("out", "name, n") == [("a", 2)]
