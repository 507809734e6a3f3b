"""Spark fills in the defaults of columns that data lacks, and leaves nulls alone."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyspark.sql import functions as F
import pytest

from ssbt.runtime import with_defaults

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.spark

SCHEMA = "id BIGINT, amount DECIMAL(12,2), status STRING, tags ARRAY<STRING>, day DATE"
DEFAULTS = {
    "amount": Decimal("0.5"),
    "status": "it's ${open}",
    "tags": ("a", "b"),
    "day": date(2026, 1, 31),
}
FILLED = (Decimal("0.50"), "it's ${open}", ["a", "b"], date(2026, 1, 31))
EXPECTED = [
    (1, *FILLED),
    (2, None, None, *FILLED[2:]),
    (3, Decimal("7.00"), "X", [], date(2020, 1, 1)),
]
LINES = [
    '{"id":1}',
    '{"id":2,"amount":null,"status":null}',
    '{"id":3,"amount":7,"status":"X","tags":[],"day":"2020-01-01"}',
]
COLUMNS = ("id", "id, amount, status", "id, amount, status, tags, day")
KINDS = ("json", "parquet", "orc")


@pytest.fixture(scope="module")
def files(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """In each format, three files of which two lack columns."""
    folder = tmp_path_factory.mktemp("defaults")
    (folder / "json").mkdir()
    for number, (line, columns) in enumerate(zip(LINES, COLUMNS, strict=True)):
        (folder / "json" / f"{number}.json").write_text(f"{line}\n")
        whole = spark.read.schema(SCHEMA).json(str(folder / "json" / f"{number}.json"))
        for kind in KINDS[1:]:
            part = whole.selectExpr(*columns.split(", ")).coalesce(1)
            part.write.mode("append").format(kind).save(str(folder / kind))
    return folder


def rows(df: DataFrame) -> list[tuple[Any, ...]]:
    return sorted(tuple(row) for row in df.collect())


@pytest.mark.parametrize("vectorised", ["true", "false"])
@pytest.mark.parametrize("kind", KINDS)
def test_files(spark: SparkSession, files: Path, kind: str, vectorised: str) -> None:
    session = spark.newSession()
    session.conf.set("spark.sql.parquet.enableVectorizedReader", vectorised)
    session.conf.set("spark.sql.orc.enableVectorizedReader", vectorised)
    type_ = with_defaults(session, SCHEMA, DEFAULTS)
    df = session.read.format(kind).schema(type_).load(str(files / kind))
    assert rows(df) == EXPECTED
    assert rows(df.where("amount = 0.5").select("id")) == [(1,)]
    assert rows(df.where("amount is null").select("id")) == [(2,)]
    assert rows(df.where("status like 'it%'").select("status")) == [(FILLED[1],)]
    assert rows(df.selectExpr("count(amount)", "count(day)", "min(amount)")) == [
        (2, 3, Decimal("0.50"))
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_streams(spark: SparkSession, files: Path, tmp_path: Path, kind: str) -> None:
    type_ = with_defaults(spark, SCHEMA, DEFAULTS)
    stream = spark.readStream.format(kind).schema(type_).load(str(files / kind))
    name = f"defaults_{kind}"
    query = stream.writeStream.format("memory").queryName(name).trigger(availableNow=True).start()
    query.awaitTermination()
    assert rows(spark.table(name)) == EXPECTED


def test_records(spark: SparkSession) -> None:
    """With the column of malformed records, as a source of records has it."""
    type_ = with_defaults(spark, f"{SCHEMA}, _malformed STRING", DEFAULTS)
    options = {"mode": "PERMISSIVE", "columnNameOfCorruptRecord": "_malformed"}
    df = spark.createDataFrame([(line,) for line in (*LINES, "{bad")], "value STRING")
    result = df.select(F.from_json("value", type_, options).alias("v")).select("v.*")
    assert rows(result.where("_malformed is null").drop("_malformed")) == EXPECTED
    assert rows(result.where("_malformed is not null").select("_malformed")) == [("{bad",)]


@pytest.mark.parametrize("kind", KINDS)
def test_values_of_every_type(spark: SparkSession, tmp_path: Path, kind: str) -> None:
    values: dict[str, object] = {
        "BOOLEAN": True,
        "TINYINT": -1,
        "BIGINT": 7,
        "FLOAT": 0.5,
        "DOUBLE": -1.5,
        "DECIMAL(38,10)": Decimal("-1.25"),
        "TIMESTAMP": datetime(2026, 1, 31, 10),
        "TIMESTAMP_NTZ": datetime(2026, 1, 31, 10),
        "SMALLINT": 300,
        "INT": -70000,
        "DATE": date(1, 1, 1),
        "DECIMAL(9,2)": Decimal("0.10"),
        "DECIMAL(18,2)": Decimal("-0.10"),
        "ARRAY<DECIMAL(4,2)>": (Decimal("1.50"),),
        "MAP<STRING,INT>": {"x": 1},
        "STRING": "",
    }
    names = {f"c{number}": name for number, name in enumerate(values)}
    schema = ", ".join(f"{column} {name}" for column, name in names.items())
    defaults = {column: values[name] for column, name in names.items()}
    spark.range(1).write.format(kind).save(str(tmp_path / "p"))
    type_ = with_defaults(spark, f"id BIGINT, {schema}", defaults)
    result = spark.read.format(kind).schema(type_).load(str(tmp_path / "p")).first()
    assert result is not None
    expected = [list(v) if isinstance(v, tuple) else v for v in values.values()]
    assert list(result)[1:] == expected
