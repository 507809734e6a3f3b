"""Whether each stream of a pipeline may go on from its checkpoint after a change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from difflib import SequenceMatcher
from functools import partial

from msgspec import Struct

from ssbt.compiler.compare.stream_parts import ResolvedPart, as_before, show_whole
from ssbt.compiler.compare.values import Values
from ssbt.compiler.compare.wording import was_and_is
from ssbt.compiler.connectors.specification import Place
from ssbt.compiler.connectors.values import Text
from ssbt.compiler.ir.fingerprints.dependences import DEPENDENCES, STOPS, Kind, Verdict
from ssbt.compiler.ir.fingerprints.flows import fingerprint
from ssbt.compiler.ir.fingerprints.parts import Part
from ssbt.compiler.ir.fingerprints.passes import pass_fingerprint
from ssbt.compiler.ir.fingerprints.reading import location, setting_text
from ssbt.compiler.ir.passes import pass_of
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


class Written(Struct, frozen=True):
    """A sink of the old version, of any pipeline: what it writes, and where its place is kept."""

    sink: Sink
    pipeline: str
    place: str
    checkpoint: str

    @property
    def title(self) -> str:
        """In words."""
        return f"the sink `{self.sink.name}` of pipeline `{self.pipeline}`"


def written_by(pipeline: Pipeline, values: Values) -> Iterator[Written]:
    """All that a pipeline writes."""
    root = pipeline.checkpoint
    folder = values.text(setting_text(root)) if root is not None else ""
    for sink in pipeline.sinks:
        shared = pass_of(pipeline, sink)
        name = sink.name if shared is None else shared.name
        kept = f"{folder}/{name}".casefold() if folder and sink.stream is not None else ""
        place = values.text(location(sink.settings))
        yield Written(sink, pipeline.name, place, kept)


_OVER_OLD_OUTPUT = (
    "Spark would skip each of its batches whose number the log there has, so the runtime refuses:"
    " give the sink another folder, or start it with --keep-output"
)
_FORMAT = "Spark goes on: files read so far were read in the old format, and are not read again"
_LEFT_BEHIND = "Spark keeps it in the checkpoint, unread; under another name nothing finds it"
_EMPTY = "it begins empty, for keys that were there before, too"
_ELSEWHERE = "it was as it is, but rows came through it before others, or behind"


def verdicts(
    old: Pipeline | None,
    new: Pipeline | None,
    values: tuple[Values, Values] = (Values(), Values()),
    written: Iterable[Written] = (),
) -> Iterator[SinkVerdict]:
    """A verdict for each stream that keeps its place in either version of a pipeline.

    A version that has no pipeline of that name is None: its streams are new, or gone. `values` are
    those of parameters and settings in both versions, `written` what all old pipelines write.
    """
    before, after = _streams(old, values[0]), _streams(new, values[1])
    for name, stream in after.items():
        if name in before:
            found = reasons(before[name], stream)
        else:
            found = _begun(stream, new.name if new else "", written)
        yield SinkVerdict(stream.name, tuple(found))
    for name, stream in before.items():
        if name not in after:
            yield SinkVerdict(stream.name, (_gone(stream),))


class _Stream(Struct, frozen=True):
    """A stream that keeps its place below `root`, with its fingerprint and what that depends on.

    `sinks` are what it writes: one, unless it is a pass. `whole` gives the parts with their
    texts as people read them.
    """

    name: str
    sinks: tuple[Sink, ...]
    parts: tuple[Part, ...]
    root: Text
    values: Values
    whole: Callable[[], tuple[Part, ...]]

    @property
    def span(self) -> Span:
        """The first of the sinks in the file."""
        return min(self.sinks, key=lambda sink: sink.span.start).span

    @property
    def folder(self) -> str:
        """Where its place is kept, as far as a default or an environment says it."""
        return self.values.text(setting_text(self.root))


def _streams(pipeline: Pipeline | None, values: Values) -> dict[str, _Stream]:
    """The streams that keep their place, by the name of which their folders are made."""
    if pipeline is None or pipeline.checkpoint is None:
        return {}
    root = pipeline.checkpoint
    found = {}
    for sink, flow in stream_plans(pipeline):
        shared = pass_of(pipeline, sink)
        if shared is not None:
            made = partial(pass_fingerprint, pipeline, shared)
            name, sinks = shared.name, shared.sinks
        elif sink.keeps_its_place:
            made = partial(fingerprint, pipeline, sink, flow)
            name, sinks = sink.name, (sink,)
        else:
            continue
        whole = partial(made, whole=True)
        found[name.casefold()] = _Stream(name, sinks, made(), root, values, whole)
    return found


def _begun(stream: _Stream, pipeline: str, written: Iterable[Written]) -> Iterator[Reason]:
    written = tuple(written)
    own = f"{stream.folder}/{stream.name}".casefold()
    for each in written:
        if each.checkpoint == own:
            message = f"the stream `{stream.name}` finds the checkpoint of {each.title}"
            why = (
                "the runtime refuses to go on from another's checkpoint; where only a name changed,"
                " it is accepted once"
            )
            yield Reason(Verdict.NEW_CHECKPOINT, message, why, each.sink.span, stream.span)
            return
    for sink in stream.sinks:
        place = stream.values.text(location(sink.settings))
        for each in written if sink.settings.at(Place.PATH) is not None else ():
            if each.place == place and each.sink.settings.at(Place.PATH) is not None:
                yield _over_old_output(stream, sink, each)
                return
    message = f"the stream `{stream.name}` is new"
    yield Reason(Verdict.SAFE, message, "it begins with an empty checkpoint", None, stream.span)


def _over_old_output(stream: _Stream, sink: Sink, old: Written) -> Reason:
    message = f"the stream `{stream.name}` begins anew where {old.title} has written"
    return Reason(Verdict.OLD_OUTPUT, message, _OVER_OLD_OUTPUT, old.sink.span, sink.span)


def _gone(stream: _Stream) -> Reason:
    message = f"the stream `{stream.name}` is gone"
    why = "its checkpoint stays behind; a stream or pipeline of another name does not go on from it"
    return Reason(Verdict.NEW_CHECKPOINT, message, why, stream.span, None)


def reasons(before: _Stream, after: _Stream) -> Iterator[Reason]:
    """What of two versions of a stream differs, and what it does."""
    if before.folder != after.folder:
        message = "the folder of the checkpoints is another one"
        why = "in the new folder the stream begins anew; move the old one there, or keep it"
        yield Reason(Verdict.NEW_CHECKPOINT, message, why, before.root.span, after.root.span)
        return
    old, new = (
        [ResolvedPart(part, each.values) for part in each.parts] for each in (before, after)
    )
    resolved = as_before(old, new)
    if [each.key for each in old] == [each.key for each in resolved]:
        return
    for parts, each in ((old, before), (new, after)):
        show_whole(parts, each.whole(), each.values)
    new = resolved
    yield from _flow_reasons(_without_state(old), _without_state(new))
    yield from _state_reasons(_variables(old), _variables(new))


def _without_state(parts: list[ResolvedPart]) -> list[ResolvedPart]:
    return [part for part in parts if part.kind is not Kind.STATE]


def _flow_reasons(old: list[ResolvedPart], new: list[ResolvedPart]) -> Iterator[Reason]:
    """What differs in the sequence of parts; parts of one kind that are gone and new are one."""
    matcher = SequenceMatcher(
        None, [part.key for part in old], [part.key for part in new], autojunk=False
    )
    gone: list[ResolvedPart] = []
    come: list[ResolvedPart] = []
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            gone += old[old_start:old_end]
            come += new[new_start:new_end]
    pairs: list[tuple[ResolvedPart | None, ResolvedPart | None]] = []
    for one in gone:
        alike = [each for each in come if each.kind is one.kind]
        other = next((each for each in alike if each.text == one.text), (*alike, None)[0])
        pairs.append((one, other))
        if other is not None:
            come.remove(other)
    pairs += [(None, each) for each in come]
    # Another part that changed may use other columns: that follows from it.
    told = [pair for pair in pairs if not _uses_others(*pair)]
    for old_part, new_part in told or pairs:
        if old_part is not None and new_part is not None:
            yield _changed(old_part, new_part)
        else:
            yield _one_sided(old_part, new_part)


def _uses_others(old: ResolvedPart | None, new: ResolvedPart | None) -> bool:
    """Whether two readings of a source only differ in which of its columns are used."""
    if old is None or new is None or not (old.part.columns and new.part.columns):
        return False
    was, now = dict(old.part.columns), dict(new.part.columns)
    return all(was[name] == now[name] for name in was.keys() & now.keys())


def _variables(parts: list[ResolvedPart]) -> dict[str, ResolvedPart]:
    """The variables of processors, by the names with which their texts begin."""
    found = (part for part in parts if part.kind is Kind.STATE)
    return {part.text.partition(" = ")[0]: part for part in found}


def _state_reasons(old: dict[str, ResolvedPart], new: dict[str, ResolvedPart]) -> Iterator[Reason]:
    """Variables may come, and may go, but for both at once, which may be meant as a renaming."""
    for name in old.keys() & new.keys():
        if old[name].text != new[name].text:
            yield _changed(old[name], new[name])
    gone, come = sorted(old.keys() - new.keys()), sorted(new.keys() - old.keys())
    verdict = Verdict.NEW_CHECKPOINT if gone and come else Verdict.SAFE
    word = DEPENDENCES[Kind.STATE].word
    for name in gone:
        message = f"the {word} `{name}` is gone"
        yield Reason(verdict, message, _LEFT_BEHIND, old[name].part.span, None)
    for name in come:
        yield Reason(verdict, f"the {word} `{name}` is new", _EMPTY, None, new[name].part.span)


def _changed(old: ResolvedPart, new: ResolvedPart) -> Reason:
    row = DEPENDENCES[old.kind]
    verdict, explanation = row.change.verdict, row.change.why
    if old.part.shape != new.part.shape:
        verdict, explanation = Verdict.NEW_CHECKPOINT, STOPS
    elif old.kind is Kind.SOURCE and old.part.shape == ("files",):
        same_place = old.text.split(" ")[1:] == new.text.split(" ")[1:]
        explanation = _FORMAT if same_place else explanation
    message = f"the {row.word} {was_and_is(old.shown, new.shown)}"
    if old.text == new.text:
        verdict, explanation = row.come.verdict, _ELSEWHERE
        message = f"the {row.word} `{new.shown}` stands elsewhere among the steps"
    verdict = _perhaps(verdict, old.part, new.part)
    return Reason(verdict, message, explanation, old.part.span, new.part.span)


def _one_sided(old: ResolvedPart | None, new: ResolvedPart | None) -> Reason:
    either = new or old
    assert either is not None
    row = DEPENDENCES[either.kind]
    message = f"the {row.word} `{either.shown}` is {'gone' if new is None else 'new'}"
    old_part, new_part = old.part if old else None, new.part if new else None
    verdict = _perhaps(row.come.verdict, old_part, new_part)
    return Reason(
        verdict,
        message,
        row.come.why,
        old_part.span if old_part else None,
        new_part.span if new_part else None,
    )


def _perhaps(verdict: Verdict, *parts: Part | None) -> Verdict:
    """The verdict where there may be no state at all."""
    if all(part is None or part.perhaps for part in parts):
        return min(verdict, Verdict.UNKNOWN)
    return verdict
