"""What the guide says that Spark does silently with files: reported, or told on the page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ssbt.compiler.driver import check_pipeline
from tests.memory_files import read_files

if TYPE_CHECKING:
    from pyspark.sql import Column, SparkSession

pytestmark = pytest.mark.spark

ORDERED = """pipeline p {{ }}
schema R {{ id: bigint, p: int, q: int, h: int }}
source r from parquet {{ path = "in", schema = R }}
let x = from r {steps}
sink x to json {{ path = "out", mode = append, partition_by = {folders}{more} }}
"""


@pytest.mark.parametrize(
    ("keys", "folders", "coalesced", "kept"),
    [
        ("h", "p", False, False),
        ("q, h", "p", False, False),
        ("h, p", "p", False, False),
        ("p, h", "p", False, True),
        ("p desc, h", "p", False, True),
        ("p, q, h", "p, q", False, True),
        ("q, p, h", "p, q", False, False),
        ("p, h", "p", True, False),
    ],
)
def test_an_order_before_folders(
    spark: SparkSession, tmp_path: Path, keys: str, folders: str, coalesced: bool, kept: bool
):
    """SSBT0448: the rows of each file are in the order of `h`, or the sink is reported."""
    rows = spark.range(2000).selectExpr(
        "id", "int(hash(id) % 3) as p", "int(hash(id + 1) % 2) as q", "hash(id) as h"
    )
    frame = rows.orderBy(*keys_of(keys))
    frame = frame.coalesce(1) if coalesced else frame
    frame.write.partitionBy(*folders.split(", ")).json(str(tmp_path / "out"))
    files = [*(tmp_path / "out").rglob("*.json")]
    values = [[json.loads(line)["h"] for line in file.read_text().splitlines()] for file in files]
    assert len(files) > 2
    assert all(each == sorted(each) for each in values) is kept
    steps, more = f"|> order by {keys}", ", coalesce = 1" if coalesced else ""
    text = ORDERED.format(steps=steps, folders=f"[{folders}]", more=more)
    findings = check_pipeline("main.ssbt", read_files({"main.ssbt": text})).findings
    assert [each.code.number for each in findings] == ([] if kept else ["SSBT0448"])


def keys_of(text: str) -> list[Column]:
    # PySpark is there where the tests are run.
    from pyspark.sql import functions as F

    names = [key.split() for key in text.split(", ")]
    return [F.col(name).desc() if direction else F.col(name) for name, *direction in names]


def test_an_outer_sink_deletes_an_inner_one(spark: SparkSession, tmp_path: Path):
    """SSBT0520 and SSBT0651."""
    outer, inner = str(tmp_path / "out"), str(tmp_path / "out" / "daily")
    spark.range(3).write.mode("append").parquet(inner)
    spark.range(2).write.mode("overwrite").parquet(outer)
    assert not Path(inner).exists()


def test_appending_twice_and_an_empty_input(spark: SparkSession, tmp_path: Path):
    path = str(tmp_path / "out")
    for _ in range(2):
        spark.range(3).write.mode("append").parquet(path)
    assert spark.read.parquet(path).count() == 6
    spark.range(0).write.mode("overwrite").parquet(path)
    assert spark.read.parquet(path).count() == 0


@pytest.mark.parametrize("form", ["csv", "json"])
def test_two_digits_of_a_year(spark: SparkSession, tmp_path: Path, form: str):
    lines = {"csv": "15.03.85\n15.03.26\n", "json": '{"d":"15.03.85"}\n{"d":"15.03.26"}\n'}
    (tmp_path / "in").write_text(lines[form])
    reader = spark.read.schema("d date").option("dateFormat", "dd.MM.yy").format(form)
    days = [str(row.d) for row in reader.load(str(tmp_path / "in")).collect()]
    assert days == ["2085-03-15", "2026-03-15"]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"emptyValue": "-"},
        {"ignoreLeadingWhiteSpace": "true", "ignoreTrailingWhiteSpace": "true"},
        {"multiLine": "true"},
        {"quote": "'"},
        {"nullValue": "NA"},
    ],
)
def test_the_empty_text_of_csv(spark: SparkSession, tmp_path: Path, options: dict[str, str]):
    """SSBT0463: no text of a CSV file is empty, unless something else means null."""
    (tmp_path / "in.csv").write_text("1,\n2,\"\"\n3,  \n4,x\n5,''\n")
    read = spark.read.schema("id int, s string").options(**options).csv(str(tmp_path / "in.csv"))
    assert (read.where("s = ''").count() > 0) is ("nullValue" in options)


def test_a_frame_of_rows_without_an_order(spark: SparkSession):
    """SSBT0450: the same rows, arriving in two orders, give two results."""
    text = "sum(id) over (partition by 1 rows between 1 preceding and current row) as s"
    sums = [
        {(row.id, row.s) for row in frame.selectExpr("id", text).collect()}
        for frame in (spark.range(0, 4, 1, 1), spark.range(3, -1, -1, 1))
    ]
    assert sums[0] != sums[1]
