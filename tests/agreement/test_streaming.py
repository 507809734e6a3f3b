"""A fixed sample of the combinations, or all of them when `AGREEMENT` is set, on a real Spark."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.agreement.combinations import combinations
from tests.agreement.streaming import outcomes

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.timeout(7200)]

ONE_IN = 1 if os.environ.get("AGREEMENT") else 12


def test_verdicts_agree_with_spark(spark: SparkSession, tmp_path: Path) -> None:
    """What we call legal runs to the end of its data; what we refuse, Spark refuses, or dies of."""
    chosen = combinations()[::ONE_IN]
    wrong = [str(each) for each in outcomes(spark, chosen, tmp_path) if not each.agrees]
    print(f"\nqueries of streams: {len(chosen)}, of which {len(wrong)} do not agree")
    assert wrong == []
