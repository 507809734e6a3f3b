"""Framed Avro, decoded by the runtime, against `from_avro` without a check and pickled functions.

    tools/java.sh .venv/bin/python benchmarks/avro.py [--rows 2000000] [--repeat 5]

All read the same bytes, in turns, into nothing: rows in memory, as Kafka's source gives them. (From
Spark's columnar cache, to read the place of a record beside its value would cost by itself.)
`from_avro(substring(value, 6))` knows the one schema and checks nothing. The function reads the
three fields by hand, faster than any Avro library for Python; what reading the bytes alone takes is
taken off it and off the runtime's.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import json
import statistics
import struct
import sys
from threading import Thread
import time

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
        found: object = {"id": 1, "version": 1, "schema": SCHEMA}
        body = json.dumps([1] if self.path.endswith("/versions") else found).encode()
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
    made = spark.range(rows).select(
        "id",
        (F.col("id") / 7).alias("price"),
        F.concat(F.lit("S"), F.col("id") % 10).alias("status"),
    )
    value = F.concat(F.lit(b"\0\0\0\0\1"), to_avro(F.struct("id", "price", "status"), SCHEMA))
    places = ("'orders' AS topic", "0 AS partition", "id AS offset")
    return made.select("id", value.alias("value")).selectExpr("value", *places).localCheckpoint()


def taken(frame: DataFrame) -> float:
    """The seconds that it takes to compute all columns."""
    started = time.perf_counter()
    frame.write.format("noop").mode("overwrite").save()
    return time.perf_counter() - started


def main() -> None:
    """Print the ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--repeat", type=int, default=5)
    given = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", 0), OneSchema)
    Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.jars.packages", PACKAGE)
        .config("spark.pyspark.python", sys.executable)
        # Of 3,000,000 records, half would be read from the disk with the gigabyte that is usual.
        .config("spark.driver.memory", "4g")
        .config("spark.ui.enabled", False)
        .getOrCreate()
    )
    framed = records(spark, given.rows)
    decoding = registry_avro_decoding(F.col("value"), SCHEMA, {"url": url}, "orders-value")
    native = decoded(framed, decoding)
    plain = framed.select(from_avro(F.expr("substring(value, 6)"), SCHEMA).alias("r"))
    pickled = framed.select(F.udf(by_hand, COLUMNS, useArrow=False)("value").alias("r"))
    ways: dict[str, Callable[[], float]] = {
        "bytes": lambda: taken(framed),
        "plain": lambda: taken(plain.select("r.*")),
        "native": lambda: taken(native),
        "drop": lambda: taken(decoded(framed, decoding, on_error="drop")),
        "pickled": lambda: taken(pickled.select("r.*")),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(given.repeat + 1):
        # Garbage of one is collected in the time of the next: neighbours take turns, too.
        for name in list(ways) if turn % 2 else reversed(ways):
            times[name].append(ways[name]())
    # The first turn warms up.
    middle = {name: statistics.median(each[1:]) for name, each in times.items()}
    own = middle["native"] - middle["bytes"]
    rival = middle["pickled"] - middle["bytes"]
    for name, title in {"native": "fail", "drop": "drop"}.items():
        ratios = [a / b for a, b in zip(times[name][1:], times["plain"][1:], strict=True)]
        least = min(times[name][1:]) / min(times["plain"][1:])
        text = f"{least:.2f} (median {statistics.median(ratios):.2f})"
        print(f"on_error = {title} takes {text} of `from_avro` that checks nothing")
    print(f"a pickled function takes {rival / own:.1f} times as long as the runtime's decoding")
    print(f"with the reading of the bytes, {middle['pickled'] / middle['native']:.1f} times")
    spark.stop()


if __name__ == "__main__":
    main()
