"""Lengths in Avro that no record has, for which Avro's library would make room first."""

from __future__ import annotations

import json
import os
from pathlib import Path
import subprocess
import sys

import pytest

from tests.jars import SPARK_AVRO, jars
from tests.spark import servers
from tests.spark.record_values import long, sized

pytestmark = pytest.mark.spark

# In a JVM of its own, as it would end, and as Avro reads its limits once.
SCRIPT = """
import json, sys
from pyspark.sql import SparkSession, functions as F
from ssbt.runtime import decoded
from ssbt.runtime.formats.avro import avro_decoding

spark = SparkSession.builder.master("local[1]").getOrCreate()
schema, values = sys.argv[1], [bytes.fromhex(each) for each in sys.argv[2:]]
rows = [(None, bytearray(each), "t", 0, n, None, None) for n, each in enumerate(values)]
record = (
    "key binary, value binary, topic string, partition int, offset bigint,"
    " timestamp timestamp, headers array<struct<key: string, value: binary>>"
)
frame = spark.createDataFrame(rows, record).coalesce(1)
judged = decoded(frame, avro_decoding(F.col("value"), schema), on_error="dead_letter")
dead = {row[0] for row in judged.select("_dead_letter.offset").collect()}
print("dead", json.dumps([n in dead for n in range(len(values))]))
"""
FIELDS = {
    "s": "string",
    "b": "bytes",
    "n": {"type": "array", "items": "null"},
    "m": {"type": "map", "values": "long"},
}
SOUND = sized(b"text"), sized(b"\xff"), long(2) + long(0), long(1) + sized(b"k") + b"\2" + long(0)
# In the place of one of these, and how many there are said to be.
LENGTHS = [2**28, 2**30, 2**31 - 9, 2**31 - 1, 2**40, 2**62]


def record(place: int, part: bytes) -> bytes:
    return b"".join(part if n == place else each for n, each in enumerate(SOUND))


def test_lengths_that_no_record_has(tmp_path: Path) -> None:
    schema = {
        "type": "record",
        "name": "R",
        "fields": [{"name": name, "type": each} for name, each in FIELDS.items()],
    }
    hostile = [record(n, long(size) + b"x") for n in range(len(FIELDS)) for size in LENGTHS]
    values = [record(-1, b""), *hostile, record(-1, b"")]
    path = ",".join(map(str, jars(SPARK_AVRO)))
    options = f"--jars {path} --conf spark.ui.enabled=false --driver-memory 1g pyspark-shell"
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(schema), *(each.hex() for each in values)],
        env=servers.environment(PYSPARK_SUBMIT_ARGS=options, PYTHONPATH=os.pathsep.join(sys.path)),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    expected = [False, *(True for _ in hostile), False]
    assert f"dead {json.dumps(expected)}" in result.stdout, result.stderr[-2000:]
