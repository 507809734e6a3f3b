"""Lists of events in other orders and batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

T = TypeVar("T")


def cut(events: list[T], random: Random, batches: int) -> Iterator[list[T]]:
    """The events in some order, some of them again, in batches of which any may be empty."""
    again = [event for event in events if random.random() < 0.3]
    shuffled = random.sample(again + events, len(again) + len(events))
    ends = sorted(random.randrange(len(shuffled) + 1) for _ in range(batches - 1))
    for start, end in zip([0, *ends], [*ends, len(shuffled)], strict=True):
        yield shuffled[start:end]
