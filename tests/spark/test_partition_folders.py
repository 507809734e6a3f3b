"""Folders that hold a column: those that a path names, and what their values come to.

The kind: a declared column that only the path holds. Each shape of a path is compared with what
Spark reads from the folder above it.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.spark.compiling import compiled_module, read_back, script_functions, write

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

FORMATS = ("parquet", "json", "orc", "csv")
NESTED = "day: date, month: string, id: bigint"
# Paths below the root, and the columns that are declared, in an order that is not Spark's.
SHAPES = {
    '"{}/month=01/day=2026-01-01"': ("day: date, id: bigint", "day = '2026-01-01'"),
    '"{}/month=01/day=*"': ("day: date, id: bigint", "month = '01'"),
    '"{}/month=01/day=2026-01-0[13]"': ("day: date, id: bigint", "day = '2026-01-01'"),
    '"{}/month=01/{{day=2026-01-01,day=2026-01-02}}"': ("day: date, id: bigint", "month = '01'"),
    '"{}/month=01/day=2026-01-01/part-*"': ("day: date, id: bigint", "day = '2026-01-01'"),
    '"{}/month=*/day=2026-01-01"': ("day: date, id: bigint", "day = '2026-01-01'"),
    '"{}/month=*/day=*"': (NESTED, "true"),
    '"{}/month=02"': ("month: string, id: bigint", "month = '02'"),
    '"{}/month=02/"': (NESTED, "month = '02'"),
    '["{0}/month=01/day=2026-01-01", "{0}/month=02/day=2026-02-01"]': (NESTED, "id in (1, 3)"),
    '["{0}/month=01/day=2026-01-01", "{0}/month=01/day=2026-01-02"]': (
        "day: date, id: bigint",
        "month = '01'",
    ),
    '"{}"': ("id: bigint", "true"),
    '"{}/month=01"': ("id: bigint", "month = '01'"),
}


@pytest.fixture(scope="module")
def lake(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for each format, with folders of months, and of days in them."""
    root = tmp_path_factory.mktemp("lake")
    rows = spark.sql(
        "SELECT * FROM VALUES (1L, '01', date'2026-01-01'), (2L, '01', date'2026-01-02'),"
        " (3L, '02', date'2026-02-01') AS t(id, month, day)"
    ).coalesce(1)
    for name in FORMATS:
        rows.write.format(name).partitionBy("month", "day").save(f"{root}/{name}")
    return root


@pytest.mark.parametrize("number", range(len(SHAPES)))
def test_columns_of_the_path_are_found(spark: SparkSession, lake: Path, number: int) -> None:
    """In the declared order, and no others; the formats take turns."""
    path, (columns, rows) = list(SHAPES.items())[number]
    name = FORMATS[number % len(FORMATS)]
    whole = spark.read.format(name).schema("id BIGINT, month STRING, day DATE")
    names = [column.split(":")[0] for column in columns.split(", ")]
    expected = whole.load(f"{lake}/{name}").where(rows).select(names)
    block = f"{name} {{ path = {path.format(lake / name)}"
    actual = read_back(spark, block, columns)
    assert actual.columns == names
    assert sorted(map(tuple, actual.collect())) == sorted(map(tuple, expected.collect()))


def test_spark_alone_reads_null(spark: SparkSession, lake: Path) -> None:
    """Why the script says `basePath`."""
    reader = spark.read.schema("id BIGINT, day DATE")
    folder = f"{lake}/parquet/month=01"
    assert reader.parquet(f"{folder}/day=2026-01-01").collect()[0]["day"] is None
    assert {row["day"] for row in reader.parquet(f"{folder}/day=*").collect()} == {None}


