"""Whether time grows with the size of the input, and not with its square."""

from __future__ import annotations

from collections.abc import Callable
import time


def is_linear(work: Callable[[int], object], count: int) -> bool:
    """Four times the input takes about four times as long; what is quadratic takes sixteen.

    A busy machine can make any one measurement slow, so the best of a few counts.
    """

    def seconds(size: int) -> float:
        start = time.process_time()
        work(size)
        return time.process_time() - start

    work(10)
    small = max(seconds(count), 0.002)
    return any(seconds(4 * count) < 10 * small for _ in range(4))
