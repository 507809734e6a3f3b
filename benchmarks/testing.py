"""Twenty small tests with `ssbtc test`, and the same by hand with pytest and PySpark, as a ratio.

    tools/java.sh .venv/bin/python benchmarks/testing.py [--repeat 3]

Both take turns, each with a new session. What is counted begins when the session is up. By hand, a
test makes its rows with `createDataFrame` and compares what is collected; the session has the
settings that people choose for tests: two cores, a single shuffle partition, no user interface.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
import os
from pathlib import Path
import re
import statistics
import subprocess
import sys
import tempfile

PIPELINE = """
pipeline bench {}
schema Order { id: bigint, customer: bigint, amount: decimal(12,2), status: string, at: timestamp }
schema Customer { id: bigint, country: string }
source orders from csv { path = "orders", header = true, schema = Order }
source customers from csv { path = "customers", header = true, schema = Customer }
let paid = from orders
  |> where status = 'PAID' and amount > 0
  |> extend amount * 1.19 as gross, date(at) as day
let revenue = from paid
  |> join customers on paid.customer = customers.id
  |> aggregate sum(amount) as revenue, count(*) as orders group by country
let latest = from orders
  |> extend row_number() over (partition by customer order by at desc) as place
  |> where place = 1
  |> drop place
let days = from paid
  |> aggregate sum(gross) as gross, count(distinct customer) as customers group by day
  |> order by day
sink revenue to noop {}
sink latest to noop as latest {}
sink days to noop as days {}
"""
TESTS = """
test "paid {n}" {{
  given orders (id, amount, status) {{ ({n}, 10.00, 'PAID') ({n}, 20, 'OPEN') ({n}, 0, 'PAID') }}
  then paid (id, gross) {{ ({n}, 11.9) }}
}}
test "revenue {n}" {{
  given orders (customer, amount, status) {{
    (1, 10.00, 'PAID') (1, {n}, 'PAID') (2, 5, 'PAID') (3, 7, 'PAID')
  }}
  given customers {{ (1, 'DE') (2, 'FR') }}
  then revenue {{ ('DE', 10 + {n}, 2) ('FR', 5, 1) }}
}}
test "latest {n}" {{
  given orders (id, customer, at) {{
    (1, 1, '2026-01-01 10:00:00') (2, 1, '2026-01-0{n} 11:00:00') (3, 2, '2026-01-01 10:00:00')
  }}
  then latest (id, customer) {{ (2, 1) (3, 2) }}
}}
test "days {n}" {{
  given orders (customer, amount, status, at) {{
    (1, 10, 'PAID', '2026-01-0{n} 10:00:00') (2, 10, 'PAID', '2026-01-0{n} 11:00:00')
    (1, 20, 'PAID', '2026-02-01 11:00:00')
  }}
  then days {{ ('2026-01-0{n}', 23.8, 2) ('2026-02-01', 23.8, 1) }}
}}
"""
CONFTEST = """
import os, time
import pytest
from pyspark.sql import SparkSession

