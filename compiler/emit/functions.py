"""The functions of a script: one for each source, transform, let and sink."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from msgspec import Struct

from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.connectors.triggers import TriggerKind
from ssbt.compiler.emit.catalogs import catalog_statements, with_catalog
from ssbt.compiler.emit.connectors import (
    emit_batch_write,
    emit_connection_options,
    emit_read,
    emit_stream_write,
    emit_write,
)
from ssbt.compiler.emit.docstrings import as_sentence, emit_docstring
from ssbt.compiler.emit.function import ScriptFunction, sort_by_source
from ssbt.compiler.emit.names import identifier
from ssbt.compiler.emit.schemas import SchemaCode
from ssbt.compiler.emit.scopes import FunctionScope, ScriptContext
from ssbt.compiler.emit.setting_code import SettingCode
from ssbt.compiler.emit.source_map import FunctionMapping, map_load_call
from ssbt.compiler.emit.steps import emit_query
from ssbt.compiler.emit.tables import emit_creation, for_writer
from ssbt.compiler.emit.templating import render_template
from ssbt.compiler.emit.uses import used_transforms
from ssbt.compiler.ir.exposure import exposed_sources
from ssbt.compiler.ir.merges import is_merged
from ssbt.compiler.ir.passes import Pass, dead_letter_source, find_pass, passes, records_name
from ssbt.compiler.ir.pipeline import Connection, Let, Pipeline, Sink, Source, Transform
from ssbt.compiler.ir.plans import plans, stream_plans
from ssbt.compiler.ir.steps import Query
from ssbt.compiler.ir.streams import OutputMode, StreamWrite


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
    in_order += [emitter.emit_connection(item) for item in pipeline.connections]
    for item in pipeline.datasets:
        if isinstance(item, Let):
            in_order += emitter.emit_transforms(item.query)
            by_name = {item.name: emitter.emit_let(item)}
        else:
            by_name = emitter.emit_source_functions(item)
        in_order += [by_name[name] for name in by_name if name not in by_dataset]
        by_dataset |= {name: each for name, each in by_name.items() if name not in by_dataset}
    for sink in pipeline.sinks:
        by_sink[sink.name] = emitter.emit_sink(sink)
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
        self._pipeline = pipeline
        self._checkpoint = pipeline.checkpoint
        self._roots = plans(pipeline)
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

    def emit_connection(self, connection: Connection) -> ScriptFunction:
        specification = connection.connector.connection
        is_catalog = specification is not None and bool(specification.catalog)
        return ScriptFunction(
            mapping=FunctionMapping(
                self._context.names.connections[connection.name.casefold()],
                f"connection {connection.name}",
                connection.span,
            ),
            frames=(),
            returns="None" if is_catalog else "dict[str, str]",
            docstring=_describe(connection.description),
            statements=(emit_connection_options(connection, self._code),),
            takes_job=True,
        )

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
            docstring=_describe(source.description),
            statements=(
                *self._emit_catalog(source),
                render_template("functions/source", frame=frame),
            ),
            takes_job=True,
        )

    def _emit_catalog(self, end: Source | Sink) -> tuple[str, ...]:
        """What makes the catalog of a source or sink known to the session."""
        return catalog_statements(end.connector, end.settings, self._context.names)

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
            docstring=_describe(definition.description),
            statements=statements,
            datasets=tuple(scope.datasets),
            takes_params=scope.uses_params,
            is_query=True,
        )

    def emit_sink(self, sink: Sink) -> ScriptFunction:
        if sink.stream is not None and find_pass(self._pipeline, sink) is not None:
            return self._emit_batch_output(sink, sink.stream)
        if sink.stream is not None:
            return self._emit_stream_sink(sink, sink.stream)
        names = self._context.names
        variable = names.datasets[sink.dataset]
        counted = render_template("functions/counted", dataset=variable, sink=sink.name)
        return ScriptFunction(
            mapping=FunctionMapping(names.sinks[sink.name], f"sink {sink.name}", sink.span),
            frames=(variable,),
            returns="None",
            docstring=_describe(sink.description),
            statements=(*self._emit_creation(sink), self._emit_batch_write(sink, counted)),
            datasets=(sink.dataset,),
            takes_job=True,
        )

    def _emit_creation(self, sink: Sink) -> tuple[str, ...]:
        """What makes a sink's catalog known, and its table, if a writer could not."""
        relation = self._roots[sink.dataset].output
        variable = self._context.names.datasets[sink.dataset]
        creation = emit_creation(sink, relation, self._code, self._schemas, variable)
        return (*self._emit_catalog(sink), *creation)

    def _emit_batch_write(self, sink: Sink, dataset: str) -> str:
        """The statement that writes."""
        relation = self._roots[sink.dataset].output
        mode = sink.settings.at(OptionPlacement.MODE)
        overwrites = mode is not None and mode.value == "overwrite"
        written = for_writer(sink, overwrites=overwrites)
        code = emit_write(written, relation, self._code, dataset)
        return render_template("functions/write", write=code, is_call=is_merged(sink.settings))

    def _emit_batch_output(self, sink: Sink, stream: StreamWrite) -> ScriptFunction:
        """What a sink writes of a batch, in a query that writes others, too."""
        names = self._context.names
        variable, relation = names.datasets[sink.dataset], self._roots[sink.dataset].output
        function = self._user_function_name(stream)
        written = for_writer(sink, overwrites=stream.mode is OutputMode.COMPLETE)
        output = emit_batch_write(written, relation, self._code, variable, function)
        return ScriptFunction(
            mapping=FunctionMapping(names.sinks[sink.name], f"sink {sink.name}", sink.span),
            frames=(variable,),
            returns="Output",
            docstring=_describe(sink.description),
            statements=(
                *self._emit_creation(sink),
                render_template("functions/output", output=output),
            ),
            datasets=(sink.dataset,),
            takes_job=True,
        )

    def _user_function_name(self, stream: StreamWrite) -> str | None:
        """The name of the user's function that a stream's batches are given to."""
        function = stream.function
        return self._context.names.functions[function.module, function.name] if function else None

    def _emit_stream_sink(self, sink: Sink, stream: StreamWrite) -> ScriptFunction:
        # Batches do without all that compares queries.
        from ssbt.compiler.emit.checkpoints import checkpoint_values, sink_dependencies

        names = self._context.names
        variable, function = names.datasets[sink.dataset], self._user_function_name(stream)
        relation = self._roots[sink.dataset].output
        written = for_writer(sink)
        writer = emit_stream_write(
            written, relation, self._code, variable, stream.trigger, function
        )
        checkpoint, path = self._checkpoint if sink.has_checkpoint else None, None
        if checkpoint is not None and not sink.is_versioned:
            path = sink.settings.at(OptionPlacement.PATH)
        # What merges is called with each batch, and writes by itself.
        writes = is_merged(sink.settings)
        named = with_catalog(sink.connector, sink.settings, written=True)
        table = named.at(OptionPlacement.TABLE) if not writes else None
        depends = partial(sink_dependencies, self._pipeline, sink, self._roots[sink.dataset])
        statement = render_template(
            "functions/stream",
            name=sink.name,
            writer=writer,
            output=self._code.value(path.value) if path is not None else None,
            table=self._code.value(table.value) if table is not None else None,
            **checkpoint_values(checkpoint, sink.name, depends, self._code),
        )
        return ScriptFunction(
            mapping=FunctionMapping(names.sinks[sink.name], f"sink {sink.name}", sink.span),
            frames=(variable,),
            returns="Stream",
            docstring=_describe(sink.description),
            statements=(*self._emit_creation(sink), statement),
            datasets=(sink.dataset,),
            takes_job=True,
        )


def _describe(description: str) -> str:
    """What the source file says of a declaration, as a docstring; nothing where it says nothing."""
    return emit_docstring(as_sentence(description), depth=1) if description.strip() else ""
