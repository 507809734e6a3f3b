"""The schemas and subjects of what is read from and written into records."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.connectors.settings import FormatUse, SchemaName, Settings
from ssbt.compiler.connectors.specification import Place
from ssbt.compiler.diagnostics.codes.schemas import OTHER_COLUMNS, OTHER_LANGUAGE, UNKNOWN_SUBJECT
from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.ir.pipeline import Pipeline, Schema, Sink, Source
from ssbt.compiler.ir.records import key_columns, value_columns
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.ir.subjects import record_name, schema_of, subject
from ssbt.compiler.types.datatypes import UNKNOWN

_PARTS = (
    ("value", Place.VALUE, value_columns),
    ("key", Place.RECORD_KEY, key_columns),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Findings for sources and sinks whose formats have schemas in their own language."""
    schemas = {each.name.casefold(): each for each in pipeline.schemas}
    outputs = {
        each.name: each.output if isinstance(each, Source) else each.query.output
        for each in pipeline.datasets
    }
    for source in pipeline.datasets:
        if isinstance(source, Source) and source.records is not None and not source.part:
            named = {"value": source.schema, "key": source.records.key_schema}
            for part, place, _ in _PARTS:
                yield from _reading(part, place, source.settings, schemas.get(_key(named[part])))
    for sink in pipeline.sinks:
        for part, place, columns in _PARTS:
            use = sink.settings.format_at(place)
            if use is not None and use.format.language:
                found = columns(sink.settings, outputs[sink.dataset])
                yield from _writing(use, part, sink, outputs[sink.dataset], found, schemas)


def _key(name: str | None) -> str:
    return (name or "").casefold()


def _reading(
    part: str, place: Place, settings: Settings, schema: Schema | None
) -> Iterator[Diagnostic]:
    use = settings.format_at(place)
    if use is None or not use.format.language or schema is None or schema.written is None:
        return
    yield from _subject(use, part, settings, "", schema.written.subject)


def _writing(
    use: FormatUse,
    part: str,
    sink: Sink,
    relation: Relation,
    columns: tuple[Column, ...],
    schemas: dict[str, Schema],
) -> Iterator[Diagnostic]:
    named = schema_of(use)
    schema = schemas.get(named.name.casefold()) if named is not None else None
    if named is None or schema is None:
        yield from _subject(use, part, sink.settings, record_name(use, sink.dataset), "")
    elif schema.written is None or schema.written.language != use.format.language:
        message = f"`{schema.name}` is no schema of the language that `{use.format.name}` needs"
        yield Diagnostic(OTHER_LANGUAGE, message, Label(named.span))
    else:
        yield from _subject(use, part, sink.settings, schema.name, schema.written.subject)
        if not relation.is_open:
            yield from _columns(named, schema, columns)


def _subject(
    use: FormatUse, part: str, settings: Settings, record: str, registered: str
) -> Iterator[Diagnostic]:
    registry = use.settings.named("registry")
    if registry is None or registry.span is None:
        return
    if subject(use, part, settings, record, registered) is None:
        message = "the subject of the schemas cannot be told from the topic"
        help_ = (f'say which: `subject = "orders-{part}"`',)
        yield Diagnostic(UNKNOWN_SUBJECT, message, Label(registry.span), (), help_)


def _columns(
    named: SchemaName, schema: Schema, columns: tuple[Column, ...]
) -> Iterator[Diagnostic]:
    """A field for each column, a column for each field, and one type."""
    fields = {field.name: field for field in schema.type.fields}
    for column in columns:
        field = fields.pop(column.name, None)
        if field is None:
            message = f"`{schema.name}` has no field `{column.name}`"
            help_: tuple[str, ...] = ("leave the column out: names are compared with their case",)
            yield Diagnostic(OTHER_COLUMNS, message, Label(named.span), (), help_)
        elif column.type != UNKNOWN and column.type.sql != field.type.sql:
            message = (
                f"the column `{column.name}` is {column.type.sql},"
                f" and in `{schema.name}` {field.type.sql}"
            )
            help_ = (f"cast it: `set {column.name} = cast({column.name} as {field.type.sql})`",)
            yield Diagnostic(OTHER_COLUMNS, message, Label(named.span), (), help_)
    for name in (name for name, field in fields.items() if not field.nullable):
        message = f"`{schema.name}` has a field `{name}`, and there is no such column"
        yield Diagnostic(OTHER_COLUMNS, message, Label(named.span))
