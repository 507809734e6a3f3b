"""Avro and Protobuf with Kafka and a registry, both real."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pyspark.sql import functions as F
from pyspark.sql.avro.functions import to_avro
import pytest

from ssbt.runtime import Job
from ssbt.runtime.entry import _run_pipeline
from tests.registries import Registry
from tests.spark.piping import Piped
from tests.spark.topics import Topics

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

RECORD = {"type": "record", "name": "Order", "namespace": "shop"}
OLD = {**RECORD, "fields": [{"name": "id", "type": "long"}]}
STATUS = {"name": "status", "type": ["null", "string"], "default": None}
NEW = {**RECORD, "fields": [{"name": "id", "type": "int"}, STATUS]}
READER = {**RECORD, "fields": [{"name": "id", "type": "long"}, STATUS]}
PROTO = 'syntax = "proto3"; package shop; message Head {} message Order { int64 id = 1; }'


def framed(spark: SparkSession, id_: int, schema: object, row: str) -> bytes:
    """A record as a producer of Confluent's sends it; `row` is its columns in SQL."""
    data = to_avro(F.expr(f"struct({row})"), json.dumps(schema))
    (rows,) = spark.range(1).select(data.alias("value")).collect()
    return b"\0" + id_.to_bytes(4, "big") + bytes(rows.value)


def test_framed_avro_from_topic_to_topic(
    spark: SparkSession, piped: Piped, topics: Topics, registry: Registry
) -> None:
    source, target, dead, notes, kept = (topics.new() for _ in range(5))
    topics.send(notes, "a", "b")
    first = registry.register(f"{source}-value", OLD)
    registry.accept_all(f"{source}-value")
    second = registry.register(f"{source}-value", NEW)
    topics.send(source, framed(spark, first, OLD, "1L as id"))
    topics.send(source, framed(spark, second, NEW, "2 as id, 'PAID' as status"))
    topics.send(source, b"\0\0\0", b'{"id": 3}', b"\0" + (second + 500).to_bytes(4, "big") + b"\2")
    module = piped.module(f"""
connection main: schema_registry {{ url = "{registry.url}" }}
schema Order from avro {{ schema = \"\"\"{json.dumps(READER)}\"\"\" }}
stream source orders from kafka {{
  BROKERS
  subscribe        = "{source}"
  starting_offsets = earliest
  value            = avro {{ registry = main }}
  schema           = Order
  on_error         = dead_letter
}}
source notes from kafka {{
  BROKERS
  subscribe = "{notes}"
  value     = string
}}
sink notes to kafka {{
  BROKERS
  topic = "{kept}"
  value = string
}}
sink orders to kafka {{
  BROKERS
  topic   = "{target}"
  value   = avro {{ registry = main, schema = Order, auto_register = true }}
  trigger = available now
}}
sink orders.dead_letter to kafka {{
  BROKERS
  topic         = "{dead}"
  value         = string
  value_columns = error
  trigger       = available now
}}
""")
    _run_pipeline(Job(spark, None), module.run)
    assert registry.request("GET", f"/subjects/{target}-value/versions") == [1]
    written = registry.register(f"{target}-value", READER)
    assert {row["value"] for row in topics.rows(target)} == {
        framed(spark, written, READER, "1L as id, cast(null as string) as status"),
        framed(spark, written, READER, "2L as id, 'PAID' as status"),
    }
    # The pipeline was planned twice, because of the unknown id.
    assert topics.values(kept) == ["a", "b"]
    # The batch that met the unknown id was written in part, and is written again: at least once.
    assert {row["value"].decode() for row in topics.rows(dead)} == {
        "no frame of a schema registry",
        f"no record of schema {second + 500}, or no such schema",
    }


def test_framed_protobuf_from_topic_to_topic(
    spark: SparkSession, piped: Piped, topics: Topics, registry: Registry
) -> None:
    source, target = topics.new(), topics.new()
    id_ = registry.register(f"{source}-value", PROTO, "PROTOBUF")
    assert registry.register(f"{target}-value", PROTO, "PROTOBUF") == id_
    head = b"\0" + id_.to_bytes(4, "big")
    topics.send(source, head + b"\2\2\x08\x07", head + b"\0")
    piped(f"""
connection main: schema_registry {{ url = "{registry.url}" }}
schema Order from protobuf {{ message = "shop.Order", schema = \"\"\"{PROTO}\"\"\" }}
source orders from kafka {{
  BROKERS
  subscribe = "{source}"
  value     = protobuf {{ registry = main }}
  schema    = Order
  on_error  = drop
}}
sink orders to kafka {{
  BROKERS
  topic = "{target}"
  value = protobuf {{ registry = main, schema = Order }}
}}
""")
    assert [row["value"] for row in topics.rows(target)] == [head + b"\2\2\x08\x07"]
