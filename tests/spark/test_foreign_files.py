"""Files that others have written: Hive, pyarrow, Spark of before. What the pages say is what comes.

The kind: a file whose schema is written in another way, or that leaves open what a value means.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow import orc, parquet
import pytest

from tests.spark.compiling import read_back, write

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

OLD, BEHIND, AHEAD = date(1500, 2, 28), date(1500, 2, 19), date(1500, 3, 9)


def first(spark: SparkSession, source: str, columns: str) -> list[Any]:
    row = read_back(spark, source, columns).first()
    assert row is not None
    return [*row]


@pytest.mark.parametrize(
    ("written_as", "read_as", "expected"),
    [
        ("CORRECTED", "", OLD),
        ("CORRECTED", "legacy", BEHIND),
        ("LEGACY", "", AHEAD),
        ("LEGACY", "legacy", OLD),
    ],
)
def test_dates_of_a_calendar_that_a_file_does_not_name(
    spark: SparkSession, tmp_path: Path, written_as: str, read_as: str, expected: date
) -> None:
    """As Hive writes them: what Spark notes in a file is taken out of it."""
    settings = {
        "spark.sql.parquet.datetimeRebaseModeInWrite": written_as,
        # In pyarrow, an INT96 does not reach the year 1500.
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    }
    for name, value in settings.items():
        spark.conf.set(name, value)
    try:
        data = spark.sql("select date'1500-02-28' d, timestamp'1500-02-28 10:00:00' t")
        data.coalesce(1).write.parquet(f"{tmp_path}/noted")
    finally:
        for name in settings:
            spark.conf.unset(name)
    columns = "d: date, t: timestamp"
    noted = first(spark, f'parquet {{ path = "{tmp_path}/noted"', columns)
    assert noted[0] == OLD
    (file,) = (tmp_path / "noted").glob("*.parquet")
    table = parquet.read_table(file).replace_schema_metadata(None)
    (tmp_path / "plain").mkdir()
    parquet.write_table(table, tmp_path / "plain" / "a.parquet")
    option = f", datetime_rebase_mode = {read_as}" if read_as else ""
    actual_columns = first(spark, f'parquet {{ path = "{tmp_path}/plain"{option}', columns)
    assert [actual_columns[0], actual_columns[1].date()] == [expected, expected]


def test_orc_of_pyarrow(spark: SparkSession, tmp_path: Path) -> None:
    def stored(name: str, values: pa.Array) -> str:
        (tmp_path / name).mkdir()
        orc.write_table(pa.table({"v": values}), tmp_path / name / "a.orc")
        return f'orc {{ path = "{tmp_path / name}"'

    assert first(spark, stored("old", pa.array([OLD])), "v: date") == [BEHIND]
    assert first(spark, stored("new", pa.array([date(2026, 2, 28)])), "v: date") == [
        date(2026, 2, 28)
    ]
    at = datetime(2026, 1, 31, 12)
    plain = stored("plain", pa.array([at], pa.timestamp("us")))
    assert first(spark, plain, "v: timestamp") == [at]
    zoned = stored("zoned", pa.array([at], pa.timestamp("us", "Europe/Berlin")))
    with pytest.raises(Exception, match=r".+"):
        read_back(spark, zoned, "v: timestamp").collect()


Fill = Callable[[Any], None]


def tags_of_hive(group: Any) -> None:
    tags = group.addGroup("tags")
    for value in ("a", None, "b"):
        bag = tags.addGroup("bag")
        if value is not None:
            bag.append("array_element", value)


def tags_of_avro(group: Any) -> None:
    tags = group.addGroup("tags")
    for value in ("a", "b"):
        tags.append("array", value)


def bare_tags(group: Any) -> None:
    for value in ("a", "b"):
        group.append("tags", value)


LAYOUTS: dict[str, tuple[str, Fill, list[str | None]]] = {
    "Hive": (
        "optional group tags (LIST)"
        " { repeated group bag { optional binary array_element (UTF8); } }",
        tags_of_hive,
        ["a", None, "b"],
    ),
    "Avro, two levels": (
        "optional group tags (LIST) { repeated binary array (UTF8); }",
        tags_of_avro,
        ["a", "b"],
    ),
    "repeated": ("repeated binary tags (UTF8);", bare_tags, ["a", "b"]),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_of_lists(spark: SparkSession, tmp_path: Path, layout: str) -> None:
    """All of them are read right."""
    fields, fill, expected = LAYOUTS[layout]
    jvm: Any = spark._jvm
    hadoop = jvm.org.apache.parquet
    schema = hadoop.schema.MessageTypeParser.parseMessageType(f"message m {{ {fields} }}")
    path = jvm.org.apache.hadoop.fs.Path(f"{tmp_path}/a.parquet")
    writer = hadoop.hadoop.example.ExampleParquetWriter.builder(path).withType(schema).build()
    group = hadoop.example.data.simple.SimpleGroup(schema)
    fill(group)
    writer.write(group)
    writer.close()
    source = f'parquet {{ path = "{tmp_path}/a.parquet"'
    assert first(spark, source, "tags: array<string>") == [expected]


@pytest.mark.parametrize(
    ("form", "write"), [("parquet", parquet.write_table), ("orc", orc.write_table)]
)
def test_case_of_fields_means_nothing(
    spark: SparkSession, tmp_path: Path, form: str, write: Callable[..., None]
) -> None:
    nested = {"Addr": pa.array([{"City": "x", "Zip": 1}]), "L": pa.array([[{"Sku": "a"}]])}
    write(pa.table(nested), tmp_path / f"a.{form}")
    columns = "addr: struct<city: string, zip: bigint>, l: array<struct<sku: string>>"
    addr, listed = first(spark, f'{form} {{ path = "{tmp_path}"', columns)
    assert ([*addr], [[*each] for each in listed]) == (["x", 1], [["a"]])


@pytest.mark.parametrize("form", ["csv", "json"])
@pytest.mark.parametrize("encoding", ["ISO-8859-1", "US-ASCII"])
def test_what_an_encoding_does_not_have_is_a_question_mark(
    spark: SparkSession, tmp_path: Path, form: str, encoding: str
) -> None:
    data = spark.sql("select '\u20ac' s")
    write(data, f'{form} {{ path = "{tmp_path}/out", encoding = "{encoding}" }}', "s: string")
    (file,) = (tmp_path / "out").glob("part-*")
    assert b"?" in file.read_bytes()
