"""The manifest: what a pipeline reads, computes and writes, for programs to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
import json
from typing import Any

import msgspec

from ssbt.compiler.connectors.settings import (
    ColumnName,
    ConditionText,
    SchemaName,
    SecretName,
    Settings,
)
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.connectors.values import ParamUse, Text
from ssbt.compiler.emit.files import OutputFile, hash_content
from ssbt.compiler.emit.functions import ScriptFunctions
from ssbt.compiler.emit.naming import build_script_names
from ssbt.compiler.emit.places import Places
from ssbt.compiler.emit.session import own_settings, session_settings
from ssbt.compiler.emit.state import state_settings
from ssbt.compiler.emit.submission import collect_packages
from ssbt.compiler.emit.version import VERSION
from ssbt.compiler.ir.guarantees import Guarantee, guarantees
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.passes import find_pass
from ssbt.compiler.ir.pipeline import Connection, Let, Parameter, Pipeline, Sink, sort_by_name
from ssbt.compiler.ir.pipeline import Source as SourceDataset
from ssbt.compiler.ir.plans import plans
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.lineage.openlineage import build_record

FORMAT = 1
"""The version of the manifest's own shape; a member may be added within one, none be changed."""

Json = dict[str, Any]


def emit_manifest(
    pipeline: Pipeline,
    places: Places,
    functions: ScriptFunctions,
    outputs: Iterable[OutputFile],
) -> str:
    """JSON text; `outputs` are all other files, except the source map.

    It moves when what the script does moves, never with a comment: lines are the source map's.
    Declarations are sorted by name, so that those that change places change no line.
    """
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
        "parameters": [_parameter(item) for item in sort_by_name(pipeline.parameters)],
        "datasets": [_dataset(item, functions) for item in sort_by_name(pipeline.datasets)],
        "connections": [_declared_connection(item) for item in sort_by_name(pipeline.connections)],
        "secrets": sorted(pipeline.secrets),
        "sinks": [
            _sink(item) | {"stream": _stream(item, roots[item.dataset], pipeline, promises)}
            for item in sort_by_name(pipeline.sinks)
        ],
        "lineage": build_record(pipeline, VERSION, build_script_names(pipeline).params),
        "python_modules": sorted(places.file(item.path) for item in pipeline.modules),
        "outputs": {file.path: hash_content(file.content) for file in files},
    }
    return _indent_json(document) + "\n"


def _indent_json(document: Json) -> str:
    """As Python's own encoder lays it out, of which only what has no indentation is in C."""
    text = json.dumps(document, sort_keys=True)
    try:
        return msgspec.json.format(text, indent=2)
    except msgspec.DecodeError:
        # Half of a surrogate pair, which can come from whoever calls the compiler.
        return json.dumps(document, indent=2, sort_keys=True)


def _spark(pipeline: Pipeline) -> Json:
    return {
        "target": pipeline.target,
        "packages": list(collect_packages(pipeline)),
        "settings": dict(own_settings(pipeline))
        | dict(session_settings(pipeline))
        | dict(state_settings(pipeline))
        | _secret_settings(pipeline),
    }


def _parameter(parameter: Parameter) -> Json:
    return {
        "name": parameter.name,
        "type": parameter.type.sql,
        "required": parameter.required,
        "description": parameter.description,
    }


def _declared_connection(connection: Connection) -> Json:
    return {
        "name": connection.name,
        "kind": connection.connector.name,
        "options": {o.name: _plain_value(o.value) for o in connection.settings.spark_options()},
    }


def _dataset(dataset: SourceDataset | Let, functions: ScriptFunctions) -> Json:
    output = dataset.query.output if isinstance(dataset, Let) else dataset.output
    entry: Json = {
        "name": dataset.name,
        "description": dataset.description,
        "uses": list(functions.by_dataset[dataset.name].datasets)
        if isinstance(dataset, Let)
        else [],
        **_schema(output),
    }
    if isinstance(dataset, Let):
        return entry | {"kind": "let"}
    return entry | {"kind": "source", **_endpoint(dataset.connector.name, dataset.settings)}


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


def _sink(sink: Sink) -> Json:
    mode = sink.settings.at(OptionPlacement.MODE)
    return {
        "name": sink.name,
        "description": sink.description,
        "dataset": sink.dataset,
        "mode": _plain_value(mode.value) if mode else None,
        **_endpoint(sink.connector.name, sink.settings),
    }


def _stream(
    sink: Sink, plan: Operator, pipeline: Pipeline, promises: Mapping[str, Guarantee]
) -> Json | None:
    """How a stream is written, with what promise; None for a batch."""
    if sink.stream is None:
        return None
    # Batches do without everything that compares queries.
    from ssbt.compiler.emit.checkpoints import pass_dependencies, sink_dependencies
    from ssbt.compiler.ir.checkpoint_folders import checkpoint_folder

    root, promise = pipeline.checkpoint, promises[sink.name]
    has_checkpoint = root is not None and sink.has_checkpoint
    shared = find_pass(pipeline, sink)
    depends = sink_dependencies(pipeline, sink, plan)
    if shared is not None:
        depends, has_checkpoint = pass_dependencies(pipeline, shared), root is not None
    name = sink.name if shared is None else shared.name
    return {
        "output_mode": sink.stream.mode.value,
        "trigger": str(sink.stream.trigger) if sink.stream.trigger is not None else None,
        "name": name,
        "checkpoint": _plain_value(checkpoint_folder(root, name))
        if root and has_checkpoint
        else None,
        "depends_on": [_plain_value(each) for each in depends.texts] if has_checkpoint else [],
        "delivery": promise.delivery.value,
        "reason": promise.reason,
    }


def _endpoint(connector: str, settings: Settings) -> Json:
    """Where data comes from or goes: parameters as `${name}`, and what `raw` lets through."""
    places = {
        "path": (OptionPlacement.LOAD, OptionPlacement.PATH),
        "table": (OptionPlacement.TABLE,),
    }
    entry: Json = {
        "connector": connector,
        "raw": {o.name: _plain_value(o.value) for o in settings.raw},
    }
    for key, candidates in places.items():
        for setting in filter(None, map(settings.at, candidates)):
            entry[key] = _plain_value(setting.value)
    if settings.connection is not None:
        entry["connection"] = settings.connection.name
    return entry


def _plain_value(value: object) -> Any:
    match value:
        case ParamUse():
            return f"${{{value.name}}}"
        case Text() | ConditionText():
            return value.display_text
        case SecretName():
            return {"secret": value.name}
        case ColumnName() | SchemaName():
            return value.name
        case tuple():
            return [_plain_value(item) for item in value]
        case _:
            return value
