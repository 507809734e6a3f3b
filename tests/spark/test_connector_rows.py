"""Malformed rows, as the pages of csv and json tell it, through generated scripts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from ssbt.compiler.driver import check_pipeline, emit_files

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.spark

CSV = "id,name,country\n1,a,DE\nx,b,FR\n3,c\n4,Foo, Inc,US\n5,e,IT\n"
JSON = '{"id":1,"name":"a","x":1}\n{"id":"x","name":"b"}\n{"id":3\nnot json\n{"id":5}\n'
COLUMNS = "id: bigint, name: string, country: string"
PERMISSIVE = 'mode = permissive, column_name_of_corrupt_record = "_corrupt"'
MALFORMED = "FAILED_READ_FILE|MALFORMED_RECORD"

Read = Callable[..., "DataFrame"]


def module(text: str) -> dict[str, Any]:
    """The functions of the script that a pipeline is compiled to."""
    actual = check_pipeline("rows.ssbt", lambda path: text.encode())
    assert not actual.has_errors, [finding.message for finding in actual.findings]
    script = next(file for file in emit_files(actual) if file.path.endswith(".py"))
    names: dict[str, Any] = {"__name__": "rows"}
    exec(compile(script.content, script.path, "exec"), names)
    return names


@pytest.fixture
def read(spark: SparkSession, tmp_path: Path) -> Read:
    """`read("csv", text, "header = true")`: the text as a file, read by a generated script."""

    def frame(name: str, text: str | bytes, block: str, columns: str = COLUMNS) -> DataFrame:
        path = tmp_path / f"data.{name}"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_path(spark, name, str(path), block, columns)

    return frame


def read_path(spark: SparkSession, name: str, path: str, block: str, columns: str) -> DataFrame:
    names = module(
        "pipeline rows { }\n"
        f"schema Row {{ {columns} }}\n"
        f'source data from {name} {{ path = "{path}", schema = Row, {block} }}\n'
        "sink data to noop { }\n"
    )
    frame: DataFrame = names["data"](SimpleNamespace(spark=spark))
    return frame


def rows(frame: DataFrame) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in frame.collect()]


@pytest.mark.parametrize("columns", ["*", "id", "name", "country", "count(*)"])
def test_a_malformed_row_of_csv_stops_the_job(read: Read, columns: str) -> None:
    """Whatever the query reads: Spark alone would not notice for `name`, `country` and count."""
    with pytest.raises(Exception, match=MALFORMED):
        read("csv", CSV, "header = true").selectExpr(columns).collect()


def test_spark_with_pruning_takes_values_from_wrong_fields(read: Read) -> None:
    """Why the compiler turns it off: ` Inc` is no country, and nothing stops the job."""
    pruned = read("csv", CSV, "header = true, column_pruning = true").select("country")
    assert rows(pruned) == [("DE",), ("FR",), (None,), (" Inc",), ("IT",)]


def test_a_value_of_the_wrong_type_is_found_where_it_is_used(read: Read) -> None:
    frame = read("csv", "id,name,country\nx,b,FR\n", "header = true")
    assert rows(frame.select("name")) == [("b",)]
    with pytest.raises(Exception, match=MALFORMED):
        frame.select("id").collect()


def test_permissive_keeps_the_text_of_malformed_rows_of_csv(read: Read) -> None:
    frame = read("csv", CSV, f"header = true, {PERMISSIVE}")
    kept = "x,b,FR", "3,c", "4,Foo, Inc,US"
    assert [row[3] for row in rows(frame) if row[3]] == list(kept)
    # A wrong number of fields is known even where only one column is read.
    few = rows(frame.select("country", "_corrupt"))
    assert [row[1] for row in few if row[1]] == list(kept[1:])


def test_dropmalformed_drops(read: Read) -> None:
    frame = read("csv", CSV, "header = true, mode = dropmalformed")
    assert [row[0] for row in rows(frame)] == [1, 5]
    assert rows(frame.select("name")) == [("a",), ("b",), ("e",)]
    assert frame.count() == 3


@pytest.mark.parametrize("name", ["csv", "json"])
def test_the_corrupt_column_cannot_be_read_alone(read: Read, name: str) -> None:
    frame = read(name, CSV if name == "csv" else JSON, PERMISSIVE)
    with pytest.raises(Exception, match="QUERY_ONLY_CORRUPT_RECORD_COLUMN"):
        frame.where("_corrupt IS NOT NULL").count()


def test_headers_are_compared(read: Read) -> None:
    good = "ID,Name,country\n1,a,DE\n"
    assert rows(read("csv", good, "header = true")) == [(1, "a", "DE")]
    swapped = "name,id,country\n7,1,DE\n"
    assert rows(read("csv", swapped, "header = true, enforce_schema = true")) == [(7, "1", "DE")]
    for columns in ("*", "country"):
        with pytest.raises(Exception, match="FAILED_READ_FILE"):
            read("csv", swapped, "header = true").select(columns).collect()


# Text, columns, and the rows: what does not count as malformed in CSV.
CSV_LENIENT = [
    ("1.789\n", "v: decimal(5,2)", "[(Decimal('1.79'),)]"),
    (b"a\xffb\n", "v: string", "[('a\ufffdb',)]"),
    ('1,""\n\n2,b\n', "k: int, v: string", "[(1, None), (2, 'b')]"),
]
CSV_STRICT = [
    ("123456.7\n", "v: decimal(5,2)"),
    ("99999999999\n", "v: int"),
    ("yes\n", "v: boolean"),
    ("2024-13-01\n", "v: date"),
    ('1,"a\nb"\n', "k: int, v: string"),
]


@pytest.mark.parametrize(("text", "columns", "expected"), CSV_LENIENT)
def test_what_csv_lets_pass(read: Read, text: str, columns: str, expected: str) -> None:
    assert str(rows(read("csv", text, "", columns))) == expected


@pytest.mark.parametrize(("text", "columns"), CSV_STRICT)
def test_what_csv_refuses(read: Read, text: str, columns: str) -> None:
    with pytest.raises(Exception, match=MALFORMED):
        read("csv", text, "", columns).collect()


def test_json(read: Read) -> None:
    columns = "id: bigint, name: string"
    kept = rows(read("json", JSON, PERMISSIVE, columns))
    assert kept == [
        (1, "a", None),
        (None, "b", '{"id":"x","name":"b"}'),
        (None, None, '{"id":3'),
        (None, None, "not json"),
        (5, None, None),
    ]
    for column in ("*", "id", "name"):
        with pytest.raises(Exception, match=MALFORMED):
            read("json", JSON, "", columns).select(column).collect()


JSON_LENIENT = [
    ('{"id":2,"name":"a"}{"id":3}\n', "", [(2, "a")]),
    ('{"id":2,"name":"a"} junk\n', "", [(2, "a")]),
    ('{"ID":2,"Name":"a"}\n', "", [(None, None)]),
    ('{"id":2,"id":3,"other":1}\n', "", [(3, None)]),
    ('{"id":2,"name":{"q":[1]}}\n', "", [(2, '{"q":[1]}')]),
    ('[{"id":2},{"id":3}]\n', "", [(2, None), (3, None)]),
    ('{"id":2}\n{"id":3}\n', "multi_line = true", [(2, None)]),
]


@pytest.mark.parametrize(("text", "block", "expected"), JSON_LENIENT)
def test_what_json_lets_pass(
    read: Read, text: str, block: str, expected: list[tuple[Any, ...]]
) -> None:
    assert rows(read("json", text, block, "id: bigint, name: string")) == expected


@pytest.mark.parametrize("text", ['{"id":1.5}', '{"id":"x"}', '{"id":""}', "null", "\xff{}"])
def test_what_json_refuses(read: Read, text: str) -> None:
    with pytest.raises(Exception, match=MALFORMED):
        read("json", text, "", "id: bigint").collect()
