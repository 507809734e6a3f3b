"""Records of a broker: what their bytes become, and which columns become bytes."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from ssbt.compiler.connectors.settings import FormatUse, Settings
from ssbt.compiler.connectors.specification import OptionPlacement, ValueKind
from ssbt.compiler.ir.relations import NO_TAGS, Column, Relation
from ssbt.compiler.types.datatypes import (
    BINARY,
    INT,
    LONG,
    STRING,
    TIMESTAMP,
    ArrayType,
    DataType,
    StructField,
    StructType,
)

KEY = "_key"
"""The column of the key."""

EVENT_ID_HEADER = "event_id"
"""The header that a sink's option `event_id` adds."""

DEAD_LETTER = "dead_letter"
"""The part of a source that its malformed records go to, as in `sink orders.dead_letter to …`."""

_TOPIC = "topic"

# What a record holds, and a message that may quote it; the others are its place.
_CONTENT = ("key", "value", "headers", "error")

HEADERS = ArrayType(StructType((StructField("key", STRING), StructField("value", BINARY))))


class Records(Struct, frozen=True):
    """How a source's records become columns; schemas by name, where the formats have them.

    `metadata` are columns that are called as Spark's are, with an underscore in front. Errors must
    not quote the values of fields that are `masked`.
    """

    value: FormatUse
    key: FormatUse | None
    key_schema: str | None
    metadata: tuple[str, ...]
    on_error: str
    masked: tuple[str, ...] = ()
    masked_in_key: tuple[str, ...] = ()


def is_topic_column(records: Records | None, part: str, name: str) -> bool:
    """Whether a column of a source, or of a part of it, is the topic of each record."""
    if part:
        return name == _TOPIC
    return records is not None and name == f"_{_TOPIC}" and name in records.metadata


def dead_letter_relation(relation: Relation) -> Relation:
    """The columns of malformed records: what came, in which all may be that good records hold."""
    types: dict[str, DataType] = {
        "key": BINARY,
        "value": BINARY,
        "headers": HEADERS,
        _TOPIC: STRING,
        "partition": INT,
        "offset": LONG,
        "timestamp": TIMESTAMP,
        "stage": STRING,
        "error": STRING,
    }
    tags = frozenset(tag for column in relation.columns for tag in column.tags)
    columns = tuple(
        Column(name, type_, True, tags=tags if name in _CONTENT else NO_TAGS)
        for name, type_ in types.items()
    )
    return Relation(columns, False, relation.streaming)


def value_columns(settings: Settings, relation: Relation) -> tuple[Column, ...]:
    """The columns that go into the value: those named, or all that no other option takes."""
    value_names = settings.columns_at(OptionPlacement.VALUE_COLUMNS)
    if value_names:
        return _select_columns(relation, (column.name for column in value_names))
    excluded = {
        column.name.casefold()
        for setting in settings.settings
        if setting.option.place in (OptionPlacement.HEADERS, OptionPlacement.TEMPLATE)
        and setting.option.type.kind is ValueKind.COLUMN
        for column in setting.columns
    }
    return tuple(each for each in relation.columns if each.name.casefold() not in excluded)


def key_columns(settings: Settings, relation: Relation) -> tuple[Column, ...]:
    """The columns that go into the key."""
    key_names = settings.columns_at(OptionPlacement.RECORD_KEY_COLUMNS)
    return _select_columns(relation, (column.name for column in key_names))


def _select_columns(relation: Relation, names: Iterable[str]) -> tuple[Column, ...]:
    """The columns of these names, in the order of the relation."""
    folded_names = {name.casefold() for name in names}
    return tuple(each for each in relation.columns if each.name.casefold() in folded_names)
