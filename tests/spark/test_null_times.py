"""What Spark does with rows of a stream whose event time is null, as SSBT0550 says."""

from __future__ import annotations

from functools import partial
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from pyspark.sql import functions as F
import pytest

from ssbt.compiler.diagnostics.model import Severity
from ssbt.compiler.driver import check_pipeline

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.spark


def stream(spark: SparkSession, folder: Path, *files: list[dict[str, object]]) -> DataFrame:
    """A stream of files, each of which is a batch."""
    for number, rows in enumerate(files):
        text = "".join(f"{json.dumps(row)}\n" for row in rows)
        path = folder / f"{number}.json"
        path.write_text(text)
        # Spark takes the oldest first.
        os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))
    reader = spark.readStream.schema("id int, at timestamp").option("maxFilesPerTrigger", 1)
    return reader.json(str(folder)).withWatermark("at", "1 minute")


def write_and_read(frame: DataFrame, folder: Path, mode: str) -> list[object]:
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
        names = write_and_read(counts.select("id", "count"), tmp_path / name, "complete")
        assert names == [(1, 1)]


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
    result = write_and_read(frame.select("id"), tmp_path / "memory", "append")
    assert result.count((1,)) == 1
    assert result.count((2,)) > 1


@pytest.mark.parametrize(("kind", "by_key"), [("left", False), ("full", True), ("right", False)])
def test_outer_joins_never_write_them(
    spark: SparkSession, tmp_path: Path, kind: str, by_key: bool
) -> None:
    """Rows with a time come without a partner once it is too late for one; those without do not."""
    frames = {}
    for side in ("left", "right"):
        data = tmp_path / side
        data.mkdir()
        first = 1 if side == "left" else 11
        rows: list[dict[str, object]] = [
            {"id": first, "at": "2026-01-31T12:00:00Z"},
            {"id": first + 1, "at": None},
        ]
        later: list[dict[str, object]] = [{"id": 99, "at": "2026-01-31T18:00:00Z"}]
        latest: list[dict[str, object]] = [{"id": 98, "at": "2026-01-31T23:00:00Z"}]
        frames[side] = stream(spark, data, rows, later, latest, latest)
    left, right = (frames[side].selectExpr("id", "at") for side in ("left", "right"))
    left, right = left.alias("l"), right.alias("r")
    bounds = "r.at between l.at - interval 1 minute and l.at + interval 1 minute"
    condition = "l.at = r.at and l.id = r.id" if by_key else f"l.id = r.id and {bounds}"
    joined = left.join(right, F.expr(condition), kind).selectExpr("l.id as l", "r.id as r")
    result = write_and_read(joined, tmp_path / "out", "append")
    ids = {each for row in result for each in row}  # type: ignore[attr-defined]
    kept = {"left": {1}, "right": {11}, "full": {1, 11}}[kind]
    assert kept <= ids
    assert not ids & {2, 12}


# Everything that a row may be. What is no time stops `to_timestamp`, and is for `try_…` alone.
_ROWS = """\
select id, at, s, st from values (1), (3), (null) as a(id)
cross join values (timestamp'2026-01-31 12:00'), (timestamp'2026-01-31 13:00'), (null) as b(at)
cross join values ('2026-01-31 12:00'), (null), ('x') as c(s)
cross join values
  (1, null),
  (2, named_struct('at', cast(null as timestamp))),
  (3, named_struct('at', timestamp'2026-01-31 13:00')) as d(number, st)"""
_IS_TIME = "(s is null or s != 'x') and "
_SOURCE = """\
pipeline p {{ time_zone = "UTC" }}
schema T {{ id: int, at: timestamp, s: string, st: struct<at: timestamp> }}
source t from parquet {{ path = "t", schema = T }}
let w = from t |> where {condition} |> extend {call}({time}, '1 hour') as w
sink w to noop {{}}
"""
TIMES = [
    "at",
    "st.at",
    "coalesce(at, st.at)",
    "nvl(at, timestamp'2026-01-31 12:00:00')",
    "try_to_timestamp(s)",
    "to_timestamp(s)",
    "cast(s as timestamp)",
    "try_cast(s as timestamp)",
    "at + interval 1 hour",
    "date_trunc('HOUR', at)",
    "case when id > 1 then at end",
    "case when at is not null then at else timestamp'2026-01-31 12:00:00' end",
    "timestamp_seconds(id)",
    "nullif(at, timestamp'2026-01-31 13:00:00')",
]
WINDOWS = ("window", "session_window")
CONDITIONS = [
    "true",
    "at is not null",
    "s is not null",
    "st.at is not null",
    "at > timestamp'2026-01-31 12:30:00' or at = timestamp'2026-01-31 12:00:00'",
]


def test_the_compiler_warns_where_spark_leaves_rows_out(spark: SparkSession) -> None:
    """Every time with every condition, all of them in one query."""
    spark.sql(_ROWS).createOrReplaceTempView("null_times")
    forms = [
        (call, time, condition) for call in WINDOWS for time in TIMES for condition in CONDITIONS
    ]
    lost = {}
    for condition in CONDITIONS:
        nulls = [
            f"count_if({'' if 'try_' in time else _IS_TIME}({time}) is null)" for time in TIMES
        ]
        kept = spark.sql(f"select {', '.join(nulls)} from null_times where {condition}")
        for time, count in zip(TIMES, kept.collect()[0], strict=True):
            lost["window", time, condition] = lost["session_window", time, condition] = count > 0
    for call, time in (
        ("window", "coalesce(at, st.at)"),
        ("session_window", "try_to_timestamp(s)"),
    ):
        rows = spark.sql("select * from null_times").withColumn("row", F.expr("uuid()"))
        rows = rows.localCheckpoint()
        grouped = rows.groupBy(F.expr(f"{call}({time}, '1 hour')"), "row").count()
        assert grouped.count() == rows.where(f"{time} is not null").count() < rows.count()
    missed, idle = [], []
    for form in forms:
        call, time, condition = form
        text = _SOURCE.format(call=call, time=time, condition=condition)
        findings = check_pipeline("p.ssbt", partial(_bytes, text)).findings
        warned = any(each.code.number == "SSBT0550" for each in findings)
        assert not [each.message for each in findings if each.severity is Severity.ERROR], form
        missed += [form] if lost[form] and not warned else []
        idle += [form] if warned and not lost[form] else []
    assert not missed
    # A condition inside the time, which is not followed.
    assert {time for _, time, _ in idle} <= {
        "case when at is not null then at else timestamp'2026-01-31 12:00:00' end"
    }


def _bytes(text: str, _: str) -> bytes:
    return text.encode()
