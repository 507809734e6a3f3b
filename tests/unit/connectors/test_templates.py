"""The expressions that the templates of files render."""

from __future__ import annotations

import ast

import pytest

from ssbt.compiler.connectors.loading import find_connector
from ssbt.compiler.connectors.settings import SparkOption
from ssbt.compiler.emit.templating import connector_template

FORMATS = ("csv", "json", "parquet", "orc", "text")


def rendered(name: str, file: str, **context: object) -> str:
    names = find_connector(name)
    assert names
    text = connector_template(names, file).render(context).strip()
    ast.parse(f"({text}\n)", mode="eval")
    return text


READ: dict[str, object] = {"reader": "read", "schema": None, "options": [], "paths": "a"}
READ["connection"] = READ["columns"] = READ["narrowed"] = READ["widened"] = None
WRITE: dict[str, object] = dict.fromkeys(
    (
        "connection",
        "mode",
        "partition_by",
        "sort_by",
        "sort_within",
        "bucket_by",
        "buckets",
        "coalesce",
        "repartition",
        "path",
        "table",
    )
)
WRITE |= {"options": [], "dataset": "paid"}


@pytest.mark.parametrize("name", FORMATS)
def test_plain(name: str) -> None:
    read = rendered(name, "read", **READ)
    written = rendered(name, "write", **WRITE | {"path": "out"})
    assert read == f'job.spark.read.format("{name}").load("a")'
    assert written == f'paid.write.format("{name}").save("out")'


def test_read_everything() -> None:
    options = [SparkOption("header", True), SparkOption("mode", "FAILFAST", "Because.")]
    context = READ | {"schema": "ORDER", "options": options, "paths": ["a", "b"]}
    text = rendered("csv", "read", **context)
    assert text == (
        'job.spark.read.format("csv").schema(ORDER).option("header", True)\n'
        "# Because.\n"
        '.option("mode", "FAILFAST").load(["a", "b"])'
    )


def test_write_files() -> None:
    context = WRITE | {
        "mode": "overwrite",
        "coalesce": 1,
        "sort_within": ["day", "id"],
        "partition_by": ["day"],
        "options": [SparkOption("compression", "zstd")],
        "path": "out",
    }
    assert rendered("parquet", "write", **context) == (
        'paid.coalesce(1).sortWithinPartitions("day", "id").write.format("parquet")'
        '.mode("overwrite").option("compression", "zstd").partitionBy("day").save("out")'
    )


def test_write_table() -> None:
    context = WRITE | {
        "bucket_by": ["id", "name"],
        "buckets": 4,
        "sort_by": ["id"],
        "repartition": 2,
        "path": "out",
        "table": "t",
    }
    assert rendered("parquet", "write", **context) == (
        'paid.repartition(2).write.format("parquet").bucketBy(4, "id", "name").sortBy("id")'
        '.option("path", "out").saveAsTable("t")'
    )


def test_noop() -> None:
    text = rendered("noop", "write", dataset="paid", mode="overwrite")
    assert text == 'paid.write.format("noop").mode("overwrite").save()'


STREAM: dict[str, object] = dict.fromkeys(
    (
        *("connection", "mode", "path", "coalesce", "repartition", "partition_by"),
        *("trigger", "function"),
    )
)
STREAM |= {"options": [], "dataset": "paid"}


@pytest.mark.parametrize("name", [*FORMATS, "console", "memory", "noop"])
def test_plain_stream(name: str) -> None:
    assert rendered(name, "write_stream", **STREAM) == f'paid.writeStream.format("{name}")'


def test_read_a_stream() -> None:
    assert rendered("rate", "read", **READ | {"reader": "readStream", "paths": None}) == (
        'job.spark.readStream.format("rate").load()'
    )


def test_write_a_stream() -> None:
    context = STREAM | {
        "mode": "append",
        "trigger": "availableNow=True",
        "repartition": 2,
        "partition_by": ["day"],
        "options": [SparkOption("compression", "zstd")],
        "path": "out",
    }
    assert rendered("parquet", "write_stream", **context) == (
        'paid.repartition(2).writeStream.format("parquet").outputMode("append")'
        '.trigger(availableNow=True).option("compression", "zstd").option("path", "out")'
        '.partitionBy("day")'
    )


def test_foreach_batch() -> None:
    context = STREAM | {"function": "upsert", "mode": "update"}
    assert rendered("foreach_batch", "write_stream", **context) == (
        'paid.writeStream.foreachBatch(upsert).outputMode("update")'
    )
