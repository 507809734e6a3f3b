"""Whether each stream of a pipeline may go on from its checkpoint after a change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from msgspec import Struct

from ssbt.compiler.compare.stream_differences import PlacedStream, Reason, compare_streams
from ssbt.compiler.compare.values import RunValues
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.ir.fingerprints.dependence_kinds import Verdict
from ssbt.compiler.ir.fingerprints.passes import compute_pass_fingerprint
from ssbt.compiler.ir.fingerprints.reading import location_text, setting_text
from ssbt.compiler.ir.fingerprints.streams import compute_fingerprint
from ssbt.compiler.ir.passes import find_pass
from ssbt.compiler.ir.pipeline import Pipeline, Sink
from ssbt.compiler.ir.plans import stream_plans


class SinkVerdict(Struct, frozen=True):
    """A stream of either version; reasons are in the order of the flow."""

    sink: str
    reasons: tuple[Reason, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst of the reasons."""
        return max((reason.verdict for reason in self.reasons), default=Verdict.SAFE)


class SinkOutput(Struct, frozen=True):
    """A sink of the old version, of any pipeline: what it writes, and where its place is kept."""

    sink: Sink
    pipeline: str
    location: str
    checkpoint: str

    @property
    def title(self) -> str:
        """In words."""
        return f"the sink `{self.sink.name}` of pipeline `{self.pipeline}`"


def sink_outputs(pipeline: Pipeline, values: RunValues) -> Iterator[SinkOutput]:
    """All that a pipeline writes."""
    root = pipeline.checkpoint
    folder = values.text(setting_text(root)) if root is not None else ""
    for sink in pipeline.sinks:
        shared_pass = find_pass(pipeline, sink)
        name = sink.name if shared_pass is None else shared_pass.name
        checkpoint = f"{folder}/{name}".casefold() if folder and sink.stream is not None else ""
        target = values.text(location_text(sink.settings))
        yield SinkOutput(sink, pipeline.name, target, checkpoint)


_OVER_OLD_OUTPUT = (
    "Spark would skip each of its batches whose number the log there has, so the runtime refuses:"
    " give the sink another folder, or start it with --keep-output"
)


def stream_verdicts(
    old: Pipeline | None,
    new: Pipeline | None,
    values: tuple[RunValues, RunValues] = (RunValues(), RunValues()),
    outputs: Iterable[SinkOutput] = (),
) -> Iterator[SinkVerdict]:
    """A verdict for each stream that keeps its place in either version of a pipeline.

    A version that has no pipeline of that name is None: its streams are new, or gone. `values` are
    those of parameters and settings in both versions, `written` what all old pipelines write.
    """
    old_streams, new_streams = _streams_by_name(old, values[0]), _streams_by_name(new, values[1])
    for name, stream in new_streams.items():
        if name in old_streams:
            stream_reasons = compare_streams(old_streams[name], stream)
        else:
            stream_reasons = _start_reasons(stream, new.name if new else "", outputs)
        yield SinkVerdict(stream.name, tuple(stream_reasons))
    for name, stream in old_streams.items():
        if name not in new_streams:
            yield SinkVerdict(stream.name, (_removal_reason(stream),))


def _streams_by_name(pipeline: Pipeline | None, values: RunValues) -> dict[str, PlacedStream]:
    """The streams that keep their place, by the name of which their folders are made."""
    if pipeline is None or pipeline.checkpoint is None:
        return {}
    root = pipeline.checkpoint
    streams = {}
    for sink, flow in stream_plans(pipeline):
        shared_pass = find_pass(pipeline, sink)
        if shared_pass is not None:
            compute = partial(compute_pass_fingerprint, pipeline, shared_pass)
            name, sinks = shared_pass.name, shared_pass.sinks
        elif sink.has_checkpoint:
            compute = partial(compute_fingerprint, pipeline, sink, flow)
            name, sinks = sink.name, (sink,)
        else:
            continue
        whole = partial(compute, whole=True)
        streams[name.casefold()] = PlacedStream(name, sinks, compute(), root, values, whole)
    return streams


def _start_reasons(
    stream: PlacedStream, pipeline: str, outputs: Iterable[SinkOutput]
) -> Iterator[Reason]:
    outputs = tuple(outputs)
    checkpoint = f"{stream.folder}/{stream.name}".casefold()
    for each in outputs:
        if each.checkpoint == checkpoint:
            message = f"the stream `{stream.name}` finds the checkpoint of {each.title}"
            why = (
                "the runtime refuses to go on from another's checkpoint; where only a name changed,"
                " it is accepted once"
            )
            yield Reason(Verdict.NEW_CHECKPOINT, message, why, each.sink.span, stream.span)
            return
    for sink in stream.sinks:
        target = stream.values.text(location_text(sink.settings))
        for each in outputs if sink.settings.at(OptionPlacement.PATH) is not None else ():
            if each.location == target and each.sink.settings.at(OptionPlacement.PATH) is not None:
                yield _old_output_reason(stream, sink, each)
                return
    message = f"the stream `{stream.name}` is new"
    yield Reason(Verdict.SAFE, message, "it begins with an empty checkpoint", None, stream.span)


def _old_output_reason(stream: PlacedStream, sink: Sink, old: SinkOutput) -> Reason:
    message = f"the stream `{stream.name}` starts from scratch where {old.title} has written"
    return Reason(Verdict.OLD_OUTPUT, message, _OVER_OLD_OUTPUT, old.sink.span, sink.span)


def _removal_reason(stream: PlacedStream) -> Reason:
    message = f"the stream `{stream.name}` is gone"
    why = "its checkpoint stays behind; a stream or pipeline of another name does not go on from it"
    return Reason(Verdict.NEW_CHECKPOINT, message, why, stream.span, None)
