"""One stream planned anew, while the others run on: its records name a schema that is new to it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssbt.runtime.streams.streaming import Stream

_PLAN: ContextVar[Callable[[], None] | None] = ContextVar("plan", default=None)
_COLLECTED: ContextVar[list["Stream"] | None] = ContextVar("collected", default=None)


@contextmanager
def planned_by(plan: Callable[[], None]) -> Iterator[None]:
    """Within, `plan` is what calls `run_streams`, and can call it again."""
    token = _PLAN.set(plan)
    try:
        yield
    finally:
        _PLAN.reset(token)


def collects(*streams: "Stream") -> bool:
    """Whether the streams are wanted as plans alone, and have been taken as such."""
    collected = _COLLECTED.get()
    if collected is not None:
        collected += streams
    return collected is not None


def plan_stream(name: str) -> "Stream | None":
    """The stream as it would be planned now; None where nothing is known that plans it."""
    plan, collected = _PLAN.get(), list["Stream"]()
    if plan is None:
        return None
    token = _COLLECTED.set(collected)
    try:
        plan()
    finally:
        _COLLECTED.reset(token)
    return next((each for each in collected if each.name == name), None)
