"""The schemas and subjects of what is read from and written into records."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.connectors.settings import FormatUse, SchemaName, Settings
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.diagnostics.codes.schemas import OTHER_COLUMNS, OTHER_LANGUAGE, UNKNOWN_SUBJECT
from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.ir.pipeline import Pipeline, Schema, Sink, Source, collect_outputs
from ssbt.compiler.ir.records import key_columns, value_columns
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.ir.subjects import find_subject, find_write_schema, record_name
from ssbt.compiler.types.datatypes import UNKNOWN

_PARTS = (
    ("value", OptionPlacement.VALUE, value_columns),
    ("key", OptionPlacement.RECORD_KEY, key_columns),
)


def check(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Findings for sources and sinks whose formats have schemas in their own language."""
    schemas = {each.name.casefold(): each for each in pipeline.schemas}
    outputs = collect_outputs(pipeline)
    for source in pipeline.datasets:
        if isinstance(source, Source) and source.records is not None and not source.part:
            schema_names = {"value": source.schema, "key": source.records.key_schema}
            for part, placement, _ in _PARTS:
                yield from _check_reading(
                    part, placement, source.settings, schemas.get(_fold_name(schema_names[part]))
                )
    for sink in pipeline.sinks:
        for part, placement, columns in _PARTS:
            use = sink.settings.format_at(placement)
            if use is not None and use.format.language:
                part_columns = columns(sink.settings, outputs[sink.dataset])
                yield from _check_writing(
                    use, part, sink, outputs[sink.dataset], part_columns, schemas
                )


def _fold_name(name: str | None) -> str:
    return (name or "").casefold()


def _check_reading(
    part: str, placement: OptionPlacement, settings: Settings, schema: Schema | None
) -> Iterator[Diagnostic]:
    use = settings.format_at(placement)
    if use is None or not use.format.language or schema is None or schema.external_schema is None:
        return
    yield from _check_subject(use, part, settings, "", schema.external_schema.subject)


def _check_writing(
    use: FormatUse,
    part: str,
    sink: Sink,
    relation: Relation,
    columns: tuple[Column, ...],
    schemas: dict[str, Schema],
) -> Iterator[Diagnostic]:
    schema_name = find_write_schema(use)
    schema = schemas.get(schema_name.name.casefold()) if schema_name is not None else None
    if schema_name is None or schema is None:
        yield from _check_subject(use, part, sink.settings, record_name(use, sink.dataset), "")
    elif schema.external_schema is None or schema.external_schema.language != use.format.language:
        message = f"`{schema.name}` is no schema of the language that `{use.format.name}` needs"
        yield Diagnostic(OTHER_LANGUAGE, message, Label(schema_name.span))
    else:
        yield from _check_subject(
            use, part, sink.settings, schema.name, schema.external_schema.subject
        )
        if not relation.is_open:
            yield from _check_columns(schema_name, schema, columns)


def _check_subject(
    use: FormatUse, part: str, settings: Settings, record: str, registered: str
) -> Iterator[Diagnostic]:
    registry = use.settings.find("registry")
    if registry is None or registry.span is None:
        return
    if find_subject(use, part, settings, record, registered) is None:
        message = "the subject of the schemas cannot be told from the topic"
        help_ = (f'say which: `subject = "orders-{part}"`',)
        yield Diagnostic(UNKNOWN_SUBJECT, message, Label(registry.span), (), help_)


def _check_columns(
    schema_name: SchemaName, schema: Schema, columns: tuple[Column, ...]
) -> Iterator[Diagnostic]:
    """A field for each column, a column for each field, and one type."""
    fields = {field.name: field for field in schema.type.fields}
    for column in columns:
        field = fields.pop(column.name, None)
        if field is None:
            message = f"`{schema.name}` has no field `{column.name}`"
            help_: tuple[str, ...] = ("leave the column out: names are compared with their case",)
            yield Diagnostic(OTHER_COLUMNS, message, Label(schema_name.span), (), help_)
        elif column.type != UNKNOWN and column.type.sql != field.type.sql:
            message = (
                f"the column `{column.name}` is {column.type.sql},"
                f" and in `{schema.name}` {field.type.sql}"
            )
            help_ = (f"cast it: `set {column.name} = cast({column.name} as {field.type.sql})`",)
            yield Diagnostic(OTHER_COLUMNS, message, Label(schema_name.span), (), help_)
    for name in (name for name, field in fields.items() if not field.nullable):
        message = f"`{schema.name}` has a field `{name}`, and there is no such column"
        yield Diagnostic(OTHER_COLUMNS, message, Label(schema_name.span))
