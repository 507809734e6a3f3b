"""A source that is read in one pass: the functions of its records, its outputs and its stream."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from msgspec.structs import replace

from ssbt.compiler.emit.checkpoints import checkpoint_values, pass_dependencies
from ssbt.compiler.emit.connectors import trigger_argument
from ssbt.compiler.emit.docstrings import emit_docstring
from ssbt.compiler.emit.function import ScriptFunction
from ssbt.compiler.emit.naming import ScriptNames
from ssbt.compiler.emit.setting_code import SettingCode
from ssbt.compiler.emit.source_map import FunctionMapping
from ssbt.compiler.emit.tables import emit_folder
from ssbt.compiler.emit.templating import render_template
from ssbt.compiler.ir.passes import Pass, dead_letter_source, records_name
from ssbt.compiler.ir.pipeline import Pipeline, Source
from ssbt.compiler.ir.streams import OutputMode


class PassEmitter:
    """Makes the two functions of each pass, from those of its datasets and sinks."""

    def __init__(
        self,
        pipeline: Pipeline,
        names: ScriptNames,
        code: SettingCode,
        functions: tuple[Mapping[str, ScriptFunction], Mapping[str, ScriptFunction]],
    ) -> None:
        self._pipeline, self._names, self._code = pipeline, names, code
        self._by_dataset, self._by_sink = functions
        self._streaming = {
            item.name: (item.output if isinstance(item, Source) else item.query.output).streaming
            for item in pipeline.datasets
        }

    def emit(self, pass_: Pass) -> tuple[ScriptFunction, ScriptFunction]:
        """What becomes of a batch, and the stream of them."""
        first, second = self._names.passes[pass_.name]
        computed, arguments = self._plan_batch(pass_)
        return (
            self._emit_outputs(pass_, first, computed, arguments),
            self._emit_stream(pass_, (first, second), arguments),
        )

    def _plan_batch(self, pass_: Pass) -> tuple[list[str], list[str]]:
        """The datasets that a batch computes, and those that it is given, in their order."""
        arguments = [records_name(name) for name in pass_.sources] + list(pass_.separate_datasets)
        computed: set[str] = set()
        waiting = [sink.dataset for sink in pass_.sinks]
        while waiting:
            name = waiting.pop()
            if name in arguments or name in computed:
                continue
            if not self._streaming[name]:
                arguments.append(name)
                continue
            computed.add(name)
            waiting += self._by_dataset[name].datasets
        order = [item.name for item in self._pipeline.datasets]
        return [name for name in order if name in computed], arguments

    def _emit_outputs(
        self, pass_: Pass, name: str, computed: Iterable[str], arguments: Iterable[str]
    ) -> ScriptFunction:
        variables = {name: self._names.datasets[name] for name in arguments}
        frames, statements = tuple(variables.values()), []
        for dataset in computed:
            function = self._by_dataset[dataset]
            call_arguments = [variables[use] for use in function.datasets]
            call_arguments += ["job.params"] if function.takes_params else []
            variables[dataset] = self._names.frames[dataset]
            statement = {
                "frame": variables[dataset],
                "function": function.name,
                "arguments": call_arguments,
            }
            statements.append(render_template("functions/dataset", **statement))
        sinks = [
            {"function": self._by_sink[sink.name].name, "frames": [variables[sink.dataset]]}
            for sink in pass_.sinks
        ]
        statements.append(render_template("functions/outputs", sinks=sinks))
        title = f"What becomes of a batch of {_join_names(pass_.sources)}, the dead letters first."
        return self._build_function(pass_, name, frames, "list[Output]", title, statements)

    def _emit_stream(
        self, pass_: Pass, names: tuple[str, str], arguments: list[str]
    ) -> ScriptFunction:
        outputs, name = names
        variables = {name: self._names.datasets[name] for name in arguments}
        judged = [variables[name] for name in arguments if self._is_streaming(name)]
        stream = pass_.sinks[0].stream
        assert stream is not None
        modes = {sink.stream.mode for sink in pass_.sinks if sink.stream is not None}
        mode = next(iter(modes - {OutputMode.APPEND}), None)
        statement = render_template(
            "functions/one_pass",
            name=pass_.name,
            streams=judged,
            outputs=outputs,
            arguments=[*variables.values(), "job"],
            writes=list(self._sink_folders(pass_)),
            trigger=trigger_argument(stream.trigger) if stream.trigger is not None else None,
            mode=mode.value if mode is not None else None,
            **checkpoint_values(
                self._pipeline.checkpoint,
                pass_.name,
                partial(pass_dependencies, self._pipeline, pass_),
                self._code,
            ),
        )
        title = f"Stream {_join_names(pass_.sources)}: each record once, as a row or a dead letter."
        frames = tuple(variables.values())
        function = self._build_function(pass_, name, frames, "Stream", title, [statement])
        return replace(function, datasets=tuple(arguments))

    def _is_streaming(self, name: str) -> bool:
        return self._streaming.get(name, True)

    def _sink_folders(self, pass_: Pass) -> Iterator[tuple[str, object]]:
        """Each sink with the folder that it writes, None without one."""
        for sink in pass_.sinks:
            yield sink.name, emit_folder(sink, self._code)

    def _build_function(
        self,
        pass_: Pass,
        name: str,
        frames: tuple[str, ...],
        returns: str,
        title: str,
        statements: list[str],
    ) -> ScriptFunction:
        source = next(
            item for item in self._pipeline.datasets if dead_letter_source(item) == pass_.sources[0]
        )
        return ScriptFunction(
            mapping=FunctionMapping(name, f"stream {pass_.name}", source.span),
            frames=frames,
            returns=returns,
            docstring=emit_docstring(title, depth=1),
            statements=tuple(statements),
            takes_job=True,
        )


def _join_names(names: Iterable[str]) -> str:
    return " and ".join(names)
