"""Generated streams against streams written by hand, and against Spark's defaults, as ratios.

    tools/java.sh .venv/bin/python benchmarks/streams.py [--files 60] [--rows 5000] [--repeat 5]
        [--query stateful]

A stateless and a stateful query read the same files to their end, in turns, each time from an empty
checkpoint. By hand is the same query with the same settings; Spark's defaults are the same query
without any: 200 shuffle partitions, state in memory and in files, all files in one batch.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
import statistics
import sys
import tempfile
import time
from types import ModuleType
from typing import Any, cast

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from ssbt.compiler.driver import check_pipeline, emit_files
from ssbt.runtime import Job

SCHEMA = "id BIGINT, user STRING, amount DOUBLE, at TIMESTAMP"
HEAD = """
pipeline bench {{ checkpoint = "${{work}}/checkpoints" }}
param data: string = ""
param work: string = ""
schema Event {{ id: bigint, user: string, amount: double, at: timestamp }}
stream source events from parquet {{
  path   = "${{data}}"
  schema = Event
  max_files_per_trigger = 20
}}
let result = from events {steps}
sink result to parquet {{ path = "${{work}}/out", trigger = available now }}
"""
QUERIES = {
    "stateless": "|> where amount > 10 |> extend amount * 1.19 as gross",
    "stateful": """
  |> watermark at delay 10 minutes
  |> deduplicate by id within watermark
  |> aggregate sum(amount) as total, count(*) as n group by window(at, '5 minutes') as w, user""",
}
Run = Callable[[SparkSession, Path, Path], None]


def by_hand(frame: DataFrame, query: str) -> DataFrame:
    """The queries as a person would write them."""
    if query == "stateless":
        return frame.where(F.col("amount") > 10).withColumn("gross", F.col("amount") * 1.19)
    return (
        frame.withWatermark("at", "10 minutes")
        .dropDuplicatesWithinWatermark(["id"])
        .groupBy(F.window("at", "5 minutes").alias("w"), "user")
        .agg(F.sum("amount").alias("total"), F.count("*").alias("n"))
    )


def written_by_hand(query: str, *, bounded: bool) -> Run:
    def run(spark: SparkSession, data: Path, work: Path) -> None:
        reader = spark.readStream.schema(SCHEMA)
        reader = reader.option("maxFilesPerTrigger", 20) if bounded else reader
        frame = by_hand(reader.parquet(str(data)), query)
        writer = frame.writeStream.format("parquet").option("path", str(work / "out"))
        writer = writer.option("checkpointLocation", str(work / "checkpoints"))
        writer.trigger(availableNow=True).start().awaitTermination()

    return run


def load_pipeline(query: str) -> tuple[Run, dict[str, str]]:
    """The compiled pipeline, and the settings of the session that its script asks for."""
    text = HEAD.format(steps=QUERIES[query])
    compiled = check_pipeline("bench.ssbt", lambda name: text.encode())
    assert compiled.pipeline is not None, [each.message for each in compiled.findings]
    module = ModuleType("bench")
    sys.modules["bench"] = module
    exec(compile(emit_files(compiled)[0].content, "bench.py", "exec"), vars(module))
    settings: dict[str, str] = {}

    def run(spark: SparkSession, data: Path, work: Path) -> None:
        module.run(Job(spark, module.Params(data=str(data), work=str(work)), "bench"))

    from ssbt.compiler.emit.state import state_settings

    settings.update(state_settings(compiled.pipeline))
    return run, settings


def write_events(spark: SparkSession, folder: Path, files: int, rows: int) -> None:
    """Events of an hour, a tenth of them twice."""
    frame = spark.range(files * rows, numPartitions=files).select(
        F.floor(F.col("id") * 0.9).alias("id"),
        F.concat(F.lit("user "), F.col("id") % 500).alias("user"),
        (F.col("id") % 1000 / 7).alias("amount"),
        F.timestamp_seconds(F.col("id") * 3600 / (files * rows) + 1_700_000_000).alias("at"),
    )
    frame.write.mode("overwrite").parquet(str(folder))


def seconds(run: Run, spark: SparkSession, data: Path, settings: dict[str, str]) -> float:
    for name in ALL_SETTINGS:
        spark.conf.unset(name)
    for name, value in settings.items():
        spark.conf.set(name, value)
    with tempfile.TemporaryDirectory() as work:
        started = time.perf_counter()
        run(spark, data, Path(work))
        return time.perf_counter() - started


ALL_SETTINGS = (
    "spark.sql.shuffle.partitions",
    "spark.sql.streaming.stateStore.providerClass",
    "spark.sql.streaming.stateStore.rocksdb.changelogCheckpointing.enabled",
)


def session() -> SparkSession:
    builder: Any = SparkSession.builder.master("local[2]")
    settings = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    settings |= {"spark.ui.enabled": "false", "spark.log.level": "ERROR"}
    for name, value in settings.items():
        builder = builder.config(name, value)
    return cast(SparkSession, builder.getOrCreate())


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n\n")[0])
    parser.add_argument("--files", type=int, default=60)
    parser.add_argument("--rows", type=int, default=5_000, help="for each file")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--query", choices=QUERIES, help="this one alone")
    arguments = parser.parse_args()
    spark = session()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "events"
        write_events(spark, data, arguments.files, arguments.rows)
        print(
            f"{'query':<12}{'generated':>12}{'by hand':>12}{'defaults':>12}{'ratio':>9}{'ratio':>9}"
        )
        for query in [arguments.query] if arguments.query else QUERIES:
            ours, settings = load_pipeline(query)
            runs: list[tuple[Run, dict[str, str]]] = [
                (ours, settings),
                (written_by_hand(query, bounded=True), settings),
                (written_by_hand(query, bounded=False), {}),
            ]
            times: list[list[float]] = [[] for _ in runs]
            for turn in range(arguments.repeat + 1):
                for index, (run, wanted) in enumerate(runs):
                    took = seconds(run, spark, data, wanted)
                    if turn:  # the first turn compiles
                        times[index].append(took)
            medians = [statistics.median(each) for each in times]
            shown = "".join(f"{median:>10.2f} s" for median in medians)
            print(
                f"{query:<12}{shown}{medians[0] / medians[1]:>9.2f}{medians[0] / medians[2]:>9.2f}"
            )
    spark.stop()


if __name__ == "__main__":
    main()
