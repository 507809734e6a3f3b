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
from ssbt.compiler.connectors.specification import Connector, Place, RoleSpecification
from ssbt.compiler.contracts.named import NamedColumn, named_columns
from ssbt.compiler.ir.locations import filled, identity_values, location, servers, values_of
from ssbt.compiler.ir.nulls import NullFlow
from ssbt.compiler.ir.pipeline import Let, Pipeline, Sink, Source
from ssbt.compiler.ir.plans import plans
from ssbt.compiler.ir.records import key_columns, value_columns
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.source import Span


class EndColumn(Struct, frozen=True):
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


class Part(Struct, frozen=True):
    """Columns in one form: the files of a folder, or the value or the key of records.

    `columns` are None where only Spark knows them. `options` are those that say how the form is
    written, dialects resolved, with the places of those that the user gave. `named` are the columns
    that are used of a source whose columns only Spark knows.
    """

    format: str
    columns: tuple[EndColumn, ...] | None
    options: tuple[tuple[str, str], ...] = ()
    places: tuple[tuple[str, Span], ...] = ()
    span: Span | None = None
    named: tuple[NamedColumn, ...] = ()

    def option(self, name: str) -> str | None:
        """The value of an option, if it is given."""
        return dict(self.options).get(name)

    def place(self, name: str) -> Span | None:
        """Where the user gave an option."""
        return dict(self.places).get(name)


class End(Struct, frozen=True):
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
    value: Part
    key: Part | None = None
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


def ends(pipeline: Pipeline, environments: Iterable[EnvironmentValues] = ()) -> tuple[End, ...]:
    """The sources and sinks of a pipeline without errors whose place can be compared."""
    defaults = {each.name: each.default for each in pipeline.parameters if not each.required}
    every = (EnvironmentValues("", defaults), *environments)
    views = tuple(
        EnvironmentValues(each.name, {**defaults, **each.parameters}, each.connections)
        for each in every
    )
    return tuple(_Ends(pipeline, views).all())


class _Ends:
    def __init__(self, pipeline: Pipeline, views: tuple[EnvironmentValues, ...]) -> None:
        self._pipeline, self._views = pipeline, views
        self._named = named_columns(pipeline)
        self._nulls = NullFlow(self._is_nullable_in_schema)
        self._schemas = {each.name.casefold(): each for each in pipeline.schemas}
        self._outputs = {
            each.name: each.query.output if isinstance(each, Let) else each.output
            for each in pipeline.datasets
        }

    def all(self) -> Iterator[End]:
        for each in self._pipeline.datasets:
            if isinstance(each, Source) and not each.part and (found := self._source(each)):
                yield found
        for sink in self._pipeline.sinks:
            if (found := self._sink(sink)) is not None:
                yield found

    def _source(self, source: Source) -> End | None:
        locations, is_topic = self._locations(source.settings, source.connector, Place.LOAD)
        if not any(each for _, each in locations):
            return None
        base = source.settings.named(BASE_PATH)
        return End(
            self._pipeline.name,
            source.name,
            False,
            source.connector.name,
            locations,
            _place(source),
            self._read(source),
            self._read_key(source),
            base=()
            if base is None
            else tuple((v.name, location(base.value, v.parameters)) for v in self._views),
            recursive=source.settings.is_true("recursive_file_lookup"),
            is_topic=is_topic,
        )

    def _sink(self, sink: Sink) -> End | None:
        settings = sink.settings
        locations, is_topic = self._locations(settings, sink.connector, Place.PATH)
        if not any(each for _, each in locations):
            return None
        output = self._outputs[sink.dataset]
        written = value_columns(settings, output) if is_topic else output.columns
        columns = None if output.is_open else self._written(sink, written)
        folders = settings.at(Place.PARTITION_BY)
        return End(
            self._pipeline.name,
            sink.name,
            True,
            sink.connector.name,
            locations,
            _place(sink),
            _part(sink.connector, settings, columns, Place.VALUE),
            self._written_key(sink),
            tuple(each.name for each in folders.columns) if folders else (),
            folders.span if folders else None,
            is_topic=is_topic,
        )

    def _locations(
        self, settings: Settings, connector: Connector, place: Place
    ) -> tuple[tuple[tuple[str, tuple[str, ...]], ...], bool]:
        """The places by environment, and whether they are topics of a broker."""
        paths = values_of(settings, place)
        if paths:
            found = tuple(
                (view.name, tuple(location(path, view.parameters) for path in paths))
                for view in self._views
            )
            return _certain(found), False
        table = values_of(settings, Place.TABLE)
        if table or not any(role.has(Place.VALUE) for role in _roles(connector)):
            return (), False
        topics = tuple(identity_values(settings))
        return tuple(
            (view.name, self._topics(settings, topics, view)) for view in self._views
        ), True

    def _topics(
        self, settings: Settings, topics: Iterable[object], view: EnvironmentValues
    ) -> tuple[str, ...]:
        shared = self._pipeline.connections
        of = servers(settings, shared, view.parameters, view.connections)
        return tuple(f"{of}/{filled(topic, view.parameters)}" for topic in topics)

    def _read(self, source: Source) -> Part:
        schema = self._schemas.get((source.schema or "").casefold())
        if source.output.is_open or schema is None:
            known = None
        else:
            lacking = {*schema.optional, *(name for name, _ in schema.defaults)}
            # Options fill some columns, which nobody has to write.
            filled_in = {name.casefold() for name, _, _ in source.settings.added_columns()}
            fields = {each.name.casefold(): each for each in schema.type.fields}
            known = tuple(
                EndColumn(
                    each.name,
                    each.type.sql,
                    each.declared,
                    each.name in lacking,
                    None if fields[each.name.casefold()].nullable else False,
                )
                for each in source.output.columns
                if each.name.casefold() in fields.keys() - filled_in
            )
        if known is None and source.records is not None and source.schema is None:
            known = tuple(_written(each) for each in source.output.columns if each.name == "value")
        part = _part(source.connector, source.settings, known, Place.VALUE)
        return replace(part, named=self._named.get(source.name, ()))

    def _read_key(self, source: Source) -> Part | None:
        if source.settings.format_at(Place.RECORD_KEY) is None:
            return None
        schema = self._schemas.get(
            ((source.records and source.records.key_schema) or "").casefold()
        )
        columns = (
            None
            if schema is None
            else tuple(EndColumn(each.name, each.type.sql) for each in schema.type.fields)
        )
        return _part(source.connector, source.settings, columns, Place.RECORD_KEY)

    def _written_key(self, sink: Sink) -> Part | None:
        if sink.settings.format_at(Place.RECORD_KEY) is None:
            return None
        output = self._outputs[sink.dataset]
        columns = tuple(_written(each) for each in key_columns(sink.settings, output))
        return _part(sink.connector, sink.settings, columns, Place.RECORD_KEY)

    def _written(self, sink: Sink, columns: Iterable[Column]) -> tuple[EndColumn, ...]:
        operator = plans(self._pipeline)[sink.dataset]

        def made(column: Column) -> EndColumn:
            found = self._nulls.may_be_null(operator, column.name.casefold())
            return EndColumn(column.name, column.type.sql, column.declared, nullable=found)

        return tuple(map(made, columns))

    def _is_nullable_in_schema(self, source: Source, name: str) -> bool | None:
        """What the schema of a source says; Spark itself takes all for nullable."""
        schema = self._schemas.get((source.schema or "").casefold())
        fields = schema.type.fields if schema is not None else ()
        found = [each.nullable for each in fields if each.name.casefold() == name.casefold()]
        return found[0] if len(found) == 1 else None


