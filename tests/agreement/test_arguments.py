"""Calls with constants good and bad: what fails with every row does not compile, and no other.

`AGREEMENT=99999` takes every attempt of `arguments.txt`.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.agreement.arguments import (
    LEFT_TO_SPARK,
    REFUSED_ON_PURPOSE,
    attempts,
    failures_of_spark,
    our_verdict,
)
from tests.agreement.asking import SparkProbe
from tests.agreement.measured import case_count

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark


def test_what_fails_with_every_row_does_not_compile(spark: SparkSession):
    every = [each for each in attempts() if not LEFT_TO_SPARK.search(each.text)]
    Random(11).shuffle(every)
    ours = {each: our_verdict(each)[0] for each in every[: case_count(400)]}
    theirs = failures_of_spark(SparkProbe(spark), list(ours))
    # What a column holds in other rows is not known, so that only its row fails for sure.
    accepted = [
        f"{each.query} | {theirs[each]}"
        for each in theirs
        if ours[each] == "works" and not each.columns
    ]
    refused = [
        each.query
        for each, verdict in ours.items()
        if verdict in ("fails", "not parsed")
        and each not in theirs
        and not REFUSED_ON_PURPOSE.search(each.text)
    ]
    open_ = [each.query for each in theirs if ours[each] == "works" and each.columns]
    print(f"\n{len(ours):,} attempts: Spark fails with {len(theirs):,}")
    print(f"of which {len(open_):,} have a column and are accepted", *open_, sep="\n")
    assert (accepted, refused) == ([], [])
    assert len(theirs) > len(ours) * 0.3
    assert len(open_) < len(theirs) * 0.15
