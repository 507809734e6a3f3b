"""Drivers of Kafka streams killed at random moments, over records of which many are hostile.

Each format has a topic and a stream of its own. Each record is a row of each sink or a dead
letter, by content: in = rows + dead letters. A stream of the first topic drops what is malformed
instead, and counts it: in = rows + dropped. Files have all once; what goes to a topic may come
again, identified by its place in the source. `make test` has 50,000 records over 2 kills, of
the formats in `SAMPLE`; `make soak` 1,000,000 over 20, of all. `SSBT_SOAK_RECORDS` and
`SSBT_SOAK_KILLS` say other numbers.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
import json
import os
from pathlib import Path
from random import Random
import re
import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.registries import Registry
from tests.spark.hostile_formats import (
    AVRO,
    DEAD,
    EITHER,
    LOOSE,
    ROW,
    STRICT,
    Format,
    Record,
    formats,
)
from tests.spark.piping import Piped, start_driver
from tests.spark.topics import Topics

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


IS_SAMPLE = "SSBT_SOAK_RECORDS" not in os.environ
RECORDS = int(os.environ.get("SSBT_SOAK_RECORDS", "50000"))
KILLS = int(os.environ.get("SSBT_SOAK_KILLS", "2"))
PARTITIONS = 2
# JSON by Spark, Avro with a registry, and Protobuf in Python: each stream more costs much.
SAMPLE = "orders", "framed", "messages"
# A mark goes before the command line's `--timeout`; 0 is none.
pytestmark = [pytest.mark.spark, pytest.mark.timeout(900 if IS_SAMPLE else 0)]
# Each stream has this many batches: together some for each driver before it is killed.
BATCHES = KILLS + KILLS // 4
SOAKED = """
stream source NAME from kafka {
  BROKERS
  subscribe               = "TOPIC"
  starting_offsets        = earliest
  max_offsets_per_trigger = MOST
  OPTIONS
  metadata                = [partition, offset]
  on_error                = dead_letter
  commit_group            = "TOPIC-group"
}
sink NAME to parquet as NAME_files {
  path    = "FOLDER/files/NAME"
  trigger = available now
}
sink NAME.dead_letter to parquet as NAME_dead {
  path    = "FOLDER/dead/NAME"
  trigger = available now
}
"""
DROPPING = """
stream source kept from kafka {
  BROKERS
  subscribe               = "TOPIC"
  starting_offsets        = earliest
  max_offsets_per_trigger = MOST
  OPTIONS
  metadata                = [partition, offset]
  on_error                = drop
}
sink kept to parquet as kept_files {
  path    = "FOLDER/files/kept"
  trigger = available now
}
"""
COPY = """
sink orders to kafka as copy {
  BROKERS
  topic         = "TARGET"
  value         = json
  value_columns = [_partition, _offset]
  trigger       = available now
}
"""
DROPPED = re.compile(r"stream kept_files: batch (\d+): .*?([\d,]+) malformed records dropped")
Places = dict[tuple[int, int], tuple[Record, str]]


def test_every_record_has_one_verdict(
    spark: SparkSession, piped: Piped, topics: Topics, registry: Registry
) -> None:
    id_ = registry.register("soaked-value", AVRO)
    soaked = [
        each
        for each in formats(registry.url, (id_, id_ + 700_000))
        if each.name in SAMPLE or not IS_SAMPLE
    ]
    target, names = topics.new(), {each.name: topics.new(PARTITIONS) for each in soaked}
    registry.register(f"{names['framed']}-value", AVRO)
    share = RECORDS // len(soaked)
    expected = {
        each.name: sent(
            spark, topics, names[each.name], each, range(share * place, share * (place + 1))
        )
        for place, each in enumerate(soaked)
    }
    script = COPY.replace("TARGET", target)
    for each in soaked:
        text = f"{each.schema}\n{SOAKED}{DROPPING if each.name == 'orders' else ''}"
        script += (
            text.replace("NAME", each.name)
            .replace("OPTIONS", each.options)
            .replace("TOPIC", names[each.name])
        )
    script = script.replace("MOST", str(share // BATCHES + 2 * PARTITIONS))
    random = Random(RECORDS)
    for number in range(KILLS):
        # Each driver may have a schema of its own; a batch that it takes over keeps its verdicts.
        piped.module(script.replace("TYPE", LOOSE if number else STRICT))
        process, begun = start_driver(piped.folder), batches(piped.folder)
        while batches(piped.folder) <= begun + 2 and process.poll() is None:
            time.sleep(0.05)
        time.sleep(random.uniform(0, 3))
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    last = start_driver(piped.folder)
    assert last.wait(7200) == 0, (piped.folder / "driver.log").read_text()[-5000:]

    for each in soaked:
        rows, dead = verdicts(spark, piped.folder, each.name, expected[each.name])
        print(f"{each.name}: {share} records = {rows} rows + {dead} dead letters")
    rows, dropped = kept_rows(spark, piped.folder, expected["orders"])
    print(f"with `drop`: {share} records = {rows} rows + {dropped} dropped")
    files = places(spark, f"{piped.folder}/files/orders", "_partition", "_offset")
    copied = [json.loads(bytes(row["value"])) for row in topics.rows(target)]
    assert {(row["_partition"], row["_offset"]) for row in copied} == set(files)
    print(f"over {KILLS} kills; {len(copied) - len(files)} came again in the topic")


def verdicts(spark: SparkSession, folder: Path, name: str, expected: Places) -> tuple[int, int]:
    """How many rows and dead letters there are, once each is held to what is expected."""
    files = places(spark, f"{folder}/files/{name}", "_partition", "_offset")
    letters = spark.read.parquet(f"{folder}/dead/{name}")
    columns = "partition", "offset", "key", "value"
    records = {
        row[:2]: (_bytes(row[2]), _bytes(row[3])) for row in letters.select(*columns).collect()
    }
    dead = places(spark, f"{folder}/dead/{name}", "partition", "offset")
    assert files + dead == Counter(dict.fromkeys(expected, 1)), name
    assert all(expected[place][0] == record for place, record in records.items()), name
    for place, (record, verdict) in expected.items():
        assert verdict == EITHER or (place in dead) == (verdict == DEAD), (name, record)
    return len(files), len(dead)


def kept_rows(spark: SparkSession, folder: Path, expected: Places) -> tuple[int, int]:
    """How many rows there are of the stream that drops others, and how many it has dropped.

    Its log says how many, of each batch that was reported before a driver was killed.
    """
    files = places(spark, f"{folder}/files/kept", "_partition", "_offset")
    assert files == Counter(dict.fromkeys(files, 1))
    assert files.keys() <= expected.keys()
    for place, (record, verdict) in expected.items():
        assert verdict == EITHER or (place in files) == (verdict == ROW), record
    dropped = len(expected) - len(files)
    log = (folder / "driver.log").read_text()
    counts = {int(batch): int(count.replace(",", "")) for batch, count in DROPPED.findall(log)}
    assert sum(counts.values()) <= dropped
    done = (folder / "checkpoints" / "kept_files" / "commits").glob("[0-9]*")
    if counts.keys() == {int(each.name) for each in done}:
        assert sum(counts.values()) == dropped
    assert counts
    return len(files), dropped


def places(spark: SparkSession, folder: str, *columns: str) -> Counter[tuple[int, int]]:
    return Counter(map(tuple, spark.read.parquet(folder).select(*columns).collect()))


def sent(
    spark: SparkSession, topics: Topics, topic: str, format_: Format, numbers: range
) -> Places:
    """The records in the topic, by their places, with what is expected of each."""
    results = list(format_.records(numbers))
    rows = [(n % PARTITIONS, *record) for n, (record, _) in enumerate(results)]
    frame = spark.createDataFrame(rows, "partition int, key binary, value binary").repartition(1)
    writer = frame.write.format("kafka").option("topic", topic)
    writer.option("kafka.bootstrap.servers", topics.broker.address).save()
    existing = dict(results)
    result = {}
    for row in topics.rows(topic):
        record = _bytes(row["key"]), _bytes(row["value"])
        result[row["partition"], row["offset"]] = record, existing[record]
    assert len(result) == len(results)
    return result


def _bytes(data: bytearray | None) -> bytes | None:
    return None if data is None else bytes(data)


def batches(folder: Path) -> int:
    return len(list((folder / "checkpoints").glob("*/offsets/[0-9]*")))
