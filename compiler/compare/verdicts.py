"""Whether each stream of a pipeline may go on from its checkpoint after a change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from difflib import SequenceMatcher
from functools import partial

from msgspec import Struct

from ssbt.compiler.compare.stream_parts import ResolvedPart, as_before, show_whole
from ssbt.compiler.compare.values import RunValues
from ssbt.compiler.compare.wording import describe_difference
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.connectors.values import Text
from ssbt.compiler.ir.fingerprints.dependences import DEPENDENCES, STOPS, PartKind, Verdict
from ssbt.compiler.ir.fingerprints.parts import FingerprintPart
from ssbt.compiler.ir.fingerprints.passes import compute_pass_fingerprint
from ssbt.compiler.ir.fingerprints.reading import location_text, setting_text
from ssbt.compiler.ir.fingerprints.streams import compute_fingerprint
from ssbt.compiler.ir.passes import find_pass
from ssbt.compiler.ir.pipeline import Pipeline, Sink
from ssbt.compiler.ir.plans import stream_plans
from ssbt.compiler.source import Span


class Reason(Struct, frozen=True):
    """One change and what it does; places are None in the version that has nothing of it."""

    verdict: Verdict
    message: str
    explanation: str
    old: Span | None
    new: Span | None


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
_OLD_FORMAT = "Spark goes on: files read so far were read in the old format, and are not read again"
_UNREAD_STATE = "Spark keeps it in the checkpoint, unread; under another name nothing finds it"
_EMPTY_STATE = "it begins empty, for keys that were there before, too"
_UNSEEN = (
    "whether that is what it was is not known: name a file of the project, or a module, in a text"
)
_MOVED_STEP = "it was as it is, but rows came through it before others, or behind"


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


class _Stream(Struct, frozen=True):
    """A stream that keeps its place below `root`, with its fingerprint and what that depends on.

    `sinks` are what it writes: one, unless it is a pass. `whole` gives the parts with their
    texts as people read them.
    """

    name: str
    sinks: tuple[Sink, ...]
    parts: tuple[FingerprintPart, ...]
    root: Text
    values: RunValues
    whole: Callable[[], tuple[FingerprintPart, ...]]

    @property
    def span(self) -> Span:
        """The first of the sinks in the file."""
        return min(self.sinks, key=lambda sink: sink.span.start).span

    @property
    def folder(self) -> str:
        """Where its place is kept, as far as a default or an environment says it."""
        return self.values.text(setting_text(self.root))


def _streams_by_name(pipeline: Pipeline | None, values: RunValues) -> dict[str, _Stream]:
    """The streams that keep their place, by the name of which their folders are made."""
    if pipeline is None or pipeline.checkpoint is None:
        return {}
    root = pipeline.checkpoint
    streams = {}
    for sink, flow in stream_plans(pipeline):
        shared_pass = find_pass(pipeline, sink)
        if shared_pass is not None:
            made = partial(compute_pass_fingerprint, pipeline, shared_pass)
            name, sinks = shared_pass.name, shared_pass.sinks
        elif sink.has_checkpoint:
            made = partial(compute_fingerprint, pipeline, sink, flow)
            name, sinks = sink.name, (sink,)
        else:
            continue
        whole = partial(made, whole=True)
        streams[name.casefold()] = _Stream(name, sinks, made(), root, values, whole)
    return streams


def _start_reasons(
    stream: _Stream, pipeline: str, outputs: Iterable[SinkOutput]
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


def _old_output_reason(stream: _Stream, sink: Sink, old: SinkOutput) -> Reason:
    message = f"the stream `{stream.name}` begins anew where {old.title} has written"
    return Reason(Verdict.OLD_OUTPUT, message, _OVER_OLD_OUTPUT, old.sink.span, sink.span)


def _removal_reason(stream: _Stream) -> Reason:
    message = f"the stream `{stream.name}` is gone"
    why = "its checkpoint stays behind; a stream or pipeline of another name does not go on from it"
    return Reason(Verdict.NEW_CHECKPOINT, message, why, stream.span, None)


def compare_streams(old_stream: _Stream, new_stream: _Stream) -> Iterator[Reason]:
    """What of two versions of a stream differs, and what it does; what of it nobody can tell."""
    yield from _find_differences(old_stream, new_stream)
    old_spans = {place: part.span for part in old_stream.parts for place in part.unseen}
    for part in new_stream.parts:
        for place in part.unseen:
            message = f"the Python of the step reads what nobody can tell from here ({place})"
            yield Reason(Verdict.UNKNOWN, message, _UNSEEN, old_spans.get(place), part.span)


def _find_differences(old_stream: _Stream, new_stream: _Stream) -> Iterator[Reason]:
    if old_stream.folder != new_stream.folder:
        message = "the folder of the checkpoints is another one"
        why = "in the new folder the stream begins anew; move the old one there, or keep it"
        yield Reason(
            Verdict.NEW_CHECKPOINT, message, why, old_stream.root.span, new_stream.root.span
        )
        return
    old, new = (
        [ResolvedPart(part, each.values) for part in each.parts]
        for each in (old_stream, new_stream)
    )
    resolved = as_before(old, new)
    if [each.key for each in old] == [each.key for each in resolved]:
        return
    for parts, each in ((old, old_stream), (new, new_stream)):
        show_whole(parts, each.whole(), each.values)
    new = resolved
    yield from _flow_reasons(_without_state(old), _without_state(new))
    yield from _state_reasons(_variables(old), _variables(new))


def _without_state(parts: list[ResolvedPart]) -> list[ResolvedPart]:
    return [part for part in parts if part.kind is not PartKind.STATE]


def _flow_reasons(old: list[ResolvedPart], new: list[ResolvedPart]) -> Iterator[Reason]:
    """What differs in the sequence of parts; parts of one kind that are gone and new are one."""
    matcher = SequenceMatcher(
        None, [part.key for part in old], [part.key for part in new], autojunk=False
    )
    removed: list[ResolvedPart] = []
    added: list[ResolvedPart] = []
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            removed += old[old_start:old_end]
            added += new[new_start:new_end]
    pairs: list[tuple[ResolvedPart | None, ResolvedPart | None]] = []
    for removed_part in removed:
        alike = [each for each in added if each.kind is removed_part.kind]
        added_part = next(
            (each for each in alike if each.text == removed_part.text), (*alike, None)[0]
        )
        pairs.append((removed_part, added_part))
        if added_part is not None:
            added.remove(added_part)
    pairs += [(None, each) for each in added]
    # Another part that changed may use other columns: that follows from it.
    unexplained = [pair for pair in pairs if not _differs_only_in_uses(*pair)]
    for old_part, new_part in unexplained or pairs:
        if old_part is not None and new_part is not None:
            yield _change_reason(old_part, new_part)
        else:
            yield _one_sided_reason(old_part, new_part)


def _differs_only_in_uses(old: ResolvedPart | None, new: ResolvedPart | None) -> bool:
    """Whether two readings of a source only differ in which of its columns are used."""
    if old is None or new is None or not (old.part.columns and new.part.columns):
        return False
    was, now = dict(old.part.columns), dict(new.part.columns)
    return all(was[name] == now[name] for name in was.keys() & now.keys())


def _variables(parts: list[ResolvedPart]) -> dict[str, ResolvedPart]:
    """The variables of processors, by the names with which their texts begin."""
    state_parts = (part for part in parts if part.kind is PartKind.STATE)
    return {part.text.partition(" = ")[0]: part for part in state_parts}


def _state_reasons(old: dict[str, ResolvedPart], new: dict[str, ResolvedPart]) -> Iterator[Reason]:
    """Variables may come, and may go, but for both at once, which may be meant as a renaming."""
    for name in old.keys() & new.keys():
        if old[name].text != new[name].text:
            yield _change_reason(old[name], new[name])
    removed, added = sorted(old.keys() - new.keys()), sorted(new.keys() - old.keys())
    verdict = Verdict.NEW_CHECKPOINT if removed and added else Verdict.SAFE
    noun = DEPENDENCES[PartKind.STATE].label
    for name in removed:
        message = f"the {noun} `{name}` is gone"
        yield Reason(verdict, message, _UNREAD_STATE, old[name].part.span, None)
    for name in added:
        yield Reason(
            verdict, f"the {noun} `{name}` is new", _EMPTY_STATE, None, new[name].part.span
        )


def _change_reason(old: ResolvedPart, new: ResolvedPart) -> Reason:
    dependence = DEPENDENCES[old.kind]
    verdict, explanation = dependence.on_change.verdict, dependence.on_change.reason
    if old.part.shape != new.part.shape:
        verdict, explanation = Verdict.NEW_CHECKPOINT, STOPS
    elif old.kind is PartKind.SOURCE and old.part.shape == ("files",):
        same_place = old.text.split(" ")[1:] == new.text.split(" ")[1:]
        explanation = _OLD_FORMAT if same_place else explanation
    message = f"the {dependence.label} {describe_difference(old.shown, new.shown)}"
    if old.text == new.text:
        verdict, explanation = dependence.on_appearance.verdict, _MOVED_STEP
        message = f"the {dependence.label} `{new.shown}` stands elsewhere among the steps"
    verdict = _weaken_verdict(verdict, old.part, new.part)
    return Reason(verdict, message, explanation, old.part.span, new.part.span)


def _one_sided_reason(old: ResolvedPart | None, new: ResolvedPart | None) -> Reason:
    either = new or old
    assert either is not None
    dependence = DEPENDENCES[either.kind]
    message = f"the {dependence.label} `{either.shown}` is {'gone' if new is None else 'new'}"
    old_part, new_part = old.part if old else None, new.part if new else None
    verdict = _weaken_verdict(dependence.on_appearance.verdict, old_part, new_part)
    return Reason(
        verdict,
        message,
        dependence.on_appearance.reason,
        old_part.span if old_part else None,
        new_part.span if new_part else None,
    )


def _weaken_verdict(verdict: Verdict, *parts: FingerprintPart | None) -> Verdict:
    """The verdict where there may be no state at all."""
    if all(part is None or part.perhaps for part in parts):
        return min(verdict, Verdict.UNKNOWN)
    return verdict
