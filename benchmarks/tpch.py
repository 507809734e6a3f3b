#!/usr/bin/env python3
"""Queries 1, 3 and 6 of TPC-H: the script generated from examples/tpch_revenue against the PySpark
that a person would write, on one Spark in one run.

    benchmarks/tpch.py [--scale 0.1] [--repeat 7] [--data FOLDER]

Equal optimised plans run equally fast, whatever the clock says on a busy machine; times are printed
as ratios of medians, the two taking turns. Exits with 1 where plans differ and the generated script
takes more than 1.02 times as long.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
import importlib.util
from pathlib import Path
import re
import statistics
import subprocess
import sys
import tempfile
import time
from types import ModuleType

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from ssbt.compiler.driver import check_pipeline, emit_files
from ssbt.runtime import Job

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "tpch_revenue"
LIMIT = 1.02
Query = Callable[[], DataFrame]


# ---- by hand


def pricing_summary(lineitem: DataFrame) -> DataFrame:
    """Query 1."""
    return (
        lineitem.where(F.col("l_shipdate") <= date(1998, 9, 2))
        .withColumn("discounted", F.col("l_extendedprice") * (1 - F.col("l_discount")))
        .groupBy("l_returnflag", "l_linestatus")
        .agg(
            F.sum("l_quantity").alias("sum_qty"),
            F.sum("l_extendedprice").alias("sum_base_price"),
            F.sum("discounted").alias("sum_disc_price"),
            F.sum(F.col("discounted") * (F.lit(1) + F.col("l_tax"))).alias("sum_charge"),
            F.avg("l_quantity").alias("avg_qty"),
            F.avg("l_extendedprice").alias("avg_price"),
            F.avg("l_discount").alias("avg_disc"),
            F.count("*").alias("count_order"),
        )
        .orderBy("l_returnflag", "l_linestatus")
    )


def shipping_priority(customer: DataFrame, orders: DataFrame, lineitem: DataFrame) -> DataFrame:
    """Query 3."""
    revenue = F.sum(F.col("l_extendedprice") * (1 - F.col("l_discount")))
    return (
        customer.where(F.col("c_mktsegment") == "BUILDING")
        .join(orders, F.col("c_custkey") == F.col("o_custkey"))
        .where(F.col("o_orderdate") < date(1995, 3, 15))
        .join(lineitem, F.col("l_orderkey") == F.col("o_orderkey"))
        .where(F.col("l_shipdate") > date(1995, 3, 15))
        .groupBy("l_orderkey", "o_orderdate", "o_shippriority")
        .agg(revenue.alias("revenue"))
        .select("l_orderkey", "revenue", "o_orderdate", "o_shippriority")
        .orderBy(F.desc("revenue"), "o_orderdate")
        .limit(10)
    )


def revenue_change(lineitem: DataFrame) -> DataFrame:
    """Query 6."""
    return (
        lineitem.where(F.col("l_shipdate") >= date(1994, 1, 1))
        .where(F.col("l_shipdate") < date(1995, 1, 1))
        .where(F.col("l_discount").between(Decimal("0.05"), Decimal("0.07")))
        .where(F.col("l_quantity") < 24)
        .agg(F.sum(F.col("l_extendedprice") * F.col("l_discount")).alias("revenue"))
    )


def handwritten(spark: SparkSession, data: Path) -> dict[str, Query]:
    """The three queries as a person writes them."""

    def table(name: str) -> DataFrame:
        return spark.read.parquet(str(data / f"{name}.parquet"))

    return {
        "pricing_summary": lambda: pricing_summary(table("lineitem")),
        "shipping_priority": lambda: shipping_priority(
            table("customer"), table("orders"), table("lineitem")
        ),
        "revenue_change": lambda: revenue_change(table("lineitem")),
    }


# ---- by the compiler


def load_pipeline(spark: SparkSession, data: Path) -> dict[str, Query]:
    """The three queries as the script of the example has them."""
    script = generated_script()
    job = Job(spark, script.Params(data=str(data)))
    return {
        "pricing_summary": lambda: script.pricing_summary(script.lineitem(job), job.params),
        "shipping_priority": lambda: script.shipping_priority(
            script.customer(job), script.orders(job), script.lineitem(job), job.params
        ),
        "revenue_change": lambda: script.revenue_change(script.lineitem(job), job.params),
    }


def generated_script() -> ModuleType:
    """The example, compiled and imported."""
    compiled = check_pipeline(
        "examples/tpch_revenue/pipeline.ssbt", lambda name: (ROOT / name).read_bytes()
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tpch_revenue_generated.py"
        path.write_bytes(emit_files(compiled)[0].content)
        specification = importlib.util.spec_from_file_location(path.stem, path)
        assert specification is not None
        assert specification.loader is not None
        module = importlib.util.module_from_spec(specification)
        # dataclasses look a class's module up.
        sys.modules[path.stem] = module
        specification.loader.exec_module(module)
    return module


# ---- the comparison


def optimised_plan(frame: DataFrame) -> str:
    """The optimised logical plan, with expression ids in the order of their first occurrence."""
    text: str = frame._jdf.queryExecution().optimizedPlan().toString()
    ids: dict[str, str] = {}
    return re.sub(r"#(\d+)", lambda match: "#" + ids.setdefault(match[1], str(len(ids))), text)


def seconds(query: Query) -> float:
    """How long it takes to build the DataFrame, plan it and collect its few rows."""
    started = time.perf_counter()
    query().collect()
    return time.perf_counter() - started


def ratio(one: Query, other: Query, repeat: int) -> tuple[float, float]:
    """The median times of two queries that take turns, which starts being taken in turns too."""
    times: dict[Query, list[float]] = {one: [], other: []}
    for query in (one, other):
        seconds(query)  # files listed, code compiled
    for turn in range(repeat):
        for query in (one, other) if turn % 2 else (other, one):
            times[query].append(seconds(query))
    return statistics.median(times[one]), statistics.median(times[other])


def compare_plans(ours: Mapping[str, Query], theirs: Mapping[str, Query], repeat: int) -> bool:
    """Print a line for each query; whether each has an equal plan, or is fast enough."""
    print(f"{'query':<20}{'plans':>8}{'generated':>12}{'by hand':>12}{'ratio':>8}")
    good = True
    for name, query in ours.items():
        plans = optimised_plan(query()), optimised_plan(theirs[name]())
        mine, other = ratio(query, theirs[name], repeat)
        word = "equal" if plans[0] == plans[1] else "differ"
        print(f"{name:<20}{word:>8}{mine:>10.3f} s{other:>10.3f} s{mine / other:>8.3f}")
        if plans[0] != plans[1]:
            print(f"  generated:\n{plans[0]}\n  by hand:\n{plans[1]}")
            good = good and mine / other <= LIMIT
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--scale", default="0.1", help="of TPC-H; 1 is 1 GB of text (default 0.1)")
    parser.add_argument("--repeat", type=int, default=7, help="times per query (default 7)")
    parser.add_argument("--data", help="where the tables are, or are made")
    arguments = parser.parse_args()
    data = Path(arguments.data or ROOT / "build" / f"tpch-{arguments.scale}")
    subprocess.run([EXAMPLE / "data.sh", data, arguments.scale], check=True)
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", 2)
        .config("spark.ui.enabled", False)
        .config("spark.ui.showConsoleProgress", False)
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )
    try:
        good = compare_plans(load_pipeline(spark, data), handwritten(spark, data), arguments.repeat)
    finally:
        spark.stop()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
