"""Framed Avro, decoded by the runtime, against `from_avro` without a check and pickled functions.

    tools/java.sh .venv/bin/python benchmarks/avro.py [--rows 12000000] [--repeat 5]

All read the same bytes, in turns, into nothing: rows in memory, as Kafka's source gives them. (From
Spark's columnar cache, to read the place of a record beside its value would cost by itself.)
`from_avro(substring(value, 6))` knows the one schema and checks nothing. The function reads the
three fields by hand, faster than any Avro library for Python; what reading the bytes alone takes is
taken off it and off the runtime's. It leaves much garbage, so it takes its turns
apart from the others. These take half a second for 3,000,000 records, too little to compare.
"""

from __future__ import annotations

import argparse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import json
import os
from pathlib import Path
import statistics
import struct
import sys
from threading import Thread
import time
from typing import Any, NamedTuple

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.avro.functions import from_avro, to_avro

from ssbt.runtime.formats.avro import registry_avro_decoding
from ssbt.runtime.records.decoding import decoded

PACKAGE = "org.apache.spark:spark-avro_2.13:4.1.1"
FIELDS = [("id", "long"), ("price", "double"), ("status", "string")]
RECORD = {"type": "record", "name": "Order"}
SCHEMA = json.dumps({**RECORD, "fields": [{"name": n, "type": t} for n, t in FIELDS]})
COLUMNS = "id BIGINT, price DOUBLE, status STRING"


class OneSchema(BaseHTTPRequestHandler):
    """A registry that has one version of one subject."""

    def do_GET(self) -> None:
        schema: object = {"id": 1, "version": 1, "schema": SCHEMA}
        body = json.dumps([1] if self.path.endswith("/versions") else schema).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def by_hand(value: bytes) -> tuple[int, float, str]:
    """A record's fields."""
    number = shift = 0
    place = 5
    while True:
        byte = value[place]
        place += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
        shift += 7
    (price,) = struct.unpack_from("<d", value, place)
    place += 8
    size = value[place] >> 1
    text = value[place + 1 : place + 1 + size].decode()
    return (number >> 1) ^ -(number & 1), price, text


def records(spark: SparkSession, rows: int) -> DataFrame:
    """Framed records, kept in memory."""
    framed = spark.range(rows).select(
        "id",
        (F.col("id") / 7).alias("price"),
        F.concat(F.lit("S"), F.col("id") % 10).alias("status"),
    )
    value = F.concat(F.lit(b"\0\0\0\0\1"), to_avro(F.struct("id", "price", "status"), SCHEMA))
    places = ("'orders' AS topic", "0 AS partition", "id AS offset")
    return framed.select("id", value.alias("value")).selectExpr("value", *places).localCheckpoint()


def cpu_seconds(spark: SparkSession) -> float:
    """What the JVM has had of the processors so far."""
    process: Any = spark.sparkContext._gateway
    fields = Path(f"/proc/{process.proc.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Times(NamedTuple):
    """The seconds of a frame, turn by turn: by the clock and of the processors."""

    clock: list[float]
    cpu: list[float]


def take_turns(frames: dict[str, DataFrame], repeat: int) -> dict[str, Times]:
    """The seconds of each frame in each turn; the first, which warms up, is left out."""
    times = {name: Times([], []) for name in frames}
    for turn in range(repeat + 1):
        for name in list(frames) if turn % 2 else reversed(frames):
            frame, started = frames[name], time.perf_counter()
            before = cpu_seconds(frame.sparkSession)
            frame.write.format("noop").mode("overwrite").save()
            if turn:
                times[name].clock.append(time.perf_counter() - started)
                times[name].cpu.append(cpu_seconds(frame.sparkSession) - before)
    return times


def compare(own: list[float], rival: list[float]) -> str:
    """The ratio of the fastest turns, and the median of the ratios."""
    middle = statistics.median(a / b for a, b in zip(own, rival, strict=True))
    return f"{min(own) / min(rival):.2f} (median {middle:.2f})"


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=12_000_000)
    parser.add_argument("--repeat", type=int, default=5)
    given = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", 0), OneSchema)
    Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.jars.packages", PACKAGE)
        .config("spark.pyspark.python", sys.executable)
        # With less, a part of the records would be read from the disk.
        .config("spark.driver.memory", "8g")
        .config("spark.ui.enabled", False)
        .getOrCreate()
    )
    framed = records(spark, given.rows)
    decoding = registry_avro_decoding(F.col("value"), SCHEMA, {"url": url}, "orders-value")
    plain = from_avro(F.expr("substring(value, 6)"), SCHEMA).alias("r")
    pickled = F.udf(by_hand, COLUMNS, useArrow=False)("value").alias("r")
    native = {
        "plain": framed.select(plain).select("r.*"),
        "fail": decoded(framed, decoding),
        "drop": decoded(framed, decoding, on_error="drop"),
    }
    times = take_turns(native, given.repeat)
    for name in ("fail", "drop"):
        clock = compare(times[name].clock, times["plain"].clock)
        cpu = compare(times[name].cpu, times["plain"].cpu)
        print(f"on_error = {name} takes {cpu} of the CPU time of `from_avro`, which checks nothing")
        print(f"  by the clock, {clock}")
    few = records(spark, given.rows // 6)
    function = {
        "bytes": few,
        "native": decoded(few, decoding),
        "pickled": few.select(pickled).select("r.*"),
    }
    turns = take_turns(function, given.repeat)
    middle = {name: statistics.median(times.clock) for name, times in turns.items()}
    own = middle["native"] - middle["bytes"]
    rival = middle["pickled"] - middle["bytes"]
    print(f"a pickled function takes {rival / own:.1f} times as long as the runtime's decoding")
    print(f"with the reading of the bytes, {middle['pickled'] / middle['native']:.1f} times")
    spark.stop()


if __name__ == "__main__":
    main()
