"""The schemas that records are written with, and the subjects that they are registered under."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
import re

from ssbt.compiler.connectors.settings import FormatUse, SchemaName, Settings
from ssbt.compiler.connectors.values import ParamUse, Text
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.types.datatypes import StructField

_TOPICS = ("topic", "subscribe")


def find_write_schema(use: FormatUse) -> SchemaName | None:
    """The schema that a format is told to write with."""
    setting = use.settings.find("schema")
    return setting.value if setting and isinstance(setting.value, SchemaName) else None


def find_table_schema(settings: Settings) -> SchemaName | None:
    """The schema that a sink creates its table with."""
    setting = settings.find("schema")
    return setting.value if setting and isinstance(setting.value, SchemaName) else None


def written_schemas(settings: Settings) -> Iterator[SchemaName]:
    """The schemas that a sink's formats are told to write with, and that of its table."""
    declared = find_table_schema(settings)
    if declared is not None:
        yield declared
    for use in settings.formats():
        schema_name = find_write_schema(use)
        if schema_name is not None:
            yield schema_name


def derive_schema(use: FormatUse, columns: Iterable[Column], dataset: str) -> str:
    """The Avro schema that is made of the columns of a dataset."""
    from ssbt.compiler.formats.avro_writing import render_avro_schema

    fields = (StructField(each.name, each.type, each.nullable) for each in columns)
    return render_avro_schema(fields, record_name(use, dataset))


def record_name(use: FormatUse, dataset: str) -> str:
    """What a record is called whose schema is made of columns."""
    setting = use.settings.find("record_name")
    if setting is not None and isinstance(setting.value, str):
        return setting.value
    name = re.sub(r"\W", "_", dataset, flags=re.ASCII)
    return f"_{name}" if name[:1].isdigit() else name


def find_subject(
    use: FormatUse, part: str, settings: Settings, record: str, registered: str = ""
) -> str | Text | ParamUse | None:
    """The subject of the key or value, which `part` says; None where nothing tells it.

    `record` is the full name of the record, `registered` the subject that its schema is from, and
    `settings` those of the source or sink.
    """
    subject_setting = use.settings.find("subject")
    if subject_setting is not None:
        return (
            subject_setting.value
            if isinstance(subject_setting.value, str | Text | ParamUse)
            else None
        )
    if registered:
        return registered
    strategy = use.settings.find("subject_name")
    strategy_name = strategy.value if strategy is not None else "topic"
    if strategy_name == "record":
        return record
    topic = _find_topic(settings)
    return (
        _append_suffix(topic, record if strategy_name == "topic_record" else part)
        if topic
        else None
    )


def _find_topic(settings: Settings) -> str | Text | ParamUse | None:
    """The one topic that a source reads or a sink writes."""
    for name in _TOPICS:
        setting = settings.find(name)
        value = setting.value if setting is not None else None
        if isinstance(value, tuple) and len(value) == 1:
            value = value[0]
        if isinstance(value, str | Text | ParamUse):
            return value
    return None


def _append_suffix(topic: str | Text | ParamUse, end: str) -> str | Text:
    match topic:
        case Text():
            return Text((*topic.parts, f"-{end}"), topic.span)
        case ParamUse():
            return Text((topic, f"-{end}"), topic.span)
        case _:
            return f"{topic}-{end}"
