"""What a checkpoint may depend on: its kind, where it lies, what becomes of a stream with it."""

from __future__ import annotations

from enum import Enum, IntEnum

from msgspec import Struct


class Verdict(IntEnum):
    """What becomes of a stream that starts again, the worst last."""

    SAFE = 0
    UNKNOWN = 1
    NEW_CHECKPOINT = 2
    OLD_OUTPUT = 3
    SILENTLY_WRONG = 4

    @property
    def phrase(self) -> str:
        """In words, after the stream's name."""
        return _PHRASES[self]


_PHRASES = {
    Verdict.SAFE: "safe to go on",
    Verdict.UNKNOWN: "unknown: nothing proves that it may go on, so look at it",
    Verdict.NEW_CHECKPOINT: "needs a new checkpoint",
    Verdict.OLD_OUTPUT: (
        "starts from scratch, and must not write where another checkpoint has written"
    ),
    Verdict.SILENTLY_WRONG: "must not go on: Spark would, silently, and be wrong",
}


class Location(Enum):
    """Where in a stream a dependence lies."""

    STATE = "the state itself"
    BEFORE = "before state"
    BEHIND = "behind state"
    STREAM = "the stream, with state or without"


class PartKind(Enum):
    """The kinds of parts, by the words with which their texts begin in the script."""

    SOURCE = "source"
    SERVERS = "servers"
    TABLE = "table"
    READING = "reading"
    FILTER = "where"
    EXPLODE = "explode"
    UNPIVOT = "unpivot"
    COMPUTED = "computed"
    UNION = "union"
    AGAIN = "again"
    SAMPLE = "sample"
    LOOKUP = "lookup"
    ORDER = "order"
    WATERMARK = "watermark"
    AGGREGATE = "aggregate"
    DEDUPLICATE = "deduplicate"
    JOIN = "join"
    BOUND = "on"
    KEPT = "kept"
    LIMIT = "limit"
    CODE = "code"
    CONTENT = "python"
    ROWS = "rows"
    KEYS = "by"
    TIMERS = "timers"
    STATE = "state"
    PUSHED = "pushed"
    SETTING = "setting"
    MODE = "mode"
    TRIGGER = "trigger"
    SINK = "sink"
    OUTPUT = "output"
    PARTITIONS = "partition_by"


class Effect(Struct, frozen=True):
    """What a change does, and why."""

    verdict: Verdict
    reason: str


class Dependence(Struct, frozen=True):
    """A row of the table: `label` is what people call it, `criteria` of it counts.

    `on_change` holds where it is another and Spark does not notice, `on_appearance` where it is new
    or gone.
    """

    label: str
    location: Location
    criteria: str
    on_change: Effect
    on_appearance: Effect
