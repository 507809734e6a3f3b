"""Whatever value of a setting is refused, Spark refuses it as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
import pytest

from ssbt.compiler.sparkconf.settings import known_settings
from ssbt.compiler.sparkconf.values import describe_expected_value

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

VALUES = ["yes", "-1", "1.5", "5000000000", "10 s", "2weeks", "1g"]


def test_values(spark: SparkSession) -> None:
    jvm = spark._jvm
    assert jvm is not None
    find = jvm.org.apache.spark.internal.config.ConfigEntry.findEntry
    count = 0
    wrong = []
    # Each answer is an exception that crosses from the JVM, so every fifth has to do.
    for name, setting in list(known_settings().items())[::5]:
        entry = find(name) if setting.kind != "text" else None
        if entry is None or setting.last:
            continue
        converter = entry.valueConverter()
        for value in (*VALUES, *setting.choices):
            if describe_expected_value(value, setting.kind, setting.least, setting.choices):
                count += 1
                try:
                    converter.apply(value)
                except (Py4JJavaError, PySparkException):
                    continue
                wrong.append((name, value))
    assert wrong == []
    assert count > 1_000
