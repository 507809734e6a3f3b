"""A text that Spark reads as something else is reported, whatever operator or function reads it.

`AGREEMENT=99999` takes every expression that is generated.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.agreement.asking import SparkProbe
from tests.agreement.measured import case_count
from tests.agreement.text_casts import REASONS, attempts, our_codes, readings_of_spark

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark


def test_no_text_is_read_in_silence(spark: SparkSession):
    ours = {each: our_codes(each) for each in attempts(min(case_count(12), 300))}
    accepted = [each for each, codes in ours.items() if codes is not None]
    theirs = readings_of_spark(SparkProbe(spark), accepted)
    silent, without_cause = [], []
    for each, readings in theirs.items():
        is_reported = "SSBT0439" in (ours[each] or ())
        reason = any(re.fullmatch(pattern, each.text) for pattern in REASONS)
        if readings and not is_reported and not reason:
            silent.append(f"{each.text} | {readings} | {ours[each]}")
        if is_reported and not readings:
            without_cause.append(each.text)
    read = sum(map(bool, theirs.values()))
    print(f"\n{len(theirs):,} expressions, in {read:,} of which Spark reads a text")
    print(*silent, "--- without cause", *without_cause, sep="\n")
    assert (silent, without_cause) == ([], [])
    assert read > len(theirs) / 4
