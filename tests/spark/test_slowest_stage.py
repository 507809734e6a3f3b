"""The slowest stage of a run, and the line of the pipeline that it comes from."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ssbt.runtime import Job, entry
from ssbt.runtime.failures.scripts import Script
from ssbt.runtime.metrics import stages
from ssbt.runtime.metrics.stages import Stage, find_line
from tests.spark.compiling import compiled_module

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("interpreted")]

PIPELINE = """\
pipeline slow { }
schema Order { id: bigint, shop: bigint, amount: double }
source orders from parquet { path = "DATA", schema = Order }
source shops from parquet { path = "DATA", schema = Order }
let large =
  from orders
  |> where amount > 1
let totals =
  from large
  |> aggregate sum(amount) as total group by shop
let averages =
  from large
  |> aggregate avg(amount) as mean group by id
let joined =
  from totals
  |> join averages on totals.shop = averages.id
let ranked =
  from joined
  |> extend row_number() over (partition by shop order by total, id) as place
let ordered =
  from ranked
  |> order by place, id
let lists =
  from orders
  |> extend explode(sequence(1, 3)) as n
sink ordered to noop { }
sink lists to noop { }
"""


@pytest.mark.parametrize(
    ("operators", "place"),
    [
        ((("HashAggregate", "HashAggregate(keys=[shop#1L], functions=[sum(amount#2)])"),), 10),
        ((("HashAggregate", "HashAggregate(keys=[id#1L], functions=[avg(amount#2)])"),), 13),
        ((("SortMergeJoin", "SortMergeJoin [shop#1L], [id#2L], Inner"), ("Sort", "")), 16),
        ((("Window", "Window [row_number() …]"), ("Sort", "Sort [shop#1L]")), 19),
        ((("Sort", "Sort [place#1 ASC, id#2L ASC]"),), 22),
        ((("Scan parquet", "FileScan parquet [id#1L]"),), 3),
        # Nothing that fits: the sink.
        ((("MapInPandas", ""),), 26),
        ((), 26),
    ],
)
def test_operators_lead_to_steps(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    operators: tuple[tuple[str, str], ...],
    place: int,
) -> None:
    module = compiled_module(PIPELINE, tmp_path, monkeypatch)
    label = find_line(Script(str(module.__file__)), Stage(7, "ordered", 12.0, operators))
    assert label.startswith(f"main.ssbt:{place} (")


def test_the_stage_of_a_run(
    spark: SparkSession,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    data = str(tmp_path / "data")
    rows = spark.range(200).selectExpr("id", "id % 20 as shop", "id / 7D as amount")
    rows.write.parquet(data)
    module = compiled_module(PIPELINE.replace("DATA", data), tmp_path, monkeypatch)
    monkeypatch.setattr(stages, "_LONG_SECONDS", 0.0)
    # A failure of what only looks on is reported to nobody but a test.
    monkeypatch.setattr(stages._LOG, "debug", pytest.fail)
    caplog.set_level(logging.INFO, logger="ssbt.runtime")
    entry._run_pipeline(Job(spark, None, "slow"), module.run)
    assert [vars(each).get("sink") for each in caplog.records] == ["ordered", "lists", None]
    record = caplog.records[-1]
    assert record.getMessage().startswith("slowest stage: ")
    assert vars(record)["place"].startswith("main.ssbt:")
    assert vars(record)["seconds"] > 0


def test_short_runs_say_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="ssbt.runtime")
    entry._run_pipeline(Job(object(), None), lambda job: None)  # type: ignore[arg-type] # none is asked
    assert caplog.messages == []
