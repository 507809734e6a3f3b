"""The functions of sinks: batches, streams, and outputs of batches that several sinks share."""

from __future__ import annotations

from functools import partial

from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.emit.catalogs import catalog_statements, with_catalog
from ssbt.compiler.emit.connectors import (
    emit_batch_write,
    emit_stream_write,
    emit_write,
)
from ssbt.compiler.emit.docstrings import describe
from ssbt.compiler.emit.function import ScriptFunction
from ssbt.compiler.emit.schemas import SchemaCode
from ssbt.compiler.emit.scopes import ScriptContext
from ssbt.compiler.emit.setting_code import SettingCode
from ssbt.compiler.emit.source_map import FunctionMapping
from ssbt.compiler.emit.tables import emit_creation, emit_folder, find_required, for_writer
from ssbt.compiler.emit.templating import render_template
from ssbt.compiler.ir.merges import is_merged
from ssbt.compiler.ir.passes import find_pass
from ssbt.compiler.ir.pipeline import Pipeline, Sink
from ssbt.compiler.ir.plans import plans
from ssbt.compiler.ir.streams import OutputMode, StreamWrite


class SinkEmitter:
    """Makes the functions of sinks one by one."""

    def __init__(
        self, pipeline: Pipeline, context: ScriptContext, code: SettingCode, schemas: SchemaCode
    ) -> None:
        self._pipeline, self._context = pipeline, context
        self._code, self._schemas = code, schemas
        self._checkpoint = pipeline.checkpoint
        self._roots = plans(pipeline)
        self._declared = {each.name.casefold(): each for each in pipeline.schemas}

    def emit(self, sink: Sink) -> ScriptFunction:
        """The function of a sink."""
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
            docstring=describe(sink.description),
            statements=(*self._emit_creation(sink), self._emit_batch_write(sink, counted)),
            datasets=(sink.dataset,),
            takes_job=True,
        )

    def _emit_creation(self, sink: Sink) -> tuple[str, ...]:
        """What makes a sink's catalog known, and its table, if a writer could not."""
        relation = self._roots[sink.dataset].output
        variable = self._context.names.datasets[sink.dataset]
        creation = emit_creation(sink, relation, self._code, self._schemas, variable)
        catalog = catalog_statements(sink.connector, sink.settings, self._context.names)
        return (*catalog, *creation)

    def _emit_batch_write(self, sink: Sink, dataset: str) -> str:
        """The statement that writes."""
        relation = self._roots[sink.dataset].output
        mode = sink.settings.at(OptionPlacement.MODE)
        overwrites = mode is not None and mode.value == "overwrite"
        written = for_writer(sink, overwrites=overwrites)
        code = emit_write(written, relation, self._code, dataset, self._find_required(sink))
        # What begins with the rows is a chain of methods.
        is_call = not code.startswith(dataset)
        return render_template("functions/write", write=code, is_call=is_call)

    def _emit_batch_output(self, sink: Sink, stream: StreamWrite) -> ScriptFunction:
        """What a sink writes of a batch, in a query that writes others, too."""
        names = self._context.names
        variable, relation = names.datasets[sink.dataset], self._roots[sink.dataset].output
        function = self._user_function_name(stream)
        written = for_writer(sink, overwrites=stream.mode is OutputMode.COMPLETE)
        required = self._find_required(sink)
        output = emit_batch_write(written, relation, self._code, variable, function, required)
        return ScriptFunction(
            mapping=FunctionMapping(names.sinks[sink.name], f"sink {sink.name}", sink.span),
            frames=(variable,),
            returns="Output",
            docstring=describe(sink.description),
            statements=(
                *self._emit_creation(sink),
                *self._emit_batch_merge(sink),
                render_template("functions/output", output=output),
            ),
            datasets=(sink.dataset,),
            takes_job=True,
        )

    def _emit_batch_merge(self, sink: Sink) -> tuple[str, ...]:
        """The function within the sink's that a stream gives each batch to, if it merges."""
        if not is_merged(sink.settings):
            return ()
        variable = self._context.names.datasets[sink.dataset]
        header = render_template("functions/merge_batch", dataset=variable)
        return ("", header.rstrip(), f"    {self._emit_batch_write(sink, variable)}", "")

    def _find_required(self, sink: Sink) -> list[str]:
        return find_required(sink, self._declared)

    def _user_function_name(self, stream: StreamWrite) -> str | None:
        """The name of the user's function that a stream's batches are given to."""
        function = stream.function
        return self._context.names.functions[function.module, function.name] if function else None

    def _emit_stream_sink(self, sink: Sink, stream: StreamWrite) -> ScriptFunction:
        # Batches do without everything that compares queries.
        from ssbt.compiler.emit.checkpoints import checkpoint_values, sink_dependencies

        names = self._context.names
        variable, function = names.datasets[sink.dataset], self._user_function_name(stream)
        relation = self._roots[sink.dataset].output
        written = for_writer(sink)
        required, trigger = self._find_required(sink), stream.trigger
        writer = emit_stream_write(
            written, relation, self._code, variable, trigger, function, required
        )
        checkpoint = self._checkpoint if sink.has_checkpoint else None
        # What merges is called with each batch, and writes by itself.
        writes = is_merged(sink.settings)
        named = with_catalog(sink.connector, sink.settings, written=True)
        table = named.at(OptionPlacement.TABLE) if not writes else None
        depends = partial(sink_dependencies, self._pipeline, sink, self._roots[sink.dataset])
        statement = render_template(
            "functions/stream",
            name=sink.name,
            writer=writer,
            output=emit_folder(sink, self._code) if checkpoint is not None else None,
            table=self._code.value(table.value) if table is not None else None,
            **checkpoint_values(checkpoint, sink.name, depends, self._code),
        )
        return ScriptFunction(
            mapping=FunctionMapping(names.sinks[sink.name], f"sink {sink.name}", sink.span),
            frames=(variable,),
            returns="Stream",
            docstring=describe(sink.description),
            statements=(*self._emit_creation(sink), *self._emit_batch_merge(sink), statement),
            datasets=(sink.dataset,),
            takes_job=True,
        )
