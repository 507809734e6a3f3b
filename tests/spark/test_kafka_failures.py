"""What goes wrong around a topic: brokers that die, records and topics that are gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
import time
from typing import TYPE_CHECKING

import pytest

from ssbt.runtime import Job
from ssbt.runtime.brokers import topics as ids_of_topics
from ssbt.runtime.checkpoints.leases import CheckpointsRefusedError
from ssbt.runtime.errors.helping import find_help
from tests.spark.piping import Piped
from tests.spark.topics import Topics

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

COPY = """
stream source s from kafka {{
  BROKERS
  subscribe               = "{source}"
  starting_offsets        = earliest
  max_offsets_per_trigger = {limit}
  value                   = string
}}
sink s to parquet as files {{
  path = "FOLDER/out"
  {trigger}
}}
"""
TO_TOPIC = """
sink s to kafka as copy {{
  BROKERS
  topic = "{target}"
  value = string
  {trigger}
}}
"""
AVAILABLE = "trigger = available now"


def count_rows(spark: SparkSession, folder: Path) -> Counter[str]:
    return Counter(row.value for row in spark.read.parquet(f"{folder}/out").collect())


def commits(folder: Path, sink: str) -> int:
    return len(list((folder / "checkpoints" / sink / "commits").glob("[0-9]*")))


def until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + 90
    while not holds():
        assert time.monotonic() < ends, "it did not come to that"
        time.sleep(0.1)


@contextmanager
def running(spark: SparkSession, piped: Piped, text: str) -> Iterator[Thread]:
    """The streams in a thread, which has ended without a mistake in the end."""
    module, failures = piped.module(text), list[BaseException]()

    def run() -> None:
        try:
            module.run(Job(spark, None))
        except BaseException as error:
            failures.append(error)

    thread = Thread(target=run)
    thread.start()
    try:
        yield thread
    finally:
        for query in spark.streams.active:
            query.stop()
        thread.join(120)
    assert failures == []


def test_a_broker_killed_and_started_again(
    spark: SparkSession, piped: Piped, topics: Topics
) -> None:
    """In the middle of a batch: nothing is lost, and the files have everything once."""
    source, target = topics.new(), topics.new()
    sent = [str(number) for number in range(300)]
    topics.send(source, *sent)
    names = {"source": source, "target": target, "limit": 20, "trigger": AVAILABLE}
    text = COPY.format(**names) + TO_TOPIC.format(**names)
    with running(spark, piped, text) as thread:
        until(lambda: min(commits(piped.folder, name) for name in ("files", "copy")) >= 2)
        topics.broker.kill()
        time.sleep(2)
        topics.broker.start()
        thread.join(200)
        assert not thread.is_alive()
    assert count_rows(spark, piped.folder) == Counter(sent)
    assert set(topics.values(target)) == set(sent)


def test_retention_has_passed_the_place(spark: SparkSession, piped: Piped, topics: Topics) -> None:
    source = topics.new()
    text = COPY.format(source=source, limit=100, trigger=AVAILABLE)
    topics.send(source, *"abc")
    piped(text)
    topics.send(source, *"defgh")
    topics.delete_before(source, 5)
    with pytest.raises(Exception, match="data may have been lost"):
        piped(text)
    piped(text.replace("value ", "fail_on_data_loss = false\n value ", 1))
    assert count_rows(spark, piped.folder) == Counter("abcfgh")


def test_a_topic_made_anew(
    spark: SparkSession, piped: Piped, topics: Topics, caplog: pytest.LogCaptureFixture
) -> None:
    """It has more records than were read, so that Spark would go on after the first ones."""
    source = topics.new()
    text = COPY.format(source=source, limit=100, trigger=AVAILABLE)
    topics.send(source, *"abc")
    piped(text)
    topics.delete(source)
    until(lambda: topics.makes(source))
    topics.send(source, *"defgh")
    with pytest.raises(CheckpointsRefusedError, match=f"topic `{source}` has since been deleted"):
        piped(text)
    assert count_rows(spark, piped.folder) == Counter("abc")
    piped(text.replace("value ", "fail_on_data_loss = false\n value ", 1))
    assert "at the same offsets it has other records" in caplog.text
    assert count_rows(spark, piped.folder) == Counter("abcgh")


def test_a_topic_made_anew_while_it_runs(
    spark: SparkSession, piped: Piped, topics: Topics, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ids_of_topics, "_EVERY_SECONDS", 0.5)
    source = topics.new()
    text = COPY.format(source=source, limit=100, trigger="trigger = every 5 seconds")
    module = piped.module(text)
    failures: list[BaseException] = []

    def run() -> None:
        try:
            module.run(Job(spark, None))
        except BaseException as error:
            failures.append(error)

    thread = Thread(target=run)
    thread.start()
    topics.send(source, *"abc")
    until(lambda: commits(piped.folder, "files") >= 1)
    topics.delete(source)
    until(lambda: topics.makes(source))
    topics.send(source, *"defgh")
    thread.join(120)
    (failure,) = failures
    assert "has since been deleted and created again" in str(failure)


def test_a_pattern_without_topics(
    piped: Piped, caplog: pytest.LogCaptureFixture, topics: Topics
) -> None:
    text = COPY.format(source="x", limit=100, trigger=AVAILABLE)
    piped(text.replace('subscribe               = "x"', 'subscribe_pattern = "no-such-.*"'))
    assert f"no topic at {topics.broker.address} is called like `no-such-.*`" in caplog.text


def test_a_pattern_without_topics_in_a_batch(
    piped: Piped, caplog: pytest.LogCaptureFixture, topics: Topics
) -> None:
    """It reads nothing, which only the log says; nothing is said of one that matches."""
    topic = topics.new()
    topics.send(topic, "a")
    for pattern, count in ("no-such-.*", 0), (f"{topic}|no-such-.*", 1):
        frame = piped.source(f'  subscribe_pattern = "{pattern}"\n  value = string')
        text = f"no topic at {topics.broker.address} is called like `{pattern}`"
        assert (text in caplog.text) == (not count)
        assert frame.count() == count


def test_a_topic_that_does_not_exist(piped: Piped) -> None:
    text = COPY.format(source="no-such-topic", limit=100, trigger=AVAILABLE)
    with pytest.raises(Exception, match="UnknownTopicOrPartition"):
        piped(text)


NOWHERE = """
let sent =
  from s
  |> select value, {topic} as target, {partition} as shard
