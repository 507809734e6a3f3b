"""What texts and names of folders lose: the reasons of SSBT0536 to SSBT0538, and of pages."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

from pyspark.sql import functions as F
import pytest

from tests.spark.compiling import read_back, script_functions, write
from tests.spark.test_record_round_trips import Captured

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Row, SparkSession

pytestmark = pytest.mark.spark


def lines(path: Path) -> str:
    return "".join(file.read_text() for file in path.glob("part-*"))


def test_folders_of_timestamps_lose_an_hour(spark: SparkSession, tmp_path: Path) -> None:
    session = spark.newSession()
    session.conf.set("spark.sql.session.timeZone", "Europe/Berlin")
    values = "(1792888200000000L), (1792891800000000L)"
    instants = f"SELECT timestamp_micros(a) AS at, a FROM VALUES {values} AS t(a)"
    session.sql(instants).write.partitionBy("at").parquet(f"{tmp_path}/out")
    back = session.read.schema("a BIGINT, at TIMESTAMP").parquet(f"{tmp_path}/out")
    rows = {row["a"]: row["b"] for row in back.selectExpr("a", "unix_micros(at) AS b").collect()}
    assert rows == {1792888200000000: 1792888200000000, 1792891800000000: 1792888200000000}


# What Spark writes down for the keys of a map in JSON; of bytes an address, which changes.
KEYS = {
    "1": "1",
    "true": "true",
    "1.5D": "1.5",
    "'a'": "a",
    "date'2026-01-31'": "20484",
    "timestamp'2026-01-31 12:00:00'": "1769860800000000",
    "timestamp_ntz'2026-01-31 12:00:00'": "1769860800000000",
    "interval '1' day": "86400000000",
    "x'00ff'": "[B@",
    "array(1)": "org.apache.spark",
}


def test_keys_of_maps_in_json(spark: SparkSession, tmp_path: Path) -> None:
    maps = ", ".join(f"map({key}, 1) AS c{number}" for number, key in enumerate(KEYS))
    spark.sql(f"SELECT {maps}").write.json(f"{tmp_path}/out")
    columns = ", ".join(f"c{number} MAP<STRING, INT>" for number in range(len(KEYS)))
    (row,) = spark.read.schema(columns).json(f"{tmp_path}/out").collect()
    results = [next(iter(cell)) for cell in row]
    assert [
        key[: len(expected)] for key, expected in zip(results, KEYS.values(), strict=True)
    ] == list(KEYS.values())


@pytest.fixture
def column(spark: SparkSession) -> DataFrame:
    return spark.sql("SELECT * FROM VALUES ('a'), (null), ('b') AS t(v)").coalesce(1)


def test_a_null_alone_is_no_line_of_csv(
    spark: SparkSession, column: DataFrame, tmp_path: Path
) -> None:
    write(column, f'csv {{ path = "{tmp_path}/out" }}', "v: string")
    assert lines(tmp_path / "out") in ("a\nb\n", 'a\n""\nb\n', "a\n\nb\n")
    assert read_back(spark, f'csv {{ path = "{tmp_path}/out"', "v: string").count() == 2
    message = 'null_value = "\\\\N"'
    write(column, f'csv {{ path = "{tmp_path}/said", {message} }}', "v: string")
    back = read_back(spark, f'csv {{ path = "{tmp_path}/said", {message}', "v: string").collect()
    assert [row["v"] for row in back] == ["a", None, "b"]


def test_text_has_lines_and_no_nulls(spark: SparkSession, tmp_path: Path) -> None:
    """As its page says."""
    rows = spark.sql("SELECT * FROM VALUES ('a\\nb'), (null) AS t(value)").coalesce(1)
    write(rows, f'text {{ path = "{tmp_path}/out" }}', "value: string")
    assert [row[0] for row in spark.read.text(f"{tmp_path}/out").collect()] == ["a", "b", ""]


def test_bytes_that_are_no_text(spark: SparkSession, tmp_path: Path) -> None:
    """SSBT0542: JSON and CSV replace them, a text keeps them; and instants keep their hour."""
    bad, replaced = b"\xff\xc3a", "\ufffd\ufffda".encode()
    query = "SELECT cast(x'ffc361' AS STRING) AS v"
    frame = spark.sql(query).coalesce(1)
    assert frame.select(F.to_json(F.struct("v")).cast("binary")).head() == (
        b'{"v":"' + replaced + b'"}',
    )
    for kind, text in (("csv", replaced), ("json", b'{"v":"' + replaced + b'"}')):
        write(frame, f'{kind} {{ path = "{tmp_path}/{kind}" }}', "v: string")
        (file,) = (tmp_path / kind).glob("part-*")
        assert file.read_bytes() == text + b"\n"
    kept = records(spark, query, "v: string")
    assert [(bytes(each["key"]), bytes(each["value"])) for each in kept] == [(bad, bad)]
    instants = (f"(timestamp '2026-10-25 0{hour}:30:00Z')" for hour in range(2))
    query = f"SELECT v FROM VALUES {', '.join(instants)} AS t(v)"
    kept = records(spark, query, "v: timestamp")
    assert [bytes(each["key"]).decode() for each in kept] == [
        "2026-10-25T02:30:00.000000+02:00",
        "2026-10-25T02:30:00.000000+01:00",
    ]


def records(spark: SparkSession, query: str, schema: str) -> list[Row]:
    """What a sink of records makes of `v`, as key and as value, in the time of Berlin."""
    session = spark.newSession()
    session.conf.set("spark.sql.session.timeZone", "Europe/Berlin")
    functions = script_functions(f"""
pipeline records {{ time_zone = "Europe/Berlin" }}
schema Row {{ {schema} }}
source data from parquet {{ path = "in", schema = Row }}
sink data to kafka {{
  bootstrap_servers = "localhost:9092"
  topic             = "u"
  key               = string
  key_columns       = v
  value             = string
  value_columns     = v
}}
""")
    inputs = Captured(session.sql(query).coalesce(1))
    functions["write_data"](inputs, SimpleNamespace(counted=lambda each, _: each))
    columns = (F.col(name).cast("binary") for name in ("key", "value"))
    rows: list[Row] = inputs.records.select(*columns).collect()
    return rows
