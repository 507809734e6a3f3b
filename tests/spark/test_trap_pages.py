"""Every value that a code's page shows is one that Spark gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.spark.pages_of_values import answers, rows

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark


def test_the_values_of_the_pages_are_those_of_spark(spark: SparkSession):
    output = list(rows())
    session = spark.newSession()
    assert len(output) > 60
    wrong = []
    for zone, ansi in {(zone, ansi) for *_, zone, ansi in output}:
        some = [row for row in output if row[3:] == (zone, ansi)]
        inputs = answers(session, [text for _, text, *_ in some], zone, ansi)
        wrong += [
            f"{code}: {text} gives {value}, and the page says {values}"
            for (code, text, values, *_), value in zip(some, inputs, strict=True)
            if value != values
        ]
    assert wrong == []
