"""May a stream go on from its checkpoint after a change? The compiler's verdict, and Spark's."""

from __future__ import annotations

import json
import os
from pathlib import Path
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from ssbt.compiler.compare.verdicts import Verdict, verdicts
from ssbt.compiler.driver import Checked, checked, emitted
from ssbt.runtime import Job
from tests.spark.restarts import RESTARTS, Outcome, Restart

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.timeout(300)]

FULL = os.environ.get("SSBT_AGREEMENT") == "full"
# One of each kind of answer; `make agreement` tries them all.
SAMPLE = (
    *("another filter before no state", "a column renamed on the way", "another key of the type"),
    *("a key more", "another column summed", "a wider window", "another column to deduplicate by"),
    *("left instead of inner", "another folder to write", "another watermark"),
)
HEAD = """
pipeline restarts { checkpoint = "checkpoints" }
param lake: string = ""
schema Event { k: string, j: string, v: int, w: int, l: bigint, at: timestamp }
schema Other { name: string, n: int, since: timestamp }
schema Place { name: string, room: string }
stream source events from json { path = "${lake}/events", schema = Event }
stream source moved from json { path = "${lake}/moved", schema = Event }
stream source others from json { path = "${lake}/others", schema = Other }
source places from json { path = "${lake}/places", schema = Place }
"""
SINKS = {
    "memory": 'sink result to foreach_batch { function = "kept.py:keep" %s }',
    "parquet": 'sink result to parquet { path = "${lake}/written" %s }',
    "parquet_2": 'sink result to parquet { path = "${lake}/written_2" %s }',
}
EVENTS = [
    [
        ("a", "x", 1, 10, 100, "2026-01-01T10:00:00Z"),
        ("a", "y", 2, 20, 200, "2026-01-01T10:00:20Z"),
        ("b", "x", 3, 30, 300, "2026-01-01T10:00:40Z"),
        ("b", "y", None, 40, 400, "2026-01-01T10:00:05Z"),
    ],
    [
        ("a", "x", 5, 50, 500, "2026-01-01T10:00:30Z"),
        ("c", "x", 2, 60, 600, "2026-01-01T10:01:10Z"),
        ("x", "a", 7, 70, 700, "2026-01-01T10:00:15Z"),
        ("z", "z", 9, 90, 900, "2026-01-09T10:00:00Z"),
    ],
]
OTHERS = [
    [("a", 1, "2026-01-01T10:00:00Z"), ("x", 2, "2026-01-01T11:30:00Z")],
    [("b", 3, "2026-01-01T10:00:00Z"), ("z", 4, "2026-01-09T10:00:00Z")],
]
PLACES = [("a", "north"), ("x", "south")]


def text(restart: Restart, *, old: bool) -> str:
    """One version of the pipeline."""
    steps = restart.old if old else restart.new
    mode = (restart.old_mode if old else "") or restart.mode
    sink = restart.old_sink if old else restart.new_sink
    source = restart.old_source if old else restart.new_source
    options = restart.old_options if old else restart.new_options
    head = HEAD.replace('events", schema = Event }', f'events", schema = Event, {options} }}')
    entries = f", mode = {mode}, trigger = available now"
    return f"{head}\nlet result = from {source} {steps}\n{SINKS[sink] % entries}\n"


def compiled(source: str) -> Checked:
    found = checked("p.ssbt", lambda name: source.encode() if name == "p.ssbt" else KEPT.encode())
    assert found.pipeline is not None, [each.message for each in found.findings]
    return found


KEPT = "def keep(rows, batch):\n    pass\n"


def lay(folder: Path, number: int) -> None:
    """Put the files of a batch where the streams read them."""
    names = ["k", "j", "v", "w", "l", "at"]
    for place in ("events", "moved"):
        write(folder / place / f"{number}.json", names, EVENTS[number])
    write(folder / "others" / f"{number}.json", ["name", "n", "since"], OTHERS[number])
    write(folder / "places" / "all.json", ["name", "room"], PLACES)


def write(path: Path, names: list[str], rows: list[tuple[Any, ...]]) -> None:
    path.parent.mkdir(exist_ok=True)
    lines = (json.dumps(dict(zip(names, row, strict=True))) for row in rows)
    path.write_text("\n".join(lines) + "\n")


def run(spark: SparkSession, found: Checked, folder: Path, checkpoints: str) -> list[str]:
    """Run a version until it has read all, and return what it wrote, in an order of its own."""
    rows: list[str] = []

    def keep(batch: DataFrame, _: int) -> None:
        rows.extend(str(tuple(row)) for row in batch.collect())

    module = ModuleType("kept")
    module.keep = keep  # type: ignore[attr-defined]
    script = emitted(found)[0].content.decode()
    script = script.replace('"checkpoints/result"', repr(f"{folder}/{checkpoints}"))
    space: dict[str, Any] = {"__name__": "restarts"}
    sys.modules["kept"], sys.modules["restarts"] = module, ModuleType("restarts")
    try:
        exec(compile(script, "restarts.py", "exec"), space)
        space["run"](Job(spark, space["Params"](lake=str(folder))))
    finally:
        del sys.modules["kept"], sys.modules["restarts"]
    return sorted(rows)


def outcome(spark: SparkSession, restart: Restart, folder: Path) -> Outcome:
    """What Spark makes of the new version on the checkpoint of the old one."""
    old, new = (compiled(text(restart, old=each)) for each in (True, False))
    files = restart.new_sink != "memory"
    lay(folder, 0)
    run(spark, old, folder, "checkpoint")
    if not files:
        run(spark, new, folder, "fresh")
    lay(folder, 1)
    try:
        written = run(spark, new, folder, "checkpoint")
    except Exception as error:
        print(restart.name, "STOPPED", str(error)[:300])
        return Outcome.STOPS
    if files:
        place = folder / ("written_2" if restart.new_sink == "parquet_2" else "written")
        rows = spark.read.parquet(str(place)).count()
        total = sum(len([row for row in rows if row[2]]) for rows in EVENTS)
        return Outcome.RIGHT if rows == total else Outcome.WRONG
    expected = run(spark, new, folder, "fresh")
    return Outcome.RIGHT if written == expected else Outcome.WRONG


def verdict(restart: Restart) -> Verdict:
    old, new = (compiled(text(restart, old=each)).pipeline for each in (True, False))
    assert old is not None
    assert new is not None
    (found,) = verdicts(old, new)
    return found.verdict


@pytest.mark.parametrize(
    "restart",
    [each for each in RESTARTS if FULL or each.name in SAMPLE],
    ids=lambda each: each.name,
)
def test_verdicts(restart: Restart, spark: SparkSession, tmp_path: Path) -> None:
    """Safe means right; where Spark stops or is wrong, the compiler says so beforehand."""
    happened, said = outcome(spark, restart, tmp_path), verdict(restart)
    print("RESULT", restart.name, happened.value, said.name)
    if said is Verdict.SAFE:
        assert happened is Outcome.RIGHT
    if happened is Outcome.STOPS:
        assert said is Verdict.NEW_CHECKPOINT
    if happened is Outcome.WRONG:
        assert said is not Verdict.SAFE
