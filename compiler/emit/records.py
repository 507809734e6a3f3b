"""Records in code: what makes columns of their bytes, and bytes of columns.

`decoding.py.j2` of a format yields a Decoding of the runtime. Where there is none, `decode.py.j2`
yields a Column; `problem.py.j2`, if it is there, a Column of text; and `marker.py.j2` the name of a
field. They know `bytes`, the code of a BINARY Column; `schema`, the code of DDL text, or None;
`masked`, the names of the fields that errors must not quote; `options`, each with `name` and
`value`, which is text; and `given`, the values of the options at the place `template`.
`encode.py.j2` knows `record`, the code of the Column to write: a struct, or the one column of a
format that takes one; `as_text`, that column as text; `options`; and `given`. Where the schema is
written in the format's own language, all know its `text`, a constant, the name of its `message` in
Protobuf, and its `subject`, a value.
"""

from __future__ import annotations

from ssbt.compiler.connectors.loading import has_template
from ssbt.compiler.connectors.settings import FormatUse, Settings
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.emit.literals import python_literal
from ssbt.compiler.emit.references import quote_reference
from ssbt.compiler.emit.schema_texts import SchemaText
from ssbt.compiler.emit.schemas import SchemaCode
from ssbt.compiler.emit.setting_code import SettingCode
from ssbt.compiler.emit.templating import connector_template, render_template
from ssbt.compiler.ir.pipeline import Sink, Source
from ssbt.compiler.ir.records import EVENT_ID_HEADER, HEADERS, Records, key_columns, value_columns
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.ir.subjects import find_subject
from ssbt.compiler.types.datatypes import BINARY, UNKNOWN, DataType, TimestampType
from ssbt.compiler.types.quoting import quote_name

_INSTANT = "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXXXX"
_WHOLE_JSON = {
    "timestampFormat": _INSTANT,
    "timestampNTZFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSS",
    "ignoreNullFields": "false",
}
_PARTS = (
    ("value", OptionPlacement.VALUE, value_columns),
    ("key", OptionPlacement.RECORD_KEY, key_columns),
)


def emit_decoded_rows(
    source: Source,
    records: Records,
    frame: str,
    code: SettingCode,
    schemas: SchemaCode,
    *,
    in_batches: bool,
) -> str:
    """The code of the rows that are made of the records of `read`."""
    parts = (
        ("value", records.value, source.schema, records.masked),
        ("key", records.key, records.key_schema, records.masked_in_key),
    )
    decodings = {
        part: _emit_decoding(use, part, schema, source.settings, code, schemas, masked)
        if use is not None
        else None
        for part, use, schema, masked in parts
    }
    return render_template(
        "records/decoded",
        records=frame,
        metadata=list(records.metadata),
        on_error=None if records.on_error == "fail" else records.on_error,
        uncounted=records.on_error == "drop" and not in_batches,
        **decodings,
    )


def _emit_decoding(
    use: FormatUse,
    part: str,
    schema: str | None,
    settings: Settings,
    code: SettingCode,
    schemas: SchemaCode,
    masked: tuple[str, ...],
) -> str:
    """The code of a Decoding."""
    decoding = use.format.decoding
    assert decoding is not None
    added = f", {quote_name(decoding.malformed)} STRING" if decoding.malformed else ""
    text = schemas.emit_read_schema(schema, added) if schema is not None else None
    schema_text = code.schema_texts.declared.get(schema or "")
    part_column = render_template("records/record", column=part)
    context = {"bytes": part_column, "schema": text, **_option_context(use, code)}
    context |= {"masked": list(masked), **_schema_context(use, part, settings, schema_text, code)}
    if has_template(use.format, "decoding"):
        return connector_template(use.format, "decoding").render(context).strip()
    column, problem, marker = (
        connector_template(use.format, name).render(context).strip()
        if has_template(use.format, name)
        else None
        for name in ("decode", "problem", "marker")
    )
    return render_template(
        "records/decoding",
        column=column,
        problem=problem or python_literal(decoding.problem),
        malformed=decoding.malformed,
        marker=marker,
    )


