"""Fixtures of the tests on a real Kafka."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.spark.piping import Piped
from tests.spark.topics import Topics

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from tests.brokers import Broker


@pytest.fixture(scope="session")
def topics(spark: SparkSession, broker: Broker) -> Iterator[Topics]:
    """The topics of the broker that all tests share."""
    made = Topics(spark, broker)
    yield made
    made.close()


@pytest.fixture
def piped(
    spark: SparkSession, topics: Topics, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Piped:
    """Compiles declarations and runs them on the broker."""
    return Piped(spark, topics, tmp_path, monkeypatch)
