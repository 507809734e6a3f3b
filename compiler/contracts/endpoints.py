"""The ends of a pipeline as another pipeline meets them: what a sink writes, what a source reads.

An end is small and plain, so that it can be remembered and compared without its pipeline.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.connectors.partition_folders import BASE_PATH
from ssbt.compiler.connectors.settings import FormatUse, Settings
from ssbt.compiler.connectors.specification import Connector, OptionPlacement, RoleSpecification
from ssbt.compiler.contracts.named import NamedColumn, named_columns
from ssbt.compiler.ir.locations import (
    fill_parameters,
    identity_values,
    location,
    servers,
    values_of,
)
from ssbt.compiler.ir.nulls import NullAnalysis
from ssbt.compiler.ir.pipeline import Let, Pipeline, Sink, Source
from ssbt.compiler.ir.plans import plans
from ssbt.compiler.ir.records import key_columns, value_columns
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.source import Span


class EndpointColumn(Struct, frozen=True):
    """A column that is written or read; `type` is its DDL.

    `span` is where its name is given. `may_lack` where the reader says what it is in data without
    it. `nullable` is what is declared: of a sink, that a schema lets it be null on its way here; of
    a source, that it is not null. Spark reads files as if all were nullable.
    """

    name: str
    type: str
    span: Span | None = None
    may_lack: bool = False
    nullable: bool | None = None


class Payload(Struct, frozen=True):
    """Columns in one form: the files of a folder, or the value or the key of records.

    `columns` are None where only Spark knows them. `options` are those that say how the form is
    written, dialects resolved, with the places of those that the user gave. `named` are the columns
    that are used of a source whose columns only Spark knows.
    """

    format: str
    columns: tuple[EndpointColumn, ...] | None
    options: tuple[tuple[str, str], ...] = ()
    places: tuple[tuple[str, Span], ...] = ()
    span: Span | None = None
    named: tuple[NamedColumn, ...] = ()

    def option(self, name: str) -> str | None:
        """The value of an option, if it is given."""
        return dict(self.options).get(name)

    def option_span(self, name: str) -> Span | None:
        """Where the user gave an option."""
        return dict(self.places).get(name)


class Endpoint(Struct, frozen=True):
    """A source or a sink. `locations` are where it reads or writes, by environment: "" by defaults.

    `partitions` are the columns that a sink makes folders of. `base` is the folder below which
    folders count for a source, by environment. `key` is present for records that have one.
    """

    pipeline: str
    name: str
    is_sink: bool
    connector: str
    locations: tuple[tuple[str, tuple[str, ...]], ...]
    place: Span
    value: Payload
    key: Payload | None = None
    partitions: tuple[str, ...] = ()
    partitions_span: Span | None = None
    base: tuple[tuple[str, str], ...] = ()
    recursive: bool = False
    is_topic: bool = False


class EnvironmentValues(Struct, frozen=True):
    """What an environment says; its name is empty where these are the defaults.

    `connections` hold Spark's options of those that it changes.
    """

    name: str = ""
    parameters: Mapping[str, Any] = {}
    connections: Mapping[str, Mapping[str, Any]] = {}


def list_endpoints(
    pipeline: Pipeline, environments: Iterable[EnvironmentValues] = ()
) -> tuple[Endpoint, ...]:
    """The sources and sinks of a pipeline without errors whose place can be compared."""
    defaults = {each.name: each.default for each in pipeline.parameters if not each.required}
    every = (EnvironmentValues("", defaults), *environments)
    views = tuple(
        EnvironmentValues(each.name, {**defaults, **each.parameters}, each.connections)
        for each in every
    )
    return tuple(_EndpointBuilder(pipeline, views).build_all())


class _EndpointBuilder:
    def __init__(self, pipeline: Pipeline, views: tuple[EnvironmentValues, ...]) -> None:
        self._pipeline, self._views = pipeline, views
        self._named = named_columns(pipeline)
        self._nulls = NullAnalysis(self._is_nullable_in_schema)
        self._schemas = {each.name.casefold(): each for each in pipeline.schemas}
        self._outputs = {
            each.name: each.query.output if isinstance(each, Let) else each.output
            for each in pipeline.datasets
        }

    def build_all(self) -> Iterator[Endpoint]:
        for each in self._pipeline.datasets:
            if (
                isinstance(each, Source)
                and not each.part
                and (endpoint := self._build_source(each))
            ):
                yield endpoint
        for sink in self._pipeline.sinks:
            if (endpoint := self._build_sink(sink)) is not None:
                yield endpoint

    def _build_source(self, source: Source) -> Endpoint | None:
        locations, is_topic = self._find_locations(
            source.settings, source.connector, OptionPlacement.LOAD
        )
        if not any(each for _, each in locations):
            return None
        base = source.settings.find(BASE_PATH)
        return Endpoint(
            self._pipeline.name,
            source.name,
            False,
            source.connector.name,
            locations,
            _location_span(source),
            self._read_payload(source),
            self._read_key_payload(source),
            base=()
            if base is None
            else tuple((v.name, location(base.value, v.parameters)) for v in self._views),
            recursive=source.settings.is_true("recursive_file_lookup"),
            is_topic=is_topic,
        )

    def _build_sink(self, sink: Sink) -> Endpoint | None:
        settings = sink.settings
        locations, is_topic = self._find_locations(settings, sink.connector, OptionPlacement.PATH)
        if not any(each for _, each in locations):
            return None
        output = self._outputs[sink.dataset]
        written_columns = value_columns(settings, output) if is_topic else output.columns
        columns = None if output.is_open else self._written_columns(sink, written_columns)
        folders = settings.at(OptionPlacement.PARTITION_BY)
        return Endpoint(
            self._pipeline.name,
            sink.name,
            True,
            sink.connector.name,
            locations,
            _location_span(sink),
            _build_payload(sink.connector, settings, columns, OptionPlacement.VALUE),
            self._written_key_payload(sink),
            tuple(each.name for each in folders.columns) if folders else (),
            folders.span if folders else None,
            is_topic=is_topic,
        )

    def _find_locations(
        self, settings: Settings, connector: Connector, placement: OptionPlacement
    ) -> tuple[tuple[tuple[str, tuple[str, ...]], ...], bool]:
        """The places by environment, and whether they are topics of a broker."""
        paths = values_of(settings, placement)
        if paths:
            locations = tuple(
                (view.name, tuple(location(path, view.parameters) for path in paths))
                for view in self._views
            )
            return _drop_uncertain(locations), False
        table = values_of(settings, OptionPlacement.TABLE)
        if table or not any(
            role.has_option_at(OptionPlacement.VALUE) for role in _roles(connector)
        ):
            return (), False
        topics = tuple(identity_values(settings))
        return tuple(
            (view.name, self._topic_locations(settings, topics, view)) for view in self._views
        ), True

    def _topic_locations(
        self, settings: Settings, topics: Iterable[object], view: EnvironmentValues
    ) -> tuple[str, ...]:
        shared = self._pipeline.connections
        server = servers(settings, shared, view.parameters, view.connections)
        return tuple(f"{server}/{fill_parameters(topic, view.parameters)}" for topic in topics)

    def _read_payload(self, source: Source) -> Payload:
        schema = self._schemas.get((source.schema or "").casefold())
        if source.output.is_open or schema is None:
            columns = None
        else:
            lacking = {*schema.optional, *(name for name, _ in schema.defaults)}
            # Options fill some columns, which nobody has to write.
            filled_in = {name.casefold() for name, _, _ in source.settings.added_columns()}
            fields = {each.name.casefold(): each for each in schema.type.fields}
            columns = tuple(
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
        if columns is None and source.records is not None and source.schema is None:
            columns = tuple(
                _written_column(each) for each in source.output.columns if each.name == "value"
            )
        part = _build_payload(source.connector, source.settings, columns, OptionPlacement.VALUE)
        return replace(part, named=self._named.get(source.name, ()))

    def _read_key_payload(self, source: Source) -> Payload | None:
        if source.settings.format_at(OptionPlacement.RECORD_KEY) is None:
            return None
        schema = self._schemas.get(
            ((source.records and source.records.key_schema) or "").casefold()
        )
        columns = (
            None
            if schema is None
            else tuple(EndpointColumn(each.name, each.type.sql) for each in schema.type.fields)
        )
        return _build_payload(
            source.connector, source.settings, columns, OptionPlacement.RECORD_KEY
        )

    def _written_key_payload(self, sink: Sink) -> Payload | None:
        if sink.settings.format_at(OptionPlacement.RECORD_KEY) is None:
            return None
        output = self._outputs[sink.dataset]
        columns = tuple(_written_column(each) for each in key_columns(sink.settings, output))
        return _build_payload(sink.connector, sink.settings, columns, OptionPlacement.RECORD_KEY)

    def _written_columns(self, sink: Sink, columns: Iterable[Column]) -> tuple[EndpointColumn, ...]:
        operator = plans(self._pipeline)[sink.dataset]

        def build_column(column: Column) -> EndpointColumn:
            nullable = self._nulls.may_be_null(operator, column.name.casefold())
            return EndpointColumn(column.name, column.type.sql, column.declared, nullable=nullable)

        return tuple(map(build_column, columns))

    def _is_nullable_in_schema(self, source: Source, name: str) -> bool | None:
        """What the schema of a source says; Spark itself takes all for nullable."""
        schema = self._schemas.get((source.schema or "").casefold())
        fields = schema.type.fields if schema is not None else ()
        matches = [each.nullable for each in fields if each.name.casefold() == name.casefold()]
        return matches[0] if len(matches) == 1 else None


def _roles(connector: Connector) -> Iterator[RoleSpecification]:
    yield from (role for role in (connector.source, connector.sink) if role is not None)


def _drop_uncertain(locations: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[Any, ...]:
    """The places; those without environment only as far as an environment does not say more."""
    return tuple(
        (name, places)
        for name, places in locations
        if name or len(locations) == 1 or not any("${" in location for location in places)
    )


def _location_span(endpoint: Source | Sink) -> Span:
    """Where the place is said, or else the whole end."""
    for setting in endpoint.settings.settings:
        if (
            setting.option.place in (OptionPlacement.PATH, OptionPlacement.LOAD)
            or setting.option.identity
        ):
            return setting.span or endpoint.span
    return endpoint.span


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
    )


def _option_text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    name = getattr(value, "name", None)
    return (
        name
        if isinstance(name, str) and not hasattr(value, "parts")
        else fill_parameters(value, {})
    )


def with_display_paths(endpoint: Endpoint, display_path: Callable[[str], str]) -> Endpoint:
    """The end with paths of files as `shown` gives them."""

    def move_span(span: Span) -> Span:
        return Span(display_path(span.path), span.start, span.end)

    def move_columns(each: Payload) -> tuple[EndpointColumn, ...] | None:
        if each.columns is None:
            return None
        return tuple(
            replace(column, span=move_span(column.span) if column.span else None)
            for column in each.columns
        )

    def move_payload(each: Payload) -> Payload:
        return replace(
            each,
            columns=move_columns(each),
            places=tuple((name, move_span(span)) for name, span in each.places),
            span=move_span(each.span) if each.span else None,
            named=tuple(replace(one, span=move_span(one.span)) for one in each.named),
        )

    return replace(
        endpoint,
        place=move_span(endpoint.place),
        value=move_payload(endpoint.value),
        key=move_payload(endpoint.key) if endpoint.key else None,
        partitions_span=move_span(endpoint.partitions_span) if endpoint.partitions_span else None,
    )


def with_home(endpoint: Endpoint, home: str) -> Endpoint:
    """The end with relative paths told apart by the folder that they are relative to."""
    if endpoint.is_topic or not home:
        return endpoint

    def qualify(location: str) -> str:
        is_relative = not location.startswith(("/", "${")) and "://" not in location
        return f"{home.strip('/').replace('/', '|')}|./{location}" if is_relative else location

    return replace(
        endpoint,
        locations=tuple(
            (name, tuple(qualify(each) for each in places)) for name, places in endpoint.locations
        ),
        base=tuple((name, qualify(each)) for name, each in endpoint.base),
    )
