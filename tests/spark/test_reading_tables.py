"""The tables `reading.tsv`: what readers make of other types than were written, asked of Spark.

The kind: each format with each type that is written and each other one that is read, 1,658 pairs.
A few of them by default, all with SSBT_ALL_PAIRS=1, which takes half an hour.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ssbt.compiler.contracts.verdicts import type_verdict
from ssbt.compiler.types.ddl import parse_type
from tests.spark.reading_verdicts import asked, pairs

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark
ALL = bool(os.environ.get("SSBT_ALL_PAIRS"))
SAMPLE = pairs()[:: 1 if ALL else 331]


@pytest.mark.timeout(7200 if ALL else 600)
def test_spark_is_no_worse_than_the_tables_say(spark: SparkSession, tmp_path: Path) -> None:
    """A row holds for several types, such as all decimals: it says the worst that Spark does."""
    wrong = []
    for number, (form, one, other) in enumerate(SAMPLE):
        types = parse_type(one), parse_type(other)
        assert types[0] is not None
        assert types[1] is not None
        got = asked(spark, form, one, other, tmp_path / str(number))
        said = type_verdict(form, types[0], types[1])
        if got > said or (got.is_silent != said.is_silent and got != 0):
            wrong.append(f"{form}: {one} as {other}: {got.name}, {said.name}")
    assert not wrong, "\n".join(wrong)