def test_a_folder_whose_name_a_parameter_makes(
    spark: SparkSession, lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = compiled_module(
        "pipeline files { }\nparam day: date\nparam lake: string\n"
        "schema Row { day: date, id: bigint }\n"
        'source data from parquet { path = "${lake}/month=01/day=${day}", schema = Row }\n'
        "sink data to noop { }\n",
        tmp_path,
        monkeypatch,
    )
    params = module.Params(day=date(2026, 1, 2), lake=f"{lake}/parquet")
    job = type("Job", (), {"spark": spark, "params": params})
    assert [tuple(row) for row in module.data(job).collect()] == [(date(2026, 1, 2), 2)]


def test_streams_find_columns_behind_a_glob(spark: SparkSession, lake: Path) -> None:
    columns = "day: date, id: bigint"
    names = script_functions(
        f"pipeline files {{ }}\nschema Row {{ {columns} }}\n"
        "stream source data from parquet {\n"
        f'path = "{lake}/parquet/month=01/day=*", schema = Row }}\n'
        "sink data to memory { }\n"
    )
    stream = names["data"](type("Job", (), {"spark": spark}))
    writer = stream.writeStream.format("memory").queryName("folders").trigger(availableNow=True)
    writer.start().awaitTermination()
    rows = {tuple(row) for row in spark.table("folders").collect()}
    assert rows == {(date(2026, 1, 1), 1), (date(2026, 1, 2), 2)}


# What the text of a folder is as a column of a type; an error of Spark's is None.
VALUES: dict[tuple[str, str], Any] = {
    ("01", "string"): "01",
    ("01", "int"): 1,
    ("007", "bigint"): 7,
    ("a%2Fb", "string"): "a/b",
    ("a%20b", "string"): "a b",
    ("%C3%A9", "string"): "Ã©",
    ("__HIVE_DEFAULT_PARTITION__", "string"): "null",
    ("2026-1-1", "date"): date(2026, 1, 1),
    ("2026-01-01 10%3A00%3A00", "date"): date(2026, 1, 1),
    ("2026-01-01 10%3A00%3A00", "timestamp_ntz"): datetime(2026, 1, 1, 10),
    ("true", "boolean"): True,
    ("1.10", "decimal(5,2)"): Decimal("1.10"),
    ("x", "date"): None,
    ("2026-13-01", "date"): None,
    ("20260101", "date"): None,
    ("x", "int"): None,
    ("1.5", "int"): None,
    ("99999999999", "int"): None,
    ("1", "boolean"): None,
    # Spark's own mistakes, which the page tells.
    ("70000", "smallint"): 4464,
}


@pytest.mark.parametrize(("text", "type_"), VALUES)
def test_values_of_folders(spark: SparkSession, tmp_path: Path, text: str, type_: str) -> None:
    (tmp_path / f"in/p={text}").mkdir(parents=True)
    (tmp_path / f"in/p={text}/rows.json").write_text('{"id": 1}\n')
    expected = VALUES[text, type_]
    block = f'json {{ path = "{tmp_path}/in"'
    if expected is None:
        with pytest.raises(Exception, match="INVALID_PARTITION_VALUE"):
            read_back(spark, block, f"p: {type_}, id: bigint").collect()
        return
    row = read_back(spark, block, f"p: {type_}, id: bigint").collect()[0]
    assert (row["p"] if row["p"] is not None else "null") == expected


# What a folder comes to as DECIMAL(5,2): for formats in columns, and for those of text.
DECIMALS = {
    "1.23": ("1.23", "1.23"),
    "1.123": ("11.23", "1.12"),
    "1.0": ("0.10", "1.00"),
    "1.00": ("1.00", "1.00"),
    "7": ("0.07", "7.00"),
    "007": ("0.07", "7.00"),
    "-1": ("-0.01", "-1.00"),
    "+5": ("0.05", "5.00"),
    "40000": ("400.00", None),
    "1e3": ("10.00", None),
}


@pytest.mark.parametrize("form", FORMATS)
def test_decimals_of_folders(spark: SparkSession, tmp_path: Path, form: str) -> None:
    """They are misread, as the pages say: the digits alone, or null where there is no room."""
    in_columns = form in ("parquet", "orc")
    for text in DECIMALS:
        folder = f"{tmp_path}/{text}"
        spark.sql("SELECT 1L AS id").write.format(form).save(f"{folder}/p={text}")
        block = f'{form} {{ path = "{folder}"'
        schema = "id: bigint, p: decimal(5,2)"
        row = read_back(spark, block, schema).first()
        expected = DECIMALS[text][0 if in_columns else 1]
        assert row is not None
        assert row["p"] == (Decimal(expected) if expected is not None else None), (form, text)


# Values of partition columns that are written and read back, by their type.
WRITTEN = {
    "string": ["'a/b'", "'a=b'", "'a%b'", "'é'", "'01'", "' '", "'..'", "'a:b'", "'null'", "'\\n'"],
    "date": ["date'2026-01-01'", "date'1500-01-01'", "cast(null AS date)"],
    "timestamp_ntz": ["timestamp_ntz'2026-01-01 10:00:00.123456'"],
    "decimal(30,1)": ["cast(12345678901234567890.5 AS decimal(30,1))"],
    "double": ["1.1D", "-0.0D", "double('NaN')"],
    "float": ["float(1.1)"],
    "boolean": ["true"],
    "tinyint": ["-3Y"],
    "bigint": ["99999999999"],
    "interval day": ["interval '1' day"],
}


@pytest.mark.parametrize("type_", WRITTEN)
def test_partitions_that_come_back(spark: SparkSession, tmp_path: Path, type_: str) -> None:
    parts = [f"SELECT {n}L AS id, {text} AS p" for n, text in enumerate(WRITTEN[type_])]
    rows = spark.sql(" UNION ALL ".join(parts))
    columns = f"p: {type_}, id: bigint"
    write(rows, f'parquet {{ path = "{tmp_path}/out", partition_by = p }}', columns)
    back = read_back(spark, f'parquet {{ path = "{tmp_path}/out"', columns)
    texts = [
        {row["id"]: row["p"] for row in frame.selectExpr("id", "CAST(p AS string) AS p").collect()}
        for frame in (rows, back)
    ]
    assert texts[0] == texts[1]


def test_empty_text_comes_back_as_null(spark: SparkSession, tmp_path: Path) -> None:
    """As the page says."""
    rows = spark.sql("SELECT 1L AS id, '' AS p")
    write(rows, f'orc {{ path = "{tmp_path}/out", partition_by = p }}', "p: string, id: bigint")
    back = read_back(spark, f'orc {{ path = "{tmp_path}/out"', "p: string, id: bigint")
    assert back.collect()[0]["p"] is None


@pytest.mark.parametrize(("name", "mode"), [*product(("parquet", "csv"), ("dynamic", "static"))])
def test_overwriting_partitions(spark: SparkSession, tmp_path: Path, name: str, mode: str) -> None:
    """`dynamic` leaves the other partitions, and all of them where there are no rows."""
    columns = "id: bigint, p: bigint"
    sink = f'{name} {{ path = "{tmp_path}/out", mode = overwrite, partition_by = p'
    sink += f", partition_overwrite_mode = {mode} }}"

    def left() -> list[tuple[int, int]]:
        frame = read_back(spark, f'{name} {{ path = "{tmp_path}/out"', columns)
        return sorted((row["id"], row["p"]) for row in frame.collect())

    write(spark.sql("SELECT id, id % 2 AS p FROM range(4)"), sink, columns)
    write(spark.sql("SELECT 7L AS id, 1L AS p"), sink, columns)
    assert left() == ([(0, 0), (2, 0), (7, 1)] if mode == "dynamic" else [(7, 1)])
    write(spark.sql("SELECT 7L AS id, 1L AS p WHERE false"), sink, columns)
    assert bool(left()) is (mode == "dynamic")


def test_a_column_of_files_and_folders(spark: SparkSession, tmp_path: Path) -> None:
    """As the pages of connectors say: the folder's value counts."""
    folder = tmp_path / "in" / "s=folder"
    folder.mkdir(parents=True)
    (folder / "a.json").write_text('{"id":1,"s":"file"}\n')
    source = f'json {{ path = "{tmp_path}/in"'
    assert read_back(spark, source, "id: bigint, s: string").collect() == [(1, "folder")]
