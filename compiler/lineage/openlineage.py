"""Lineage as OpenLineage tells it: the events of a job, with datasets that are named by place.

What a pipeline reads and writes is known when it is compiled, but for its parameters.
`build_record` is all of it with `${name}` in places; the runtime holds it in the manifest and puts
values in, as `build_event` does with defaults.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
import re
from typing import Any

from ssbt.compiler.connectors.settings import Settings
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.connectors.values import ParamUse, Text
from ssbt.compiler.ir.catalogs import catalog_place, find_catalog
from ssbt.compiler.ir.merges import find_origin, stored_columns
from ssbt.compiler.ir.pipeline import Let, Pipeline, Sink, Source, sort_by_name
from ssbt.compiler.ir.provenance import Origin
from ssbt.compiler.ir.relations import Column
from ssbt.compiler.lineage.dependencies import DependencyKind
from ssbt.compiler.lineage.graph import build_lineage
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.types.datatypes import ArrayType, DataType, MapType, StructType

Json = dict[str, Any]

SPEC = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/"
_FACETS = "https://openlineage.io/spec/facets/"
_DATASET = "dataset"
_PLACE = lazy_pattern(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/]*)/*(.*)", re.DOTALL)
_SESSION_CATALOG = "spark_catalog"
_PART_OF_NAME = lazy_pattern(r"(?:`[^`]*`|[^.`])+")
_PARAMETER = lazy_pattern(r"\$\{(\w+)\}")
# What decides about rows, in OpenLineage's words.
_INDIRECT = {
    DependencyKind.FILTER: "FILTER",
    DependencyKind.JOIN: "JOIN",
    DependencyKind.GROUP: "GROUP_BY",
    DependencyKind.ORDER: "SORT",
}


def producer(version: str) -> str:
    """Who tells it, as a URI."""
    return f"urn:ssbt:{version}"


def build_record(pipeline: Pipeline, version: str, names: Mapping[str, str] | None = None) -> Json:
    """The job, its inputs and outputs; datasets by their names in the pipeline, with `places`.

    `names` are what the runtime calls the parameters in them.
    """
    document = _RecordBuilder(pipeline, version).build_document()
    placeholders = {name: f"${{{runtime_name}}}" for name, runtime_name in (names or {}).items()}
    for place in document["places"].values():
        place.update({key: _fill_parameters(text, placeholders) for key, text in place.items()})
    return document


def build_event(pipeline: Pipeline, namespace: str, time: str, version: str) -> Json:
    """A JobEvent: what the job is, apart from any run; `time` is ISO 8601."""
    document = build_record(pipeline, version)
    defaults = {each.name: str(each.default) for each in pipeline.parameters if not each.required}
    return {
        "eventTime": time,
        "producer": producer(version),
        "schemaURL": f"{SPEC}JobEvent",
        "job": {"namespace": namespace, "name": pipeline.name, "facets": document["job"]},
        **name_datasets(document, defaults),
    }


def name_datasets(document: Json, values: Mapping[str, str]) -> Json:
    """The inputs and outputs with the names that OpenLineage gives them by place."""
    places = {name: _resolve_place(place, values) for name, place in document["places"].items()}
    return {side: _with_places(document[side], places) for side in ("inputs", "outputs")}


def _with_places(value: Any, places: Mapping[str, Json]) -> Any:
    if isinstance(value, list):
        return [_with_places(each, places) for each in value]
    if not isinstance(value, dict):
        return value
    place = places[value[_DATASET]] if isinstance(value.get(_DATASET), str) else {}
    rest = {key: each for key, each in value.items() if not (place and key == _DATASET)}
    return {**place, **{key: _with_places(each, places) for key, each in rest.items()}}


def _resolve_place(place: Json, values: Mapping[str, str]) -> Json:
    texts = {key: _fill_parameters(text, values) for key, text in place.items()}
    if "path" not in texts:
        # Of several servers the first stands for all.
        return {"namespace": texts["namespace"].partition(",")[0], "name": texts["name"]}
    match = _PLACE.fullmatch(texts["path"])
    if match is None or match[1] == "file":
        return {"namespace": "file", "name": f"/{match[3]}" if match else texts["path"]}
    scheme = "s3" if match[1] in ("s3a", "s3n") else match[1]
    return {"namespace": f"{scheme}://{match[2]}", "name": match[3] or "/"}


def _fill_parameters(text: str, values: Mapping[str, str]) -> str:
    return _PARAMETER.sub(lambda match: values.get(match[1], match[0]), text)


class _RecordBuilder:
    def __init__(self, pipeline: Pipeline, version: str) -> None:
        self._pipeline = pipeline
        self._producer = producer(version)
        self._sources = build_lineage(pipeline).source_dependencies()
        self._inputs = [
            each for each in sort_by_name(pipeline.datasets) if isinstance(each, Source)
        ]

    def build_document(self) -> Json:
        sinks = sort_by_name(self._pipeline.sinks)
        ends: list[tuple[str, Source | Sink]] = [
            *((each.name, each) for each in self._inputs),
            *((f"sink {each.name}", each) for each in sinks),
        ]
        return {
            "producer": self._producer,
            "job": self._job(),
            "places": {name: self._place(each) for name, each in ends},
            "inputs": [
                {_DATASET: each.name, "facets": {"schema": self._schema(each.output.columns)}}
                for each in self._inputs
            ],
            "outputs": [self._output(each) for each in sinks],
        }

    def _facet(self, name: str, **content: Any) -> Json:
        return {"_producer": self._producer, "_schemaURL": f"{_FACETS}{name}", **content}

    def _job(self) -> Json:
        streams = any(each.stream is not None for each in self._pipeline.sinks)
        facets = {
            "jobType": self._facet(
                "2-0-4/JobTypeJobFacet.json#/$defs/JobTypeJobFacet",
                processingType="STREAMING" if streams else "BATCH",
                integration="SSBT",
                jobType="JOB",
            )
        }
        if self._pipeline.description:
            facets["documentation"] = self._facet(
                "1-1-0/DocumentationJobFacet.json#/$defs/DocumentationJobFacet",
                description=self._pipeline.description,
            )
        if self._pipeline.owner:
            facets["ownership"] = self._facet(
                "1-0-1/OwnershipJobFacet.json#/$defs/OwnershipJobFacet",
                owners=[{"name": self._pipeline.owner}],
            )
        return facets

    def _schema(self, columns: Iterable[Column]) -> Json:
        fields = [_schema_field(each.name, each.type) for each in columns]
        return self._facet("1-2-0/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet", fields=fields)

    def _output(self, sink: Sink) -> Json:
        item = next(each for each in self._pipeline.datasets if each.name == sink.dataset)
        relation = item.query.output if isinstance(item, Let) else item.output
        columns = stored_columns(sink.settings, relation)
        sources = self._sources
        inputs_by_column = {
            each.name: self._input_fields(sink, find_origin(sink.settings, relation, each))
            for each in columns
        }
        fields = {name: {"inputFields": columns} for name, columns in inputs_by_column.items()}
        rows = sources.rows[sink.dataset]
        row_columns = {(*_column(each.origin), each.kind) for each in rows}
        unmasked = {(*_column(each.origin), each.kind) for each in rows if not each.masked}
        indirect = [
            _field(
                dataset, column, "INDIRECT", _INDIRECT[kind], (dataset, column, kind) in unmasked
            )
            for dataset, column, kind in sorted(row_columns, key=_sort_key)
        ]
        facet = self._facet(
            "1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet",
            fields=fields,
            dataset=indirect,
        )
        return {
            _DATASET: f"sink {sink.name}",
            "facets": {"schema": self._schema(columns), "columnLineage": facet},
        }

    def _input_fields(self, sink: Sink, name: str) -> list[Json]:
        """The columns of sources in a column of the sink's dataset."""
        origin = Origin(sink.dataset, name)
        unmasked = _columns(self._sources.unmasked[origin])
        return [
            _field(*each, "DIRECT", "TRANSFORMATION", each in unmasked)
            for each in _columns(self._sources.columns[origin])
        ]

    def _place(self, item: Source | Sink) -> Json:
        """The path, or the namespace and the name; parameters are `${name}`."""
        for place in (OptionPlacement.LOAD, OptionPlacement.PATH):
            setting = item.settings.at(place)
            if setting is not None:
                return {"path": _text(setting.value)}
        table = item.settings.at(OptionPlacement.TABLE)
        identity = [table] if table else [s for s in item.settings.settings if s.option.identity]
        name = ",".join(_text(each.value) for each in identity) or (
            f"{self._pipeline.name}.{item.name}"
        )
        catalog = find_catalog(item.settings, self._pipeline.connections)
        if catalog is not None:
            return {"namespace": catalog_place(catalog, {}), "name": name}
        if table is not None:
            return _name_table(name)
        address = next(self._addresses(item.settings), "")
        connector = item.connector.name
        return {"namespace": f"{connector}://{address}" if address else connector, "name": name}

    def _addresses(self, settings: Settings) -> Iterator[str]:
        connections = {each.name: each.settings for each in self._pipeline.connections}
        shared = settings.connection and connections.get(settings.connection.name)
        for each in (*settings.settings, *(shared.settings if shared else ())):
            if each.option.address:
                yield _text(each.value)


