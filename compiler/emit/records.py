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
from ssbt.compiler.connectors.specification import Place
from ssbt.compiler.emit.expressions import reference
from ssbt.compiler.emit.literals import python_literal
from ssbt.compiler.emit.schema_texts import SchemaText
from ssbt.compiler.emit.schemas import SchemaCode
from ssbt.compiler.emit.setting_code import SettingCode
from ssbt.compiler.emit.templating import connector_template
from ssbt.compiler.ir.pipeline import Sink, Source
from ssbt.compiler.ir.records import EVENT_ID_HEADER, HEADERS, Records, key_columns, value_columns
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.ir.subjects import subject
from ssbt.compiler.types.datatypes import BINARY, UNKNOWN, DataType, TimestampType
from ssbt.compiler.types.quoting import quoted_name

_INSTANT = "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXXXX"
_WHOLE_JSON = {
    "timestampFormat": _INSTANT,
    "timestampNTZFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSS",
    "ignoreNullFields": "false",
}
_PARTS = (
    ("value", Place.VALUE, value_columns),
    ("key", Place.RECORD_KEY, key_columns),
)


def decoded(
    source: Source,
    records: Records,
    read: str,
    code: SettingCode,
    schemas: SchemaCode,
    *,
    in_batches: bool,
) -> str:
    """The code of the rows that are made of the records of `read`."""
    arguments = [read]
    parts = (
        ("value", records.value, source.schema, records.masked),
        ("key", records.key, records.key_schema, records.masked_in_key),
    )
    for part, use, schema, masked in parts:
        if use is not None:
            decoding = _decoding(use, part, schema, source.settings, code, schemas, masked)
            arguments.append(f"{part}={decoding}")
    if records.metadata:
        arguments.append(f"metadata={python_literal(list(records.metadata))}")
    if records.on_error != "fail":
        arguments.append(f"on_error={python_literal(records.on_error)}")
    if records.on_error == "drop" and not in_batches:
        arguments.append("counted=False")
    return f"decoded({', '.join(arguments)})"


def _decoding(
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
    added = f", {quoted_name(decoding.malformed)} STRING" if decoding.malformed else ""
    text = schemas.given(schema, added) if schema is not None else None
    written = code.texts_of_schemas.declared.get(schema or "")
    context = {"bytes": f'F.col("{part}")', "schema": text, **_settings(use, code)}
    context |= {"masked": list(masked), **_of_schema(use, part, settings, written, code)}
    if has_template(use.format, "decoding"):
        return connector_template(use.format, "decoding").render(context).strip()
    problem = python_literal(decoding.problem)
    if has_template(use.format, "problem"):
        problem = connector_template(use.format, "problem").render(context).strip()
    arguments = [connector_template(use.format, "decode").render(context).strip(), problem]
    if decoding.malformed:
        arguments.append(f"malformed={python_literal(decoding.malformed)}")
    if has_template(use.format, "marker"):
        marker = connector_template(use.format, "marker").render(context).strip()
        arguments.append(f"marker={marker}")
    return f"Decoding({', '.join(arguments)})"


def _of_schema(
    use: FormatUse,
    part: str,
    settings: Settings,
    written: SchemaText | None,
    code: SettingCode,
) -> dict[str, object]:
    """What templates know of a schema that is written in another language."""
    if written is None or not use.format.language:
        return {"text": None, "message": None, "subject": None}
    found = subject(use, part, settings, written.record, written.subject)
    message = written.message or None
    return {"text": written.constant, "message": message, "subject": code.value(found)}


def encoded(sink: Sink, relation: Relation, code: SettingCode) -> dict[str, str | None]:
    """The code of the value, the key and the headers to write, for a connector's template."""
    found: dict[str, str | None] = {"headers": _headers(sink.settings, relation)}
    for part, place, columns in _PARTS:
        use = sink.settings.format_at(place)
        named = columns(sink.settings, relation) if use is not None else ()
        found[part] = _encoding(use, part, named, sink, relation, code) if use else None
    return found


def _headers(settings: Settings, relation: Relation) -> str | None:
    """The code of all headers; of a column that is a list of headers, those in it."""
    types = {column.name.casefold(): column.type for column in relation.columns}
    single, lists = [], []
    for column in settings.columns_at(Place.HEADERS):
        code = f"F.col({python_literal(reference(column.name))})"
        type_ = types.get(column.name.casefold())
        if type_ == HEADERS:
            lists.append(f"F.coalesce({code}, F.array().cast({python_literal(HEADERS.sql)}))")
        elif type_ == BINARY:
            single.append(_header(column.name, code))
        else:
            text = _as_text(code, types.get(column.name.casefold()))
            single.append(_header(column.name, f'{text}.cast("binary")'))
    if event := settings.columns_at(Place.EVENT_ID):
        named = [column for each in event for column in relation.named(each.name)]
        single.append(_header(EVENT_ID_HEADER, f'{_event_id(named)}.cast("binary")'))
    if single:
        lists.append(f"F.array({', '.join(single)})")
    return f"F.concat({', '.join(lists)})" if len(lists) > 1 else "".join(lists) or None


def _as_text(code: str, type_: DataType | None) -> str:
    """The code of a value as text; of an instant with its zone, or an hour would stand for two."""
    if isinstance(type_, TimestampType):
        return f"F.date_format({code}, {python_literal(_INSTANT)})"
    return f'{code}.cast("string")'


def _event_id(columns: list[Column]) -> str:
    """The code of the hash of columns; where a type is not known, of their JSON."""
    if all(column.type != UNKNOWN for column in columns):
        declared = ", ".join(f"{quoted_name(each.name)} {each.type.sql}" for each in columns)
        return f"event_id({python_literal(declared)})"
    names = ", ".join(python_literal(reference(column.name)) for column in columns)
    return f"F.sha2(F.to_json(F.struct({names}), {python_literal(_WHOLE_JSON)}), 256)"


def _header(name: str, value: str) -> str:
    return f'F.struct(F.lit({python_literal(name)}).alias("key"), {value}.alias("value"))'


def _encoding(
    use: FormatUse,
    part: str,
    columns: tuple[Column, ...],
    sink: Sink,
    relation: Relation,
    code: SettingCode,
) -> str:
    names = [column.name for column in columns]
    if relation.is_open and not names:
        record = 'F.struct("*")'
    elif use.format.takes:
        record = f"F.col({python_literal(reference(names[0]))})"
    else:
        record = f"F.struct({', '.join(python_literal(reference(name)) for name in names)})"
    written = code.texts_of_schemas.written(sink.name, part, use)
    text = _as_text(record, columns[0].type if columns else None)
    context = {"record": record, "as_text": text, **_settings(use, code)}
    context["masked"] = [column.name for column in columns if column.tags]
    context |= _of_schema(use, part, sink.settings, written, code)
    return connector_template(use.format, "encode").render(context).strip()


def _settings(use: FormatUse, code: SettingCode) -> dict[str, object]:
    sides = (use.format.source, use.format.sink)
    options = [option for side in sides if side is not None for option in side.options]
    return {"options": code.texts(use.settings), "given": code.given(use.settings, options)}
