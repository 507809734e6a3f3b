"""Ids of schemas that records name before the registry has them."""

from __future__ import annotations

from functools import partial
import json
import logging
import time
from typing import TYPE_CHECKING
from uuid import uuid4

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
import pytest

from ssbt.compiler.formats.languages import convert_text
from ssbt.runtime import Decoding, Job, Stream, dead_letters, decoded, decoded_rows, run_streams
from ssbt.runtime.entry import _run_pipeline
from ssbt.runtime.formats.avro import registry_avro_decoding
from ssbt.runtime.formats.protobuf import registry_protobuf_decoding
from ssbt.runtime.passes.one_pass import one_pass
from ssbt.runtime.passes.outputs import FileOutput
from ssbt.runtime.registries import frames
from tests.registries import Registry
from tests.spark.record_values import varint
from tests.spark.test_registry_ids import ID, OLD, Pipeline, framed
from tests.spark.topics import Topics

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("interpreted")]

PROTO = 'syntax = "proto3"; message Order { int64 id = 1; }'
PARSED = convert_text("protobuf", PROTO, "o.proto", "Order", dict[str, str]().__getitem__)
RECORD = "value binary, topic string, partition int, offset bigint"
# So long an id is taken for missing here; an hour would be too long for a test, and a minute too.
WAIT = 3.0


def newer_avro() -> dict[str, object]:
    """A schema that no registry has: one that it has keeps its id, under whatever subject."""
    name = f"o{uuid4().hex[:8]}"
    fields = [ID, {"name": "note", "type": "string", "default": "", "aliases": [name]}]
    return {"type": "record", "name": "Order", "fields": fields, "doc": name}


def next_id(registry: Registry) -> int:
    """The id of what is registered next."""
    return registry.register(f"s-{uuid4().hex[:8]}", newer_avro()) + 1


class LatePipeline(Pipeline):
    """A topic of Avro and one of Protobuf, each with dead letters and, beside them, with `drop`."""

    formats = "avro", "proto"

    def __init__(self, spark: SparkSession, topics: Topics, registry: Registry, folder: Path):
        super().__init__(spark, topics, registry, folder)
        self.heads = {"avro": registry.register(self.subject, OLD)}
        self.heads["proto"] = registry.register(f"{self.subject}-proto", PROTO, "PROTOBUF")
        self.newer = newer_avro()
        self.following = next_id(registry)

    def decoding_of(self, format_: str) -> Decoding:
        if format_ == "avro":
            return self.decoding()
        inputs = PARSED.text, "Order", "id BIGINT", {"url": self.registry.url}
        return registry_protobuf_decoding(F.col("value"), *inputs, f"{self.subject}-proto")

    def send(self, format_: str, id_: int, number: int) -> None:
        value = b"\0" + id_.to_bytes(4, "big") + b"\0\x08" + varint(number)
        if format_ == "avro":
            is_old, row = id_ == self.heads["avro"], f"{number}L as id"
            schema, row = (OLD, row) if is_old else (self.newer, f"{row}, 'x' as note")
            value = framed(self.spark, id_, schema, row)
        self.topics.send(self.topic if format_ == "avro" else self.other, value)

    def run(self, job: Job[None]) -> None:
        self.plans += 1
        streams: list[Stream] = []
        for format_, topic in zip(self.formats, (self.topic, self.other), strict=True):
            records, decoding = self.records(topic), self.decoding_of(format_)
            judged = decoded(records, decoding, on_error="dead_letter")
            stream = one_pass(
                format_,
                [judged],
                partial(self.outputs, format_),
                writes={name: f"{self.folder}/{name}" for name in (format_, f"{format_}_dead")},
                trigger={"processingTime": "500 milliseconds"},
                checkpoint=f"{self.folder}/c/{format_}",
            )
            streams.append(stream)
            dropped = decoded(records, decoding, on_error="drop")
            streams.append(self.stream(f"{format_}_kept", dropped))
        run_streams(*streams)

    def outputs(self, name: str, judged: DataFrame) -> list[FileOutput]:
        letters, rows = dead_letters(judged).select("error"), decoded_rows(judged)
        return [
            FileOutput(f"{name}_dead", letters, "parquet", f"{self.folder}/{name}_dead"),
            FileOutput(name, rows, "parquet", f"{self.folder}/{name}"),
        ]

    def outcome(self) -> dict[str, tuple[list[object], list[object], int]]:
        """Of each format the rows, those beside dead letters and others, and the dead letters."""
        return {
            name: (
                self.written(name),
                self.written(f"{name}_kept"),
                len(self.written(f"{name}_dead")),
            )
            for name in self.formats
        }


