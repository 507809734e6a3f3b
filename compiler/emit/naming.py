"""The identifiers of one script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
import re

from msgspec import Struct

from ssbt.compiler.emit.names import ANNOTATIONS, RESERVED, Namespace, constant_name, identifier
from ssbt.compiler.emit.schema_texts import SchemaTexts, build_schema_texts
from ssbt.compiler.ir.passes import dead_letter_source, passes, records_name
from ssbt.compiler.ir.pipeline import Connection, Let, Pipeline
from ssbt.compiler.ir.steps import ApplyFunction, Query, Stateful


class ScriptNames(Struct, frozen=True):
    """Identifiers by the names of the pipeline, all different from each other.

    A dataset's identifier is its function's, and inside the functions that take the dataset
    also its variable's; `frames` are its variables in `run`. `params` are fields of `Params`, and
    in a namespace of their own. `connections` go by their names in lower case. `passes` have two
    functions each: what a batch becomes, and the stream of them.
    """

    datasets: dict[str, str]
    transforms: dict[str, str]
    sinks: dict[str, str]
    schemas: dict[str, str]
    functions: dict[tuple[str, str], str]
    frames: dict[str, str]
    params: dict[str, str]
    connections: dict[str, str]
    texts: SchemaTexts
    passes: dict[str, tuple[str, str]]

    def local_namespace(self, reserved: Iterable[str]) -> Namespace:
        """The namespace for the locals of a function, apart from the names in `taken`."""
        return Namespace({*RESERVED, *self._called_names(), *self.datasets.values(), *reserved})

    def transform_namespace(self) -> Namespace:
        """The namespace for the arguments of a transform.

        They may be called as a dataset's function is, which transforms never call.
        """
        return Namespace({*RESERVED, *self._called_names()})

    def _called_names(self) -> Iterator[str]:
        """What the functions of queries call and read."""
        yield from self.transforms.values()
        yield from self.schemas.values()
        yield from self.functions.values()


def build_script_names(pipeline: Pipeline) -> ScriptNames:
    """The identifiers of a pipeline's script; the names that people see most get theirs first."""
    names, fields = Namespace({*RESERVED, *runtime_functions(pipeline)}), Namespace(ANNOTATIONS)
    judged = dict.fromkeys(filter(None, map(dead_letter_source, pipeline.datasets)))
    called = [item.name for item in pipeline.datasets] + [records_name(name) for name in judged]
    datasets = {name: names.claim(identifier(name)) for name in called}
    transforms = {item.name: names.claim(identifier(item.name)) for item in pipeline.transforms}
    sinks = {item.name: names.claim(f"write_{identifier(item.name)}") for item in pipeline.sinks}
    schemas = {item.name: names.claim(constant_name(item.name)) for item in pipeline.schemas}
    functions = {key: names.claim(identifier(key[1])) for key in _user_functions(pipeline)}
    frames = {
        name: names.claim(f"{variable.rstrip('_')}_df") for name, variable in datasets.items()
    }
    params = {item.name: fields.claim(identifier(item.name)) for item in pipeline.parameters}
    connections = {
        item.name.casefold(): names.claim(_connection_function(item))
        for item in pipeline.connections
    }
    texts = build_schema_texts(pipeline, names)
    passes_ = {
        each.name: (names.claim(f"outputs_of_{stem}"), names.claim(f"stream_{stem}"))
        for each in (passes(pipeline) if judged else ())
        for stem in [identifier("_and_".join(each.sources))]
    }
    return ScriptNames(
        datasets, transforms, sinks, schemas, functions, frames, params, connections, texts, passes_
    )


def _connection_function(connection: Connection) -> str:
    name, specification = identifier(connection.name).rstrip("_"), connection.connector.connection
    is_catalog = specification is not None and specification.catalog
    return f"open_{name}" if is_catalog else f"{name}_options"


def runtime_functions(pipeline: Pipeline) -> dict[str, str]:
    """What the kinds of connections and the formats call, with the modules that it is in."""
    specifications = (item.connector.connection for item in pipeline.connections)
    modules = {
        specification.function: "ssbt.runtime"
        for specification in specifications
        if specification is not None and specification.function
    }
    ends = (each for each in (*pipeline.datasets, *pipeline.sinks) if not isinstance(each, Let))
    for use in (use for each in ends for use in each.settings.formats()):
        modules |= dict(use.format.imports)
    return modules


def script_stem(pipeline: str) -> str:
    """The name of a pipeline's files: its own, unless that could lead out of the folder."""
    is_plain = re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]*", pipeline)
    return pipeline if is_plain else identifier(pipeline)


def queries(pipeline: Pipeline) -> dict[str, Query]:
    """The queries of transforms and lets, by name."""
    definitions = (*pipeline.transforms, *pipeline.datasets)
    return {item.name: item.query for item in definitions if hasattr(item, "query")}


def _user_functions(pipeline: Pipeline) -> dict[tuple[str, str], None]:
    """Module and name of what is used of the user's own, each once."""
    functions_used: dict[tuple[str, str], None] = {}
    for query in queries(pipeline).values():
        for step in query.steps:
            match step:
                case ApplyFunction(module=module, function=name):
                    functions_used[module, name] = None
                case Stateful(module=module, processor=name):
                    functions_used[module, name] = None
                case _:
                    pass
    streams = (sink.stream for sink in pipeline.sinks if sink.stream is not None)
    functions = (stream.function for stream in streams if stream.function is not None)
    return functions_used | {(function.module, function.name): None for function in functions}
