"""Generated Kafka streams against streams written by hand, as ratios of their times.

    tools/kafka.sh .venv/bin/python benchmarks/kafka.py [--records 400000] [--repeat 5]

The same records of JSON are read, in turns, to the end of their topic: into nothing, and into
another topic. By hand is what a person would write: `from_json`, and the same settings. Said are
whole runs, from the start of a stream to its end, and the batches after the first, which are what a
stream that runs for days takes.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from itertools import chain
import os
from pathlib import Path
import statistics
import sys
import tempfile
import time
from types import ModuleType

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.streaming.listener import (
    QueryIdleEvent,
    QueryProgressEvent,
    QueryStartedEvent,
    QueryTerminatedEvent,
    StreamingQueryListener,
)

from ssbt.compiler.driver import check_pipeline, emit_files
from ssbt.runtime import Job

BROKERS = os.environ.get("KAFKA_BROKERS", "localhost:9092")
PACKAGE = "org.apache.spark:spark-sql-kafka-0-10_2.13:4.1.1"
SCHEMA = "id BIGINT, user STRING, amount DOUBLE, at TIMESTAMP"
LIMIT = 100_000
PIPELINE = """
pipeline bench {{ checkpoint = "${{work}}/checkpoints" }}
param work: string = ""
schema Event {{ id: bigint, user: string, amount: double, at: timestamp }}
stream source events from kafka {{
  bootstrap_servers       = "{brokers}"
  subscribe               = "events"
  starting_offsets        = earliest
  max_offsets_per_trigger = {limit}
  value                   = json
  schema                  = Event
}}
let result =
  from events
  |> where amount > 10
  |> extend amount * 1.19 as gross
{sink}
"""
TO_NOTHING = "sink result to noop { trigger = available now }"
TO_A_TOPIC = f"""
sink result to kafka {{
  bootstrap_servers = "{BROKERS}"
  topic             = "copies"
  key               = string
  key_columns       = id
  value             = json
  trigger           = available now
}}
"""
Run = Callable[[SparkSession, Path], None]


class BatchTimes(StreamingQueryListener):
    """The milliseconds of each full batch of the run that goes on, after its first."""

    def __init__(self) -> None:
        self._batches: list[int] = []

    def onQueryStarted(self, event: QueryStartedEvent) -> None:  # noqa: N802
        """A run begins."""
        self._batches = []

    def onQueryProgress(self, event: QueryProgressEvent) -> None:  # noqa: N802
        """A batch has ended."""
        if event.progress.numInputRows == LIMIT:
            self._batches.append(event.progress.durationMs["triggerExecution"])

    def onQueryIdle(self, event: QueryIdleEvent) -> None:  # noqa: N802
        """There was nothing to read."""

    def onQueryTerminated(self, event: QueryTerminatedEvent) -> None:  # noqa: N802
        """A run ends; its batches stay."""

    def take(self) -> list[int]:
        """The batches of the run that has ended; Spark's events come a little later."""
        time.sleep(1)
        return self._batches[1:]


def result(spark: SparkSession) -> DataFrame:
    """The query as a person would write it."""
    reader = spark.readStream.format("kafka").option("kafka.bootstrap.servers", BROKERS)
    reader = reader.option("subscribe", "events").option("startingOffsets", "earliest")
    records = reader.option("maxOffsetsPerTrigger", LIMIT).load()
    events = records.select(F.from_json(F.col("value").cast("string"), SCHEMA).alias("event"))
    paid = events.select("event.*").where(F.col("amount") > 10)
    return paid.withColumn("gross", F.col("amount") * 1.19)


def into_nothing(spark: SparkSession, work: Path) -> None:
    """By hand, to the sink that throws everything away."""
    writer = result(spark).writeStream.format("noop").trigger(availableNow=True)
    writer.option("checkpointLocation", str(work / "checkpoints")).start().awaitTermination()


def into_a_topic(spark: SparkSession, work: Path) -> None:
    """By hand, to another topic."""
    records = result(spark).select(
        F.col("id").cast("string").alias("key"),
        F.to_json(F.struct("id", "user", "amount", "at", "gross")).alias("value"),
    )
    writer = records.writeStream.format("kafka").option("kafka.bootstrap.servers", BROKERS)
    writer = writer.option("topic", "copies").trigger(availableNow=True)
    writer.option("checkpointLocation", str(work / "checkpoints")).start().awaitTermination()


def load_pipeline(sink: str) -> Run:
    """The compiled pipeline."""
    text = PIPELINE.format(brokers=BROKERS, limit=LIMIT, sink=sink)
    compiled = check_pipeline("bench.ssbt", lambda name: text.encode())
    assert compiled.pipeline is not None, [each.message for each in compiled.findings]
    module = ModuleType("bench")
    sys.modules["bench"] = module
    exec(compile(emit_files(compiled)[0].content, "bench.py", "exec"), vars(module))

    def run(spark: SparkSession, work: Path) -> None:
        module.run(Job(spark, module.Params(work=str(work)), "bench"))

    return run


def fill(spark: SparkSession, records: int) -> None:
    """Put records into the topic `events`."""
    events = spark.range(records, numPartitions=4).select(
        "id",
        F.concat(F.lit("user "), F.col("id") % 500).alias("user"),
        (F.col("id") % 1000 / 7).alias("amount"),
        F.timestamp_seconds(F.col("id") / 100 + 1_700_000_000).alias("at"),
    )
    values = events.select(F.to_json(F.struct("*")).alias("value"))
    writer = values.write.format("kafka").option("kafka.bootstrap.servers", BROKERS)
    writer.option("topic", "events").save()


def seconds(run: Run, spark: SparkSession) -> float:
    """How long one run takes, from an empty checkpoint."""
    with tempfile.TemporaryDirectory() as work:
        started = time.perf_counter()
        run(spark, Path(work))
        return time.perf_counter() - started


def sum_of_best(runs: list[list[int]]) -> int:
    """The milliseconds of a run's batches, each as it was in its fastest run."""
    return sum(min(each) for each in zip(*runs, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--records", type=int, default=400_000)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    spark = builder.config("spark.jars.packages", PACKAGE).getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    fill(spark, options.records)
    pairs = {
        "Kafka to noop": (into_nothing, load_pipeline(TO_NOTHING)),
        "Kafka to Kafka": (into_a_topic, load_pipeline(TO_A_TOPIC)),
    }
    times = BatchTimes()
    spark.streams.addListener(times)
    for title, (by_hand, ours) in pairs.items():
        runs: dict[Run, list[float]] = {by_hand: [], ours: []}
        batches: dict[Run, list[list[int]]] = {by_hand: [], ours: []}
        for turn in range(options.repeat + 1):
            for run in (by_hand, ours) if turn % 2 else (ours, by_hand):
                taken = seconds(run, spark)
                # The first turn warms the JVM up.
                runs[run] += [taken] if turn else []
                batches[run] += [times.take()] if turn else []
        hand, own = min(runs[by_hand]), min(runs[ours])
        median = statistics.median(a / b for a, b in zip(runs[ours], runs[by_hand], strict=True))
        rate = options.records / own
        print(f"{title}: {own / hand:.3f} of by hand (median {median:.3f}); {rate:,.0f} records/s")
        best = sum_of_best(batches[ours]) / sum_of_best(batches[by_hand])
        middle = {run: statistics.median(chain.from_iterable(batches[run])) for run in runs}
        ratio = middle[ours] / middle[by_hand]
        print(f"  a batch of {LIMIT:,} records: {best:.3f} (median {ratio:.3f})")


if __name__ == "__main__":
    main()
