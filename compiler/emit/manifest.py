"""The manifest: what a pipeline was compiled from, and what came of it, for programs to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
import json
from typing import Any

from ssbt.compiler.connectors.settings import ColumnName, SchemaName, SecretName, Settings
from ssbt.compiler.connectors.specification import Place
from ssbt.compiler.connectors.values import ParamUse, Text
from ssbt.compiler.emit.checkpoints import checkpoint_folder, dependencies, pass_dependencies
from ssbt.compiler.emit.files import OutputFile
from ssbt.compiler.emit.functions import Functions
from ssbt.compiler.emit.naming import script_names
from ssbt.compiler.emit.places import Places
from ssbt.compiler.emit.source_map import source_map
from ssbt.compiler.emit.state import state_settings
from ssbt.compiler.emit.submission import packages
from ssbt.compiler.emit.version import VERSION
from ssbt.compiler.ir.guarantees import Guarantee, guarantees
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.passes import pass_of
from ssbt.compiler.ir.pipeline import Connection, Let, Parameter, Pipeline, Sink
from ssbt.compiler.ir.pipeline import Source as SourceDataset
from ssbt.compiler.ir.plans import plans
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.lineage.openlineage import record
from ssbt.compiler.source import Source

FORMAT = 1
"""The version of the manifest's own shape; a member may be added within one, none be changed."""

Json = dict[str, Any]


def manifest(
    pipeline: Pipeline,
    sources: Mapping[str, Source],
    places: Places,
    made: Functions,
    outputs: Iterable[OutputFile],
) -> str:
    """JSON text; `outputs` are all other files, the script first."""
    files = tuple(outputs)
    promises, roots = guarantees(pipeline), plans(pipeline)
    document: Json = {
        "format": FORMAT,
        "compiler": VERSION,
        "runtime": VERSION,
        "pipeline": {
            "name": pipeline.name,
            "description": pipeline.description,
            "owner": pipeline.owner,
            "schedule": pipeline.schedule,
        },
        "spark": _spark(pipeline),
        "sources": _hashes((places.file(path), file.text) for path, file in sources.items()),
        "parameters": [_parameter(item, places) for item in pipeline.parameters],
        "datasets": [_dataset(item, places, made) for item in pipeline.datasets],
        "connections": [_declared_connection(item, places) for item in pipeline.connections],
        "secrets": list(pipeline.secrets),
        "sinks": [
            _sink(item, places) | {"stream": _stream(item, roots[item.dataset], pipeline, promises)}
            for item in pipeline.sinks
        ],
        "lineage": record(pipeline, VERSION, script_names(pipeline).params),
        "python_modules": [places.file(item.path) for item in pipeline.modules],
        "source_map": source_map(
            files[0].content.decode(), [item.mapped for item in made.in_order], places
        ),
        "outputs": {file.path: sha256(file.content).hexdigest() for file in files},
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def _hashes(texts: Iterable[tuple[str, str]]) -> Json:
    # Half of a surrogate pair cannot come from a file, but from whoever calls the compiler.
    return {path: sha256(text.encode("utf-8", "surrogatepass")).hexdigest() for path, text in texts}


def _spark(pipeline: Pipeline) -> Json:
    return {
        "target": pipeline.target,
        "packages": list(packages(pipeline)),
        "settings": dict(pipeline.spark)
        | dict(state_settings(pipeline))
        | _secret_settings(pipeline),
    }


def _parameter(item: Parameter, places: Places) -> Json:
    return {
        "name": item.name,
        "type": item.type.sql,
        "required": item.required,
        "description": item.description,
        "place": places.line(item.span),
        "text": places.text(item.span),
    }


def _declared_connection(item: Connection, places: Places) -> Json:
    return {
        "name": item.name,
        "kind": item.connector.name,
        "place": places.line(item.span),
        "options": {o.name: _plain(o.value) for o in item.settings.spark_options()},
    }


def _dataset(item: SourceDataset | Let, places: Places, made: Functions) -> Json:
    output = item.query.output if isinstance(item, Let) else item.output
    found: Json = {
        "name": item.name,
        "description": item.description,
        "place": places.line(item.span),
        "uses": list(made.by_dataset[item.name].datasets) if isinstance(item, Let) else [],
        **_schema(output),
    }
    if isinstance(item, Let):
        return found | {"kind": "let"}
    return found | {"kind": "source", **_connection(item.connector.name, item.settings)}


def _secret_settings(pipeline: Pipeline) -> Json:
    return {key: {"secret": name} for key, name in pipeline.spark_secrets}


def _schema(relation: Relation) -> Json:
    """The columns; `complete` is false where there may be more than are known."""
    return {
        "columns": [_column(column) for column in relation.columns],
        "complete": not relation.is_open,
    }


def _column(column: Column) -> Json:
    return {
        "name": column.name,
        "type": column.type.sql,
        "nullable": column.nullable,
        "origins": [[origin.dataset, origin.column, *origin.path] for origin in column.origins],
        "tags": sorted(column.tags),
    }


def _sink(sink: Sink, places: Places) -> Json:
    mode = sink.settings.at(Place.MODE)
    return {
        "name": sink.name,
        "description": sink.description,
        "dataset": sink.dataset,
        "place": places.line(sink.span),
        "mode": _plain(mode.value) if mode else None,
        **_connection(sink.connector.name, sink.settings),
    }


def _stream(
    sink: Sink, flow: Operator, pipeline: Pipeline, promises: Mapping[str, Guarantee]
) -> Json | None:
    """How a stream is written, with what promise; None for a batch."""
    if sink.stream is None:
        return None
    root, promise = pipeline.checkpoint, promises[sink.name]
    keeps = root is not None and sink.keeps_its_place
    shared = pass_of(pipeline, sink)
    depends = dependencies(pipeline, sink, flow)
    if shared is not None:
        depends, keeps = pass_dependencies(pipeline, shared), root is not None
    name = sink.name if shared is None else shared.name
    return {
        "output_mode": sink.stream.mode.value,
        "trigger": str(sink.stream.trigger) if sink.stream.trigger is not None else None,
        "name": name,
        "checkpoint": _plain(checkpoint_folder(root, name)) if root and keeps else None,
        "depends_on": [_plain(each) for each in depends.texts] if keeps else [],
        "delivery": promise.delivery.value,
        "reason": promise.reason,
    }


def _connection(connector: str, settings: Settings) -> Json:
    """Where data comes from or goes: parameters as `${name}`, and what `raw` lets through."""
    places = {"path": (Place.LOAD, Place.PATH), "table": (Place.TABLE,)}
    found: Json = {"connector": connector, "raw": {o.name: _plain(o.value) for o in settings.raw}}
    for word, candidates in places.items():
        for setting in filter(None, map(settings.at, candidates)):
            found[word] = _plain(setting.value)
    if settings.connection is not None:
        found["connection"] = settings.connection.name
    return found


def _plain(value: object) -> Any:
    match value:
        case ParamUse():
            return f"${{{value.name}}}"
        case Text():
            return value.shown
        case SecretName():
            return {"secret": value.name}
        case ColumnName() | SchemaName():
            return value.name
        case tuple():
            return [_plain(item) for item in value]
        case _:
            return value
