"""A fixed sample of the combinations, or all of them when `AGREEMENT` is set, on a real Spark."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ssbt.runtime import Job
from tests.agreement.combinations import Combination, combinations
from tests.agreement.streaming import compiled, module_of, outcomes

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [
    pytest.mark.spark,
    pytest.mark.timeout(7200),
    pytest.mark.usefixtures("interpreted"),
]

ONE_IN = 1 if os.environ.get("AGREEMENT") else 36


def test_verdicts_agree_with_spark(spark: SparkSession, tmp_path: Path) -> None:
    """What we call legal runs to the end of its data; what we refuse, Spark refuses, or dies of."""
    chosen = combinations()[::ONE_IN]
    wrong = [str(each) for each in outcomes(spark, chosen, tmp_path) if not each.agrees]
    print(f"\nqueries of streams: {len(chosen)}, of which {len(wrong)} do not agree")
    assert wrong == []


def test_spark_gets_except_all_wrong_in_silence(spark: SparkSession, tmp_path: Path) -> None:
    """The reason to refuse what Spark starts: it takes the rows of the batch away again and again.

    Of the rows that are there twice, one must be left.
    """
    rows = '{"id": 1, "v": 1, "at": "2026-01-01 10:00:00"}\n'
    later = '{"id": 2, "v": 2, "at": "2026-01-01 11:00:00"}\n'
    for name, texts in {"a": [rows], "b": [rows * 2, later]}.items():
        (tmp_path / name).mkdir()
        for number, text in enumerate(texts):
            (tmp_path / name / f"{number}.json").write_text(text)
    query = "from bm |> except all s"
    codes, script = compiled(Combination("twice", query, "append", "parquet"), tmp_path)
    assert codes == ("SSBT0610",)
    one_by_one = script.replace('"maxFilesPerTrigger", 1000', '"maxFilesPerTrigger", 1')
    module_of("agreement_twice", one_by_one).run(Job(spark, None))
    assert spark.read.parquet(str(tmp_path / "out" / "twice")).where("id = 1").count() == 0
