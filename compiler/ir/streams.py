"""How streams are written."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from ssbt.compiler.connectors.specification import Delivery
from ssbt.compiler.connectors.triggers import Trigger
from ssbt.compiler.source import Span


class OutputMode(Enum):
    """Which rows of a result a batch writes: final ones, changed ones, or all."""

    APPEND = "append"
    UPDATE = "update"
    COMPLETE = "complete"


class PythonFunction(Struct, frozen=True):
    """A function of the user's, `module.name`."""

    module: str
    name: str


class StreamWrite(Struct, frozen=True):
    """What a sink needs to know only where a stream flows into it.

    `mode_span` is where the output mode was written, None for the default; `trigger` is None for
    batches that follow each other at once. `function` is the one of a `foreach_batch`.
    """

    mode: OutputMode
    mode_span: Span | None
    trigger: Trigger | None
    require: Delivery | None
    function: PythonFunction | None
