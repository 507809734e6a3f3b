"""Files and tables as sources and sinks leave them: modes, folders, order, types."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from ssbt.compiler.connectors.loading import find_connector
from ssbt.compiler.connectors.specification import Role
from ssbt.compiler.driver import check_pipeline, emit_files

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.spark

FORMATS = ("csv", "json", "parquet", "orc", "text")
COLUMNS = "id: bigint, p: bigint, name: string"


def module(text: str) -> dict[str, Any]:
    """The functions of the script that a pipeline is compiled to."""
    result = check_pipeline("files.ssbt", lambda path: text.encode())
    assert not result.has_errors, [finding.message for finding in result.findings]
    script = next(file for file in emit_files(result) if file.path.endswith(".py"))
    names: dict[str, Any] = {"__name__": "files"}
    exec(compile(script.content, script.path, "exec"), names)
    return names


def write(data: DataFrame, sink: str) -> None:
    """Write a DataFrame through a generated script: `sink` is what follows `sink data to`."""
    names = module(
        "pipeline files { }\n"
        f"schema Row {{ {COLUMNS} }}\n"
        'source data from parquet { path = "unused", schema = Row }\n'
        f"sink data to {sink}\n"
    )
    function = next(names[name] for name in names if name.startswith("write_"))
    function(data, SimpleNamespace(counted=lambda frame, name: frame))


def read(spark: SparkSession, name: str, path: Path, columns: str, block: str = "") -> DataFrame:
    names = module(
        "pipeline files { }\n"
        f"schema Row {{ {columns} }}\n"
        f'source data from {name} {{ path = "{path}", schema = Row, {block} }}\n'
        "sink data to noop { }\n"
    )
    frame: DataFrame = names["data"](SimpleNamespace(spark=spark))
    return frame


@pytest.fixture(scope="module")
def data(spark: SparkSession) -> DataFrame:
    """2,000 rows in no order, in one partition."""
    query = "SELECT id * 7919 % 2000 AS id, id % 2 AS p, concat('n', id) AS name FROM range(2000)"
    return spark.sql(query).coalesce(1).cache()


def files(path: Path) -> list[Path]:
    return sorted(path.rglob("part-*"))


def test_save_modes(data: DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "out"
    sink = f'parquet {{ path = "{path}", mode = '
    write(data, f'parquet {{ path = "{path}" }}')
    first = files(path)
    write(data, sink + "ignore }")
    assert files(path) == first
    write(data, sink + "append }")
    assert len(files(path)) == 2
    write(data, sink + "overwrite }")
    assert len(files(path)) == 1
    with pytest.raises(Exception, match="PATH_ALREADY_EXISTS"):
        write(data, f'parquet {{ path = "{path}" }}')


def test_number_of_files(data: DataFrame, tmp_path: Path) -> None:
    for option, count in (
        ("repartition = 3", 3),
        ("coalesce = 1", 1),
        ("max_records_per_file = 500", 4),
        ("repartition = 2, partition_by = p", 4),
    ):
        path = tmp_path / option.replace(" ", "")
        write(data, f'json {{ path = "{path}", {option} }}')
        assert len(files(path)) == count, option


@pytest.mark.parametrize("name", ["csv", "json", "parquet", "orc"])
def test_rows_of_a_file_are_sorted(
    spark: SparkSession, data: DataFrame, tmp_path: Path, name: str
) -> None:
    """Spark sorts once more by the folders' columns unless the rows are sorted by them already."""
    write(data, f'{name} {{ path = "{tmp_path}/out", partition_by = p, sort_by = id }}')
    for file in files(tmp_path / "out"):
        ids = [row[0] for row in read(spark, name, file, "id: bigint, name: string").collect()]
        assert len(ids) == 1000
        assert ids == sorted(ids)


