"""Values of text files that Spark reads as others: what the pages of SSBT0322 and SSBT0323 tell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark


@pytest.mark.parametrize(
    ("type_", "given"), [("tinyint", [127, -128, -1]), ("smallint", [127, 128, 255])]
)
def test_whole_numbers_of_json(
    spark: SparkSession, tmp_path: Path, type_: str, given: list[int]
) -> None:
    rows = "".join(f'{{"level": {number}}}\n' for number in (127, 128, 255))
    (tmp_path / "a.json").write_text(rows)
    frame = spark.read.schema(f"level {type_}").option("mode", "FAILFAST").json(str(tmp_path))
    assert [row.level for row in frame.collect()] == given


@pytest.mark.parametrize(("multi_line", "rows"), [("false", 2), ("true", 1)])
def test_line_ends_in_the_only_column(
    spark: SparkSession, tmp_path: Path, multi_line: str, rows: int
) -> None:
    (tmp_path / "a.csv").write_text('"first line\nsecond line"\n')
    reader = spark.read.schema("note string").option("mode", "FAILFAST")
    frame = reader.option("multiLine", multi_line).csv(str(tmp_path))
    assert len(frame.collect()) == rows
