"""Creating a table before it is written, where a writer cannot say what it is to be like."""

from __future__ import annotations

from msgspec.structs import replace

from ssbt.compiler.connectors.settings import Settings, SparkOption, column_reference
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.emit.catalogs import with_catalog
from ssbt.compiler.emit.literals import PythonCode
from ssbt.compiler.emit.schemas import SchemaCode
from ssbt.compiler.emit.setting_code import SettingCode
from ssbt.compiler.emit.templating import render_template
from ssbt.compiler.ir.merges import find_merge, is_merged
from ssbt.compiler.ir.pipeline import Sink
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.ir.subjects import find_table_schema

_CREATING = ("schema", "cluster_by", "constraint", "comment")
_PROPERTIES, _REPLACE = "properties", "replaceWhere"


def creates_table(sink: Sink) -> bool:
    """Whether the script creates the table of a sink before it writes.

    The writer of a stream passes over the properties of a table.
    """
    specification = sink.connector.sink
    if specification is None or not specification.versioned:
        return False
    if specification.creates:
        return _mode(sink) in specification.creates
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
        name: [each.sql if has_transforms else each.name for each in setting.columns]
        if setting is not None
        else []
        for name in ("partition_by", "cluster_by")
        for setting in (settings.find(name),)
    }
    evolve = settings.find("evolve")
    properties = settings.find(_PROPERTIES)
    items = properties.value if properties is not None else ()
    call = render_template(
        "functions/create_table",
        rows=dataset,
        columns=[column_reference(name) for name in columns],
        format=sink.connector.spark_format,
        path=_placed(settings, code, OptionPlacement.PATH),
        table=_placed(settings, code, OptionPlacement.TABLE),
        evolves=has_transforms
        and evolve is not None
        and evolve.value == "true"
        and not is_merged(settings),
        schema=PythonCode(constants[schema.name.casefold()]) if schema is not None else None,
        properties=[
            (each[0], code.value(each[1]))
            for each in (items if isinstance(items, tuple) else ())
            if isinstance(each, tuple)
        ],
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


def _value(settings: Settings, code: SettingCode, name: str) -> object:
    setting = settings.find(name)
    return code.value(setting.value) if setting is not None else None


def _placed(settings: Settings, code: SettingCode, place: OptionPlacement) -> object:
    setting = settings.at(place)
    return code.value(setting.value) if setting is not None else None
