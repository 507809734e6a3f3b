"""SSBT0314: columns of folders as Spark guesses them, for each type, with values people have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ssbt.compiler.driver import check_pipeline

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

VALUES = {
    "string": ("'007'", "'12'"),
    "tinyint": ("1Y",),
    "smallint": ("1S", "-300S"),
    "int": ("1", "70000", "-1"),
    "bigint": ("1L",),
    "decimal(5,2)": ("1.50BD", "2.00BD"),
    "float": ("1.5F",),
    "double": ("1.5D", "0.25D"),
    "boolean": ("true", "false"),
    "date": ("date'2026-01-31'",),
    "timestamp": ("timestamp'2026-01-31 12:00:00'",),
    "timestamp_ntz": ("timestamp_ntz'2026-01-31 12:00:00'",),
}


@pytest.mark.parametrize("type_", VALUES)
def test_what_spark_guesses(spark: SparkSession, tmp_path: Path, type_: str) -> None:
    rows = ", ".join(f"(1, cast({value} as {type_}))" for value in VALUES[type_])
    frame = spark.sql(f"select * from values {rows} as t(id, k)")
    frame.write.partitionBy("k").parquet(f"{tmp_path}/out")
    guessed = spark.read.parquet(f"{tmp_path}/out").schema["k"].dataType
    text = (
        'pipeline p { time_zone = "UTC" }\n'
        f"schema Row {{ id: int, k: {type_} }}\n"
        'source rows from parquet { path = "in", schema = Row }\n'
        'source back from parquet { path = "out" }\n'
        "let one = from back |> select id, k\n"
        'sink rows to parquet { path = "out", partition_by = k, mode = append }\n'
        'sink one to parquet { path = "one" }\n'
    )

    def find_codes(text: str) -> set[str]:
        result = check_pipeline("p.ssbt", lambda _: text.encode())
        return {each.code.number for each in result.findings}

    assert ("SSBT0314" in find_codes(text)) is (guessed != frame.schema["k"].dataType)
    assert "SSBT0314" not in find_codes(text.replace('"out" }', '"out", schema = Row }'))
    assert "SSBT0314" not in find_codes(text.replace("select id, k", "select id"))
