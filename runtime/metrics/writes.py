"""What a run has written as batches: a line for each sink as soon as it is written."""

from dataclasses import dataclass
import logging
from threading import Thread
import time

from pyspark.sql import Observation

_LOG = logging.getLogger("ssbt.runtime")


@dataclass(frozen=True)
class Write:
    """A write of a sink that is done; `began` and `ended` are seconds since 1970."""

    sink: str
    began: float
    ended: float


class WriteLog:
    """Logs each write once it is done, which shows when the next one begins or the writes end.

    A write that fails is never logged. `writes` has those that are done, in their order.
    """

    def __init__(self) -> None:
        self.writes: list[Write] = []
        self._running: tuple[str, Observation, float] | None = None

    @property
    def running(self) -> str | None:
        """The sink that is being written."""
        return self._running[0] if self._running else None

    def begin(self, sink: str, rows: Observation) -> None:
        """A write begins, whose rows are counted as `rows`; the one before it is done."""
        self.finish()
        self._running = sink, rows, time.time()

    def drop(self) -> None:
        """The write that has begun last has failed, and may begin again."""
        self._running = None

    def finish(self) -> None:
        """The write that has begun last is done."""
        if self._running is None:
            return
        (sink, observation, began), ended = self._running, time.time()
        self._running = None
        self.writes.append(Write(sink, began, ended))
        rows, seconds = rows_written(observation), round(ended - began, 1)
        count = "" if rows is None else f" ({rows:,} row{'' if rows == 1 else 's'})"
        fields = {"sink": sink, "rows": rows, "seconds": seconds}
        _LOG.info("wrote %s%s in %s s", sink, count, seconds, extra=fields)


def rows_written(observation: Observation, timeout: float = 5.0) -> int | None:
    """The number of rows of a write that is done; None when Spark does not tell it."""
    counts: list[int] = []

    def observe() -> None:
        try:
            counts.append(observation.get["rows"])
        except Exception:
            _LOG.debug("no row count", exc_info=True)

    # A thread that may be left behind: `get` waits forever for a write that never ran a query.
    thread = Thread(target=observe, daemon=True)
    thread.start()
    thread.join(timeout)
    return counts[0] if counts else None