def _roles(connector: Connector) -> Iterator[RoleSpecification]:
    yield from (role for role in (connector.source, connector.sink) if role is not None)


def _certain(found: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[Any, ...]:
    """The places; those without environment only as far as an environment does not say more."""
    return tuple(
        (name, places)
        for name, places in found
        if name or len(found) == 1 or not any("${" in place for place in places)
    )


def _place(end: Source | Sink) -> Span:
    """Where the place is said, or else the whole end."""
    for setting in end.settings.settings:
        if setting.option.place in (Place.PATH, Place.LOAD) or setting.option.identity:
            return setting.span or end.span
    return end.span


def _written(column: Column) -> EndColumn:
    return EndColumn(column.name, column.type.sql, column.declared)


def _part(
    connector: Connector,
    settings: Settings,
    columns: tuple[EndColumn, ...] | None,
    place: Place,
) -> Part:
    """What is in the files, or with a format's own options in the value or the key of records."""
    use, where = settings.format_at(place), settings.at(place)
    form: Connector = connector
    if use is not None:
        form, settings = use.format, use.settings
    found: dict[str, str] = {}
    places: list[tuple[str, Span]] = []
    for setting in settings.settings:
        if setting.option.place in (Place.OPTION, Place.TEMPLATE) and not isinstance(
            setting.value, FormatUse
        ):
            found[setting.option.name] = _text(setting.value)
            if setting.span is not None:
                places.append((setting.option.name, setting.span))
    for raw in settings.raw:
        found[f"raw {raw.name.lower()}"] = _text(raw.value)
    return Part(
        form.name, columns, tuple(found.items()), tuple(places), where.span if where else None
    )


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    name = getattr(value, "name", None)
    return name if isinstance(name, str) and not hasattr(value, "parts") else filled(value, {})


def relocated(end: End, shown: Callable[[str], str]) -> End:
    """The end with paths of files as `shown` gives them."""

    def moved(span: Span) -> Span:
        return Span(shown(span.path), span.start, span.end)

    def columns(each: Part) -> tuple[EndColumn, ...] | None:
        if each.columns is None:
            return None
        return tuple(
            replace(column, span=moved(column.span) if column.span else None)
            for column in each.columns
        )

    def part(each: Part) -> Part:
        return replace(
            each,
            columns=columns(each),
            places=tuple((name, moved(span)) for name, span in each.places),
            span=moved(each.span) if each.span else None,
            named=tuple(replace(one, span=moved(one.span)) for one in each.named),
        )

    return replace(
        end,
        place=moved(end.place),
        value=part(end.value),
        key=part(end.key) if end.key else None,
        partitions_span=moved(end.partitions_span) if end.partitions_span else None,
    )


def at_home(end: End, home: str) -> End:
    """The end with relative paths told apart by the folder that they are relative to."""
    if end.is_topic or not home:
        return end

    def placed(place: str) -> str:
        is_relative = not place.startswith(("/", "${")) and "://" not in place
        return f"{home.strip('/').replace('/', '|')}|./{place}" if is_relative else place

    return replace(
        end,
        locations=tuple(
            (name, tuple(placed(each) for each in places)) for name, places in end.locations
        ),
        base=tuple((name, placed(each)) for name, each in end.base),
    )
