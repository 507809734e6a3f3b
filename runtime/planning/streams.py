"""One stream that goes on at once, planned again or not, while the others run on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
import logging
from typing import TYPE_CHECKING

from ssbt.runtime.errors.retrying import fails_behind_batch
from ssbt.runtime.registries.frames import learn_schema
from ssbt.runtime.registries.registry import UnreachableError

if TYPE_CHECKING:
    from ssbt.runtime.streams.streaming import Stream

_LOG = logging.getLogger("ssbt.runtime")
_PLAN: ContextVar[Callable[[], None] | None] = ContextVar("plan", default=None)
_COLLECTED: ContextVar[list["Stream"] | None] = ContextVar("collected", default=None)


@contextmanager
def plan_with(plan: Callable[[], None]) -> Iterator[None]:
    """Within, `plan` is what calls `run_streams`, and can call it again."""
    token = _PLAN.set(plan)
    try:
        yield
    finally:
        _PLAN.reset(token)


def is_collecting(*streams: "Stream") -> bool:
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


class Continuation:
    """What a stream goes on with after an error that is no failure of it."""

    def __init__(self) -> None:
        self._learned: set[tuple[int, bool]] = set()
        self._is_behind_batch = False

    def note_batch(self) -> None:
        """A batch has ended, and was reported."""
        self._is_behind_batch = False

    def stream(self, error: Exception, previous: "Stream") -> "Stream | None":
        """The stream to begin at once; None where it has failed.

        Raises UnreachableError where a schema registry has to be asked, and does not answer.
        """
        # An id that was missing may be one that the registry has now.
        learned = learn_schema(error)
        if learned in self._learned and not learned[1]:
            raise UnreachableError(f"a worker was given schema {learned[0]}, the driver was not")
        if learned and learned not in self._learned and (replanned := plan_stream(previous.name)):
            self._learned.add(learned)
            # The batch that met the schema is repeated, whatever came before it.
            self._is_behind_batch = False
            return replanned
        if fails_behind_batch(error) and not self._is_behind_batch:
            self._is_behind_batch = True
            _LOG.info("stream %s has done the batch that it had begun, uncounted", previous.name)
            return previous
        return None
