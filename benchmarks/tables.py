"""Merges and histories of generated scripts against a MERGE written by hand, as ratios.

    tools/java.sh .venv/bin/python benchmarks/tables.py [--rows 5000000] [--changed 0.01]
        [--repeat 5]

Each turn has the same events for every table: rows with newer values, spread over all files. By
hand is what a person writes: the newest event of each key by a window, and a merge with the API of
`DeltaTable`. The script also refuses events without a key, and decides between two of one time; the
tables must be the same in the end. The history has a version more for each event. Ratios are those
of the shortest and of the median times, and of the CPU time of the JVM, which other programs
disturb less. Exits with 1 where a ratio of the shortest times is above its aim.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
import importlib.util
from pathlib import Path
import shutil
import statistics
import sys
import tempfile
import time
from types import ModuleType
from typing import Any, NamedTuple

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from ssbt.compiler.driver import check_pipeline, emit_files
from ssbt.runtime import Job

PACKAGE = "io.delta:delta-spark_4.1_2.13:4.4.0"
COLUMNS = "id BIGINT, name STRING, city STRING, amount DECIMAL(12,2), at TIMESTAMP"
PIPELINE = """
pipeline tables_bench { }
param lake: string = ""
schema Event {
  id:     bigint
  name:   string
  city:   string
  amount: decimal(12,2)
  at:     timestamp
}
source events from parquet { path = "${lake}/events", schema = Event }
sink events to delta as merged {
  path        = "${lake}/merged"
  mode        = merge
  keys        = [id]
  sequence_by = at
}
sink events to delta as kept {
  path        = "${lake}/kept"
  mode        = merge
  keys        = [id]
  sequence_by = at
  on_null     = keep
}
sink events to delta as versions {
  path        = "${lake}/versions"
  mode        = history
  keys        = [id]
  sequence_by = at
}
"""
# What is compared with what, and the aim.
RATIOS = (
    ("merge to MERGE by hand", "merged", "by_hand", 1.02),
    ("history to merge", "versions", "merged", 1.5),
    ("on_null = keep to merge", "kept", "merged", None),
)
Writer = Callable[[DataFrame], None]


def merge_by_hand(events: DataFrame, table: Path) -> None:
    """The newest event of each key, merged as a person writes it."""
    events.createOrReplaceTempView("events")
    newest = events.sparkSession.sql(
        "SELECT * EXCEPT (place) FROM (SELECT *, row_number() OVER"
        " (PARTITION BY id ORDER BY at DESC) AS place FROM events) WHERE place = 1"
    )
    session: Any = events.sparkSession
    # The package of its Python API only hands over to the same classes.
    target = session._jvm.io.delta.tables.DeltaTable.forPath(session._jsparkSession, str(table))
    merge = target.alias("t").merge(newest._jdf.alias("c"), "t.id = c.id")
    merge = merge.whenMatched("c.at > t.at").updateAll().whenNotMatched().insertAll()
    merge.execute()


def changed_rows(spark: SparkSession, rows: int, count: int, turn: int) -> DataFrame:
    """Events with other values for some of the rows, far from each other; turn 0 has all rows."""
    # A prime that is greater than any step between neighbours: each row at most once.
    number = F.col("id") if turn == 0 else (F.col("id") * 7919 + turn * 104729) % rows
    return spark.range(count, numPartitions=4).select(
        number.alias("id"),
        F.concat(F.lit(f"name {turn} of "), number).alias("name"),
        F.concat(F.lit("city "), number % 1000).alias("city"),
        (number % 10000 / 100 + turn).cast("decimal(12,2)").alias("amount"),
        F.timestamp_seconds(F.lit(1_700_000_000 + turn)).alias("at"),
    )


def create_tables(rows: DataFrame, lake: Path, files: int) -> None:
    """The tables as they are before the first turn, with equally many files."""
    first = rows.repartitionByRange(files, "id")
    first.write.format("delta").save(f"{lake}/by_hand")
    for name in ("merged", "kept"):
        shutil.copytree(lake / "by_hand", lake / name)
    versions = first.withColumnRenamed("at", "valid_from")
    versions = versions.withColumn("valid_to", F.lit(None).cast("timestamp"))
    versions.write.format("delta").save(f"{lake}/versions")


class Times(NamedTuple):
    """What a writer took in each turn, in seconds."""

    clock: list[float]
    cpu: list[float]


def compare(
    spark: SparkSession, writers: Mapping[str, Writer], lake: Path, options: argparse.Namespace
) -> dict[str, Times]:
    """The times of the writers, which take turns; the first turn is for warming up."""
    times = {name: Times([], []) for name in writers}
    count = max(1, int(options.rows * options.changed))
    for turn in range(1, options.repeat + 2):
        shutil.rmtree(lake / "events", ignore_errors=True)
        changed_rows(spark, options.rows, count, turn).write.parquet(f"{lake}/events")
        events = spark.read.schema(COLUMNS).parquet(f"{lake}/events")
        names = list(writers)
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            started, cpu = time.perf_counter(), cpu_seconds(spark)
            writers[name](events)
            if turn > 1:
                times[name].clock.append(time.perf_counter() - started)
                times[name].cpu.append(cpu_seconds(spark) - cpu)
    return times


def cpu_seconds(spark: SparkSession) -> float:
    """The CPU time of the JVM, in which the tasks run, too."""
    session: Any = spark
    process = session._jvm.java.lang.ProcessHandle.current().info()
    return float(process.totalCpuDuration().get().toMillis()) / 1000


def check_tables(spark: SparkSession, lake: Path) -> None:
    """Stop where the tables do not have the same rows."""
    by_hand = spark.read.format("delta").load(f"{lake}/by_hand")
    current = spark.read.format("delta").load(f"{lake}/versions").where("valid_to IS NULL")
    current = current.withColumnRenamed("valid_from", "at").select(*by_hand.columns)
    for name in ("merged", "kept"):
        rows = spark.read.format("delta").load(f"{lake}/{name}")
        assert rows.exceptAll(by_hand).isEmpty(), name
    # A repeated row makes no version, so that their times may be others.
    assert current.exceptAll(by_hand).isEmpty(), "versions"


def report(spark: SparkSession, times: Mapping[str, Times], lake: Path) -> bool:
    """Print the ratios and the files that were written again; whether all aims are met."""
    good = True
    print(f"{'':<26}{'shortest':>10}{'median':>10}{'CPU':>10}")
    for text, one, other, aim in RATIOS:
        shortest = min(times[one].clock) / min(times[other].clock)
        median = statistics.median(times[one].clock) / statistics.median(times[other].clock)
        cpu = statistics.median(times[one].cpu) / statistics.median(times[other].cpu)
        wanted = f"  (aim {aim})" if aim else ""
        print(f"{text:<26}{shortest:>10.2f}{median:>10.2f}{cpu:>10.2f}{wanted}")
        good = good and (aim is None or shortest <= aim)
    for name, each in times.items():
        print(f"{name:<10} {min(each.clock):.2f} s, {min(each.cpu):.2f} s of CPU")
    for name in times:
        last = spark.sql(f"DESCRIBE HISTORY delta.`{lake}/{name}` LIMIT 1").collect()[0]
        metrics: dict[str, Any] = last["operationMetrics"]
        print(
            f"{name:<10} files: {metrics.get('numTargetFilesRemoved')} taken,"
            f" {metrics.get('numTargetFilesAdded')} written"
        )
    return good


def generated_script(lake: Path) -> ModuleType:
    """The pipeline, compiled and imported."""
    compiled = check_pipeline("bench.ssbt", lambda name: PIPELINE.encode())
    assert compiled.pipeline, compiled.findings
    path = lake / "tables_bench.py"
    path.write_bytes(emit_files(compiled)[0].content)
    specification = importlib.util.spec_from_file_location(path.stem, path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    # dataclasses look a class's module up.
    sys.modules[path.stem] = module
    specification.loader.exec_module(module)
    return module


def start_session() -> SparkSession:
    """A session as the script has it, with two cores."""
    return (
        SparkSession.builder.master("local[2]")
        .config("spark.jars.packages", PACKAGE)
        .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
        .config(
            "spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog"
        )
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.memory", "3g")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", 4)
        .config("spark.databricks.delta.snapshotPartitions", 8)
        .config("spark.ui.enabled", False)
        .config("spark.ui.showConsoleProgress", False)
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--rows", type=int, default=5_000_000, help="of each table")
    parser.add_argument("--changed", type=float, default=0.01, help="part of them, each turn")
    parser.add_argument("--files", type=int, default=16, help="of each table")
    parser.add_argument("--repeat", type=int, default=5, help="turns that count, after one more")
    options = parser.parse_args()
    spark = start_session()
    with tempfile.TemporaryDirectory() as folder:
        lake = Path(folder)
        script = generated_script(lake)
        create_tables(changed_rows(spark, options.rows, options.rows, 0), lake, options.files)
        job = Job(spark, script.Params(lake=str(lake)))
        writers: dict[str, Writer] = {
            "by_hand": lambda events: merge_by_hand(events, lake / "by_hand"),
            "merged": lambda events: script.write_merged(events, job),
            "versions": lambda events: script.write_versions(events, job),
            "kept": lambda events: script.write_kept(events, job),
        }
        try:
            times = compare(spark, writers, lake, options)
            check_tables(spark, lake)
            good = report(spark, times, lake)
        finally:
            spark.stop()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
