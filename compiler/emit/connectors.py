"""Reading and writing through a connector, by its own templates.

A template yields one Python expression; its layout does not matter. Comments stand on lines of
their own. `read.py.j2` knows

- `reader`: `read` or, for a stream, `readStream`;
- `connection`: the code of the options that a connection gives, or nothing;
- `options`: each with `name`, `value` and `reason`, why the compiler added it, else empty;
- `schema`: the code of the DDL text to read with, or nothing;
- `paths`: one path, or several in a list, and `table`: the name of a table, or nothing;
- `name`: that of the source;
- `narrowed`: whether the connector changes values that types of the schema cannot hold,
  `widened`, whether wider types keep them, `corrupt`, the columns that get the text of rows with
  such a value, and `drops`, whether these rows are left out;
- `columns`: references to the columns to keep, in their order, or nothing where no one would see
  another or another order.

and `write.py.j2` knows

- `dataset`: the code of the DataFrame, its rows counted, and `sink`, the name of the sink;
- `connection` and `options` as above; `mode`, `path`, `table`, `coalesce`, `repartition`,
  `partition_by`, `bucket_by`, `buckets`: what the settings at the place of that name say, or
  nothing;
- `sort_by` for the rows of buckets, as names; `sort_within` for those of files, as references;
- `merge`: how rows are merged into a table, or nothing; see `merging.merge_context`;
- `required`: the columns that the schema of the sink's table calls `not null`;
- `value`, `key` and `headers`: the code of the Columns that a sink with formats writes, or None.

`write_stream.py.j2` yields a DataStreamWriter that is not started. It knows `dataset`, `sink`,
`required`, `connection`, `options`, `mode`, `path`, `coalesce`, `repartition`, `partition_by`,
`value`, `key` and `headers` as above, `trigger`, the arguments of the method in code, and
`function`, the name of the user's function.

`write_batch.py.j2` yields one of the outputs of `runtime/passes/outputs.py`, for a sink that
shares its query with others. It knows what `write_stream.py.j2` does, and `name`, the sink's; its
`mode` is that of a writer of batches.

All know `given`: the values of the options at the place `template`, by name.

Values go through the filter `literal`, names that are to be Columns through `column`, and
reasons through `comment`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ssbt.compiler.connectors.partition_folders import BASE_PATH, are_files
from ssbt.compiler.connectors.settings import Settings, column_reference
from ssbt.compiler.connectors.specification import Connector, OptionPlacement, Role
from ssbt.compiler.connectors.triggers import Trigger, TriggerKind
from ssbt.compiler.emit.catalogs import catalog_name, with_catalog
from ssbt.compiler.emit.merging import merge_context
from ssbt.compiler.emit.records import emit_decoded_rows, emit_encoded_record
from ssbt.compiler.emit.schemas import SchemaCode
from ssbt.compiler.emit.setting_code import SettingCode
from ssbt.compiler.emit.templating import connector_template, render_template
from ssbt.compiler.ir.pipeline import Connection, Sink, Source
from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.ir.streams import OutputMode
from ssbt.compiler.types.quoting import quote_name
from ssbt.compiler.types.words import type_words


def emit_read(
    source: Source,
    code: SettingCode,
    schemas: SchemaCode,
    *,
    exposed: bool,
    in_batches: bool = True,
) -> str:
    """The code of the DataFrame that a source reads.

    `exposed` where its columns are seen as they are read, all of them and in their order, and
    `in_batches` unless a stream takes its rows one by one.
    """
    records = source.records
    paths = source.settings.at(OptionPlacement.LOAD)
    settings = with_catalog(source.connector, source.settings)
    table = settings.at(OptionPlacement.TABLE)
    context = {
        "name": source.name,
        "reader": "readStream" if source.output.streaming else "read",
        "schema": _emit_schema(source, schemas) if records is None else None,
        "paths": code.value(paths.value) if paths else None,
        "table": code.value(table.value) if table else None,
        "columns": _columns_to_select(source, exposed),
        **_narrowing_context(source),
        **_option_context(source.connector, Role.SOURCE, source.settings, code),
    }
    frame = connector_template(source.connector, "read").render(context).strip()
    if records is None:
        return frame
    return emit_decoded_rows(source, records, frame, code, schemas, in_batches=in_batches)


def _columns_to_select(source: Source, exposed: bool) -> list[str] | None:
    """References to the columns of a source to which folders of its path could add others."""
    specification, relation = source.connector.source, source.output
    if specification is None or not specification.option(BASE_PATH) or relation.is_open:
        return None
    if are_files(source.settings):
        return None
    names = [column.name for column in relation.columns]
    return [column_reference(name) for name in names] if exposed else None


def _narrowing_context(source: Source) -> dict[str, object]:
    """Whether values have to be held to their types, and how rows with others are treated."""
    specification = source.connector.source
    narrowed_types = specification.narrowed if specification is not None and source.schema else ()
    used_types = {
        type_name for column in source.output.columns for type_name in type_words(column.type)
    }
    mode = source.settings.find("mode")
    return {
        "narrowed": not used_types.isdisjoint(narrowed_types),
        "widened": not used_types.isdisjoint({*narrowed_types} - {"TIMESTAMP"}),
        "corrupt": [name for name, _, _ in source.settings.added_columns()],
        "drops": mode is not None and str(mode.value).casefold() == "dropmalformed",
    }


def _emit_schema(source: Source, schemas: SchemaCode) -> str | None:
    if source.schema is None:
        return None
    added = "".join(f", {quote_name(name)} {type_text}" for name, type_text in source.added)
    return schemas.emit_read_schema(source.schema, added)


def emit_write(
    sink: Sink, relation: Relation, code: SettingCode, dataset: str, required: Sequence[str] = ()
) -> str:
    """The code that writes the DataFrame in `dataset`, whose columns are those of `relation`."""
    settings = with_catalog(sink.connector, sink.settings, written=True)
    placements = ("mode", "path", "table", "coalesce", "repartition", "partition_by", "bucket_by")
    context = _placement_context(settings, code, (*placements, "buckets", "sort_by"))
    if context["bucket_by"] is None:
        context["sort_by"] = None
    context["sort_within"] = settings.sort_columns()
    context["merge"] = merge_context(settings, relation, code)
    context |= _option_context(sink.connector, Role.SINK, settings, code)
    context |= {"dataset": dataset, "sink": sink.name, "required": required}
    context |= emit_encoded_record(sink, relation, code)
    return connector_template(sink.connector, "write").render(context).strip()


def emit_stream_write(
    sink: Sink,
    relation: Relation,
    code: SettingCode,
    dataset: str,
    trigger: Trigger | None,
    function: str | None,
    required: Sequence[str] = (),
) -> str:
    """The code of the writer of the stream in `dataset`; `function` is a name in the script."""
    settings = with_catalog(sink.connector, sink.settings, written=True)
    placements = ("mode", "path", "table", "coalesce", "repartition", "partition_by")
    context = _placement_context(settings, code, placements)
    context |= _option_context(sink.connector, Role.SINK, settings, code)
    context |= {
        "dataset": dataset,
        "sink": sink.name,
        "function": function,
        "required": required,
        **emit_encoded_record(sink, relation, code),
    }
    context["trigger"] = _emit_trigger(trigger) if trigger is not None else None
    context["merge"] = merge_context(settings, relation, code)
    return connector_template(sink.connector, "write_stream").render(context).strip()


def emit_batch_write(
    sink: Sink,
    relation: Relation,
    code: SettingCode,
    dataset: str,
    function: str | None,
    required: Sequence[str] = (),
) -> str:
    """The code of what is written of a batch in `dataset`."""
    settings = with_catalog(sink.connector, sink.settings, written=True)
    context = _placement_context(
        settings, code, ("path", "table", "coalesce", "repartition", "partition_by")
    )
    context |= _option_context(sink.connector, Role.SINK, settings, code)
    context |= {
        "dataset": dataset,
        "function": function,
        **emit_encoded_record(sink, relation, code),
    }
    context["merge"] = merge_context(settings, relation, code)
    is_whole = sink.stream is not None and sink.stream.mode is OutputMode.COMPLETE
    context |= {"name": sink.name, "mode": "overwrite" if is_whole else "append"}
    context["required"] = required
    return connector_template(sink.connector, "write_batch").render(context).strip()


def _emit_trigger(trigger: Trigger) -> str:
    """The argument of `trigger`."""
    return render_template("values/trigger", **trigger_argument(trigger))


def _option_context(
    connector: Connector, role: Role, settings: Settings, code: SettingCode
) -> dict[str, object]:
    specification = connector.role(role)
    options = specification.options if specification is not None else ()
    return {
        "connection": None if catalog_name(connector, settings) else code.connection(settings),
        "options": code.options(settings),
        "given": code.template_values(settings, options),
        **_layout_context(settings, code),
    }


def _layout_context(settings: Settings, code: SettingCode) -> dict[str, object]:
    """What a new table is given where no option of a writer says it."""
    properties, partitions = settings.find("properties"), settings.find("partition_by")
    has_own = partitions is not None and partitions.option.place is OptionPlacement.TEMPLATE
    is_own = properties is not None and properties.option.place is OptionPlacement.TEMPLATE
    items = properties.value if properties is not None and is_own else ()
    return {
        "partition_terms": [each.sql for each in partitions.columns]
        if partitions is not None and has_own
        else [],
        "properties": [
            (each[0], code.value(each[1]))
            for each in (items if isinstance(items, tuple) else ())
            if isinstance(each, tuple)
        ],
    }


def emit_connection_options(connection: Connection, code: SettingCode) -> str:
    """The code of the options that a connection gives."""
    specification = connection.connector.connection
    return render_template(
        "functions/connection",
        name=connection.name,
        options=code.text_options(connection.settings),
        function=specification.function if specification is not None else None,
        catalog=specification.catalog if specification is not None else None,
        catalog_name=connection.name.casefold(),
    )


def _placement_context(
    settings: Settings, code: SettingCode, placements: Iterable[str]
) -> dict[str, object]:
    placed_settings = {
        placement: settings.at(OptionPlacement(placement)) for placement in placements
    }
    return {
        placement: code.value(each.value) if each else None
        for placement, each in placed_settings.items()
    }


def trigger_argument(trigger: Trigger) -> dict[str, object]:
    """The name and the value of the argument of `trigger`."""
    match trigger.kind:
        case TriggerKind.EVERY:
            return {"name": "processingTime", "value": trigger.interval}
        case TriggerKind.CONTINUOUS:
            return {"name": "continuous", "value": trigger.interval}
        case TriggerKind.REAL_TIME:
            return {"name": "realTime", "value": trigger.interval or "5 minutes"}
        case TriggerKind.ONCE:
            return {"name": "once", "value": True}
        case TriggerKind.AVAILABLE_NOW:
            return {"name": "availableNow", "value": True}
