"""Streams on a real Spark: the same pipeline as a batch and as a stream gives the same rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from tests.spark.compiling import compiled_module, run

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("interpreted")]

Compiled = Callable[..., ModuleType]

ORDERS = [
    '{"id": 1, "amount": 10, "status": "PAID", "at": "2026-01-01 10:00:00"}',
    '{"id": 2, "amount": 5, "status": "PAID", "at": "2026-01-01 10:20:00"}',
    '{"id": 1, "amount": 10, "status": "PAID", "at": "2026-01-01 10:00:00"}',
    '{"id": 3, "amount": 7, "status": "OPEN", "at": "2026-01-01 10:30:00"}',
    '{"id": 4, "amount": 1, "status": "PAID", "at": "2026-01-01 11:10:00"}',
    '{"id": 5, "amount": 2, "status": "PAID", "at": "2026-01-02 10:00:00"}',
]
PIPELINE = """
pipeline hourly {
  checkpoint = "${folder}/checkpoints"
}
param folder: string
schema Order { id: bigint, amount: bigint, status: string, at: timestamp }
STREAM source orders from json {
  path   = "${folder}/orders"
  schema = Order
}
let paid =
  from orders
  |> where status = 'PAID'
  |> watermark at delay 1 hour
  |> deduplicate by id within watermark
let revenue =
  from paid
  |> aggregate sum(amount) as revenue, count(*) as orders group by window(at, '1 hour') as hour
  |> select hour.start, revenue, orders
sink revenue to parquet {
  path = "${folder}/revenue"
  OPTIONS
}
sink paid to json as all_paid {
  path = "${folder}/paid"
  OPTIONS
}
"""


@pytest.fixture
def compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Compiled:
    """Compile a pipeline, with Python modules beside it, and import the script."""

    def load_module(text: str, **modules: str) -> ModuleType:
        return compiled_module(text, tmp_path, monkeypatch, **modules)

    return load_module


def rows(spark: SparkSession, path: Path, format_: str = "parquet") -> list[str]:
    return sorted(str(row) for row in spark.read.format(format_).load(str(path)).collect())


def running(spark: SparkSession) -> set[str]:
    """The runs of streams that go on in the session."""
    return {str(query.runId) for query in spark.streams.active}


def orders(folder: Path, *groups: list[str]) -> None:
    """A file for each group."""
    (folder / "orders").mkdir(parents=True)
    for number, lines in enumerate(groups):
        (folder / "orders" / f"{number}.json").write_text("\n".join(lines) + "\n")


def test_a_stream_gives_what_the_batch_gives(
    spark: SparkSession, compiled: Compiled, tmp_path: Path
) -> None:
    """One word more, and the rows are the same but for the last window, which is still open."""
    for kind in ("batch", "stream"):
        orders(tmp_path / kind, ORDERS[:2], ORDERS[2:])
    batch = PIPELINE.replace("STREAM ", "").replace("OPTIONS", "")
    run(compiled(batch), spark, folder=str(tmp_path / "batch"))
    stream = PIPELINE.replace("STREAM", "stream").replace("OPTIONS", "trigger = available now")
    run(compiled(stream), spark, folder=str(tmp_path / "stream"))
    assert rows(spark, tmp_path / "stream/paid", "json") == rows(
        spark, tmp_path / "batch/paid", "json"
    )
    expected = rows(spark, tmp_path / "batch/revenue")
    assert len(expected) == 3
    assert rows(spark, tmp_path / "stream/revenue") == expected[:2]
    assert sorted(path.name for path in (tmp_path / "stream/checkpoints").iterdir()) == [
        "all_paid",
        "revenue",
    ]


def test_a_second_run_goes_on_where_the_first_ended(
    spark: SparkSession, compiled: Compiled, tmp_path: Path
) -> None:
    orders(tmp_path, ORDERS[:3])
    text = PIPELINE.replace("STREAM", "stream").replace("OPTIONS", "trigger = available now")
    text += "sink paid to console as shown { trigger = available now }\n"
    text += "sink paid to noop as thrown_away { trigger = available now }\n"
    text += "sink paid to memory as seen { trigger = available now }\n"
    module = compiled(text)
    run(module, spark, folder=str(tmp_path))
    assert len(rows(spark, tmp_path / "paid", "json")) == 2
    (tmp_path / "orders" / "more.json").write_text("\n".join(ORDERS[3:]) + "\n")
    run(module, spark, folder=str(tmp_path))
    assert len(rows(spark, tmp_path / "paid", "json")) == 4
    # A table in memory keeps nothing from run to run: it is filled again.
    assert spark.table("seen").count() == 4


def test_foreach_batch_and_memory(spark: SparkSession, compiled: Compiled, tmp_path: Path) -> None:
    orders(tmp_path, ORDERS)
    text = f"""
pipeline sent {{
  checkpoint = "{tmp_path}/checkpoints"
}}
schema Order {{ id: bigint, amount: bigint, status: string, at: timestamp }}
stream source orders from json {{
  path   = "{tmp_path}/orders"
  schema = Order
}}
let totals =
  from orders
  |> aggregate sum(amount) as total group by status
sink totals to foreach_batch {{
  function = "sinks.py:replace"
  key      = status
  mode     = complete
  trigger  = available now
}}
sink totals to memory as totals_seen {{
  mode    = complete
  trigger = available now
}}
sink totals to noop as thrown_away {{
  mode    = update
  trigger = available now
}}
"""
    code = (
        "def replace(rows, batch):\n"
        f"    rows.write.mode('overwrite').parquet('{tmp_path}/totals')\n"
    )
    module = compiled(text, sinks=code)
    run(module, spark)
    expected = ["Row(status='OPEN', total=7)", "Row(status='PAID', total=28)"]
    assert rows(spark, tmp_path / "totals") == expected
    assert sorted(map(str, spark.table("totals_seen").collect())) == expected


def test_one_failure_stops_all(spark: SparkSession, compiled: Compiled, tmp_path: Path) -> None:
    text = f"""
pipeline failing {{
  checkpoint = "{tmp_path}/checkpoints"
}}
stream source ticks from rate {{
  rows_per_second = 5
}}
let broken =
  from ticks
  |> extend 1 div (value - 3) as inverse
sink ticks to noop as steady {{ }}
sink broken to noop {{ }}
"""
    before = running(spark)
    with pytest.raises(Exception, match="DIVIDE_BY_ZERO"):
        run(compiled(text), spark)
    assert running(spark) <= before


def test_a_stream_that_cannot_start_stops_those_before_it(
    spark: SparkSession, compiled: Compiled, tmp_path: Path
) -> None:
    text = f"""
pipeline halting {{
  checkpoint = "{tmp_path}/checkpoints"
}}
stream source ticks from rate {{ }}
sink ticks to noop {{ }}
sink ticks to parquet as kept {{
  path = "{tmp_path}/file/below"
}}
"""
    (tmp_path / "file").touch()
    before = running(spark)
    with pytest.raises(Exception, match="file"):
        run(compiled(text), spark)
    assert running(spark) <= before