@pytest.fixture(scope="session")
def spark():
    builder = SparkSession.builder.master("local[2]")
    for name, value in {
        "spark.sql.shuffle.partitions": "1",
        "spark.ui.enabled": "false",
        "spark.log.level": "ERROR",
        "spark.sql.session.timeZone": "UTC",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    begun = time.monotonic()
    yield session
    print(f"=== in {time.monotonic() - begun:.2f}s ===")
    session.stop()
"""
BY_HAND = """
from datetime import date, datetime
from decimal import Decimal as D
import pytest
from pyspark.sql import Window, functions as F

ORDER = "id BIGINT, customer BIGINT, amount DECIMAL(12,2), status STRING, at TIMESTAMP"
CUSTOMER = "id BIGINT, country STRING"

def paid(orders):
    orders = orders.where((F.col("status") == "PAID") & (F.col("amount") > 0))
    gross = F.col("amount") * F.lit(D("1.19"))
    return orders.withColumns({"gross": gross, "day": F.to_date("at")})

def revenue(paid, customers):
    joined = paid.join(customers, paid.customer == customers.id)
    return joined.groupBy("country").agg(
        F.sum("amount").alias("revenue"), F.count("*").alias("orders"))

def latest(orders):
    window = Window.partitionBy("customer").orderBy(F.desc("at"))
    return orders.withColumn("place", F.row_number().over(window)).where("place = 1").drop("place")

def days(paid):
    return paid.groupBy("day").agg(
        F.sum("gross").alias("gross"), F.countDistinct("customer").alias("customers")
    ).orderBy("day")

def rows(df):
    return [tuple(row) for row in df.collect()]

@pytest.mark.parametrize("n", range(1, 6))
class TestPipeline:
    def test_paid(self, spark, n):
        given = [(n, None, D(10), "PAID", None), (n, None, D(20), "OPEN", None),
                 (n, None, D(0), "PAID", None)]
        came = paid(spark.createDataFrame(given, ORDER)).select("id", "gross")
        assert rows(came) == [(n, D("11.9"))]

    def test_revenue(self, spark, n):
        given = [(None, c, D(a), "PAID", None) for c, a in ((1, 10), (1, n), (2, 5), (3, 7))]
        customers = spark.createDataFrame([(1, "DE"), (2, "FR")], CUSTOMER)
        came = revenue(paid(spark.createDataFrame(given, ORDER)), customers)
        assert sorted(rows(came)) == [("DE", D(10 + n), 2), ("FR", D(5), 1)]

    def test_latest(self, spark, n):
        given = [(1, 1, None, None, datetime(2026, 1, 1, 10)),
                 (2, 1, None, None, datetime(2026, 1, n, 11)),
                 (3, 2, None, None, datetime(2026, 1, 1, 10))]
        came = latest(spark.createDataFrame(given, ORDER)).select("id", "customer")
        assert sorted(rows(came)) == [(2, 1), (3, 2)]

    def test_days(self, spark, n):
        given = [(None, 1, D(10), "PAID", datetime(2026, 1, n, 10)),
                 (None, 2, D(10), "PAID", datetime(2026, 1, n, 11)),
                 (None, 1, D(20), "PAID", datetime(2026, 2, 1, 11))]
        came = days(paid(spark.createDataFrame(given, ORDER)))
        assert rows(came) == [(date(2026, 1, n), D("23.8"), 2), (date(2026, 2, 1), D("23.8"), 1)]
"""
_OURS = "from ssbt.compiler.cli.main import main; main()"


def seconds(words: list[str], folder: Path) -> float:
    """What a run says that its tests took; all twenty must pass."""
    command = [sys.executable, *words]
    environment = {**os.environ, "TZ": "UTC"}
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if "20 passed" not in ran.stdout:
        raise SystemExit(ran.stdout + ran.stderr)
    times: list[str] = re.findall(r"in (\d+\.\d+)s ===", ran.stdout)
    return float(times[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n\n")[0])
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    times: list[list[float]] = [[], []]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bench.ssbt").write_text(PIPELINE)
        (folder / "bench_test.ssbt").write_text("".join(TESTS.format(n=n) for n in range(1, 6)))
        (folder / "conftest.py").write_text(CONFTEST)
        (folder / "test_bench.py").write_text(BY_HAND)
        runs: list[Callable[[], float]] = [
            lambda: seconds(["-c", _OURS, "test"], folder),
            lambda: seconds(["-m", "pytest", "-q", "-s", "-p", "no:cacheprovider"], folder),
        ]
        for _ in range(arguments.repeat):
            for own, run in zip(times, runs, strict=True):
                own.append(run())
    ours, theirs = map(statistics.median, times)
    print(f"20 tests: ssbtc test {ours:.1f} s, by hand {theirs:.1f} s, ratio {ours / theirs:.2f}")


if __name__ == "__main__":
    main()
