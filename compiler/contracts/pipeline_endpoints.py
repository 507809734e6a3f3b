"""The ends of a pipeline, built from its IR: where each reads or writes, and what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from ssbt.compiler.connectors.partition_folders import BASE_PATH
from ssbt.compiler.connectors.settings import Settings
from ssbt.compiler.connectors.specification import Connector, OptionPlacement, RoleSpecification
from ssbt.compiler.contracts.endpoints import Endpoint
from ssbt.compiler.contracts.payloads import PayloadBuilder
from ssbt.compiler.ir.locations import (
    fill_parameters,
    identity_values,
    location,
    servers,
    values_of,
)
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source
from ssbt.compiler.ir.written_folders import written_folder
from ssbt.compiler.source import Span


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
        self._payloads = PayloadBuilder(pipeline)

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
            self._payloads.build_read(source),
            self._payloads.build_read_key(source),
            base=()
            if base is None
            else tuple((v.name, location(base.value, v.parameters)) for v in self._views),
            recursive=source.settings.is_true("recursive_file_lookup"),
            is_topic=is_topic,
        )

    def _build_sink(self, sink: Sink) -> Endpoint | None:
        settings = sink.settings
        locations, is_topic = self._find_locations(settings, sink.connector, OptionPlacement.PATH)
        if settings.at(OptionPlacement.TABLE) is not None:
            locations = self._table_locations(sink)
        if not any(each for _, each in locations):
            return None
        folders = settings.at(OptionPlacement.PARTITION_BY)
        return Endpoint(
            self._pipeline.name,
            sink.name,
            True,
            sink.connector.name,
            locations,
            _location_span(sink),
            self._payloads.build_written(sink, is_topic=is_topic),
            self._payloads.build_written_key(sink),
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

    def _table_locations(self, sink: Sink) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The folder of a table, which lies in the warehouse unless its path is absolute."""
        folders = (
            (view.name, written_folder(self._pipeline, sink, view.parameters))
            for view in self._views
        )
        return _drop_uncertain(
            tuple((name, (folder.path,)) for name, folder in folders if folder is not None)
        )

    def _topic_locations(
        self, settings: Settings, topics: Iterable[object], view: EnvironmentValues
    ) -> tuple[str, ...]:
        shared = self._pipeline.connections
        server = servers(settings, shared, view.parameters, view.connections)
        return tuple(f"{server}/{fill_parameters(topic, view.parameters)}" for topic in topics)


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
