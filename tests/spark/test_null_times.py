"""What Spark does with rows of a stream whose event time is null, as SSBT0550 says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from pyspark.sql import functions as F
import pytest

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.spark


def stream(spark: SparkSession, folder: Path, *files: list[dict[str, object]]) -> DataFrame:
    """A stream of files, each of which is a batch."""
    for number, rows in enumerate(files):
        text = "".join(f"{json.dumps(row)}\n" for row in rows)
        (folder / f"{number}.json").write_text(text)
    reader = spark.readStream.schema("id int, at timestamp").option("maxFilesPerTrigger", 1)
    return reader.json(str(folder)).withWatermark("at", "1 minute")


def written(frame: DataFrame, folder: Path, mode: str) -> list[object]:
    rows: list[object] = []

    def take(batch: DataFrame, _: int) -> None:
        rows.extend(tuple(row) for row in batch.collect())

    options = {"checkpointLocation": str(folder / "checkpoint")}
    writer = frame.writeStream.options(**options).outputMode(mode).foreachBatch(take)
    writer.trigger(availableNow=True).start().awaitTermination()
    return rows


def test_windows_drop_them(spark: SparkSession, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    rows: list[dict[str, object]] = [{"id": 1, "at": "2026-01-31T12:00:00Z"}, {"id": 2, "at": None}]
    frame = stream(spark, data, rows)
    for name in ("window", "session_window"):
        counts = frame.groupBy(F.expr(f"{name}(at, '1 hour')"), "id").count()
        found = written(counts.select("id", "count"), tmp_path / name, "complete")
        assert found == [(1, 1)]


def test_windows_of_batches_drop_them(spark: SparkSession) -> None:
    """Where rows are grouped, and where a column is only added."""
    rows = spark.sql(
        "select * from values (1, timestamp'2026-01-31 12:00'), (2, null) as t(id, at)"
    )
    for name in ("window", "session_window"):
        assert rows.groupBy(F.expr(f"{name}(at, '1 hour')")).count().count() == 1
    assert [row.id for row in rows.withColumn("w", F.expr("window(at, '1 hour')")).collect()] == [1]


def test_a_memory_forgets_them(spark: SparkSession, tmp_path: Path) -> None:
    """Its repetitions pass in a later batch, where those of other rows are known."""
    data = tmp_path / "data"
    data.mkdir()
    rows: list[dict[str, object]] = [{"id": 1, "at": "2026-01-31T12:00:00Z"}, {"id": 2, "at": None}]
    frame = stream(spark, data, rows, rows, rows).dropDuplicatesWithinWatermark(["id"])
    found = written(frame.select("id"), tmp_path / "memory", "append")
    assert found.count((1,)) == 1
    assert found.count((2,)) > 1
