"""What a source's records become, and where those go that cannot be decoded."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from ssbt.compiler.connectors.settings import FormatUse, SchemaName, Setting, Settings
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.diagnostics.codes import records as codes
from ssbt.compiler.diagnostics.codes import unsupported
from ssbt.compiler.diagnostics.codes.schemas import OTHER_LANGUAGE
from ssbt.compiler.diagnostics.model import Label
from ssbt.compiler.ir import pipeline as ir
from ssbt.compiler.ir.records import DEAD_LETTER, KEY, Records, dead_letter_relation
from ssbt.compiler.ir.relations import NO_TAGS, Column, Relation
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.schemas.declarations import DeclaredSchema
from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.types.datatypes import UNKNOWN, DataType, StructField, StructType
from ssbt.compiler.types.ddl import parse_type

FindSchema = Callable[[str, Span], DeclaredSchema | None]

# Columns that the runtime makes beside those of a record, and where records are judged.
_OWN_PREFIX, _JUDGED_NAMES = "_ssbt_", ("_record", "_dead_letter")
VALUE, WHOLE = "value", "_value"
"""The column of a format of one value, and that of the bytes, in which all fields are."""


def resolve_record_columns(
    settings: Settings, find_schema: FindSchema, report: Report
) -> tuple[Column, ...] | None:
    """The columns of a source with a format; None where they cannot be known."""
    value, key = settings.at(OptionPlacement.VALUE), settings.at(OptionPlacement.RECORD_KEY)
    if value is None:
        # A mistake in the format hides none in the schema.
        schema_setting = settings.at(OptionPlacement.SCHEMA)
        if schema_setting is not None and isinstance(schema_setting.value, SchemaName):
            find_schema(schema_setting.value.name, schema_setting.value.span)
        return None
    fields = _resolve_fields(
        value, settings.at(OptionPlacement.SCHEMA), "schema", find_schema, report
    )
    if fields is None:
        return None
    if isinstance(fields, tuple):
        _check_taken_names(fields, settings, report)
    columns = list(fields if isinstance(fields, tuple) else (_column(VALUE, fields),))
    tags = NO_TAGS.union(*(column.tags for column in columns))
    extra_columns = [
        Column(
            name,
            parse_type(type_) or UNKNOWN,
            True,
            declared=span,
            tags=tags if name == WHOLE else NO_TAGS,
        )
        for name, type_, span in settings.added_columns()
    ]
    if key is not None:
        schema = settings.at(OptionPlacement.RECORD_KEY_SCHEMA)
        key_fields = _resolve_fields(key, schema, "key_schema", find_schema, report)
        if isinstance(key_fields, tuple):
            _check_taken_names(key_fields, settings, report, in_key=True)
        extra_columns.insert(0, replace(_key_column(key_fields), declared=key.span))
    return (
        *columns,
        *(extra for extra in extra_columns if _has_unique_name(extra, columns, report)),
    )


def _resolve_fields(
    setting: Setting,
    schema: Setting | None,
    schema_option: str,
    find_schema: FindSchema,
    report: Report,
) -> tuple[Column, ...] | DataType | None:
    """The fields that a format yields, or the type of its one value."""
    use = setting.value
    assert isinstance(use, FormatUse)
    decoding = use.format.decoding
    assert decoding is not None
    span = setting.span
    assert span is not None
    if not decoding.needs_schema:
        if schema is not None and schema.span is not None:
            message = f"`{use.format.name}` is one value and has no schema"
            report.add(
                codes.UNWANTED_SCHEMA, schema.span, message, help=f"remove `{schema_option}`"
            )
        return parse_type(decoding.type) or UNKNOWN
    if schema is None:
        message = f"`{setting.option.name} = {use.format.name}` needs a schema"
        report.add(codes.NEEDS_SCHEMA, span, message, help=f"add `{schema_option} = …`")
        return None
    assert isinstance(schema.value, SchemaName)
    declared_schema = find_schema(schema.value.name, schema.value.span)
    if declared_schema is None:
        return None
    language = use.format.language
    if language and (
        declared_schema.foreign_schema is None
        or declared_schema.foreign_schema.language != language
    ):
        message = (
            f"`{use.format.name}` needs a schema in its own language,"
            f" which `{declared_schema.name}` is not"
        )
        help_ = f"declare it from a file or a registry: `schema {declared_schema.name} from …`"
        report.add(OTHER_LANGUAGE, schema.value.span, message, help=help_)
    check_defaults(
        declared_schema, use.format.name, schema.span, report, fills=decoding.fills_defaults
    )
    # A record without a value is a row of nulls, whatever the schema says.
    return declared_schema.columns_as_read()


def check_defaults(
    schema: DeclaredSchema, reader: str, span: Span | None, report: Report, *, fills: bool
) -> None:
    """The defaults of a schema need a connector or format that fills them in."""
    for name, default in schema.defaults.items():
        if not fills and span is not None:
            also = (Label(default.node.span, "the default"),)
            message = f"`{reader}` does not fill in the default of `{name}`"
            help_ = "leave it out, and use `coalesce` in a step"
            report.add(unsupported.COLUMN_DEFAULT, span, message, also=also, help=help_)


def _key_column(key_fields: tuple[Column, ...] | DataType | None) -> Column:
    if isinstance(key_fields, tuple):
        fields = (StructField(each.name, each.type) for each in key_fields)
        tags = NO_TAGS.union(*(each.tags for each in key_fields))
        by_field = tuple((each.name, each.tags) for each in key_fields)
        type_ = StructType(tuple(fields))
        return Column(KEY, type_, True, tags=tags, field_tags=by_field if tags else ())
    return _column(KEY, key_fields if key_fields is not None else UNKNOWN)


def _column(name: str, type_: DataType) -> Column:
    return Column(name, type_, True)


def _has_unique_name(added: Column, columns: list[Column], report: Report) -> bool:
    """Whether the column's name is its own; a finding where it is not."""
    for column in columns:
        if column.name.casefold() == added.name.casefold() and added.declared is not None:
            message = f"the source has two columns called `{column.name}`"
            also = (Label(column.declared, "the schema's"),) if column.declared else ()
            help_ = "leave it out, or out of the schema"
            report.add(codes.COLUMN_TAKEN, added.declared, message, also=also, help=help_)
            return False
    return True


