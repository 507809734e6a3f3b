"""A source that is read in one pass: the functions of its records, its outputs and its stream."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ssbt.compiler.connectors.specification import Place
from ssbt.compiler.emit.checkpoints import checkpoint_folder, depends_arguments, pass_dependencies
from ssbt.compiler.emit.connectors import trigger_argument
from ssbt.compiler.emit.docstrings import docstring
from ssbt.compiler.emit.function import Function
from ssbt.compiler.emit.literals import python_literal
from ssbt.compiler.emit.naming import ScriptNames
from ssbt.compiler.emit.places import Places
from ssbt.compiler.emit.setting_code import SettingCode
from ssbt.compiler.emit.source_map import Mapped
from ssbt.compiler.ir.passes import Pass, judged_source, records_name
from ssbt.compiler.ir.pipeline import Pipeline, Source
from ssbt.compiler.ir.streams import OutputMode


class PassFunctions:
    """Makes the two functions of each pass, from those of its datasets and sinks."""

    def __init__(
        self,
        pipeline: Pipeline,
        names: ScriptNames,
        places: Places,
        code: SettingCode,
        functions: tuple[Mapping[str, Function], Mapping[str, Function]],
    ) -> None:
        self._pipeline, self._names, self._places, self._code = pipeline, names, places, code
        self._by_dataset, self._by_sink = functions
        self._streaming = {
            item.name: (item.output if isinstance(item, Source) else item.query.output).streaming
            for item in pipeline.datasets
        }
        self._job = f"job: Job[{'Params' if pipeline.parameters else 'None'}]"

    def made(self, each: Pass) -> tuple[Function, Function]:
        """What becomes of a batch, and the stream of them."""
        first, second = self._names.passes[each.name]
        computed, arguments = self._flow(each)
        return (
            self._outputs(each, first, computed, arguments),
            self._stream(each, (first, second), arguments),
        )

    def _flow(self, each: Pass) -> tuple[list[str], list[str]]:
        """The datasets that a batch computes, and those that it is given, in their order."""
        given = [records_name(name) for name in each.sources] + list(each.apart)
        computed: set[str] = set()
        waiting = [sink.dataset for sink in each.sinks]
        while waiting:
            name = waiting.pop()
            if name in given or name in computed:
                continue
            if not self._streaming[name]:
                given.append(name)
                continue
            computed.add(name)
            waiting += self._by_dataset[name].datasets
        order = [item.name for item in self._pipeline.datasets]
        return [name for name in order if name in computed], given

    def _outputs(
        self, each: Pass, name: str, computed: Iterable[str], arguments: Iterable[str]
    ) -> Function:
        variables = {name: self._names.datasets[name] for name in arguments}
        parameters = [f"{variable}: DataFrame" for variable in variables.values()]
        statements = []
        for dataset in computed:
            function = self._by_dataset[dataset]
            given = [variables[use] for use in function.datasets]
            given += ["job.params"] if function.takes_params else []
            variables[dataset] = self._names.frames[dataset]
            statements.append(f"{variables[dataset]} = {function.name}({', '.join(given)})")
        calls = [
            f"{self._by_sink[sink.name].name}({variables[sink.dataset]}, job)"
            for sink in each.sinks
        ]
        statements.append(f"return [{', '.join(calls)}]")
        title = f"What becomes of a batch of {_listed(each.sources)}, the dead letters first."
        return self._function(
            each, name, (*parameters, self._job), "list[Output]", title, statements
        )

    def _stream(self, each: Pass, names: tuple[str, str], arguments: list[str]) -> Function:
        outputs, name = names
        variables = {name: self._names.datasets[name] for name in arguments}
        judged = [variables[name] for name in arguments if self._is_streaming(name)]
        call = f"{outputs}({', '.join((*variables.values(), 'job'))})"
        parts = [
            python_literal(each.name),
            f"[{', '.join(judged)}]",
            f"lambda {', '.join(judged)}: {call}",
            f"writes={{{', '.join(self._writes(each))}}}",
        ]
        stream = each.sinks[0].stream
        assert stream is not None
        if stream.trigger is not None:
            parts.append(f"trigger={trigger_argument(stream.trigger)}")
        modes = {sink.stream.mode for sink in each.sinks if sink.stream is not None}
        if mode := next(iter(modes - {OutputMode.APPEND}), None):
            parts.append(f"mode={python_literal(mode.value)}")
        parts += self._place(each)
        title = f"Stream {_listed(each.sources)}: each record once, as a row or a dead letter."
        parameters = (*(f"{variable}: DataFrame" for variable in variables.values()), self._job)
        statements = [f"return one_pass({', '.join(parts)})"]
        found = self._function(each, name, parameters, "Stream", title, statements)
        return Function(
            **{
                field: getattr(found, field)
                for field in found.__struct_fields__
                if field != "datasets"
            },
            datasets=tuple(arguments),
        )

    def _is_streaming(self, name: str) -> bool:
        return self._streaming.get(name, True)

    def _writes(self, each: Pass) -> Iterator[str]:
        for sink in each.sinks:
            path = sink.settings.at(Place.PATH)
            folder = python_literal(self._code.value(path.value) if path is not None else None)
            yield f"{python_literal(sink.name)}: {folder}"

    def _place(self, each: Pass) -> Iterator[str]:
        if self._pipeline.checkpoint is not None:
            folder = self._code.value(checkpoint_folder(self._pipeline.checkpoint, each.name))
            yield f"checkpoint={python_literal(folder)}"
            depends = pass_dependencies(self._pipeline, each)
            yield from depends_arguments(depends, self._code)

    def _function(
        self,
        each: Pass,
        name: str,
        arguments: tuple[str, ...],
        returns: str,
        title: str,
        statements: list[str],
    ) -> Function:
        source = next(
            item for item in self._pipeline.datasets if judged_source(item) == each.sources[0]
        )
        return Function(
            mapped=Mapped(name, f"stream {each.name}", source.span),
            arguments=arguments,
            returns=returns,
            place=self._places.line(source.span),
            docstring=docstring(title, depth=1),
            statements=tuple(statements),
        )


def _listed(names: Iterable[str]) -> str:
    return " and ".join(names)