def _name_table(name: str) -> Json:
    """The namespace and the name of a table: its catalog, and its name there in full.

    So a table has the same name, however its pipelines call it, and whichever connector they use.
    """
    parts = [part.strip("`") for part in _PART_OF_NAME.findall(name)]
    catalog = parts[0] if len(parts) > 2 else _SESSION_CATALOG
    within = parts[1:] if len(parts) > 2 else parts
    # A parameter may hold the namespace as well.
    if len(within) == 1 and "${" not in name:
        within = ["default", *within]
    return {"namespace": catalog, "name": ".".join(within)}


def _schema_field(name: str, type_: DataType) -> Json:
    """A column or a field with its type; what is in it has the names of the specification."""
    match type_:
        case StructType():
            within = [_schema_field(each.name, each.type) for each in type_.fields]
            return {"name": name, "type": "struct", "fields": within}
        case ArrayType():
            return {
                "name": name,
                "type": "array",
                "fields": [_schema_field("_element", type_.element)],
            }
        case MapType():
            within = [_schema_field("key", type_.key), _schema_field("value", type_.value)]
            return {"name": name, "type": "map", "fields": within}
        case _:
            return {"name": name, "type": type_.sql}


def _columns(origins: Iterable[Origin]) -> list[tuple[str, str]]:
    """The columns that these are, or are fields in: the specification has no names of fields."""
    return sorted({_column(origin) for origin in origins})


def _column(origin: Origin) -> tuple[str, str]:
    return origin.dataset, origin.column


def _sort_key(each: tuple[str, str, DependencyKind]) -> tuple[str, str, int]:
    dataset, column, kind = each
    return dataset, column, list(DependencyKind).index(kind)


def _field(dataset: str, column: str, type_: str, subtype: str, is_shown: bool) -> Json:
    transformation = {"type": type_, "subtype": subtype, "masking": not is_shown}
    return {_DATASET: dataset, "field": column, "transformations": [transformation]}


def _text(value: object) -> str:
    match value:
        case ParamUse():
            return f"${{{value.name}}}"
        case Text():
            return value.display_text
        case tuple():
            return ",".join(_text(each) for each in value)
        case _:
            return str(value)
