"""What sinks write and sources read, in files or in the value and the key of records."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from ssbt.compiler.connectors.settings import FormatUse, Settings
from ssbt.compiler.connectors.specification import Connector, OptionPlacement
from ssbt.compiler.contracts.endpoints import EndpointColumn, Payload
from ssbt.compiler.contracts.named import named_columns
from ssbt.compiler.ir.locations import fill_parameters
from ssbt.compiler.ir.merges import stored_columns
from ssbt.compiler.ir.nulls import NullAnalysis
from ssbt.compiler.ir.pipeline import Let, Pipeline, Schema, Sink, Source
from ssbt.compiler.ir.plans import plans
from ssbt.compiler.ir.records import key_columns, value_columns
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.source import Span
from ssbt.compiler.types.datatypes import StructField


class PayloadBuilder:
    """Builds the payloads of a pipeline's sources and sinks."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._named = named_columns(pipeline)
        self._nulls = NullAnalysis(self._is_nullable_in_schema)
        self._schemas = {each.name.casefold(): each for each in pipeline.schemas}
        self._outputs = {
            each.name: each.query.output if isinstance(each, Let) else each.output
            for each in pipeline.datasets
        }

    def build_read(self, source: Source) -> Payload:
        """What a source reads, of records their value."""
        columns = self._read_columns(source)
        if columns is None and source.records is not None and source.schema is None:
            columns = tuple(
                _written_column(each) for each in source.output.columns if each.name == "value"
            )
        part = _build_payload(source.connector, source.settings, columns, OptionPlacement.VALUE)
        return replace(part, named=self._named.get(source.name, ()))

    def build_read_key(self, source: Source) -> Payload | None:
        """What a source reads as the key of records, if they have one."""
        if source.settings.format_at(OptionPlacement.RECORD_KEY) is None:
            return None
        schema = self._schemas.get(
            ((source.records and source.records.key_schema) or "").casefold()
        )
        columns = (
            None
            if schema is None
            else tuple(_key_column(schema, each) for each in schema.type.fields)
        )
        return _build_payload(
            source.connector, source.settings, columns, OptionPlacement.RECORD_KEY
        )

    def build_written(self, sink: Sink, *, is_topic: bool) -> Payload:
        """What a sink writes, to a topic as the value of records."""
        output = self._outputs[sink.dataset]
        choose_columns = value_columns if is_topic else stored_columns
        written_columns = choose_columns(sink.settings, output)
        columns = None if output.is_open else self._written_columns(sink, written_columns)
        return _build_payload(sink.connector, sink.settings, columns, OptionPlacement.VALUE)

    def build_written_key(self, sink: Sink) -> Payload | None:
        """What a sink writes as the key of records, if they have one."""
        if sink.settings.format_at(OptionPlacement.RECORD_KEY) is None:
            return None
        output = self._outputs[sink.dataset]
        columns = (
            None
            if output.is_open
            else self._written_columns(sink, key_columns(sink.settings, output))
        )
        return _build_payload(sink.connector, sink.settings, columns, OptionPlacement.RECORD_KEY)

    def _read_columns(self, source: Source) -> tuple[EndpointColumn, ...] | None:
        """The columns that a schema says of a source; None where only Spark knows them."""
        schema = self._schemas.get((source.schema or "").casefold())
        if source.output.is_open or schema is None:
            return None
        lacking = {*schema.optional, *(name for name, _ in schema.defaults)}
        # Options fill some columns, which nobody has to write.
        filled_in = {name.casefold() for name, _, _ in source.settings.added_columns()}
        fields = {each.name.casefold(): each for each in schema.type.fields}
        return tuple(
            EndpointColumn(
                each.name,
                each.type.sql,
                each.declared,
                each.name in lacking,
                None if fields[each.name.casefold()].nullable else False,
            )
            for each in source.output.columns
            if each.name.casefold() in fields.keys() - filled_in
        )

    def _written_columns(self, sink: Sink, columns: Iterable[Column]) -> tuple[EndpointColumn, ...]:
        operator = plans(self._pipeline)[sink.dataset]

        def build_column(column: Column) -> EndpointColumn:
            # A history adds columns, of which it alone says whether they may be null.
            nullable: bool | None = column.nullable
            if self._outputs[sink.dataset].find_columns(column.name):
                nullable = self._nulls.may_be_null(operator, column.name.casefold())
            return EndpointColumn(column.name, column.type.sql, column.declared, nullable=nullable)

        return tuple(map(build_column, columns))

    def _is_nullable_in_schema(self, source: Source, name: str) -> bool | None:
        """What the schema of a source says; Spark itself takes all for nullable."""
        schema = self._schemas.get((source.schema or "").casefold())
        fields = schema.type.fields if schema is not None else ()
        matches = [each.nullable for each in fields if each.name.casefold() == name.casefold()]
        return matches[0] if len(matches) == 1 else None


def _key_column(schema: Schema, field: StructField) -> EndpointColumn:
    lacking = {*schema.optional, *(name for name, _ in schema.defaults)}
    nullable = None if field.nullable else False
    return EndpointColumn(field.name, field.type.sql, None, field.name in lacking, nullable)


def _written_column(column: Column) -> EndpointColumn:
    return EndpointColumn(column.name, column.type.sql, column.declared)


def _build_payload(
    connector: Connector,
    settings: Settings,
    columns: tuple[EndpointColumn, ...] | None,
    placement: OptionPlacement,
) -> Payload:
    """What is in the files, or with a format's own options in the value or the key of records."""
    use, placement_setting = settings.format_at(placement), settings.at(placement)
    form_connector: Connector = connector
    if use is not None:
        form_connector, settings = use.format, use.settings
    options: dict[str, str] = {}
    places: list[tuple[str, Span]] = []
    for setting in settings.settings:
        if setting.option.place in (
            OptionPlacement.OPTION,
            OptionPlacement.TEMPLATE,
        ) and not isinstance(setting.value, FormatUse):
            options[setting.option.name] = _option_text(setting.value)
            if setting.span is not None:
                places.append((setting.option.name, setting.span))
    for raw in settings.raw:
        options[f"raw {raw.name.lower()}"] = _option_text(raw.value)
    return Payload(
        form_connector.name,
        columns,
        tuple(options.items()),
        tuple(places),
        placement_setting.span if placement_setting else None,
        any_format=any(
            each is not None and each.any_format for each in (connector.source, connector.sink)
        ),
    )


def _option_text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        # Their places are no part of what is written.
        return ", ".join(map(_option_text, value))
    name = getattr(value, "name", None)
    return (
        name
        if isinstance(name, str) and not hasattr(value, "parts")
        else fill_parameters(value, {})
    )
