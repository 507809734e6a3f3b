"""Work for several processes or threads at once, where there is enough of it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
import os
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

# With fewer items, starting the processes takes longer than they save.
_MIN_ITEMS = 16
# A file system stores what several wait for in one go.
_WRITERS = 8


def map_parallel(work: Callable[[T], R], items: Sequence[T]) -> Generator[R, None, None]:
    """The result of each item, in order; `work` and what it yields must survive pickling."""
    items = list(items)
    processes = min(_processor_count(), len(items) // 4)
    if len(items) < _MIN_ITEMS or processes < 2:
        yield from map(work, items)
        return
    from concurrent.futures import ProcessPoolExecutor

    # The first one here, so that processes that are forked find all modules imported.
    yield work(items[0])
    pool = ProcessPoolExecutor(processes, initializer=_ignore_interrupts)
    try:
        yield from pool.map(work, items[1:], chunksize=4)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def run_at_once(work: Callable[[T], object], items: Sequence[T]) -> None:
    """Do work that mostly waits for a disk, several items at a time; raises the first error."""
    if len(items) < _MIN_ITEMS:
        for item in items:
            work(item)
        return
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(_WRITERS)
    try:
        for _ in pool.map(work, items):
            pass
    finally:
        pool.shutdown(cancel_futures=True)


def _processor_count() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _ignore_interrupts() -> None:
    """A terminal sends Ctrl-C to all processes: one of them is to answer."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
