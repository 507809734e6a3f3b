"""What a processor of the user's keeps for each key."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from ssbt.compiler.source import Span
from ssbt.compiler.types.datatypes import StructType


class StateVariable(Struct, frozen=True):
    """What a processor keeps for each key, under a name: a `value`, a `list` or a `map`.

    `schema` and `key_schema`, that of a map's keys, name schemas; `types` are the two types.
    `ttl` is the time after which Spark forgets it, in milliseconds.
    """

    name: str
    kind: str
    schema: str
    key_schema: str | None
    types: tuple[StructType, ...]
    ttl: int | None
    span: Span

    @property
    def description(self) -> str:
        """What it is, in one line that begins with the name; how long a `ttl` is may change."""
        types = " to ".join(type_.sql for type_ in self.types)
        return f"{self.name} = {self.kind} of {types}{self._ttl}"

    @property
    def shape(self) -> tuple[str, ...]:
        """What Spark compares: the types, by their places."""
        types = (field.type.sql for type_ in self.types for field in type_.fields)
        return (f"{self.kind}{self._ttl}", *types)

    @property
    def _ttl(self) -> str:
        return ", with a ttl" if self.ttl is not None else ""


class TimeMode(Enum):
    """What the timers of a processor go by, under Spark's name."""

    NONE = "None"
    PROCESSING_TIME = "ProcessingTime"
    EVENT_TIME = "EventTime"