def _schema_context(
    use: FormatUse,
    part: str,
    settings: Settings,
    schema_text: SchemaText | None,
    code: SettingCode,
) -> dict[str, object]:
    """What templates know of a schema that is written in another language."""
    if schema_text is None or not use.format.language:
        return {"text": None, "message": None, "subject": None}
    subject_text = find_subject(use, part, settings, schema_text.record_name, schema_text.subject)
    message = schema_text.message or None
    return {"text": schema_text.constant, "message": message, "subject": code.value(subject_text)}


def emit_encoded_record(sink: Sink, relation: Relation, code: SettingCode) -> dict[str, str | None]:
    """The code of the value, the key and the headers to write, for a connector's template."""
    context: dict[str, str | None] = {"headers": _emit_headers(sink.settings, relation)}
    for part, placement, columns in _PARTS:
        use = sink.settings.format_at(placement)
        part_columns = columns(sink.settings, relation) if use is not None else ()
        context[part] = (
            _emit_encoding(use, part, part_columns, sink, relation, code) if use else None
        )
    return context


def _emit_headers(settings: Settings, relation: Relation) -> str | None:
    """The code of all headers; of a column that is a list of headers, those in it."""
    types = {column.name.casefold(): column.type for column in relation.columns}
    single, lists = [], []
    for column in settings.columns_at(OptionPlacement.HEADERS):
        reference = render_template("records/record", column=quote_reference(column.name))
        type_ = types.get(column.name.casefold())
        if type_ == HEADERS:
            lists.append(reference)
        else:
            is_binary = type_ == BINARY
            value = reference if is_binary else _emit_as_text(reference, type_)
            single.append(_emit_header(column.name, value, is_text=not is_binary))
    if event := settings.columns_at(OptionPlacement.EVENT_ID):
        id_columns = [column for each in event for column in relation.find_columns(each.name)]
        single.append(_emit_header(EVENT_ID_HEADER, _emit_event_id(id_columns), is_text=True))
    if not single and not lists:
        return None
    return render_template(
        "records/headers",
        lists=lists,
        type=HEADERS.sql,
        single=single,
        several=len(lists) + bool(single) > 1,
    )


def _emit_header(name: str, value: str, *, is_text: bool) -> str:
    return render_template("records/header", name=name, value=value, is_text=is_text)


def _emit_as_text(column: str, type_: DataType | None) -> str:
    """The code of a value as text; of an instant with its zone, or an hour would stand for two."""
    pattern = _INSTANT if isinstance(type_, TimestampType) else None
    return render_template("records/as_text", column=column, pattern=pattern)


def _emit_event_id(columns: list[Column]) -> str:
    """The code of the hash of columns."""
    is_typed = all(column.type != UNKNOWN for column in columns)
    ddl = ", ".join(f"{quote_name(each.name)} {each.type.sql}" for each in columns)
    return render_template(
        "records/event_id",
        ddl=ddl if is_typed else None,
        names=[quote_reference(column.name) for column in columns],
        options=_WHOLE_JSON,
    )


def _emit_encoding(
    use: FormatUse,
    part: str,
    columns: tuple[Column, ...],
    sink: Sink,
    relation: Relation,
    code: SettingCode,
) -> str:
    names = [quote_reference(column.name) for column in columns]
    record = render_template(
        "records/record",
        column=names[0] if names and use.format.accepted_types else None,
        columns=["*"] if relation.is_open and not names else names,
    )
    schema_text = code.schema_texts.find_sink_text(sink.name, part, use)
    text = _emit_as_text(record, columns[0].type if columns else None)
    context = {"record": record, "as_text": text, **_option_context(use, code)}
    context["masked"] = [column.name for column in columns if column.tags]
    context |= _schema_context(use, part, sink.settings, schema_text, code)
    return connector_template(use.format, "encode").render(context).strip()


def _option_context(use: FormatUse, code: SettingCode) -> dict[str, object]:
    sides = (use.format.source, use.format.sink)
    options = [option for side in sides if side is not None for option in side.options]
    return {
        "options": code.text_options(use.settings),
        "given": code.template_values(use.settings, options),
    }