sink sent to kafka as copy {{
  BROKERS
  topic_column     = target
  partition_column = shard
  value            = string
  max_block        = 2 seconds
  trigger          = available now
}}
"""


def test_topics_and_partitions_to_write_to_that_do_not_exist(
    piped: Piped, topics: Topics, caplog: pytest.LogCaptureFixture
) -> None:
    """They are reported at once: no restart would find them."""
    source, target = topics.new(), topics.new()
    topics.send(source, "a")
    cases = {
        "Topic no-such-topic not present": ("'no-such-topic'", 0, "no such topic"),
        f"Partition 7 of topic {target}": (f"'{target}'", 7, "no partition of this number"),
    }
    for number, (sentence, (topic, partition, way_out)) in enumerate(cases.items()):
        text = COPY.format(source=source, limit=100, trigger=AVAILABLE)
        text = text[: text.index("sink")] + NOWHERE.format(topic=topic, partition=partition)
        with pytest.raises(Exception, match="not present") as failed:
            piped(text.replace("as copy", f"as copy_{number}"))
        trace = f"{failed.value}\n{failed.value.__cause__}"
        assert sentence in trace
        assert way_out in str(find_help(trace))
    assert "Kafka says that it passes" not in caplog.text


def test_partitions_added_while_it_runs(spark: SparkSession, piped: Piped, topics: Topics) -> None:
    source = topics.new()
    topics.send(source, "a")
    text = COPY.format(source=source, limit=100, trigger="trigger = every 1 second")
    with running(spark, piped, text):
        until(lambda: commits(piped.folder, "files") >= 1)
        topics.add_partitions(source, 2)
        topics.send(source, "b", partition=1)
        until(lambda: set(count_rows(spark, piped.folder)) == {"a", "b"})
    assert count_rows(spark, piped.folder) == Counter("ab")