def test_dynamic_overwrite_replaces_folders(
    spark: SparkSession, data: DataFrame, tmp_path: Path
) -> None:
    sink = f'parquet {{ path = "{tmp_path}/out", mode = overwrite, partition_by = p'
    static = sink + ", partition_overwrite_mode = static }"
    write(data, static)
    write(data.where("p = 1").limit(1), sink + ", partition_overwrite_mode = dynamic }")
    assert spark.read.parquet(f"{tmp_path}/out").count() == 1001
    write(data.where("p = 1").limit(1), static)
    assert spark.read.parquet(f"{tmp_path}/out").count() == 1


def test_spark_loses_the_other_partitions_of_a_table(spark: SparkSession, data: DataFrame) -> None:
    """Why `table` with dynamic overwrite is an error here."""
    try:
        write(data, 'parquet { table = "dynamic", partition_by = p }')
        one = data.where("p = 1").limit(1).write.format("parquet").mode("overwrite")
        one.option("partitionOverwriteMode", "dynamic").partitionBy("p").saveAsTable("dynamic")
        assert spark.table("dynamic").count() == 1
    finally:
        spark.sql("DROP TABLE IF EXISTS dynamic")


@pytest.mark.parametrize("name", ["csv", "json", "parquet", "orc"])
def test_buckets(spark: SparkSession, data: DataFrame, tmp_path: Path, name: str) -> None:
    sink = f'{name} {{ table = "bucketed", path = "{tmp_path}/t", bucket_by = id, buckets = 4'
    try:
        write(data, sink + ", sort_by = [id, name] }")
        facts = {row[0]: row[1] for row in spark.sql("DESCRIBE EXTENDED bucketed").collect()}
        assert facts["Num Buckets"] == "4"
        assert facts["Sort Columns"] == "[`id`, `name`]"
        assert facts["Location"] == f"file:{tmp_path}/t"
        assert len(files(tmp_path / "t")) == 4
        assert spark.table("bucketed").count() == 2000
    finally:
        spark.sql("DROP TABLE IF EXISTS bucketed")


def test_columns_of_folders_stand_where_the_schema_has_them(
    spark: SparkSession, data: DataFrame, tmp_path: Path
) -> None:
    """Spark puts them last, and adds those that the schema lacks."""
    write(data, f'csv {{ path = "{tmp_path}/out", partition_by = p }}')
    declared = read(spark, "csv", tmp_path / "out", "p: string, id: bigint, name: string")
    assert declared.dtypes == [("p", "string"), ("id", "bigint"), ("name", "string")]
    added = read(spark, "csv", tmp_path / "out", "id: bigint, name: string")
    assert added.dtypes == [("id", "bigint"), ("name", "string")]
    kept = 'mode = permissive, column_name_of_corrupt_record = "_c"'
    corrupt = read(spark, "csv", tmp_path / "out", "id: bigint, p: int, name: string", kept)
    assert corrupt.columns == ["id", "p", "name", "_c"]


@pytest.mark.parametrize("name", ["csv", "json", "parquet", "orc"])
def test_every_column_is_nullable(
    spark: SparkSession, data: DataFrame, tmp_path: Path, name: str
) -> None:
    write(data, f'{name} {{ path = "{tmp_path}/out" }}')
    names = read(spark, name, tmp_path / "out", "id: bigint not null, p: bigint, name: string")
    assert names.schema["id"].nullable


def test_types_of_binary_files(spark: SparkSession, data: DataFrame, tmp_path: Path) -> None:
    """Parquet refuses another type unless it is wider; ORC converts whatever it can but numbers."""
    small = data.where("id < 1").selectExpr("id + 3000000000 AS id", "cast(p AS int) AS p")
    for name in ("parquet", "orc"):
        small.write.format(name).save(f"{tmp_path}/{name}")

    def values(name: str, columns: str) -> list[Any]:
        return [tuple(row) for row in read(spark, name, tmp_path / name, columns).collect()]

    assert values("parquet", "p: bigint, more: string") == [(0, None)]
    for columns in ("id: int", "id: string"):
        with pytest.raises(Exception, match="PARQUET_COLUMN_DATA_TYPE_MISMATCH"):
            values("parquet", columns)
    assert values("orc", "id: string, more: string") == [("3000000000", None)]
    with pytest.raises(Exception, match="malformed value in `id`: it is no INT"):
        values("orc", "id: int")


