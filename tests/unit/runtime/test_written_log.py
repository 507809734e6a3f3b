"""What a run says of what its batches have written, and in how long."""

from __future__ import annotations

from collections.abc import Callable
import logging
import time
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ssbt.runtime import entry
from ssbt.runtime.streams.operation import call_before_streams

Run = Callable[[Any], None]


class Clock:
    """The time, and a job that writes what it is asked to."""

    def __init__(self) -> None:
        self.now = 100.0
        self.job = SimpleNamespace(written=dict[str, int](), done=set[str]())

    def write(self, sink: str, rows: int, seconds: float) -> None:
        self.job.written[sink] = rows
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", lambda: clock.now)
    monkeypatch.setattr(entry, "rows_written", lambda rows: rows)
    caplog.set_level(logging.INFO, logger="ssbt.runtime")
    return clock


def test_the_time_of_streams_is_not_that_of_batches(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """What is written before streams start is told before they start."""

    def run(job: Any) -> None:
        clock.write("shop", 1200, 1.3)
        call_before_streams()
        assert caplog.messages == ["wrote shop (1,200 rows) in 1.3 s"]
        clock.now += 28

    entry._run_pipeline(cast(Any, clock.job), run)
    assert caplog.messages == ["wrote shop (1,200 rows) in 1.3 s"]


def test_a_failure_tells_what_was_written_before(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    def run(job: Any) -> None:
        clock.write("shop", 3, 1)
        call_before_streams()
        clock.write("town", 4, 1)
        clock.write("land", 5, 1)
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        entry._run_pipeline(cast(Any, clock.job), run)
    assert caplog.messages == [
        "wrote shop (3 rows) in 1.0 s",
        "before it failed, wrote town (4 rows) in 3.0 s",
    ]
