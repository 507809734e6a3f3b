"""Processors with state on a real Spark: timers, times to live, restarts, each Spark line's own."""

from __future__ import annotations

from collections.abc import Callable
import json
from pathlib import Path
import sys
import time
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from ssbt.compiler.diagnostics.text import text_report
from ssbt.compiler.driver import check_pipeline, emit_files
from ssbt.runtime import Job
from tests.memory_files import read_files

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.timeout(300)]

Run = Callable[..., list[tuple[object, ...]]]

PIPELINE = """
pipeline counted {{
  checkpoint = "{folder}/checkpoints"
  target     = "{target}"
}}
schema Event {{ k: string, at: timestamp }}
schema Total {{ n: bigint }}
schema Name {{ name: string }}
schema Count {{ k: string, n: bigint, what: string }}
{stream} source events from json {{
  path   = "{folder}/events"
  schema = Event
}}
let counted =
  from events
  |> {before}stateful "counting.py:{own}" by k returns Count {{ {block} }}
sink counted to json {{
  path = "{folder}/out"
  {trigger}
}}
"""
VALUE = "state { total = value { schema = Total } }"
ROWS = """
from pyspark.sql import Row
from pyspark.sql.streaming.stateful_processor import StatefulProcessor

class Counts(StatefulProcessor):
    def init(self, handle):
        self.handle = handle

    def handleInputRows(self, key, rows, timerValues):
        n = (self.total.get() or (0,))[0] + sum(1 for _ in rows)
        self.total.update((n,))
        yield Row(k=key[0], n=n, what="rows")

    def close(self):
        pass
"""


@pytest.fixture
def run(rocksdb: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Put events as a file, run the pipeline to their end, and return all it has written so far."""

    def result(
        keys: str,
        code: str = ROWS,
        *,
        block: str = VALUE,
        before: str = "",
        own: str = "Counts",
        target: str = "4.1",
        stream: str = "stream",
        trigger: str = "trigger = available now",
        hour: int = 10,
    ) -> list[tuple[object, ...]]:
        (tmp_path / "events").mkdir(exist_ok=True)
        file = tmp_path / "events" / f"{time.time_ns()}.json"
        events = ({"k": key, "at": f"2026-01-01T{hour}:00:00Z"} for key in keys)
        file.write_text("".join(json.dumps(event) + "\n" for event in events))
        text = PIPELINE.format(
            folder=tmp_path,
            block=block,
            before=before,
            own=own,
            target=target,
            stream=stream,
            trigger=trigger,
        )
        files = {"main.ssbt": text, "counting.py": code}
        actual = check_pipeline("main.ssbt", read_files(files))
        assert actual.pipeline, text_report(actual.findings, actual.sources)
        counting, script = ModuleType("counting"), ModuleType("counted")
        exec(code, vars(counting))
        monkeypatch.setitem(sys.modules, "counting", counting)
        monkeypatch.setitem(sys.modules, "counted", script)
        exec(emit_files(actual)[0].content.decode(), vars(script))
        script.run(Job(rocksdb, None, "counted"))
        written = rocksdb.read.schema("k STRING, n BIGINT, what STRING").json(f"{tmp_path}/out")
        rows = written.collect()
        return sorted(tuple(row) for row in rows)

    return result


def test_state_outlives_a_restart(run: Run) -> None:
    assert run("aab") == [("a", 2, "rows"), ("b", 1, "rows")]
    assert run("a")[1] == ("a", 3, "rows")


TIMERS = f"""
{ROWS}
class Timed(Counts):
    def handleInputRows(self, key, rows, timerValues):
        for row in rows:
            self.handle.registerTimer(int(row.at.timestamp() * 1000) + 60_000)
        self.total.update((7,))
        return iter(())

    def handleExpiredTimer(self, key, timerValues, expiredTimerInfo):
        n = self.total.get()[0]
        self.total.clear()
        yield Row(k=key[0], n=n, what=str(expiredTimerInfo.getExpiryTimeInMs() // 60_000 % 60))
"""


def test_timers_by_event_time_fire_after_a_restart(run: Run) -> None:
    """The first run sets them; the event of the second moves the watermark past that of `a`."""
    timed = {"block": f"timers = event_time, {VALUE}", "own": "Timed"}
    timed["before"] = "watermark at delay 1 minute |> "
    assert run("a", TIMERS, **timed) == []
    assert run("b", TIMERS, hour=11, **timed) == [("a", 7, "1")]


CLOCK = f"""
{ROWS}
class Clocked(Counts):
    def handleInputRows(self, key, rows, timerValues):
        for _ in rows:
            self.handle.registerTimer(timerValues.getCurrentProcessingTimeInMs() + 500)
        return iter(())

    def handleExpiredTimer(self, key, timerValues, expiredTimerInfo):
        yield Row(k=key[0], n=0, what="timer")
"""


def test_timers_by_processing_time(run: Run) -> None:
    timed = {"block": "timers = processing_time", "own": "Clocked", "trigger": "trigger = once"}
    assert run("a", CLOCK, **timed) == []
    time.sleep(1)
    assert run("b", CLOCK, **timed) == [("a", 0, "timer")]


KINDS = f"""
{ROWS}
class Kinds(Counts):
    def handleInputRows(self, key, rows, timerValues):
        n = sum(1 for _ in rows)
        name = (f"n{{len(list(self.names.get()))}}",)
        found = self.short.exists(), len(list(self.names.get())), len(list(self.seen.keys()))
        self.short.update((n,))
        self.names.appendValue(name)
        self.seen.updateValue(name, (n,))
        yield Row(k=key[0], n=n, what=" ".join(map(str, found)))
"""


def test_each_kind_of_state_and_what_is_forgotten(run: Run) -> None:
    """Two seconds later the value is gone, and the list and the map are there."""
    block = (
        "state { short = value { schema = Total, ttl = 1500 ms }, "
        "names = list { schema = Name, ttl = 1 hour }, seen = map { key = Name, schema = Total } }"
    )
    kinds = {"block": block, "own": "Kinds", "trigger": "trigger = once"}
    assert run("a", KINDS, **kinds) == [("a", 1, "False 0 0")]
    time.sleep(2)
    assert ("a", 1, "False 1 1") in run("a", KINDS, **kinds)


def test_a_batch(run: Run) -> None:
    assert run("aab", stream="", trigger="mode = overwrite") == [("a", 2, "rows"), ("b", 1, "rows")]


def test_frames_for_spark_4_0(run: Run) -> None:
    code = ROWS.replace("sum(1 for _ in rows)", "sum(len(frame) for frame in rows)")
    code = code.replace("yield Row(", "yield pandas.DataFrame([dict(").replace(
        '"rows")', '"rows")])'
    )
    assert run("aab", f"import pandas\n{code}", target="4.0") == [
        ("a", 2, "rows"),
        ("b", 1, "rows"),
    ]