def _check_taken_names(
    fields: tuple[Column, ...], settings: Settings, report: Report, *, in_key: bool = False
) -> None:
    """A finding for each field that is called as what scripts know of a record."""
    on_error = settings.at(OptionPlacement.ON_ERROR)
    is_judged = not in_key and on_error is not None and on_error.value == DEAD_LETTER
    for field in fields:
        name = field.name.casefold()
        is_taken = name.startswith(_OWN_PREFIX) or (is_judged and name in _JUDGED_NAMES)
        span = field.declared or (settings.at(OptionPlacement.VALUE) or settings.settings[0]).span
        if is_taken and span is not None:
            message = f"`{field.name}` is a name that scripts give to what they know of a record"
            report.add(codes.COLUMN_TAKEN, span, message, help="leave it out of the schema")


def build_records(
    settings: Settings, schemas: Mapping[str, DeclaredSchema], relation: Relation
) -> Records | None:
    """How the records become columns; None for a source without formats."""
    value = settings.format_at(OptionPlacement.VALUE)
    if value is None:
        return None
    schema, metadata = (
        settings.at(OptionPlacement.RECORD_KEY_SCHEMA),
        settings.at(OptionPlacement.METADATA),
    )
    on_error = settings.at(OptionPlacement.ON_ERROR)
    schema_name = schema.value.name if schema and isinstance(schema.value, SchemaName) else ""
    key_schema = schemas.get(schema_name.casefold())
    names = metadata.value if metadata is not None else ()
    added = tuple(map(str, names)) if isinstance(names, tuple) else ()
    masked = (column.name for column in relation.columns if column.tags)
    return Records(
        value,
        settings.format_at(OptionPlacement.RECORD_KEY),
        key_schema.name if key_schema is not None else None,
        added,
        str(on_error.value) if on_error is not None else "fail",
        tuple(name for name in masked if name not in (KEY, *added)),
        _masked_key_fields(relation),
    )


def _masked_key_fields(relation: Relation) -> tuple[str, ...]:
    """The fields of the key with tags, or all of it."""
    for key in relation.find_columns(KEY):
        by_field = tuple(name for name, tags in key.field_tags if tags)
        return by_field or ((KEY,) if key.tags else ())
    return ()


def dead_letter_source(source: ir.Source) -> ir.Source:
    """The dataset of a source's records that cannot be decoded."""
    return replace(
        source,
        name=f"{source.name}.{DEAD_LETTER}",
        output=dead_letter_relation(source.output),
        part=DEAD_LETTER,
    )


def check_dead_letters(
    sinks: list[d.SinkWrite], settings: Mapping[str, Settings], report: Report
) -> None:
    """A source that sends records away needs a sink for them."""
    covered_sources = {node.dataset.text.casefold() for node in sinks if is_dead_letters(node)}
    for name, source_settings in settings.items():
        on_error = source_settings.at(OptionPlacement.ON_ERROR)
        if on_error is None or on_error.value != DEAD_LETTER or name in covered_sources:
            continue
        if on_error.span is not None:
            message = "no sink takes the dead letters"
            help_ = f'add `sink {name}.{DEAD_LETTER} to parquet {{ path = "…" }}`'
            report.add(codes.NOWHERE_TO_GO, on_error.span, message, help=help_)


def is_dead_letters(node: d.SinkWrite) -> bool:
    """Whether a sink takes the dead letters of a source."""
    return node.part is not None and node.part.text.casefold() == DEAD_LETTER
