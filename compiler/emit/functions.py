"""The functions of a script: one for each source, transform, let and sink."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from ssbt.compiler.connectors.specification import Place
from ssbt.compiler.connectors.triggers import TriggerKind
from ssbt.compiler.emit.checkpoints import checkpoint_folder, dependencies, depends_arguments
from ssbt.compiler.emit.connectors import (
    batch_writing,
    connecting,
    reading,
    stream_writing,
    writing,
)
from ssbt.compiler.emit.docstrings import docstring, sentence
from ssbt.compiler.emit.function import Function
from ssbt.compiler.emit.literals import python_literal
from ssbt.compiler.emit.names import identifier
from ssbt.compiler.emit.passes import PassFunctions
from ssbt.compiler.emit.places import Places
from ssbt.compiler.emit.schemas import SchemaCode
from ssbt.compiler.emit.scopes import Scope, Surroundings
from ssbt.compiler.emit.setting_code import SettingCode
from ssbt.compiler.emit.source_map import Mapped, StepCode, chained_calls
from ssbt.compiler.emit.steps import query_frame
from ssbt.compiler.emit.uses import used_transforms
from ssbt.compiler.ir.exposure import exposed_sources
from ssbt.compiler.ir.passes import Pass, judged_source, pass_of, passes, records_name
from ssbt.compiler.ir.pipeline import Connection, Let, Pipeline, Sink, Source, Transform
from ssbt.compiler.ir.plans import plans, stream_plans
from ssbt.compiler.ir.steps import Query
from ssbt.compiler.ir.streams import StreamWrite


class Functions(Struct, frozen=True):
    """All functions in the order of the script; the others find them by name.

    `by_pass` has the streams of passes, and `by_dataset` their records, too.
    """

    in_order: tuple[Function, ...]
    by_dataset: dict[str, Function]
    by_sink: dict[str, Function]
    by_pass: dict[str, Function]


def functions(pipeline: Pipeline, around: Surroundings, places: Places) -> Functions:
    """The functions of a pipeline; a transform stands before the first that calls it."""
    maker = _Maker(pipeline, around, places)
    in_order: list[Function] = []
    by_dataset: dict[str, Function] = {}
    by_sink: dict[str, Function] = {}
    in_order += [maker.connection(item) for item in pipeline.connections]
    for item in pipeline.datasets:
        if isinstance(item, Let):
            in_order += maker.transforms_for(item.query)
            found = {item.name: maker.let(item)}
        else:
            found = maker.source_parts(item)
        in_order += [found[name] for name in found if name not in by_dataset]
        by_dataset |= {name: each for name, each in found.items() if name not in by_dataset}
    for sink in pipeline.sinks:
        by_sink[sink.name] = maker.sink(sink)
        in_order.append(by_sink[sink.name])
    by_pass: dict[str, Function] = {}
    for each in passes(pipeline):
        outputs, by_pass[each.name] = maker.of_pass(each, by_dataset, by_sink)
        in_order += [outputs, by_pass[each.name]]
    return Functions(tuple(in_order), by_dataset, by_sink, by_pass)


class _Maker:
    """Makes functions one by one."""

    def __init__(self, pipeline: Pipeline, around: Surroundings, places: Places) -> None:
        self._around = around
        self._places = places
        self._code = SettingCode(around.names, around.parameter_types)
        defaults = {schema.name: schema.defaults for schema in pipeline.schemas}
        self._schemas = SchemaCode(around.names.schemas, defaults)
        self._job = f"job: Job[{'Params' if pipeline.parameters else 'None'}]"
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

    def connection(self, item: Connection) -> Function:
        return Function(
            mapped=Mapped(
                self._around.names.connections[item.name.casefold()],
                f"connection {item.name}",
                item.span,
            ),
            arguments=(self._job,),
            returns="dict[str, str]",
            place=self._places.line(item.span),
            docstring=_doc(item.description, f"Connect to {item.connector.title}."),
            statements=(f"return {connecting(item, self._code)}",),
        )

    def source_parts(self, item: Source) -> dict[str, Function]:
        """The function of a source; of one whose records are judged, and of the part that it is."""
        judged = judged_source(item)
        if judged is None:
            return {item.name: self._source(item, item.name)}
        records = records_name(judged)
        call = "dead_letters" if item.part else "decoded_rows"
        what = "that could not be decoded" if item.part else "that could be decoded"
        variable = self._around.names.datasets[records]
        part = Function(
            mapped=Mapped(self._around.names.datasets[item.name], item.name, item.span),
            arguments=(f"{variable}: DataFrame",),
            returns="DataFrame",
            place=self._places.line(item.span),
            docstring=_doc("", f"The records of {judged} {what}."),
            statements=(f"return {call}({variable})",),
            datasets=(records,),
        )
        return {records: self._source(item, records), item.name: part}

    def of_pass(
        self, each: Pass, by_dataset: dict[str, Function], by_sink: dict[str, Function]
    ) -> tuple[Function, Function]:
        """What becomes of a batch of a pass, and its stream."""
        names, functions = self._around.names, (by_dataset, by_sink)
        return PassFunctions(self._pipeline, names, self._places, self._code, functions).made(each)

    def _source(self, item: Source, name: str) -> Function:
        names = self._around.names
        exposed = item.name in self._exposed
        batches = item.name not in self._without_batches
        frame = reading(item, self._code, self._schemas, exposed=exposed, in_batches=batches)
        verb = "Stream" if item.output.streaming else "Read"
        return Function(
            mapped=Mapped(names.datasets[name], name, item.span, *_loading(item, frame)),
            arguments=(self._job,),
            returns="DataFrame",
            place=self._places.line(item.span),
            docstring=_doc(
                item.description,
                f"{verb} {name} from {_title(item)}.",
            ),
            statements=(f"return ({frame})",),
        )

    def let(self, item: Let) -> Function:
        scope = Scope(self._around, {})
        statements = scope.body(query_frame(item.query, scope))
        title = f"Derive {item.name} from {_listed(scope.datasets)}."
        return self._query_function(
            self._around.names.datasets[item.name], item, scope, title, statements
        )

    def transforms_for(self, query: Query) -> Iterator[Function]:
        """The transforms that a query calls and those that they call, if not made before."""
        for name in used_transforms(query):
            transform = self._waiting.pop(name, None)
            if transform is not None:
                yield from self.transforms_for(transform.query)
                yield self._transform(transform)

    def _transform(self, item: Transform) -> Function:
        free = self._around.names.arguments_of_transforms()
        arguments = {name: free.free(identifier(name)) for name, _ in item.parameters}
        scope = Scope(self._around, arguments)
        statements = scope.body(query_frame(item.query, scope))
        scope.datasets = arguments
        if scope.uses_params:
            self._around.takes_params.add(item.name)
        title = f"Transform {_listed(arguments)}."
        return self._query_function(
            self._around.names.transforms[item.name], item, scope, title, statements
        )

    def _query_function(
        self,
        name: str,
        item: Let | Transform,
        scope: Scope,
        title: str,
        statements: tuple[str, ...],
    ) -> Function:
        arguments = [f"{variable}: DataFrame" for variable in scope.datasets.values()]
        return Function(
            mapped=Mapped(name, item.name, item.span, tuple(scope.steps), scope.base_calls),
            arguments=(*arguments, *(["params: Params"] if scope.uses_params else [])),
            returns="DataFrame",
            place=self._places.line(item.span),
            docstring=_doc(item.description, title),
            statements=statements,
            datasets=tuple(scope.datasets),
            takes_params=scope.uses_params,
            is_query=True,
        )

    def sink(self, item: Sink) -> Function:
        if item.stream is not None and pass_of(self._pipeline, item) is not None:
            return self._output(item, item.stream)
        if item.stream is not None:
            return self._stream_sink(item, item.stream)
        names = self._around.names
        variable = names.datasets[item.dataset]
        counted = f"job.counted({variable}, {python_literal(item.name)})"
        return Function(
            mapped=Mapped(names.sinks[item.name], f"sink {item.name}", item.span),
            arguments=(f"{variable}: DataFrame", self._job),
            returns="None",
            place=self._places.line(item.span),
            docstring=_doc(item.description, f"Write {item.dataset} to {_title(item)}."),
            statements=(
                f"({writing(item, self._roots[item.dataset].output, self._code, counted)})",
            ),
            datasets=(item.dataset,),
        )

    def _output(self, item: Sink, stream: StreamWrite) -> Function:
        """What a sink writes of a batch, in a query that writes others, too."""
        names = self._around.names
        variable, relation = names.datasets[item.dataset], self._roots[item.dataset].output
        output = batch_writing(item, relation, self._code, variable, self._function(stream))
        return Function(
            mapped=Mapped(names.sinks[item.name], f"sink {item.name}", item.span),
            arguments=(f"{variable}: DataFrame", self._job),
            returns="Output",
            place=self._places.line(item.span),
            docstring=_doc(item.description, f"Write a batch of {item.dataset} to {_title(item)}."),
            statements=(f"return {output}",),
            datasets=(item.dataset,),
        )

    def _function(self, stream: StreamWrite) -> str | None:
        """The name of the user's function that a stream's batches are given to."""
        named = stream.function
        return self._around.names.functions[named.module, named.name] if named else None

    def _stream_sink(self, item: Sink, stream: StreamWrite) -> Function:
        names = self._around.names
        variable, function = names.datasets[item.dataset], self._function(stream)
        relation = self._roots[item.dataset].output
        writer = stream_writing(item, relation, self._code, variable, stream.trigger, function)
        parts = [python_literal(item.name), writer]
        if self._checkpoint is not None and item.keeps_its_place:
            folder = self._code.value(checkpoint_folder(self._checkpoint, item.name))
            parts.append(f"checkpoint={python_literal(folder)}")
            depends = dependencies(self._pipeline, item, self._roots[item.dataset])
            parts += depends_arguments(depends, self._code)
            path = item.settings.at(Place.PATH)
            if path is not None:
                parts.append(f"output={python_literal(self._code.value(path.value))}")
        title = f"Stream {item.dataset} to {_title(item)}."
        return Function(
            mapped=Mapped(names.sinks[item.name], f"sink {item.name}", item.span),
            arguments=(f"{variable}: DataFrame", self._job),
            returns="Stream",
            place=self._places.line(item.span),
            docstring=_doc(item.description, title),
            statements=(f"return Stream({', '.join(parts)})",),
            datasets=(item.dataset,),
        )


def _loading(item: Source, frame: str) -> tuple[tuple[StepCode, ...], int]:
    """The call of a source that reads its path, and the number of those before it.

    Behind it stands at most a choice of columns.
    """
    setting = item.settings.at(Place.LOAD)
    before, load, _ = frame.rpartition(".load(")
    calls = chained_calls(before) + 1 if load else chained_calls(frame)
    if setting is None or setting.span is None:
        return (), calls
    return (StepCode(setting.span, 0, calls),), calls - 1


def _doc(description: str, title: str) -> str:
    return docstring(sentence(description) or title, depth=1)


def _title(item: Source | Sink) -> str:
    return item.connector.title


def _listed(names: Iterable[str]) -> str:
    """Names as a phrase: a, b and c."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
