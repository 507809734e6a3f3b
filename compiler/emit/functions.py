"""The functions of a script: one for each source, transform, let and sink."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from ssbt.compiler.connectors.triggers import TriggerKind
from ssbt.compiler.emit.catalogs import catalog_statements
from ssbt.compiler.emit.connection_functions import emit_connection
from ssbt.compiler.emit.connectors import emit_read
from ssbt.compiler.emit.docstrings import describe, emit_docstring
from ssbt.compiler.emit.function import ScriptFunction, sort_by_source
from ssbt.compiler.emit.names import identifier
from ssbt.compiler.emit.schemas import SchemaCode
from ssbt.compiler.emit.scopes import FunctionScope, ScriptContext
from ssbt.compiler.emit.setting_code import SettingCode
from ssbt.compiler.emit.sink_functions import SinkEmitter
from ssbt.compiler.emit.source_map import FunctionMapping, map_load_call
from ssbt.compiler.emit.steps import emit_query
from ssbt.compiler.emit.templating import render_template
from ssbt.compiler.emit.uses import used_transforms
from ssbt.compiler.ir.exposure import exposed_sources
from ssbt.compiler.ir.passes import Pass, dead_letter_source, passes, records_name
from ssbt.compiler.ir.pipeline import Let, Pipeline, Source, Transform
from ssbt.compiler.ir.plans import stream_plans
from ssbt.compiler.ir.steps import Query


class ScriptFunctions(Struct, frozen=True):
    """All functions in the order of the script; the others find them by name.

    `by_pass` has the streams of passes, and `by_dataset` their records, too.
    """

    in_order: tuple[ScriptFunction, ...]
    by_dataset: dict[str, ScriptFunction]
    by_sink: dict[str, ScriptFunction]
    by_pass: dict[str, ScriptFunction]


def emit_functions(
    pipeline: Pipeline, context: ScriptContext, files: Sequence[str]
) -> ScriptFunctions:
    """The functions of a pipeline in the order of its `files` and of what they declare.

    Those of passes belong to several declarations and come last.
    """
    emitter = _FunctionEmitter(pipeline, context)
    in_order: list[ScriptFunction] = []
    by_dataset: dict[str, ScriptFunction] = {}
    by_sink: dict[str, ScriptFunction] = {}
    code = SettingCode(context.names, context.parameter_types)
    in_order += [emit_connection(item, context.names, code) for item in pipeline.connections]
    for item in pipeline.datasets:
        if isinstance(item, Let):
            in_order += emitter.emit_transforms(item.query)
            by_name = {item.name: emitter.emit_let(item)}
        else:
            by_name = emitter.emit_source_functions(item)
        in_order += [by_name[name] for name in by_name if name not in by_dataset]
        by_dataset |= {name: each for name, each in by_name.items() if name not in by_dataset}
    for sink in pipeline.sinks:
        by_sink[sink.name] = emitter.sinks.emit(sink)
        in_order.append(by_sink[sink.name])
    by_pass: dict[str, ScriptFunction] = {}
    in_order = sort_by_source(in_order, files)
    for each in passes(pipeline):
        outputs, by_pass[each.name] = emitter.emit_pass(each, by_dataset, by_sink)
        in_order += [outputs, by_pass[each.name]]
    return ScriptFunctions(tuple(in_order), by_dataset, by_sink, by_pass)


class _FunctionEmitter:
    """Makes functions one by one."""

    def __init__(self, pipeline: Pipeline, context: ScriptContext) -> None:
        self._context = context
        self._code = SettingCode(context.names, context.parameter_types)
        defaults = {schema.name: schema.defaults for schema in pipeline.schemas}
        self._schemas = SchemaCode(context.names.schemas, defaults)
        self.sinks = SinkEmitter(pipeline, context, self._code, self._schemas)
        self._pipeline = pipeline
        self._exposed = exposed_sources(pipeline)
        self._without_batches = {
            each.step.name
            for sink, root in stream_plans(pipeline)
            if sink.stream is not None and sink.stream.trigger is not None
            if sink.stream.trigger.kind in (TriggerKind.CONTINUOUS, TriggerKind.REAL_TIME)
            for each in root.origins
            if isinstance(each.step, Source)
        }
        self._waiting = {transform.name: transform for transform in pipeline.transforms}

    def emit_source_functions(self, source: Source) -> dict[str, ScriptFunction]:
        """The function of a source; of one whose records are judged, and of the part that it is."""
        judged = dead_letter_source(source)
        if judged is None:
            return {source.name: self._emit_source(source, source.name)}
        records = records_name(judged)
        description = "that could not be decoded" if source.part else "that could be decoded"
        variable = self._context.names.datasets[records]
        values = {"is_dead_letters": bool(source.part), "records": variable}
        statement = render_template("functions/decoded_part", **values)
        part = ScriptFunction(
            mapping=FunctionMapping(
                self._context.names.datasets[source.name], source.name, source.span
            ),
            frames=(variable,),
            returns="DataFrame",
            docstring=emit_docstring(f"The records of {judged} {description}.", depth=1),
            statements=(statement,),
            datasets=(records,),
        )
        return {records: self._emit_source(source, records), source.name: part}

    def emit_pass(
        self, pass_: Pass, by_dataset: dict[str, ScriptFunction], by_sink: dict[str, ScriptFunction]
    ) -> tuple[ScriptFunction, ScriptFunction]:
        """What becomes of a batch of a pass, and its stream."""
        from ssbt.compiler.emit.passes import PassEmitter

        names, functions = self._context.names, (by_dataset, by_sink)
        return PassEmitter(self._pipeline, names, self._code, functions).emit(pass_)

    def _emit_source(self, source: Source, name: str) -> ScriptFunction:
        names = self._context.names
        exposed = source.name in self._exposed
        batches = source.name not in self._without_batches
        frame = emit_read(source, self._code, self._schemas, exposed=exposed, in_batches=batches)
        return ScriptFunction(
            mapping=FunctionMapping(
                names.datasets[name], name, source.span, *map_load_call(source, frame)
            ),
            frames=(),
            returns="DataFrame",
            docstring=describe(source.description),
            statements=(
                *catalog_statements(source.connector, source.settings, self._context.names),
                render_template("functions/source", frame=frame),
            ),
            takes_job=True,
        )

    def emit_let(self, let: Let) -> ScriptFunction:
        scope = FunctionScope(self._context, {})
        statements = scope.emit_body(emit_query(let.query, scope))
        name = self._context.names.datasets[let.name]
        return self._build_query_function(name, let, scope, statements)

    def emit_transforms(self, query: Query) -> Iterator[ScriptFunction]:
        """The transforms that a query calls and those that they call, if not made before."""
        for name in used_transforms(query):
            transform = self._waiting.pop(name, None)
            if transform is not None:
                yield from self.emit_transforms(transform.query)
                yield self._emit_transform(transform)

    def _emit_transform(self, transform: Transform) -> ScriptFunction:
        free = self._context.names.transform_namespace()
        arguments = {name: free.claim(identifier(name)) for name, _ in transform.parameters}
        scope = FunctionScope(self._context, arguments)
        statements = scope.emit_body(emit_query(transform.query, scope))
        scope.datasets = arguments
        if scope.uses_params:
            self._context.takes_params.add(transform.name)
        name = self._context.names.transforms[transform.name]
        return self._build_query_function(name, transform, scope, statements)

    def _build_query_function(
        self,
        name: str,
        definition: Let | Transform,
        scope: FunctionScope,
        statements: tuple[str, ...],
    ) -> ScriptFunction:
        return ScriptFunction(
            mapping=FunctionMapping(
                name, definition.name, definition.span, tuple(scope.steps), scope.base_calls
            ),
            frames=tuple(scope.datasets.values()),
            returns="DataFrame",
            docstring=describe(definition.description),
            statements=statements,
            datasets=tuple(scope.datasets),
            takes_params=scope.uses_params,
            is_query=True,
        )
