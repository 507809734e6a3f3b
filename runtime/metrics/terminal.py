"""A line on the terminal that says how far Spark is, in place of the one before it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
import logging
import os
import shutil
import sys
from threading import Event, Lock, Thread
import time
from typing import Any

from pyspark.sql import SparkSession

from ssbt.runtime.metrics.writes import WriteLog

# `ssbtc run` sets it on a terminal: spark-submit puts a pipe between that and the script.
VARIABLE = "SSBT_PROGRESS"
_SECONDS = 1.0
_CLEAR = "\r\x1b[K"


@contextmanager
def progress_on_terminal(spark: SparkSession, writes: WriteLog, *, wanted: bool) -> Iterator[None]:
    """Show within how many tasks of the running stage are done, and for which write.

    Nothing is shown where standard error is no terminal, and over Spark Connect.
    """
    is_terminal = sys.stderr.isatty() or bool(os.environ.get(VARIABLE))
    if not (wanted and is_terminal and hasattr(spark, "_jsparkSession")):
        yield
        return
    line = _Line()
    handlers = logging.getLogger("ssbt").handlers
    for handler in handlers:
        handler.addFilter(line.clear)
    stopped = Event()
    thread = Thread(target=_show_stages, args=(spark, writes, line, stopped), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(_SECONDS)
        line.clear()
        for handler in handlers:
            handler.removeFilter(line.clear)


def describe_stage(sink: str | None, number: int, done: int, tasks: int, seconds: float) -> str:
    """A stage that runs: `revenue: stage 7, 40 of 200 tasks, 12 s`."""
    prefix = f"{sink}: " if sink else ""
    return f"{prefix}stage {number}, {done:,} of {tasks:,} tasks, {seconds:.0f} s"


class _Line:
    """The line, which other lines of the log take away before they come."""

    def __init__(self) -> None:
        self._lock, self._is_shown = Lock(), False

    def show(self, text: str) -> None:
        width = shutil.get_terminal_size().columns - 1
        with self._lock:
            sys.stderr.write(f"{_CLEAR}{text[:width]}")
            sys.stderr.flush()
            self._is_shown = True

    def clear(self, record: object = None) -> bool:
        """Take it away; as a filter of the log, let each record pass."""
        with self._lock, suppress(OSError, ValueError):
            if self._is_shown:
                sys.stderr.write(_CLEAR)
                sys.stderr.flush()
                self._is_shown = False
        return True


def _show_stages(spark: Any, writes: WriteLog, line: _Line, stopped: Event) -> None:
    tracker, since, last = spark.sparkContext.statusTracker(), time.monotonic(), -1
    while not stopped.wait(_SECONDS):
        # A session that is being stopped answers nothing.
        with suppress(Exception):
            number = max(tracker.getActiveStageIds(), default=-1)
            stage = tracker.getStageInfo(number)
            if stage is None:
                line.clear()
                continue
            if number != last:
                since, last = time.monotonic(), number
            seconds = time.monotonic() - since
            done, tasks = stage.numCompletedTasks, stage.numTasks
            line.show(describe_stage(writes.running, number, done, tasks, seconds))
