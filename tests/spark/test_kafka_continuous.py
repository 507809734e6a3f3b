"""`trigger = continuous` from topic to topic, on a real broker, with records that are dropped."""

from __future__ import annotations

import json
from threading import Thread
import time
from typing import TYPE_CHECKING

import pytest

from ssbt.runtime import Job
from tests.spark.piping import Piped
from tests.spark.topics import Topics

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

_SECONDS = 200


def test_each_record_goes_through_as_it_comes(
    spark: SparkSession, piped: Piped, topics: Topics
) -> None:
    source, target = topics.new(), topics.new()
    module = piped.module(f"""
schema Letter {{ value: string, number: bigint }}
stream source s from kafka {{
  BROKERS
  subscribe        = "{source}"
  starting_offsets = earliest
  value            = json
  schema           = Letter
  on_error         = drop
}}
let loud =
  from s
  |> select upper(value) as value
sink loud to kafka {{
  BROKERS
  topic   = "{target}"
  value   = string
  trigger = continuous 1 second
}}
""")
    failures: list[BaseException] = []

    def run() -> None:
        try:
            module.run(Job(spark, None))
        except BaseException as error:
            failures.append(error)

    thread = Thread(target=run)
    thread.start()
    try:
        for number, letter in enumerate("abc", 1):
            topics.send(source, "{", json.dumps({"value": letter}), '{"number": "x"}')
            ends = time.monotonic() + _SECONDS
            while len(topics.values(target)) < number:
                assert not failures, failures
                assert time.monotonic() < ends
                time.sleep(0.5)
    finally:
        for query in spark.streams.active:
            query.stop()
        thread.join(60)
    assert topics.values(target) == ["A", "B", "C"]
    assert failures == []
