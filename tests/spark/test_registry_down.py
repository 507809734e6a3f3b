"""A real registry that hangs in the middle of a stream, or is gone when a job starts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
import json
from pathlib import Path
import re
import time

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.avro.functions import to_avro
import pytest

from ssbt.runtime import Job, Stream, decoded, run_streams
from ssbt.runtime.entry import _run
from ssbt.runtime.formats.avro import registry_avro_decoding
from ssbt.runtime.registries import registry as asking
from ssbt.runtime.registries.registry import UnreachableError
from ssbt.runtime.streams.operation import OPERATION
from ssbt.runtime.streams.streaming import GaveUpError
from tests.registries import Registry, running_registry

pytestmark = pytest.mark.spark

SUBJECT = "orders-value"
COLUMNS = "value binary, topic string, partition int, offset bigint"
ID = {"name": "id", "type": "long"}
OLD = {"type": "record", "name": "Order", "fields": [ID]}
NEW = {**OLD, "fields": [ID, {"name": "amount", "type": "double", "default": 0}]}


@pytest.fixture
def own_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """One that this test may stop; tries are short and follow each other at once."""
    monkeypatch.setattr(asking, "_FIRST_SECONDS", 0.05)
    monkeypatch.setattr(asking, "_TIMEOUT", 2.0)
    with running_registry(tmp_path) as running:
        yield running


def test_a_registry_that_hangs_comes_back_and_goes(
    spark: SparkSession, own_registry: Registry, tmp_path: Path
):
    source, out = str(tmp_path / "in"), str(tmp_path / "out")

    def put(id_: int, row: str, schema: object) -> None:
        body = to_avro(F.expr(f"struct({row})"), json.dumps(schema))
        head = F.lit(b"\0" + id_.to_bytes(4, "big"))
        one = spark.range(1).select(F.concat(head, body).alias("value"))
        places = ("'orders' as topic", "0 as partition", "0L as offset")
        one.selectExpr("value", *places).coalesce(1).write.mode("append").parquet(source)

    def orders() -> DataFrame:
        rows = spark.readStream.schema(COLUMNS).option("maxFilesPerTrigger", 1).parquet(source)
        value = F.col("value")
        given = json.dumps(OLD), {"url": own_registry.url}, SUBJECT
        return decoded(rows, registry_avro_decoding(value, *given))

    def run(job: Job[None], frame: DataFrame | None = None) -> None:
        found = orders() if frame is None else frame
        writer = found.writeStream.format("parquet").option("path", out)
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
    # What the plan knows needs no registry; what it does not know waits for it, and not for ever.
    frames = iter([planned])
    token = OPERATION.set(replace(OPERATION.get(), max_restarts=1))
    with pytest.raises(GaveUpError) as given_up:
        _run(Job(spark, None), lambda job: run(job, next(frames, planned)))
    OPERATION.reset(token)
    assert re.search(r"does not answer: .*; tried 6 times in", str(given_up.value.__cause__))
    assert ids() == [1]

    own_registry.resume()
    _run(Job(spark, None), run)
    assert ids() == [1, 2]

    own_registry.stop()
    started = time.monotonic()
    with pytest.raises(UnreachableError, match=r"does not answer: .*; tried 6 times in"):
        _run(Job(spark, None), run)
    assert time.monotonic() - started < 60
    assert ids() == [1, 2]