def test_an_id_that_the_registry_gets_later(
    spark: SparkSession,
    topics: Topics,
    registry: Registry,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A stray record names the next id before anybody has it; then a producer registers it."""
    caplog.set_level(logging.INFO, logger="ssbt.runtime")
    monkeypatch.setattr(frames, "MISSING_SECONDS", WAIT)
    pipeline = LatePipeline(spark, topics, registry, tmp_path)
    ids = {"avro": pipeline.following, "proto": pipeline.following + 1}
    for name in pipeline.formats:
        pipeline.send(name, pipeline.heads[name], 9)
        pipeline.send(name, ids[name], 1)
    with pipeline.running():
        pipeline.until(lambda: pipeline.outcome() == dict.fromkeys(pipeline.formats, ([9], [9], 1)))
        # Nobody has registered it, and it is asked for again and again.
        time.sleep(WAIT)
        for name in pipeline.formats:
            pipeline.send(name, ids[name], 2)
        pipeline.until(lambda: pipeline.outcome() == dict.fromkeys(pipeline.formats, ([9], [9], 2)))
        plans = pipeline.plans
        assert registry.register(pipeline.subject, pipeline.newer) == ids["avro"]
        newer = PROTO.replace("}", f"string {pipeline.newer['doc']} = 2; }}")
        assert registry.register(f"{pipeline.subject}-proto", newer, "PROTOBUF") == ids["proto"]
        time.sleep(WAIT)
        for name in pipeline.formats:
            pipeline.send(name, ids[name], 3)
        expected = dict.fromkeys(pipeline.formats, ([3, 9], [3, 9], 2))
        pipeline.until(
            lambda: (
                (result := pipeline.outcome()) == expected
                or any(letters > 2 for _, _, letters in result.values())
            )
        )
        assert pipeline.outcome() == expected
    # Each stream of Avro learns that one is missing, if no other test has made workers ask, and
    # then that it is there.
    assert plans <= 3
    assert pipeline.plans == plans + 2
    assert "restart" not in caplog.text


def test_an_id_that_comes_after_a_job_that_failed_of_it(
    spark: SparkSession, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `on_error = fail` the record stops the job; the next one asks again."""
    monkeypatch.setattr(frames, "MISSING_SECONDS", WAIT)
    subject = f"s-{uuid4().hex[:8]}"
    registry.register(subject, OLD)
    following, newer = next_id(registry), newer_avro()
    value = framed(spark, following, newer, "1L as id, 'x' as note")
    rows = spark.createDataFrame([(bytearray(value), "t", 0, 7)], RECORD)
    result: list[object] = []

    def run(job: Job[None]) -> None:
        inputs = json.dumps(OLD), {"url": registry.url}, subject
        decoding = registry_avro_decoding(F.col("value"), *inputs)
        result.extend(row["id"] for row in decoded(rows, decoding).collect())

    with pytest.raises(PySparkException, match=f"offset 7 .* no record of schema {following}, or"):
        _run_pipeline(Job(spark, None), run)
    assert registry.register(subject, newer) == following
    time.sleep(WAIT)
    _run_pipeline(Job(spark, None), run)
    assert result == [1]
