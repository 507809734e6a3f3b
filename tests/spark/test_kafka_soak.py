"""Drivers of Kafka streams killed at random moments: nothing is lost, and files have all once.

`make soak` kills 100 of them, `SSBT_SOAK_CYCLES` says another number.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
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

# `make test` kills one: test_hostile_records_soak kills two more that read from topics.
CYCLES = int(os.environ.get("SSBT_SOAK_CYCLES", "2")) // 2
RECORDS = 200
COPY = """
stream source s from kafka {{
  BROKERS
  subscribe               = "{source}"
  starting_offsets        = earliest
  max_offsets_per_trigger = 20
  value                   = string
}}
sink s to parquet as files {{
  path    = "FOLDER/out"
  trigger = available now
}}
sink s to kafka as copy {{
  BROKERS
  topic    = "{target}"
  value    = string
  event_id = value
  trigger  = available now
}}
"""


def test_killed_drivers(spark: SparkSession, piped: Piped, topics: Topics) -> None:
    source, target = topics.new(2), topics.new()
    piped.module(COPY.format(source=source, target=target))
    random, sent = Random(CYCLES), []
    for cycle in range(CYCLES):
        values = [f"{cycle}-{number}" for number in range(RECORDS)]
        for partition in range(2):
            topics.send(source, *values[partition::2], partition=partition)
        sent += values
        begun = batches(piped.folder)
        process = start_driver(piped.folder)
        while batches(piped.folder) <= begun and process.poll() is None:
            time.sleep(0.05)
        time.sleep(random.uniform(0, 2))
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    last = start_driver(piped.folder)
    assert last.wait(200) == 0, (piped.folder / "driver.log").read_text()[-5000:]
    files = Counter(row.value for row in spark.read.parquet(f"{piped.folder}/out").collect())
    assert files == Counter(sent)
    copied = topics.rows(target)
    assert {bytes(row["value"]).decode() for row in copied} == set(sent)
    # A reader that knows the event ids has everything once.
    assert len({bytes(row["headers"][0]["value"]) for row in copied}) == len(sent)
    print(f"of {len(sent)} records {len(copied) - len(sent)} came again after {CYCLES} kills")


def batches(folder: Path) -> int:
    return len(list((folder / "checkpoints" / "copy" / "offsets").glob("[0-9]*")))
