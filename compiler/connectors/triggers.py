"""When a stream's next batch begins."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct


class TriggerKind(Enum):
    """The ways to run a stream, by the words of the language."""

    EVERY = "every"
    AVAILABLE_NOW = "available now"
    ONCE = "once"
    CONTINUOUS = "continuous"
    REAL_TIME = "real time"


class Trigger(Struct, frozen=True):
    """A trigger; `interval` is a Spark interval such as `1 minute` for those kinds that have one.

    A stream without a trigger begins its next batch as soon as the last one has ended.
    """

    kind: TriggerKind
    interval: str = ""

    def __str__(self) -> str:
        return f"{self.kind.value} {self.interval}".rstrip()


TIMED = frozenset({TriggerKind.EVERY, TriggerKind.CONTINUOUS})
"""The kinds that have an interval."""

SHORTEST = {TriggerKind.REAL_TIME: 5}
"""The least number of seconds of an interval, which these kinds may have."""

SINCE = {TriggerKind.REAL_TIME: "4.3"}
"""The Spark lines whose PySpark has a trigger that older ones lack."""
