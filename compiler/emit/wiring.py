"""The function `run` of a script: what is made, written and started, in which order."""

from __future__ import annotations

from collections.abc import Iterable

from ssbt.compiler.connectors.settings import ConnectionName
from ssbt.compiler.emit.functions import ScriptFunctions
from ssbt.compiler.emit.scopes import ScriptContext
from ssbt.compiler.ir.passes import dead_letter_source, passes, records_name
from ssbt.compiler.ir.pipeline import Pipeline, Sink, Source


def emit_wiring(
    pipeline: Pipeline, functions: ScriptFunctions, context: ScriptContext
) -> tuple[str, ...]:
    """The statements of `run`: every dataset once, in the order its data flows, then the sinks.

    Streams come last, all at once, for they may never end.
    """
    frames = context.names.frames
    once = len(pipeline.sinks) > 1 and _can_be_replanned(pipeline)
    passed = {sink.name for each in passes(pipeline) for sink in each.sinks}
    needed = _collect_needed(
        functions, [sink for sink in pipeline.sinks if sink.name not in passed]
    )
    judged = {
        records_name(source)
        for item in pipeline.datasets
        if (source := dead_letter_source(item))
        and isinstance(item, Source)
        and not item.output.streaming
    }
    statements = []
    for name, function in functions.by_dataset.items():
        if name not in needed:
            continue
        arguments = [frames[use] for use in function.datasets]
        if not function.is_query and not arguments:
            arguments.append("job")
        elif function.takes_params:
            arguments.append("job.params")
        # Of a batch, too, each record is read once: what `latest` means is asked once, and kept.
        persist_call = ".persist()" if name in judged else ""
        statements.append(f"{frames[name]} = {function.name}({', '.join(arguments)}){persist_call}")
    streams = []
    for function in functions.by_pass.values():
        frame_arguments = ", ".join(frames[name] for name in function.datasets)
        streams.append(f"{function.name}({frame_arguments}, job)")
    for sink in pipeline.sinks:
        if sink.name in passed:
            continue
        function, frame = functions.by_sink[sink.name], frames[sink.dataset]
        call = f"{function.name}({frame}, job)"
        if sink.stream is not None:
            streams.append(call)
        else:
            statements.append(f"job.once({function.name}, {frame})" if once else call)
    if streams:
        statements.append(f"run_streams({', '.join(streams)})")
    return tuple(statements)


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
