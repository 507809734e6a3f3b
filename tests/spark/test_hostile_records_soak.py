"""Drivers of Kafka streams killed at random moments, over records of which many are hostile.

Each record is a row of each sink or a dead letter, by content: in = rows + dead letters. Files have
all once; what goes to a topic may come again, and is told apart by its place in the source.
`make test` has 50,000 records over 2 kills, `make soak` 1,000,000 over 20; `SSBT_SOAK_RECORDS` and
`SSBT_SOAK_KILLS` say other numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
import json
import os
from pathlib import Path
from random import Random
import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.spark.piping import Piped, start_driver
from tests.spark.topics import Topics

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

RECORDS = int(os.environ.get("SSBT_SOAK_RECORDS", "50000"))
KILLS = int(os.environ.get("SSBT_SOAK_KILLS", "2"))
PARTITIONS = 4
# The looser schema takes some that the stricter one does not, so that verdicts differ.
STRICT, LOOSE = "bigint", "string"
SOAKED = """
schema Order {{ id: bigint, amount: {type} }}
stream source orders from kafka {{
  BROKERS
  subscribe               = "{source}"
  starting_offsets        = earliest
  max_offsets_per_trigger = {most}
  value                   = json
  schema                  = Order
  metadata                = [partition, offset]
  on_error                = dead_letter
  commit_group            = "{source}-group"
}}
sink orders to parquet as files {{
  path    = "FOLDER/files"
  trigger = available now
}}
sink orders to kafka as copy {{
  BROKERS
  topic         = "{target}"
  value         = json
  value_columns = [_partition, _offset]
  trigger       = available now
}}
sink orders.dead_letter to parquet as dead {{
  path    = "FOLDER/dead"
  trigger = available now
}}
"""
HOSTILE: tuple[Callable[[int], bytes], ...] = (
    lambda n: b"{",
    lambda n: b"",
    lambda n: b"null",
    lambda n: b"[1]",
    lambda n: b"\xff\xfe" + str(n).encode(),
    lambda n: b'{"id": "%d"}' % n,
    lambda n: b'{"id": %d, "amount": 1' % n,
    lambda n: b'{"id": 99999999999999999999, "amount": 1}',
)


def records(count: int) -> Iterator[tuple[bytes | None, str]]:
    """Values, with what is expected of each: `row`, `dead`, or `either` by the schema."""
    for n in range(count):
        if n % 5 == 0:
            yield HOSTILE[n // 5 % len(HOSTILE)](n), "dead"
        elif n % 50 == 1:
            yield b'{"id": %d, "amount": "much"}' % n, "either"
        elif n % 50 == 2:
            yield None, "row"
        else:
            yield b'{"id": %d, "amount": %d}' % (n, n % 7), "row"


def test_every_record_has_one_verdict(spark: SparkSession, piped: Piped, topics: Topics) -> None:
    source, target = topics.new(PARTITIONS), topics.new()
    expected = sent(spark, topics, source)
    script = SOAKED.replace("{source}", source).replace("{target}", target)
    script = script.replace("{most}", str(RECORDS // (4 * KILLS + 4)))
    random = Random(RECORDS)
    for number in range(KILLS):
        # Each driver may have a schema of its own; a batch that it takes over keeps its verdicts.
        piped.module(script.format(type=LOOSE if number else STRICT))
        process, begun = start_driver(piped.folder), batches(piped.folder)
        while batches(piped.folder) <= begun and process.poll() is None:
            time.sleep(0.05)
        time.sleep(random.uniform(0, 3))
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    last = start_driver(piped.folder)
    assert last.wait(3600) == 0, (piped.folder / "driver.log").read_text()[-5000:]

    read = spark.read.parquet(f"{piped.folder}/files").select("_partition", "_offset").collect()
    files = Counter(map(tuple, read))
    columns = "partition", "offset", "value"
    letters = spark.read.parquet(f"{piped.folder}/dead").select(*columns).collect()
    dead = Counter((row.partition, row.offset) for row in letters)
    assert files + dead == Counter(dict.fromkeys(expected, 1))
    values = {(row.partition, row.offset): bytes(row.value) for row in letters}
    assert all(expected[place][0] == value for place, value in values.items())
    for place, (_, verdict) in expected.items():
        assert verdict == "either" or (place in dead) == (verdict == "dead")
    copied = [json.loads(bytes(row["value"])) for row in topics.rows(target)]
    assert {(row["_partition"], row["_offset"]) for row in copied} == set(files)
    print(f"{RECORDS} records = {len(files)} rows + {len(dead)} dead letters over {KILLS} kills;")
    print(f"{len(copied) - len(files)} came again in the topic")


def sent(
    spark: SparkSession, topics: Topics, topic: str
) -> dict[tuple[int, int], tuple[bytes | None, str]]:
    """The records in the topic, by their places, with what is expected of each."""
    made = list(records(RECORDS))
    rows = [(n % PARTITIONS, value) for n, (value, _) in enumerate(made)]
    frame = spark.createDataFrame(rows, "partition int, value binary").repartition(1)
    writer = frame.write.format("kafka").option("topic", topic)
    writer.option("kafka.bootstrap.servers", topics.broker.address).save()
    verdicts = dict(made)
    found = {}
    for row in topics.rows(topic):
        value = bytes(row["value"]) if row["value"] is not None else None
        found[row["partition"], row["offset"]] = (value, verdicts[value])
    assert len(found) == RECORDS
    return found


def batches(folder: Path) -> int:
    return len(list((folder / "checkpoints" / "orders~2Erecords" / "offsets").glob("[0-9]*")))
