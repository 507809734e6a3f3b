"""A new checkpoint over what another one has written: no row is lost, and none comes that was none.

The kind: a stream that starts from scratch where a log, or files without one, lie already.
"""

from __future__ import annotations

from pathlib import Path
import shutil
import sys
from types import ModuleType
from typing import TYPE_CHECKING
from unittest.mock import patch

from pyspark.sql import functions as F
import pytest

from ssbt.compiler.driver import check_pipeline, emit_files
from ssbt.runtime import Job
from ssbt.runtime.checkpoints.leases import CheckpointsRefusedError
from ssbt.runtime.streams.operation import OPERATION, Operation
from tests.samples import sample
from tests.spark.stream_jobs import add_events

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("interpreted")]

PIPELINE = """
pipeline filesink { checkpoint = "${root}/cp" }
param root: string = ""
param more: string = "/more"
schema Event { id: bigint, at: timestamp }
stream source events from json { path = "${root}/events", schema = Event }
stream source more from json { path = "${root}/more", schema = Event }
let result = from events STEPS
sink result to json AS { path = "${root}/out", trigger = available now OPTIONS }
"""
STEPS = {
    "no state": "|> select id, at",
    "an aggregation": "|> watermark at delay 1 minute |> aggregate count(*) as n, min(id) as id"
    " group by window(at, '1 hour') as w",
    "a deduplication": "|> watermark at delay 1 minute |> deduplicate by id, at",
    "two sources": "|> union all more",
    "one source twice": "|> union all events",
}


def run(
    spark: SparkSession,
    root: Path,
    steps: str,
    *,
    name: str = "",
    options: str = "",
    keep: str = "",
) -> None:
    """Run the stream, of the sink called `name`, through what there is."""
    text = PIPELINE.replace("STEPS", steps).replace("AS", f"as {name}" if name else "")
    text = text.replace("OPTIONS", options)
    result = check_pipeline("p.ssbt", lambda path: {"p.ssbt": text.encode()}[path])
    assert result.pipeline is not None, [each.message for each in result.findings]
    space: dict[str, object] = {"__name__": "filesink"}
    script = emit_files(result)[0].content.decode()
    values = {"root": str(root)} | ({"more": ""} if "${more}" in options else {})
    token = OPERATION.set(Operation("filesink", 0, frozenset(), frozenset({keep} if keep else ())))
    try:
        with patch.dict(sys.modules, {"filesink": ModuleType("filesink")}):
            exec(compile(script, "filesink.py", "exec"), space)
            space["run"](Job(spark, space["Params"](**values)))  # type: ignore[operator]
    finally:
        OPERATION.reset(token)


def refusal(spark: SparkSession, root: Path, steps: str, **inputs: str) -> str:
    """Why the stream cannot begin; it has read and written nothing."""
    with pytest.raises(CheckpointsRefusedError) as caught:
        run(spark, root, steps, **inputs)
    (text,) = caught.value.args
    return str(text).replace(str(root), "ROOT")


def rows(spark: SparkSession, root: Path) -> list[str]:
    return sorted(str(row) for row in spark.read.json(str(root / "out")).collect())


def add(root: Path, *days: int) -> None:
    """The events of some days in both sources."""
    add_events(root, *(24 * day for day in days))
    shutil.copytree(root / "events", root / "more", dirs_exist_ok=True)


def forget(root: Path) -> None:
    """Empty the sources, or a new checkpoint would read all of it again."""
    for source in ("events", "more"):
        for file in (root / source).iterdir():
            file.unlink()


@pytest.mark.parametrize("steps", sample(STEPS, 3, first=1))
def test_a_new_checkpoint_writes_on_behind_what_readers_see(
    spark: SparkSession, tmp_path: Path, steps: str
) -> None:
    """Rows before are rows after, and those of three further days arrive."""
    steps = STEPS[steps]
    for day in range(3):
        add(tmp_path, day)
        run(spark, tmp_path, steps)
    # Left behind by a batch that failed, so no reader sees it.
    (tmp_path / "out" / "part-left-behind.json").write_text('{"id": 999}\n')
    before = rows(spark, tmp_path)
    assert before
    reported = refusal(spark, tmp_path, steps, name="renamed")
    assert reported.startswith("stream `renamed` cannot begin in ROOT/out, which has what another ")
    assert "--keep-output renamed" in reported
    shutil.rmtree(tmp_path / "cp" / "result")
    assert "--keep-output result" in refusal(spark, tmp_path, steps)
    forget(tmp_path)
    run(spark, tmp_path, steps, keep="result")
    assert rows(spark, tmp_path) == before
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    for day in range(3, 6):
        add(tmp_path, day)
        run(spark, tmp_path, steps)
        add(fresh, day)
        run(spark, fresh, steps)
        assert rows(spark, tmp_path) == sorted([*before, *rows(spark, fresh)])
    # Once more, and after a log with a compacted batch: the ninth.
    for day in range(6, 13):
        add(tmp_path, day)
        run(spark, tmp_path, steps)
    before = rows(spark, tmp_path)
    assert list((tmp_path / "out" / "_spark_metadata").glob("*.compact"))
    shutil.rmtree(tmp_path / "cp")
    forget(tmp_path)
    run(spark, tmp_path, steps, keep="result")
    assert rows(spark, tmp_path) == before
    add(tmp_path, 13, 14)
    run(spark, tmp_path, steps)
    assert set(before) < set(rows(spark, tmp_path))


