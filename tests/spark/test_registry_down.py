"""A real registry that hangs in the middle of a stream, or is gone when a job starts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
import json
from pathlib import Path
import re
from threading import Thread
import time
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.avro.functions import to_avro
import pytest

from ssbt.runtime import Job, Stream, decoded, run_streams
from ssbt.runtime.entry import _run_pipeline
from ssbt.runtime.formats.avro import registry_avro_decoding
from ssbt.runtime.registries import registry as asking
from ssbt.runtime.registries.registry import UnreachableError
from ssbt.runtime.streams.operation import OPERATION
from ssbt.runtime.streams.streaming import GaveUpError
from tests.registries import Registry, running_registry

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("interpreted")]

SUBJECT = "orders-value"
COLUMNS = "value binary, topic string, partition int, offset bigint"
ID = {"name": "id", "type": "long"}
OLD = {"type": "record", "name": "Order", "fields": [ID]}
NEW = {**OLD, "fields": [ID, {"name": "amount", "type": "double", "default": 0}]}


@pytest.fixture
def own_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """One that this test may stop; tries are short and follow each other at once."""
    monkeypatch.setattr(asking, "_FIRST_SECONDS", 0.05)
    monkeypatch.setattr(asking, "_TIMEOUT", 0.5)
    with running_registry(tmp_path) as running:
        yield running


def test_a_registry_that_hangs_comes_back_and_goes(
    spark: SparkSession, own_registry: Registry, tmp_path: Path
):
    source, out = str(tmp_path / "in"), str(tmp_path / "out")

    def put(*record: Any) -> None:
        put_record(spark, source, *record)

    def orders() -> DataFrame:
        return orders_of(spark, source, own_registry)

    def run(job: Job[None], frame: DataFrame | None = None) -> None:
        result = orders() if frame is None else frame
        writer = result.writeStream.format("parquet").option("path", out)
        checkpoint = str(tmp_path / "checkpoint")
        run_streams(Stream("orders", writer.trigger(availableNow=True), checkpoint))

    def ids() -> list[int]:
        return sorted(row.id for row in spark.read.parquet(out).collect())

    first = own_registry.register(SUBJECT, OLD)
    put(first, "1L as id", OLD)
    planned = orders()
    second = own_registry.register(SUBJECT, NEW)
    put(second, "2L as id, 0.5D as amount", NEW)
    own_registry.pause()
    # What the plan knows needs no registry; what it does not know waits for it, and not forever.
    frames = iter([planned])
    token = OPERATION.set(replace(OPERATION.get(), max_restarts=1))
    with pytest.raises(GaveUpError) as given_up:
        _run_pipeline(Job(spark, None), lambda job: run(job, next(frames, planned)))
    OPERATION.reset(token)
    assert re.search(r"does not answer: .*; tried 6 times in", str(given_up.value.__cause__))
    assert ids() == [1]

    own_registry.resume()
    _run_pipeline(Job(spark, None), run)
    assert ids() == [1, 2]

    own_registry.stop()
    started = time.monotonic()
    with pytest.raises(UnreachableError, match=r"does not answer: .*; tried 6 times in"):
        _run_pipeline(Job(spark, None), run)
    assert time.monotonic() - started < 60
    assert ids() == [1, 2]


def test_a_registry_that_goes_down_between_batches(
    spark: SparkSession, own_registry: Registry, tmp_path: Path
):
    """What the plan knows is read on; a new id waits until the registry is there; all arrive."""
    source, out = str(tmp_path / "in"), str(tmp_path / "out")
    first = own_registry.register(SUBJECT, OLD)
    put_record(spark, source, first, "1L as id", OLD)

    def run(job: Job[None]) -> None:
        writer = orders_of(spark, source, own_registry).writeStream.format("parquet")
        writer = writer.option("path", out).trigger(processingTime="100 milliseconds")
        run_streams(Stream("orders", writer, str(tmp_path / "checkpoint")))

    def awaited(*ids: int) -> None:
        ends = time.monotonic() + 120
        while sorted(row.id for row in read()) != [*ids]:
            assert thread.is_alive(), failures
            assert time.monotonic() < ends, (ids, read())
            time.sleep(0.2)

    def read() -> list[Any]:
        if not (tmp_path / "out" / "_spark_metadata").exists():
            return []
        return spark.read.schema("id BIGINT").parquet(out).collect()

    failures: list[BaseException] = []
    # One that fails for the registry is a transient failure, of which there are many here.
    thread = Thread(target=_outcome, args=(spark, run, failures))
    thread.start()
    try:
        awaited(1)
        second = own_registry.register(SUBJECT, NEW)
        own_registry.stop()
        put_record(spark, source, first, "2L as id", OLD)
        awaited(1, 2)
        put_record(spark, source, second, "3L as id, 0.5D as amount", NEW)
        put_record(spark, source, first, "4L as id", OLD)
        time.sleep(3)
        assert thread.is_alive(), failures
        own_registry.start()
        awaited(1, 2, 3, 4)
    finally:
        for query in spark.streams.active:
            query.stop()
        thread.join(60)
    assert failures == []


def _outcome(
    spark: SparkSession, run: Callable[[Job[None]], None], failures: list[BaseException]
) -> None:
    OPERATION.set(replace(OPERATION.get(), max_restarts=50))
    try:
        _run_pipeline(Job(spark, None), run)
    except BaseException as error:
        failures.append(error)


def put_record(spark: SparkSession, folder: str, id_: int, row: str, schema: object) -> None:
    """Add a file with one framed record."""
    body = to_avro(F.expr(f"struct({row})"), json.dumps(schema))
    head = F.lit(b"\0" + id_.to_bytes(4, "big"))
    one = spark.range(1).select(F.concat(head, body).alias("value"))
    places = ("'orders' as topic", "0 as partition", "0L as offset")
    one.selectExpr("value", *places).coalesce(1).write.mode("append").parquet(folder)


def orders_of(spark: SparkSession, folder: str, registry: Registry) -> DataFrame:
    """A stream of the records, a batch for each file."""
    rows = spark.readStream.schema(COLUMNS).option("maxFilesPerTrigger", 1).parquet(folder)
    inputs = json.dumps(OLD), {"url": registry.url}, SUBJECT
    return decoded(rows, registry_avro_decoding(F.col("value"), *inputs))
