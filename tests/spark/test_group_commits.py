"""Offsets that are committed to a consumer group, where brokers answer and where they hang."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from ssbt.runtime.metrics import groups
from ssbt.runtime.metrics.groups import OPTION, GroupCommits
from tests.spark.topics import Topics

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("interpreted")]


def test_brokers_that_hang_hold_no_stream_up(
    spark: SparkSession,
    topics: Topics,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A warning, and a minute of silence; what is committed in the end says all."""
    monkeypatch.setattr(groups, "_TIMEOUT", 1)
    topic, group = topics.new(), f"{topics.new()}-group"
    reader = spark.readStream.format("kafka").option("subscribe", topic).option(OPTION, group)
    frame = reader.option("kafka.bootstrap.servers", topics.broker.address).load()
    commits = GroupCommits("orders", frame.writeStream)

    def commit(offset: int) -> float:
        started = time.monotonic()
        commits.commit({"sources": [{"endOffset": {topic: {"0": offset}}}]})
        return time.monotonic() - started

    topics.send(topic, *"abcdefg")
    commit(1)
    assert topics.committed(group) == {(topic, 0): 1}
    topics.broker.pause()
    try:
        assert commit(2) < 5
        # Not even the limit is waited for again.
        assert commit(3) < 0.5
    finally:
        topics.broker.resume()
    (warning,) = (record.message for record in caplog.records if record.levelname == "WARNING")
    assert warning.startswith(f"stream orders: no offsets are committed to the group {group}: ")
    assert not warning.endswith(": ")
    commits.catch_up()
    assert topics.committed(group) == {(topic, 0): 1}
    # When the stream ends, or after the minute, without another batch.
    commits.close()
    assert topics.committed(group) == {(topic, 0): 3}
