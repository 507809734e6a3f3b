"""The columns that flow out of a step."""

from __future__ import annotations

from msgspec import Struct

from ssbt.compiler.ir.expressions import Origin
from ssbt.compiler.source import Span
from ssbt.compiler.types.datatypes import DataType


class Column(Struct, frozen=True):
    """A column: `qualifier` is the alias before its dot; `declared` where its name was given.

    `event_time` holds where a watermark was set on the column, or on what it is a window over.
    """

    name: str
    type: DataType
    nullable: bool
    qualifier: str | None = None
    origins: tuple[Origin, ...] = ()
    tags: frozenset[str] = frozenset()
    declared: Span | None = None
    event_time: bool = False


class Relation(Struct, frozen=True):
    """Columns in order; `is_open` when there may be more, of names and types not known.

    That is so behind a source whose schema Spark infers, and behind a mistake already told.
    `streaming` when the rows come without end: some stream source is upstream.
    """

    columns: tuple[Column, ...] = ()
    is_open: bool = False
    streaming: bool = False
