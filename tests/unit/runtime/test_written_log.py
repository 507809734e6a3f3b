"""What a run says of what its batches have written, and in how long."""

from __future__ import annotations

from collections.abc import Callable
import logging
import time
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ssbt.runtime import entry
from ssbt.runtime.metrics import writes
from ssbt.runtime.metrics.writes import WriteLog
from ssbt.runtime.streams.operation import call_before_streams

Run = Callable[[Any], None]


class Clock:
    """The time, and a job that writes what it is asked to."""

    def __init__(self) -> None:
        self.now = 100.0
        written, done = dict[str, int](), set[str]()
        self.job = SimpleNamespace(spark=None, written=written, done=done, writes=WriteLog())

    def write(self, sink: str, rows: int | None, seconds: float) -> None:
        self.job.written[sink] = rows
        self.job.writes.begin(sink, cast(Any, rows))
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "time", lambda: clock.now)
    monkeypatch.setattr(writes, "rows_written", lambda rows: rows)
    caplog.set_level(logging.INFO, logger="ssbt.runtime")
    return clock


def test_each_sink_has_a_line_as_it_is_written(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    def run(job: Any) -> None:
        clock.write("shop", 1, 0.25)
        clock.write("town", None, 3)
        assert caplog.messages == ["wrote shop (1 row) in 0.2 s"]

    entry._run_pipeline(cast(Any, clock.job), run)
    assert caplog.messages == ["wrote shop (1 row) in 0.2 s", "wrote town in 3.0 s"]
    assert [vars(each)["sink"] for each in caplog.records] == ["shop", "town"]
    assert [vars(each)["rows"] for each in caplog.records] == [1, None]


def test_the_time_of_streams_is_not_that_of_batches(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """What is written before streams start is reported before they start."""

    def run(job: Any) -> None:
        clock.write("shop", 1200, 1.3)
        call_before_streams()
        assert caplog.messages == ["wrote shop (1,200 rows) in 1.3 s"]
        clock.now += 28

    entry._run_pipeline(cast(Any, clock.job), run)
    assert caplog.messages == ["wrote shop (1,200 rows) in 1.3 s"]


def test_a_write_that_is_tried_again_is_told_once(
    clock: Clock, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first try meets a schema that no plan has known, and writes nothing."""
    monkeypatch.setattr("ssbt.runtime.registries.frames.learn_schema", lambda error: (7, False))

    def run(job: Any) -> None:
        clock.write("shop", 3, 1)
        if clock.now < 102:
            raise OSError("no such schema")

    entry._run_pipeline(cast(Any, clock.job), run)
    assert caplog.messages == ["wrote shop (3 rows) in 1.0 s"]


def test_a_failed_write_is_not_told(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    def run(job: Any) -> None:
        clock.write("shop", 3, 1)
        call_before_streams()
        clock.write("town", 4, 1)
        clock.write("land", 5, 1)
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        entry._run_pipeline(cast(Any, clock.job), run)
    assert caplog.messages == ["wrote shop (3 rows) in 1.0 s", "wrote town (4 rows) in 1.0 s"]
