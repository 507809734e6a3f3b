"""Ids of schemas that a stream does not know: it goes on, and so do those beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
import json
import logging
from threading import Thread
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

from pyarrow import parquet
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.avro.functions import to_avro
import pytest

from ssbt.runtime import Decoding, Job, Stream, dead_letters, decoded, decoded_rows, run_streams
from ssbt.runtime.entry import _run_pipeline
from ssbt.runtime.formats.avro import registry_avro_decoding
from ssbt.runtime.streams.operation import OPERATION
from tests.registries import Registry
from tests.spark.topics import Topics

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

ID = {"name": "id", "type": "long"}
OLD = {"type": "record", "name": "Order", "fields": [ID]}
NEW = {**OLD, "fields": [ID, {"name": "note", "type": "string", "default": ""}]}


@pytest.fixture(autouse=True)
def _log_everything(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="ssbt.runtime")


def framed(spark: SparkSession, id_: int, schema: object, row: str) -> bytes:
    data = to_avro(F.expr(f"struct({row})"), json.dumps(schema))
    (frame,) = spark.range(1).select(data).collect()
    return b"\0" + id_.to_bytes(4, "big") + bytes(frame[0])


class Pipeline:
    """The rows and the dead letters of a topic, and the rows of another without a registry."""

    def __init__(self, spark: SparkSession, topics: Topics, registry: Registry, folder: Path):
        self.spark, self.topics, self.folder = spark, topics, folder
        self.topic, self.other, self.subject = topics.new(), topics.new(), f"s-{uuid4().hex[:8]}"
        self.registry, self.plans = registry, 0
        self.failures: list[BaseException] = []

    def records(self, topic: str) -> DataFrame:
        reader = self.spark.readStream.format("kafka").option("subscribe", topic)
        reader = reader.option("kafka.bootstrap.servers", self.topics.broker.address)
        return reader.option("startingOffsets", "earliest").option("includeHeaders", True).load()

    def decoding(self) -> Decoding:
        value, text = F.col("value"), json.dumps(OLD)
        return registry_avro_decoding(value, text, {"url": self.registry.url}, self.subject)

    def run(self, job: Job[None]) -> None:
        self.plans += 1
        judged = decoded(self.records(self.topic), self.decoding(), on_error="dead_letter")
        rows, dead = decoded_rows(judged), dead_letters(judged).select("error")
        plain = self.records(self.other).selectExpr("cast(value as string) as value")
        named = {"rows": rows, "dead": dead, "plain": plain}
        run_streams(*(self.stream(name, frame) for name, frame in named.items()))

    def stream(self, name: str, frame: DataFrame) -> Stream:
        writer = frame.writeStream.format("parquet").option("path", f"{self.folder}/{name}")
        # Three streams that ask Kafka a hundred times a second would slow each other down.
        writer = writer.trigger(processingTime="500 milliseconds")
        return Stream(name, writer, f"{self.folder}/c/{name}")

    def written(self, name: str) -> list[object]:
        """What the sink's log says is written; Spark is busy enough to be asked."""
        logs = (self.folder / name / "_spark_metadata").glob("[0-9]*")
        lines = [line for log in logs for line in log.read_text().splitlines() if line[0] == "{"]
        files = {urlsplit(json.loads(line)["path"]).path for line in lines}
        return sorted(row for file in files for row in parquet.read_table(file)[0].to_pylist())

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait for it, unless the pipeline has failed."""
        ends = time.monotonic() + 240
        while not holds():
            assert self.failures == []
            assert time.monotonic() < ends, "it did not come to that"
            time.sleep(0.3)

    @contextmanager
    def running(self) -> Iterator[None]:
        """While it runs, and no failure may use up a restart."""

        def run() -> None:
            OPERATION.set(replace(OPERATION.get(), max_restarts=0))
            try:
                _run_pipeline(Job(self.spark, None), self.run)
            except BaseException as error:
                self.failures.append(error)

        thread = Thread(target=run)
        thread.start()
        try:
            yield
            assert self.failures == []
        finally:
            # One that goes on with a batch starts once more.
            ends = time.monotonic() + 120
            while thread.is_alive() and time.monotonic() < ends:
                for query in self.spark.streams.active:
                    query.stop()
                thread.join(1)


def test_a_subject_that_comes_while_its_stream_runs(
    spark: SparkSession,
    topics: Topics,
    registry: Registry,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nor does it, or a version that comes later, touch another stream."""
    pipeline = Pipeline(spark, topics, registry, tmp_path)
    topic, subject = pipeline.topic, pipeline.subject
    with pipeline.running():
        pipeline.until(lambda: len(spark.streams.active) == 3)
        (before,) = (query.runId for query in spark.streams.active if query.name == "plain")
        topics.send(pipeline.other, "a")
        first = registry.register(subject, OLD)
        topics.send(topic, framed(spark, first, OLD, "1L as id"))
        pipeline.until(lambda: pipeline.written("rows") == [1])
        second = registry.register(subject, NEW)
        topics.send(topic, framed(spark, second, NEW, "2L as id, 'x' as note"), b"junk")
        pipeline.until(lambda: pipeline.written("rows") == [1, 2])
        pipeline.until(lambda: pipeline.written("dead") == ["no frame of a schema registry"])
        topics.send(pipeline.other, "b")
        pipeline.until(lambda: pipeline.written("plain") == ["a", "b"])
        (after,) = (query.runId for query in spark.streams.active if query.name == "plain")
    assert before == after
    assert caplog.text.count("stream plain has started") == 1
    assert "restart" not in caplog.text


def test_ids_that_the_registry_does_not_have(
    spark: SparkSession,
    topics: Topics,
    registry: Registry,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Many of them, between good records, cost a few plans and no restart."""
    pipeline = Pipeline(spark, topics, registry, tmp_path)
    existing = registry.register(pipeline.subject, OLD)
    values: list[bytes] = []
    for number in range(105):
        values.append(framed(spark, existing, OLD, f"{number}L as id") if number < 5 else b"")
        values.append(b"\0" + (existing + 900 - number).to_bytes(4, "big") + b"\2")
    topics.send(pipeline.topic, *filter(None, values))
    with pipeline.running():
        pipeline.until(lambda: len(pipeline.written("dead")) == 105)
        pipeline.until(lambda: pipeline.written("rows") == [0, 1, 2, 3, 4])
    assert all("or no such schema" in str(error) for error in pipeline.written("dead"))
    assert pipeline.plans <= 6
    assert "restart" not in caplog.text