def test_csv_keeps_white_space_and_cannot_tell_empty_from_null(
    spark: SparkSession, tmp_path: Path
) -> None:
    odd = spark.sql("SELECT 1L AS id, 2L AS p, ' a ' AS name UNION ALL SELECT 2L, 2L, ''")
    write(odd, f'csv {{ path = "{tmp_path}/out", coalesce = 1, sort_by = id }}')
    lines = spark.read.text(f"{tmp_path}/out").collect()
    assert [line[0] for line in lines] == ["1,2, a ", '2,2,""']
    back = read(spark, "csv", tmp_path / "out", COLUMNS)
    assert [row[2] for row in back.collect()] == [" a ", None]


# An expression of each type that a format may refuse, by its name in the specifications.
TYPES = {
    "ARRAY": ("array(1)", "ARRAY<INT>"),
    "MAP": ("map('a', 1)", "MAP<STRING, INT>"),
    "STRUCT": ("named_struct('a', 1)", "STRUCT<a: INT>"),
    "BINARY": ("cast('a' AS binary)", "BINARY"),
    "VARIANT": ("parse_json('1')", "VARIANT"),
    "VOID": ("null", "VOID"),
    "INTERVAL": ("make_interval(1)", None),
    "CHAR": (None, "CHAR(3)"),
    "VARCHAR": (None, "VARCHAR(3)"),
    "INTERVAL DAY TO SECOND": ("interval '1' day", "INTERVAL DAY TO SECOND"),
    "TIMESTAMP_NTZ": ("timestamp_ntz'2024-01-01'", "TIMESTAMP_NTZ"),
    "DECIMAL": ("1.5bd", "DECIMAL(2,1)"),
}


def rejected(name: str, role: Role, tried: Callable[[str], None]) -> None:
    names = find_connector(name)
    side = names.role(role) if names else None
    assert side
    index = 0 if role is Role.SINK else 1
    refused = set()
    for type_name, forms in TYPES.items():
        form = forms[index]
        if form is not None:
            try:
                tried(form)
            except Exception as error:
                if "UNSUPPORTED_" not in str(error):
                    raise
                refused.add(type_name)
    # Spark writes bytes to CSV as `[00 FF]`, and has TIME after a setting.
    words = set(side.rejects) & TYPES.keys() - ({"BINARY"} if name == "csv" else set())
    existing = {type_name for type_name in words if TYPES[type_name][index]}
    assert refused == existing


@pytest.mark.parametrize("name", ["csv", "json", "parquet", "orc"])
def test_types_that_cannot_be_written(spark: SparkSession, tmp_path: Path, name: str) -> None:
    def tried(expression: str) -> None:
        frame = spark.sql(f"SELECT 1 AS k, {expression} AS v")
        frame.write.format(name).mode("overwrite").save(f"{tmp_path}/out")

    rejected(name, Role.SINK, tried)


@pytest.mark.parametrize("name", FORMATS)
def test_types_that_cannot_be_read(spark: SparkSession, tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()

    def tried(type_text: str) -> None:
        schema = f"v {type_text}" if name == "text" else f"k INT, v {type_text}"
        spark.read.format(name).schema(schema).load(f"{tmp_path}/empty").collect()

    if name == "text":
        with pytest.raises(Exception, match="UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE"):
            tried("BIGINT")
        return
    rejected(name, Role.SOURCE, tried)


def test_text_takes_one_string(data: DataFrame, tmp_path: Path) -> None:
    path = f"{tmp_path}/out"
    data.select("name", "p").write.format("text").partitionBy("p").save(path)
    for wrong, problem in (
        ("id", "UNSUPPORTED_DATA_TYPE"),
        ("name, name AS q", "Text data source"),
    ):
        with pytest.raises(Exception, match=problem):
            data.selectExpr(*wrong.split(", ")).write.format("text").save(f"{path}2")
