"""Lineage as OpenLineage tells it: the events of a job, with datasets that are named by place.

What a pipeline reads and writes is known when it is compiled, but for its parameters. `record` is
all of it with `${name}` in places; the runtime holds it in the manifest and puts values in, as
`event` does with defaults.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
import re
from typing import Any

from ssbt.compiler.connectors.settings import Settings
from ssbt.compiler.connectors.specification import Place
from ssbt.compiler.connectors.values import ParamUse, Text
from ssbt.compiler.ir.pipeline import Let, Pipeline, Sink, Source
from ssbt.compiler.ir.provenance import Origin
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.lineage.dependencies import Kind
from ssbt.compiler.lineage.graph import lineage
from ssbt.compiler.types.datatypes import ArrayType, DataType, MapType, StructType

Json = dict[str, Any]

SPEC = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/"
_FACETS = "https://openlineage.io/spec/facets/"
_DATASET = "dataset"
_PLACE = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/]*)/*(.*)", re.DOTALL)
_PARAMETER = re.compile(r"\$\{(\w+)\}")
# What decides about rows, in OpenLineage's words.
_INDIRECT = {
    Kind.FILTER: "FILTER",
    Kind.JOIN: "JOIN",
    Kind.GROUP: "GROUP_BY",
    Kind.ORDER: "SORT",
}


def producer(version: str) -> str:
    """Who tells it, as a URI."""
    return f"urn:ssbt:{version}"


def record(pipeline: Pipeline, version: str, names: Mapping[str, str] | None = None) -> Json:
    """The job, its inputs and outputs; datasets by their names in the pipeline, with `places`.

    `names` are what the runtime calls the parameters in them.
    """
    found = _Record(pipeline, version).document()
    called = {name: f"${{{other}}}" for name, other in (names or {}).items()}
    for place in found["places"].values():
        place.update({key: _filled(text, called) for key, text in place.items()})
    return found


def event(pipeline: Pipeline, namespace: str, time: str, version: str) -> Json:
    """A JobEvent: what the job is, apart from any run; `time` is ISO 8601."""
    found = record(pipeline, version)
    defaults = {each.name: str(each.default) for each in pipeline.parameters if not each.required}
    return {
        "eventTime": time,
        "producer": producer(version),
        "schemaURL": f"{SPEC}JobEvent",
        "job": {"namespace": namespace, "name": pipeline.name, "facets": found["job"]},
        **named(found, defaults),
    }


def named(found: Json, values: Mapping[str, str]) -> Json:
    """The inputs and outputs with the names that OpenLineage gives them by place."""
    places = {name: _place(place, values) for name, place in found["places"].items()}
    return {side: _with_places(found[side], places) for side in ("inputs", "outputs")}


def _with_places(value: Any, places: Mapping[str, Json]) -> Any:
    if isinstance(value, list):
        return [_with_places(each, places) for each in value]
    if not isinstance(value, dict):
        return value
    place = places[value[_DATASET]] if isinstance(value.get(_DATASET), str) else {}
    others = {key: each for key, each in value.items() if not (place and key == _DATASET)}
    return {**place, **{key: _with_places(each, places) for key, each in others.items()}}


def _place(place: Json, values: Mapping[str, str]) -> Json:
    texts = {key: _filled(text, values) for key, text in place.items()}
    if "path" not in texts:
        # Of several servers the first stands for all.
        return {"namespace": texts["namespace"].partition(",")[0], "name": texts["name"]}
    found = _PLACE.fullmatch(texts["path"])
    if found is None or found[1] == "file":
        return {"namespace": "file", "name": f"/{found[3]}" if found else texts["path"]}
    scheme = "s3" if found[1] in ("s3a", "s3n") else found[1]
    return {"namespace": f"{scheme}://{found[2]}", "name": found[3] or "/"}


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PARAMETER.sub(lambda found: values.get(found[1], found[0]), text)


class _Record:
    def __init__(self, pipeline: Pipeline, version: str) -> None:
        self._pipeline = pipeline
        self._producer = producer(version)
        self._sources = lineage(pipeline).sources()
        self._inputs = [each for each in pipeline.datasets if isinstance(each, Source)]

    def document(self) -> Json:
        sinks = self._pipeline.sinks
        named: list[tuple[str, Source | Sink]] = [
            *((each.name, each) for each in self._inputs),
            *((f"sink {each.name}", each) for each in sinks),
        ]
        return {
            "producer": self._producer,
            "job": self._job(),
            "places": {name: self._place(each) for name, each in named},
            "inputs": [
                {_DATASET: each.name, "facets": {"schema": self._schema(each.output)}}
                for each in self._inputs
            ],
            "outputs": [self._output(each) for each in sinks],
        }

    def _facet(self, name: str, **content: Any) -> Json:
        return {"_producer": self._producer, "_schemaURL": f"{_FACETS}{name}", **content}

    def _job(self) -> Json:
        streams = any(each.stream is not None for each in self._pipeline.sinks)
        found = {
            "jobType": self._facet(
                "2-0-4/JobTypeJobFacet.json#/$defs/JobTypeJobFacet",
                processingType="STREAMING" if streams else "BATCH",
                integration="SSBT",
                jobType="JOB",
            )
        }
        if self._pipeline.description:
            found["documentation"] = self._facet(
                "1-1-0/DocumentationJobFacet.json#/$defs/DocumentationJobFacet",
                description=self._pipeline.description,
            )
        if self._pipeline.owner:
            found["ownership"] = self._facet(
                "1-0-1/OwnershipJobFacet.json#/$defs/OwnershipJobFacet",
                owners=[{"name": self._pipeline.owner}],
            )
        return found

    def _schema(self, relation: Relation) -> Json:
        fields = [_typed(each.name, each.type) for each in relation.columns]
        return self._facet("1-2-0/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet", fields=fields)

    def _output(self, sink: Sink) -> Json:
        item = next(each for each in self._pipeline.datasets if each.name == sink.dataset)
        relation = item.query.output if isinstance(item, Let) else item.output
        known = self._sources
        made = {each.name: self._made_of(sink, each) for each in relation.columns}
        fields = {name: {"inputFields": columns} for name, columns in made.items()}
        rows = known.rows[sink.dataset]
        deciding = {(*_column(each.origin), each.kind) for each in rows}
        shown = {(*_column(each.origin), each.kind) for each in rows if not each.masked}
        indirect = [
            _field(dataset, column, "INDIRECT", _INDIRECT[kind], (dataset, column, kind) in shown)
            for dataset, column, kind in sorted(deciding, key=_order)
        ]
        facet = self._facet(
            "1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet",
            fields=fields,
            dataset=indirect,
        )
        return {
            _DATASET: f"sink {sink.name}",
            "facets": {"schema": self._schema(relation), "columnLineage": facet},
        }

    def _made_of(self, sink: Sink, column: Column) -> list[Json]:
        made = Origin(sink.dataset, column.name)
        shown = _columns(self._sources.unmasked[made])
        return [
            _field(*each, "DIRECT", "TRANSFORMATION", each in shown)
            for each in _columns(self._sources.columns[made])
        ]

    def _place(self, item: Source | Sink) -> Json:
        """The path, or the namespace and the name; parameters are `${name}`."""
        for place in (Place.LOAD, Place.PATH):
            setting = item.settings.at(place)
            if setting is not None:
                return {"path": _text(setting.value)}
        table = item.settings.at(Place.TABLE)
        identity = [table] if table else [s for s in item.settings.settings if s.option.identity]
        name = ",".join(_text(each.value) for each in identity) or (
            f"{self._pipeline.name}.{item.name}"
        )
        address = next(self._addresses(item.settings), "")
        connector = item.connector.name
        return {"namespace": f"{connector}://{address}" if address else connector, "name": name}

    def _addresses(self, settings: Settings) -> Iterator[str]:
        connections = {each.name: each.settings for each in self._pipeline.connections}
        shared = settings.connection and connections.get(settings.connection.name)
        for each in (*settings.settings, *(shared.settings if shared else ())):
            if each.option.address:
                yield _text(each.value)


def _typed(name: str, type_: DataType) -> Json:
    """A column or a field with its type; what is in it has the names of the specification."""
    match type_:
        case StructType():
            within = [_typed(each.name, each.type) for each in type_.fields]
            return {"name": name, "type": "struct", "fields": within}
        case ArrayType():
            return {"name": name, "type": "array", "fields": [_typed("_element", type_.element)]}
        case MapType():
            within = [_typed("key", type_.key), _typed("value", type_.value)]
            return {"name": name, "type": "map", "fields": within}
        case _:
            return {"name": name, "type": type_.sql}


def _columns(origins: Iterable[Origin]) -> list[tuple[str, str]]:
    """The columns that these are, or are fields in: the specification has no names of fields."""
    return sorted({_column(origin) for origin in origins})


def _column(origin: Origin) -> tuple[str, str]:
    return origin.dataset, origin.column


def _order(each: tuple[str, str, Kind]) -> tuple[str, str, int]:
    dataset, column, kind = each
    return dataset, column, list(Kind).index(kind)


def _field(dataset: str, column: str, type_: str, subtype: str, is_shown: bool) -> Json:
    how = {"type": type_, "subtype": subtype, "masking": not is_shown}
    return {_DATASET: dataset, "field": column, "transformations": [how]}


def _text(value: object) -> str:
    match value:
        case ParamUse():
            return f"${{{value.name}}}"
        case Text():
            return value.shown
        case tuple():
            return ",".join(_text(each) for each in value)
        case _:
            return str(value)
