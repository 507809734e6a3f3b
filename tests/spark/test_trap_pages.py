"""Every value that a code's page shows is one that Spark gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.spark.pages_of_values import answer, rows

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark


def test_the_values_of_the_pages_are_those_of_spark(spark: SparkSession):
    shown = list(rows())
    session = spark.newSession()
    assert len(shown) > 60
    wrong = [
        f"{code}: {text} gives {given}, and the page says {values}"
        for code, text, values, zone, ansi in shown
        if (given := answer(session, text, zone, ansi)) != values
    ]
    assert wrong == []
