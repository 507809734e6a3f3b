"""Signals: a batch job stops at once, streams first finish the batch that runs."""

import signal
from threading import Event, current_thread, main_thread
import time
from types import FrameType
from typing import Any

from pyspark.sql.streaming.query import StreamingQuery

# A terminal or a supervisor may tell spark-submit's JVM and this process, and the JVM tells us too.
_SAME_SIGNAL_SECONDS = 1.0


class Terminated(BaseException):
    """SIGTERM came; what `KeyboardInterrupt` is for SIGINT."""


def stop_at_once(number: int, frame: FrameType | None = None) -> None:
    """Raise what ends the process because of the signal `number`."""
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    # Some supervisors send it to every process of the job, and each hands it on.
    signal.signal(number, signal.SIG_IGN)
    raise Terminated


def listen_to_signals() -> None:
    """Make SIGTERM raise `Terminated`; the driver's JVM hands its signals on and lives."""
    if current_thread() is not main_thread():
        return
    signal.signal(signal.SIGTERM, stop_at_once)
    try:
        from pyspark import SparkContext, java_gateway
    except ImportError:
        # PySpark's package for Spark Connect alone has neither.
        return
    gateway: Any = SparkContext._gateway
    if gateway:
        start: Any = java_gateway.ensure_callback_server_started
        start(gateway)
        misc = gateway.jvm.sun.misc
        misc.Signal.handle(misc.Signal("TERM"), _SignalForwarder())
        # A terminal sends it to this process too.
        misc.Signal.handle(misc.Signal("INT"), misc.SignalHandler.SIG_IGN)


class _SignalForwarder:
    """Tells this process what the JVM was told, which then does not end before its streams."""

    class Java:
        implements = ("sun.misc.SignalHandler",)

    def handle(self, jvm_signal: object) -> None:
        signal.pthread_kill(main_thread().ident or 0, signal.SIGTERM)


class StopRequest:
    """While entered, the first signal is kept as `number`, the second raises.

    `event` is set as soon as there is a reason to stop; `error` is one that is no signal.
    """

    def __init__(self) -> None:
        self.event = Event()
        self.number: int | None = None
        self.error: Exception | None = None
        self._since = 0.0
        self._previous_handlers: dict[int, Any] = {}

    def __enter__(self) -> "StopRequest":
        if current_thread() is main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._previous_handlers[number] = signal.signal(number, self._handle_signal)
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._previous_handlers.items():
            signal.signal(number, handler)

    def because_of(self, error: Exception) -> None:
        """Stop in the middle of what runs, for a reason that another thread found."""
        self.error = error
        self.event.set()

    def _handle_signal(self, number: int, frame: FrameType | None) -> None:
        if self.number is None:
            self.number, self._since = number, time.monotonic()
            self.event.set()
        elif time.monotonic() - self._since > _SAME_SIGNAL_SECONDS:
            stop_at_once(number)


class LastBatch:
    """Lets a query finish the batch that runs, and begin no other."""

    def __init__(self, query: StreamingQuery) -> None:
        self._query = query
        self._thread = _end_after_batch(query)
        self._first_batch = _last_batch_number(query)

    def is_over(self) -> bool:
        """Whether the query has ended; one that only waits is stopped."""
        runs = self._query.status["isTriggerActive"]
        if self._thread is not None:
            ended = not self._thread.isAlive()
        else:
            ended = not self._query.isActive
            runs = runs and _last_batch_number(self._query) == self._first_batch
        if not ended and not runs:
            self._query.stop()
        return ended or not runs


def _last_batch_number(query: StreamingQuery) -> int:
    progress = query.lastProgress
    return -1 if progress is None else int(progress["batchId"])


def _end_after_batch(query: Any) -> Any:
    """The JVM's thread of the query, which will end after its batch; None if that is impossible.

    Nothing public does it: `stop` interrupts the batch. Over Spark Connect there is no way to the
    thread, and in continuous mode there are no batches.
    """
    try:
        execution = query._jsq.streamingQuery()
        if not execution.getClass().getSimpleName().endswith("MicroBatchExecution"):
            return None
        state = execution.state()
        state_class = state.get().getClass()
        terminated = state_class.getClassLoader().loadClass(
            f"{state_class.getPackageName()}.TERMINATED$"
        )
        state.set(terminated.getField("MODULE$").get(None))
        return execution.queryExecutionThread()
    except Exception:
        return None
