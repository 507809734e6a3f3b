"""The line on a terminal that says how far Spark is."""

from __future__ import annotations

import io
import logging
import sys
import time
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ssbt.runtime.metrics import terminal
from ssbt.runtime.metrics.terminal import progress_on_terminal
from ssbt.runtime.metrics.writes import WriteLog

LINE = "\r\x1b[Krevenue: stage 7, 1,040 of 2,000 tasks, 0 s"


def session(*stages: int) -> Any:
    """A session in which these stages run; all but stage 9, of which Spark knows nothing."""
    stage = SimpleNamespace(numCompletedTasks=1040, numTasks=2000)
    tracker = SimpleNamespace(
        getActiveStageIds=lambda: list(stages),
        getStageInfo=lambda number: stage if number in stages and number != 9 else None,
    )
    return SimpleNamespace(
        _jsparkSession=None, sparkContext=SimpleNamespace(statusTracker=lambda: tracker)
    )


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "_SECONDS", 0.01)
    monkeypatch.delenv("SSBT_PROGRESS", raising=False)


def terminal_output(
    monkeypatch: pytest.MonkeyPatch,
    spark: Any,
    screen: io.StringIO,
    *,
    wanted: bool = True,
    seconds: float = 30.0,
) -> str:
    """What is on the screen; a line is logged once something does, or after these seconds."""
    monkeypatch.setattr(sys, "stderr", screen)
    log = WriteLog()
    log.begin("revenue", cast(Any, None))
    until = time.monotonic() + seconds
    with progress_on_terminal(spark, log, wanted=wanted):
        while time.monotonic() < until and not screen.getvalue():
            time.sleep(0.01)
        logging.getLogger("ssbt.runtime").warning("a line")
    return screen.getvalue()


def test_the_running_stage_is_shown_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    logger, screen = logging.getLogger("ssbt"), Terminal()
    monkeypatch.setattr(logger, "handlers", [logging.StreamHandler(screen)])
    text = terminal_output(monkeypatch, session(3, 7), screen)
    assert text.startswith(LINE)
    # The line of the log is alone, and nothing is left at the end.
    before, _, after = text.partition("a line\n")
    assert before.endswith("\r\x1b[K")
    assert after == "" or after.endswith("\r\x1b[K")
    assert logger.handlers[0].filters == []


@pytest.mark.parametrize("stages", [(), (9,)])
def test_nothing_is_shown_while_nothing_runs(
    monkeypatch: pytest.MonkeyPatch, stages: tuple[int, ...]
) -> None:
    assert "stage" not in terminal_output(monkeypatch, session(*stages), Terminal(), seconds=0.2)


@pytest.mark.parametrize("case", ["unwanted", "connect", "pipe"])
def test_nothing_is_shown_elsewhere(monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    spark = session(7)
    if case == "connect":
        del spark._jsparkSession
    screen = io.StringIO() if case == "pipe" else Terminal()
    text = terminal_output(monkeypatch, spark, screen, wanted=case != "unwanted", seconds=0.2)
    assert "stage" not in text


def test_a_pipe_that_leads_to_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSBT_PROGRESS", "1")
    assert terminal_output(monkeypatch, session(7), io.StringIO()).startswith(LINE)
