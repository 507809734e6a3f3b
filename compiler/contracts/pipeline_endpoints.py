"""The ends of a pipeline, built from its IR: where each reads or writes, and what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ssbt.compiler.connectors.partition_folders import BASE_PATH
from ssbt.compiler.connectors.settings import Settings
from ssbt.compiler.connectors.specification import Connector, OptionPlacement, Topics
from ssbt.compiler.contracts.endpoints import Endpoint
from ssbt.compiler.contracts.payloads import PayloadBuilder
from ssbt.compiler.ir.checkpoint_folders import checkpoint_folder
from ssbt.compiler.ir.locations import (
    EnvironmentValues,
    fill_parameters,
    identity_values,
    location,
    path_spellings,
    servers,
    values_of,
    with_defaults,
)
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source
from ssbt.compiler.ir.plans import plans
from ssbt.compiler.ir.table_readers import table_readers
from ssbt.compiler.ir.topics import (
    find_topic_setting,
    topic_settings,
    topics_read,
    topics_written,
)
from ssbt.compiler.ir.written_folders import deletes_folder, read_folders, written_folder
from ssbt.compiler.source import Span

Locations = tuple[tuple[str, tuple[str, ...]], ...]


def list_endpoints(
    pipeline: Pipeline, environments: Iterable[EnvironmentValues] = ()
) -> tuple[Endpoint, ...]:
    """The sources and sinks of a pipeline without errors whose place can be compared."""
    every = (EnvironmentValues(), *environments)
    views = tuple(with_defaults(pipeline, each) for each in every)
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
        settings = source.settings
        is_topic = _has_topics(source.connector)
        if is_topic:
            locations = self._topic_locations(settings, lambda view: _read_names(settings, view))
        else:
            locations = self._read_locations(source)
        if not any(each for _, each in locations):
            return None
        base = settings.find(BASE_PATH)
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
            recursive=settings.is_true("recursive_file_lookup"),
            is_topic=is_topic,
            is_pattern=find_topic_setting(settings, Topics.PATTERN) is not None,
            is_table=source.reads_table,
            **self._find_checkpoints(source),
        )

    def _build_sink(self, sink: Sink) -> Endpoint | None:
        settings, root = sink.settings, plans(self._pipeline).get(sink.dataset)
        is_topic = _has_topics(sink.connector)

        def written_names(view: EnvironmentValues) -> tuple[str, ...]:
            topics = topics_written(settings, root, view.parameters)
            return topics.names if topics is not None else _identities(settings, view)

        if is_topic:
            locations = self._topic_locations(settings, written_names)
        elif settings.at(OptionPlacement.TABLE) is not None:
            locations = self._table_locations(sink)
        else:
            locations = self._find_locations(settings, OptionPlacement.PATH)
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
            is_table=sink.keeps_layout,
            inputs=_stream_inputs(root) if sink.stream is not None and root is not None else (),
            deletes=deletes_folder(sink),
            sweeps=any(
                each.removes_orphans and each.sink == sink.name for each in self._pipeline.upkeep
            ),
        )

    def _find_checkpoints(self, source: Source) -> dict[str, Any]:
        """Where the streams of a table keep their places."""
        root = self._pipeline.checkpoint
        streams = table_readers(self._pipeline, source.name) if root is not None else ()
        if root is None or not streams:
            return {}
        folders = {name: checkpoint_folder(root, name) for name in streams}
        names = sorted({p.name for p in root.parts if not isinstance(p, str)})
        return {
            "checkpoints": tuple(
                (name, fill_parameters(each, {})) for name, each in folders.items()
            ),
            "parameters": tuple(
                (
                    view.name,
                    tuple((n, str(view.parameters[n])) for n in names if n in view.parameters),
                )
                for view in self._views
            ),
        }

    def _read_locations(self, source: Source) -> Locations:
        """The places by environment that a source reads; of a table, its folder."""
        return _drop_uncertain(
            tuple(
                (view.name, _spell(read_folders(self._pipeline, source, view.parameters)))
                for view in self._views
            )
        )

    def _find_locations(self, settings: Settings, placement: OptionPlacement) -> Locations:
        """The places by environment that paths name."""
        paths = values_of(settings, placement)
        return _drop_uncertain(
            tuple(
                (view.name, _spell(location(path, view.parameters) for path in paths))
                for view in self._views
            )
        )

    def _table_locations(self, sink: Sink) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The folder of a table, which lies in the warehouse unless its path is absolute."""
        folders = (
            (view.name, written_folder(self._pipeline, sink, view.parameters))
            for view in self._views
        )
        return _drop_uncertain(
            tuple(
                (name, path_spellings(folder.path))
                for name, folder in folders
                if folder is not None
            )
        )

    def _topic_locations(
        self, settings: Settings, find_topics: Callable[[EnvironmentValues], Iterable[str]]
    ) -> Locations:
        """Topics on each of their servers: ends that share one server are on one cluster."""
        shared = self._pipeline.connections
        return tuple(
            (
                view.name,
                tuple(
                    f"{server}/{topic}"
                    for server in sorted(servers(settings, shared, view))
                    for topic in find_topics(view)
                ),
            )
            for view in self._views
        )


def _spell(paths: Iterable[str]) -> tuple[str, ...]:
    """All that the paths may be called."""
    return tuple(spelling for path in paths for spelling in path_spellings(path))


def _has_topics(connector: Connector) -> bool:
    """Whether it reads and writes records of topics, not files."""
    roles = (role for role in (connector.source, connector.sink) if role is not None)
    return any(role.has_option_at(OptionPlacement.VALUE) for role in roles)


def _read_names(settings: Settings, view: EnvironmentValues) -> tuple[str, ...]:
    """The names of the topics that a source reads, or their pattern."""
    topics = topics_read(settings, view.parameters)
    return (*topics.names, *topics.patterns) or _identities(settings, view)


def _identities(settings: Settings, view: EnvironmentValues) -> tuple[str, ...]:
    """What says which data it is to a broker that has no topics."""
    return tuple(fill_parameters(each, view.parameters) for each in identity_values(settings))


def _stream_inputs(root: Operator) -> tuple[str, ...]:
    """The sources of streams that flow into a sink; a part of one by the name of the whole."""
    steps = (each.step for each in root.origins if each.streaming)
    return tuple(
        dict.fromkeys(
            each.name.removesuffix(f".{each.part}") if each.part else each.name
            for each in steps
            if isinstance(each, Source)
        )
    )


def _drop_uncertain(locations: Locations) -> Locations:
    """The places; those without environment only as far as an environment does not say more."""
    return tuple(
        (name, places)
        for name, places in locations
        if name or len(locations) == 1 or not any("${" in location for location in places)
    )


def _location_span(endpoint: Source | Sink) -> Span:
    """Where the place is said, or else the whole end."""
    placements = (OptionPlacement.PATH, OptionPlacement.LOAD, OptionPlacement.TABLE)
    named = [each for each in endpoint.settings.settings if each.option.place in placements]
    named += topic_settings(
        endpoint.settings, Topics.NAMES, Topics.PATTERN, Topics.PARTITIONS, Topics.COLUMN
    )
    return next((each.span for each in named if each.span is not None), endpoint.span)