def test_partitions_stay_what_they_are(spark: SparkSession, tmp_path: Path) -> None:
    steps = "|> extend cast(at as date) as day"
    add(tmp_path, 0, 1)
    run(spark, tmp_path, steps, options=", partition_by = day")
    before = rows(spark, tmp_path)
    shutil.rmtree(tmp_path / "cp")
    reported = refusal(spark, tmp_path, steps, keep="result")
    assert "is partitioned by (day), and new files would be by (), which no reader" in reported
    run(spark, tmp_path, steps, options=", partition_by = day", keep="result")
    add(tmp_path, 2)
    run(spark, tmp_path, steps, options=", partition_by = day")
    # Both days a second time: a new checkpoint reads again what the sources still have.
    assert rows(spark, tmp_path) == sorted([*before * 2, *rows(spark, tmp_path)[-10:]])
    again = spark.read.json(str(tmp_path / "out")).groupBy("day").count().orderBy("day").collect()
    assert [row["count"] for row in again] == [20, 20, 10]


@pytest.mark.parametrize(
    ("before", "after"), [("", "day"), ("day", ""), ("day", "hour"), ("day", "day, hour")]
)
def test_other_folders_from_the_same_checkpoint(
    spark: SparkSession, tmp_path: Path, before: str, after: str
) -> None:
    steps = "|> extend cast(at as date) as day, hour(at) as hour"
    old, new = (f", partition_by = [{each}]" if each else "" for each in (before, after))
    add(tmp_path, 0)
    run(spark, tmp_path, steps, options=old)
    seen = rows(spark, tmp_path)
    add(tmp_path, 1)
    reported = refusal(spark, tmp_path, steps, options=new)
    assert reported.startswith("stream `result` cannot go on from its checkpoint ROOT/cp/result: ")
    assert "partition_by: " in reported
    assert rows(spark, tmp_path) == seen
    run(spark, tmp_path, steps, options=old)
    assert len(rows(spark, tmp_path)) == 2 * len(seen)


def test_files_of_a_batch_are_kept(spark: SparkSession, tmp_path: Path) -> None:
    """Files without a log are visible until the first batch of a stream: then they would not be."""
    at = F.lit("2026-01-01T00:00:00").cast("timestamp").alias("at")
    spark.range(5).select("id", at).write.partitionBy("id").json(f"{tmp_path}/out")
    before = spark.read.json(f"{tmp_path}/out").count()
    add(tmp_path, 0)
    steps, options = "|> select id, at", ", partition_by = id"
    reported = refusal(spark, tmp_path, steps, options=options)
    assert reported.startswith("stream `result` cannot begin in ROOT/out, which has files that no ")
    run(spark, tmp_path, steps, options=options, keep="result")
    assert spark.read.json(f"{tmp_path}/out").count() == before + 10


def test_a_checkpoint_that_is_behind_the_log(spark: SparkSession, tmp_path: Path) -> None:
    """An older copy would plan batches again, and Spark skip them: what came since is lost."""
    steps = STEPS["no state"]
    add(tmp_path, 0)
    run(spark, tmp_path, steps)
    shutil.copytree(tmp_path / "cp", tmp_path / "copy")
    add(tmp_path, 1)
    run(spark, tmp_path, steps)
    shutil.rmtree(tmp_path / "cp")
    shutil.copytree(tmp_path / "copy", tmp_path / "cp")
    reported = refusal(spark, tmp_path, steps, keep="result")
    assert "the log there has batch 1, and the checkpoint only came to batch 0" in reported


def test_two_streams_do_not_share_a_folder(spark: SparkSession, tmp_path: Path) -> None:
    add(tmp_path, 0)
    second = (
        'sink result to json as other { path = "${root}${more}/out", trigger = available now }\n'
    )
    options = f"}}\n{second}sink result to noop as x {{"
    reported = refusal(spark, tmp_path, "|> select id", options=options)
    assert reported.startswith("stream `other` cannot write to ROOT/out: stream `result` does, ")
