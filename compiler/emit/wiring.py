"""The function `run` of a script: what is made, written and started, in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from ssbt.compiler.connectors.settings import ConnectionName
from ssbt.compiler.emit.functions import ScriptFunctions
from ssbt.compiler.emit.scopes import ScriptContext
from ssbt.compiler.emit.templating import render_template
from ssbt.compiler.ir.passes import dead_letter_source, passes, records_name
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source


class DatasetCall(Struct, frozen=True):
    """The call that makes a dataset, and the variable that it goes to.

    A batch that `is_kept` is read once, whoever uses it.
    """

    frame: str
    function: str
    arguments: tuple[str, ...]
    is_kept: bool


class SinkCall(Struct, frozen=True):
    """The call of a sink's or a pass's function with its datasets."""

    function: str
    frames: tuple[str, ...]


def emit_wiring(pipeline: Pipeline, functions: ScriptFunctions, context: ScriptContext) -> str:
    """`run`: every dataset once, in the order its data flows, then the sinks."""
    passed = {sink.name for each in passes(pipeline) for sink in each.sinks}
    sinks = [sink for sink in pipeline.sinks if sink.name not in passed]
    return render_template(
        "run",
        params=bool(pipeline.parameters),
        counts_rows=any(sink.stream is None for sink in pipeline.sinks),
        datasets=[*_dataset_calls(pipeline, sinks, functions, context)],
        sinks=[
            _sink_call(sink, functions, context.names.frames)
            for sink in sinks
            if sink.stream is None
        ],
        once=len(pipeline.sinks) > 1 and _can_be_replanned(pipeline),
        streams=[*_stream_calls(sinks, functions, context.names.frames)],
    )


def _dataset_calls(
    pipeline: Pipeline, sinks: Iterable[Sink], functions: ScriptFunctions, context: ScriptContext
) -> Iterator[DatasetCall]:
    """The datasets that `run` makes."""
    frames, needed = context.names.frames, _collect_needed(functions, sinks)
    # Of a batch, too, each record is read once: what `latest` means is asked once, and kept.
    kept = {
        records_name(source)
        for item in pipeline.datasets
        if (source := dead_letter_source(item))
        and isinstance(item, Source)
        and not item.output.streaming
    }
    for name, function in functions.by_dataset.items():
        if name in needed:
            arguments = [frames[use] for use in function.datasets]
            arguments += ["job"] if function.takes_job else []
            arguments += ["job.params"] if function.takes_params else []
            yield DatasetCall(frames[name], function.name, (*arguments,), name in kept)


def _sink_call(sink: Sink, functions: ScriptFunctions, frames: dict[str, str]) -> SinkCall:
    return SinkCall(functions.by_sink[sink.name].name, (frames[sink.dataset],))


def _stream_calls(
    sinks: Iterable[Sink], functions: ScriptFunctions, frames: dict[str, str]
) -> Iterator[SinkCall]:
    for function in functions.by_pass.values():
        yield SinkCall(function.name, tuple(frames[name] for name in function.datasets))
    yield from (_sink_call(sink, functions, frames) for sink in sinks if sink.stream is not None)


def _collect_needed(functions: ScriptFunctions, sinks: Iterable[Sink]) -> set[str]:
    """The datasets that `run` makes: of passes what they are given, of other sinks all."""
    needed: set[str] = set()
    waiting = [sink.dataset for sink in sinks]
    waiting += [name for function in functions.by_pass.values() for name in function.datasets]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += functions.by_dataset[name].datasets
    return needed


def _can_be_replanned(pipeline: Pipeline) -> bool:
    """Whether formats of what is read ask a server, of which they may learn more on the way."""
    sources = (item for item in pipeline.datasets if isinstance(item, Source))
    uses = (use for source in sources for use in source.settings.formats())
    values = (setting.value for use in uses for setting in use.settings.settings)
    return any(isinstance(value, ConnectionName) for value in values)
