"""Creating a table before it is written, where a writer cannot say what it is to be like."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from ssbt.compiler.connectors.settings import Settings, SparkOption, column_reference
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.emit.catalogs import with_catalog
from ssbt.compiler.emit.literals import PythonCode
from ssbt.compiler.emit.schemas import SchemaCode
from ssbt.compiler.emit.setting_code import SettingCode
from ssbt.compiler.emit.templating import render_template
from ssbt.compiler.ir.merges import find_merge, is_merged
from ssbt.compiler.ir.pipeline import Schema, Sink
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.ir.subjects import find_table_schema

_CREATING = ("schema", "cluster_by", "constraint", "comment")
_PROPERTIES, _OPTIONS, _REPLACE = "properties", "options", "replaceWhere"
_FORMAT = "format"


def creates_table(sink: Sink) -> bool:
    """Whether the script creates the table of a sink before it writes.

    The writer of a stream skips the properties of a table.
    """
    specification = sink.connector.sink
    if specification is None or not sink.keeps_layout:
        return False
    if specification.creates:
        is_told = specification.option(_FORMAT) is None or sink.settings.find(_FORMAT) is not None
        return is_told and _mode(sink) in specification.creates
    if any(sink.settings.find(name) is not None for name in _CREATING):
        return True
    mode = sink.settings.at(OptionPlacement.MODE)
    is_writer = sink.stream is not None and (mode is None or mode.value in ("append", "complete"))
    return is_writer and sink.settings.find(_PROPERTIES) is not None


def _mode(sink: Sink) -> str:
    mode = sink.settings.at(OptionPlacement.MODE)
    default = "append" if sink.stream is not None else "errorifexists"
    return str(mode.value) if mode is not None else default


def emit_creation(
    sink: Sink, relation: Relation, code: SettingCode, schemas: SchemaCode, dataset: str
) -> tuple[str, ...]:
    """The statement that creates the table for the rows in `dataset`, if one is needed."""
    if not creates_table(sink):
        return ()
    settings = with_catalog(sink.connector, sink.settings)
    schema = find_table_schema(settings)
    constants = {name.casefold(): constant for name, constant in schemas.names.items()}
    merge = find_merge(settings, relation)
    columns = merge.columns if merge is not None and settings.find("columns") else ()
    values = {name: _value(settings, code, name) for name in ("constraint", "comment")}
    # A table that is always created is partitioned by functions of columns, too.
    has_transforms = sink.connector.sink is not None and bool(sink.connector.sink.creates)
    named = {
        name: [each.sql if setting.option.transforms else each.name for each in setting.columns]
        if setting is not None
        else []
        for name in ("partition_by", "cluster_by")
        for setting in (settings.find(name),)
    }
    evolve = settings.find("evolve")
    call = render_template(
        "functions/create_table",
        rows=dataset,
        columns=[column_reference(name) for name in columns],
        format=_value(settings, code, _FORMAT) or sink.connector.spark_format,
        path=_find_place(settings, code, OptionPlacement.PATH),
        table=_find_place(settings, code, OptionPlacement.TABLE),
        evolves=has_transforms
        and evolve is not None
        and evolve.value == "true"
        and not is_merged(settings),
        schema=PythonCode(constants[schema.name.casefold()]) if schema is not None else None,
        properties=_items(settings, code, _PROPERTIES),
        options=_items(settings, code, _OPTIONS),
        **named,
        **values,
    )
    return (call,)


def for_writer(sink: Sink, *, overwrites: bool = False) -> Sink:
    """The sink as a writer is told of it, that `overwrites` or not: its table exists."""
    if not creates_table(sink):
        return sink
    kept = tuple(each for each in sink.settings.settings if each.option.name != _PROPERTIES)
    settings = replace(sink.settings, settings=kept)
    if settings.find("cluster_by") and overwrites and settings.find("replace") is None:
        reason = "Otherwise Delta forgets by what the table is clustered."
        settings = replace(settings, raw=(*settings.raw, SparkOption(_REPLACE, "true", reason)))
    return replace(sink, settings=settings)


def emit_folder(sink: Sink, code: SettingCode) -> object:
    """The folder of a sink in which a stream keeps a log of its files; None where it has none.

    That of a table of files only the catalog knows.
    """
    if sink.is_versioned:
        return None
    path, table = (sink.settings.at(each) for each in (OptionPlacement.PATH, OptionPlacement.TABLE))
    if path is not None or table is None:
        return code.value(path.value) if path is not None else None
    call = render_template("functions/table_folder", table=code.value(table.value))
    return PythonCode(call)


def find_required(sink: Sink, schemas: Mapping[str, Schema]) -> list[str]:
    """The columns that the schema of a sink's table calls `not null`."""
    name = find_table_schema(sink.settings)
    schema = schemas.get(name.name.casefold()) if name is not None else None
    fields = schema.type.fields if schema is not None else ()
    return [each.name for each in fields if not each.nullable]


def _value(settings: Settings, code: SettingCode, name: str) -> object:
    setting = settings.find(name)
    return code.value(setting.value) if setting is not None else None


def _items(settings: Settings, code: SettingCode, name: str) -> list[tuple[object, object]]:
    """The keys and values of a map."""
    setting = settings.find(name)
    items = setting.value if setting is not None else ()
    return [
        (each[0], code.value(each[1]))
        for each in (items if isinstance(items, tuple) else ())
        if isinstance(each, tuple)
    ]


def _find_place(settings: Settings, code: SettingCode, place: OptionPlacement) -> object:
    setting = settings.at(place)
    return code.value(setting.value) if setting is not None else None
