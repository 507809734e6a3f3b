"""Fixtures of the tests on a real Kafka, and on clusters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.spark import servers
from tests.spark.piping import Piped
from tests.spark.topics import Topics

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from tests.brokers import Broker


@pytest.fixture(autouse=True)
def _no_stream_outlives_its_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """A session serves many tests: a stream that one leaves running is another's failure."""
    if "spark" not in request.fixturenames:
        yield
        return
    spark: SparkSession = request.getfixturevalue("spark")
    yield
    for query in spark.streams.active:
        query.stop()


@pytest.fixture(scope="session")
def topics(spark: SparkSession, broker: Broker) -> Iterator[Topics]:
    """The topics of the broker that all tests share."""
    result = Topics(spark, broker)
    yield result
    result.close()


@pytest.fixture
def piped(
    spark: SparkSession,
    topics: Topics,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    interpreted: None,
) -> Piped:
    """Compiles declarations and runs them on the broker."""
    return Piped(spark, topics, tmp_path, monkeypatch)


@pytest.fixture
def _no_work_folder() -> Iterator[None]:
    """local-cluster keeps its executors' files in SPARK_HOME."""
    work = servers.spark_home() / "work"
    existed = work.exists()
    yield
    if not existed:
        shutil.rmtree(work, ignore_errors=True)
