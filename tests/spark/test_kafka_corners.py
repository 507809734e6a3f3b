"""What Spark and Kafka do at the corners that rules and pages speak of, on the tests' broker."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.spark.piping import Piped
from tests.spark.topics import Topics

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.spark


def read(spark: SparkSession, topics: Topics, topic: str, **options: str) -> DataFrame:
    reader = spark.read.format("kafka").option("kafka.bootstrap.servers", topics.broker.address)
    return reader.options(subscribe=topic, **options).load()


def test_spark_refuses_a_reversed_range(spark: SparkSession, topics: Topics) -> None:
    """When it starts, and the compiler before: SSBT0567."""
    topic = topics.new()
    topics.send(topic, *"abcdef")
    places = [json.dumps({topic: {"0": place}}) for place in (1, 4)]
    ordered = read(spark, topics, topic, startingOffsets=places[0], endingOffsets=places[1])
    assert ordered.count() == 3
    with pytest.raises(Exception, match="start offset 4 is greater than the end offset 1"):
        read(spark, topics, topic, startingOffsets=places[1], endingOffsets=places[0])


def test_a_producer_of_transactions_sends_nothing(spark: SparkSession, topics: Topics) -> None:
    """Which is why `raw` refuses it: SSBT0560."""
    topic = topics.new()
    writer = spark.createDataFrame([("a",)], "value string").write.format("kafka")
    brokers = {"kafka.bootstrap.servers": topics.broker.address, "topic": topic}
    # Kafka tries for two minutes, by default.
    transactions = {"kafka.transactional.id": "one"}
    transactions |= {"kafka.delivery.timeout.ms": "3000", "kafka.request.timeout.ms": "2000"}
    with pytest.raises(Exception, match="initTransactions"):
        writer.options(**brokers, **transactions).save()
    assert topics.rows(topic) == []


def test_a_field_called_as_the_record_goes_through(piped: Piped, topics: Topics) -> None:
    """Where records are not judged, it is a name like any other."""
    source, target = topics.new(), topics.new()
    topics.send(source, '{"_record":"r","_dead_letter":"d"}')
    piped(
        f"""
schema S {{ _record: string, _dead_letter: string }}
source s from kafka {{
  BROKERS
  subscribe = "{source}"
  value     = json
  schema    = S
}}
sink s to kafka {{
  BROKERS
  topic = "{target}"
  value = json
}}
"""
    )
    assert topics.values(target) == ['{"_record":"r","_dead_letter":"d"}']


JUDGED = """
schema K {{ k: int }}
schema S {{ id: int, amount: decimal(6,2), rate: double }}
{stream} source s from kafka {{
  BROKERS
  subscribe        = "{topic}"
  {begin}
  key              = json
  key_schema       = K
  value            = json
  schema           = S
  metadata         = [offset, tombstone]
  on_error         = {on_error}
}}
sink s to json {{ path = "FOLDER/rows"
  ignore_null_fields = false {trigger} }}
"""
LETTERS = 'sink s.dead_letter to json as letters {{ path = "FOLDER/dead" {trigger} }}\n'
# Each key and value, and what becomes of the record: its part that is malformed, or "".
HOSTILE = [
    ('{"k":1}', '{"id":1,"amount":1.50,"rate":2.5}', ""),
    ('{"k":1}', '{"id":2,"amount":1.505}', "value"),
    ('{"k":1}', '{"id":3,"rate":1e999}', "value"),
    ('{"k":1.5}', '{"id":4}', "key"),
    ('{"k":2147483648}', '{"id":5,"amount":1e9}', "value"),
    (None, '{"id":6,"amount":0.30000000000000004}', ""),
    ("", '{"id":7}', "key"),
    ('{"k":1}', None, ""),
    (None, None, ""),
    ('{"k":1}', "", "value"),
    ('{"k":1}', '{"id":8,"rate":"Infinity"}', ""),
    ('{"k":1}', '{"id":9,"amount":"9999.999"}', "value"),
    (b"\xff", '{"id":10}', "key"),
    ('{"k":1}', b'{"id":11,"x":"\xff"}', "value"),
]


@pytest.mark.parametrize("stream", ["", "stream"])
def test_keys_and_values_are_judged_together(
    stream: str, spark: SparkSession, piped: Piped, topics: Topics
) -> None:
    """Each record is in one output, by what its key and its value are."""
    topic = topics.new()
    for key, value, _ in HOSTILE:
        topics.send(topic, value, key=key)
    trigger = "\n trigger = available now" if stream else ""
    begin = "starting_offsets = earliest" if stream else ""
    places = {"topic": topic, "stream": stream, "trigger": trigger, "begin": begin}
    piped((JUDGED + LETTERS).format(on_error="dead_letter", **places))
    rows = spark.read.json(f"{piped.folder}/rows").collect()
    dead = spark.read.json(f"{piped.folder}/dead").collect()
    result: dict[int, str] = {row["_offset"]: "" for row in rows}
    result |= {letter["offset"]: letter["stage"] for letter in dead}
    assert len(rows) + len(dead) == len(HOSTILE)
    assert [result[place] for place in range(len(HOSTILE))] == [stage for *_, stage in HOSTILE]
    by_offset: dict[int, Any] = {row["_offset"]: row for row in rows}
    assert by_offset[5]["amount"] == 0.3
    assert [by_offset[place]["_tombstone"] for place in (0, 7, 8)] == [False, True, True]


def test_what_is_left_out_is_all_that_is_malformed(
    spark: SparkSession, piped: Piped, topics: Topics
) -> None:
    topic = topics.new()
    for key, value, _ in HOSTILE:
        topics.send(topic, value, key=key)
    text = JUDGED.format(on_error="drop", topic=topic, stream="", trigger="", begin="")
    piped(text.replace("sink s", "# allow SSBT0313\nsink s"))
    rows = spark.read.json(f"{piped.folder}/rows").collect()
    sound = [place for place, (*_, stage) in enumerate(HOSTILE) if not stage]
    assert sorted(row["_offset"] for row in rows) == sound


def test_only_what_is_true_is_a_tombstone(piped: Piped, topics: Topics) -> None:
    """Where the column is null, the record has its value."""
    source, target = topics.new(), topics.new()
    topics.send(source, *(f'{{"id":{n},"gone":{gone}}}' for n, gone in enumerate(GONE)))
    piped(
        f"""
schema S {{ id: int, gone: boolean }}
source s from kafka {{
  BROKERS
  subscribe = "{source}"
  value     = json
  schema    = S
}}
sink s to kafka {{
  BROKERS
  topic            = "{target}"
  key              = int
  key_columns      = id
  value            = json
  value_columns    = id
  tombstone_column = gone
}}
"""
    )
    values = {bytes(row["key"])[-1]: row["value"] is None for row in topics.rows(target)}
    assert [values[n] for n in range(len(GONE))] == [gone == "true" for gone in GONE]


GONE = ["true", "false", "null"]
