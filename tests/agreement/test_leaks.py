"""What is tagged shows in no column that the compiler holds for free of it, on real Spark."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.agreement.asking import SparkProbe
from tests.agreement.leaks import Verdicts, queries, verdicts
from tests.agreement.measured import case_count
from tests.jvm import INTERPRETED

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.timeout(7200)]

SEEDS = case_count(240) // 15
SLICE = 100


def test_no_tagged_value_leaks(spark: SparkSession, tmp_path: Path) -> None:
    """Generated pipelines, with a canary in the tagged columns, looked for in every leaf."""
    probe = SparkProbe(spark)
    for name, value in INTERPRETED.items():
        probe.session.conf.set(name, value)
    probe.session.conf.set("spark.sql.shuffle.partitions", "1")
    probe.session.conf.set("spark.sql.adaptive.enabled", "false")
    result: list[Verdicts] = []
    with probe.active():
        for start in range(0, SEEDS, SLICE):
            texts = queries(range(start, min(start + SLICE, SEEDS)))
            result.append(verdicts(probe.session, texts, tmp_path))
    leaks = [leak for each in result for leak in each.leaks]
    alarms = [alarm for each in result for alarm in each.alarms]
    columns, tagged = sum(each.columns for each in result), sum(each.tagged for each in result)
    failed = sum(each.failed for each in result)
    print(
        f"\ntags: {columns:,} columns of {SEEDS:,} pipelines ({failed} failed), {tagged:,} tagged; "
        f"{len(leaks)} leaks; {len(alarms)} tagged ones show nothing ({len(alarms) / tagged:.1%})"
    )
    print(*alarms[:60], sep="\n")
    assert leaks == []
    assert tagged > 0
