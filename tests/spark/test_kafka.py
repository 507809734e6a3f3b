"""Kafka on a real broker: what is read, what is written, and where broken records go."""

from __future__ import annotations

from collections.abc import Iterator
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from ssbt.runtime.streams.operation import OPERATION, Operation
from tests.spark.piping import Piped
from tests.spark.topics import Topics

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark


ORDERS = """
schema Order {{ id: bigint, amount: decimal(12,2) }}
{stream} source orders from kafka {{
  BROKERS
  subscribe = "{topic}"
  {options}
  value     = json
  schema    = Order
}}
"""
STREAMED = "trigger = available now"
# What `from_json` says nothing about, or too little: no JSON, an empty text, another type, null.
FAIL_FAST = "BROKERS\n  max_block = 3 seconds\n  topic "
BROKEN = ("{", "", '{"id": "x"}', "null", "[1]")


@pytest.mark.parametrize("stream", ["", "stream"])
def test_from_topic_to_topic(stream: str, piped: Piped, topics: Topics) -> None:
    source, target = topics.new(2), topics.new()
    topics.send(source, '{"id": 1, "amount": 10.5}', None, '{"id": 2}', partition=0)
    topics.send(source, '{"id": 3, "amount": -1}', partition=1)
    options = "starting_offsets = earliest" if stream else ""
    piped(
        ORDERS.format(stream=stream, topic=source, options=options)
        + f"""
let paid =
  from orders
  |> where amount > 0 or id is null
sink paid to kafka {{
  BROKERS
  topic       = "{target}"
  key         = string
  key_columns = id
  value       = json
  {STREAMED if stream else ""}
}}
"""
    )
    rows = {(row["key"], row["value"]) for row in topics.rows(target)}
    assert rows == {(b"1", b'{"id":1,"amount":10.50}'), (None, b"{}")}


def test_a_broken_record_stops_the_job_and_is_named(piped: Piped, topics: Topics) -> None:
    """Also where the query drops its columns, and where it counts."""
    for text in BROKEN:
        source = topics.new()
        topics.send(source, '{"id": 1}', text)
        with pytest.raises(Exception, match=f"offset 1 of partition 0 of topic {source} cannot"):
            piped(ORDERS.format(stream="", topic=source, options="") + "sink orders to noop { }")


def test_a_record_is_decoded_once(piped: Piped, topics: Topics) -> None:
    """However many filters and columns are above it."""
    options = f'subscribe = "{topics.new()}"\n value = json\n'
    frame = piped.source(options, "id: bigint, amount: double").where("amount > 1 and id < 5")
    query: Any = frame.selectExpr("id + 1 as a", "amount * 2 as b").where("b < 9")
    plan = query._jdf.queryExecution().optimizedPlan()
    # Not its text, which Spark cuts off where another session's setting says so.
    decoders = [
        each for each in _fields(json.loads(plan.toJSON())) if "JsonToStructs" in each["class"]
    ]
    # The others say what is wrong, once something is.
    records = [each for each in decoders if re.search(r'"_ssbt_\d+"', json.dumps(each["schema"]))]
    # At a first look, and where that gives nothing.
    assert len(records) == 2
    assert len(decoders) < 20


def _fields(value: Any) -> Iterator[dict[str, Any]]:
    """The nodes of a plan and of the expressions in it."""
    if isinstance(value, list):
        for item in value:
            yield from _fields(item)
    elif isinstance(value, dict) and "class" in value:
        yield value
        yield from _fields([*value.values()])


def test_broken_records_are_dropped(spark: SparkSession, piped: Piped, topics: Topics) -> None:
    source = topics.new()
    topics.send(source, '{"id": 1}', *BROKEN, '{"id": 2}', None)
    text = ORDERS.format(stream="", topic=source, options="on_error = drop")
    piped(text + 'sink orders to json {\n path = "FOLDER/out" \n ignore_null_fields = false }')
    read = spark.read.json("FOLDER/out".replace("FOLDER", str(piped.folder))).collect()
    assert sorted(str(row["id"]) for row in read) == ["1", "2", "None"]


@pytest.mark.parametrize("stream", ["", "stream"])
def test_dead_letters(stream: str, spark: SparkSession, piped: Piped, topics: Topics) -> None:
    """The original bytes, with all that is known of them, to files and to another topic."""
    source, dead = topics.new(), topics.new()
    topics.send(source, '{"id": 1}', key="7", headers={"trace": b"abc"}, timestamp=1_000)
    topics.send(source, *BROKEN, key="8", headers={"trace": b"def"}, timestamp=2_000)
    topics.send(source, b"{\xff", timestamp=3_000)
    trigger = STREAMED if stream else ""
    text = ORDERS.format(
        stream=stream,
        topic=source,
        options=f"on_error = dead_letter\n {'starting_offsets = earliest' if stream else ''}",
    )
    piped(
        text
        + f"""
sink orders to noop {{ {trigger} }}
sink orders.dead_letter to parquet as files {{
  path = "FOLDER/dead"
  {trigger}
}}
sink orders.dead_letter to kafka {{
  BROKERS
  topic         = "{dead}"
  key           = bytes
  key_columns   = key
  value         = bytes
  value_columns = value
  {trigger}
}}
"""
    )
    files = sorted(spark.read.parquet(f"{piped.folder}/dead").collect(), key=lambda row: row.offset)
    assert [bytes(row.value) for row in files] == [*(text.encode() for text in BROKEN), b"{\xff"]
    first = files[0]
    assert (bytes(first.key), first.headers[0].key, bytes(first.headers[0].value)) == (
        b"8",
        "trace",
        b"def",
    )
    assert (first.topic, first.partition, first.offset, first.stage) == (source, 0, 1, "value")
    assert first.timestamp.timestamp() == 2
    assert [row.error for row in files] == [
        "no JSON object that fits the schema",
        "no JSON object that fits the schema",
        "no JSON object that fits the schema: `id` is x, which is no BIGINT",
        "no JSON object that fits the schema",
        "no JSON object that fits the schema",
        "no text in UTF-8",
    ]
    assert [bytes(row.value) for row in topics.rows(dead)] == [bytes(row.value) for row in files]
    assert bytes(topics.rows(dead)[0].key) == b"8"


def test_a_sink_of_dead_letters_that_fails(piped: Piped, topics: Topics) -> None:
    """The run fails, and where the dead letters had come is not forgotten."""
    source = topics.new()
    topics.send(source, *BROKEN)
    options = "on_error = dead_letter\n starting_offsets = earliest"
    text = ORDERS.format(stream="stream", topic=source, options=options)
    text += f"""
sink orders to noop {{ {STREAMED} }}
sink orders.dead_letter to kafka {{
  BROKERS
  topic         = "DEAD"
  value         = bytes
  value_columns = value
  {STREAMED}
}}
"""
    dead = f"dead-{source}"
    token = OPERATION.set(Operation(max_restarts=0))
    try:
        with pytest.raises(Exception, match=f"Topic {dead} not present in metadata"):
            piped(text.replace("DEAD", dead).replace("BROKERS\n  topic ", FAIL_FAST))
    finally:
        OPERATION.reset(token)
    topics.make(dead)
    piped(text.replace("DEAD", dead))
    assert topics.values(dead) == list(BROKEN)
