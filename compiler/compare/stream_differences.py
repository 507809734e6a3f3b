"""What differs between two versions of a stream that keeps its place, and what that does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from difflib import SequenceMatcher

from msgspec import Struct

from ssbt.compiler.compare.stream_parts import ResolvedPart, as_before, show_whole
from ssbt.compiler.compare.values import RunValues
from ssbt.compiler.compare.wording import describe_difference
from ssbt.compiler.connectors.values import Text
from ssbt.compiler.ir.fingerprints.dependence_kinds import PartKind, Verdict
from ssbt.compiler.ir.fingerprints.dependences import DEPENDENCES, STOPS
from ssbt.compiler.ir.fingerprints.parts import FingerprintPart
from ssbt.compiler.ir.fingerprints.reading import setting_text
from ssbt.compiler.ir.pipeline import Sink
from ssbt.compiler.source import Span


class Reason(Struct, frozen=True):
    """One change and what it does; places are None in the version that has nothing of it."""

    verdict: Verdict
    message: str
    explanation: str
    old: Span | None
    new: Span | None


_OLD_FORMAT = "Spark goes on: files read so far were read in the old format, and are not read again"
_UNREAD_STATE = "Spark keeps it in the checkpoint, unread; under another name nothing finds it"
_EMPTY_STATE = "it begins empty, for keys that were there before, too"
_UNSEEN = (
    "whether that is what it was is not known: name a file of the project, or a module, in a text"
)
_MOVED_STEP = "it was as it is, but rows came through it before others, or behind"


class PlacedStream(Struct, frozen=True):
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


def compare_streams(old_stream: PlacedStream, new_stream: PlacedStream) -> Iterator[Reason]:
    """What of two versions of a stream differs, and what it does; what of it nobody can tell."""
    yield from _find_differences(old_stream, new_stream)
    old_spans = {place: part.span for part in old_stream.parts for place in part.unseen}
    for part in new_stream.parts:
        for place in part.unseen:
            message = f"the Python of the step reads what nobody can tell from here ({place})"
            yield Reason(Verdict.UNKNOWN, message, _UNSEEN, old_spans.get(place), part.span)


def _find_differences(old_stream: PlacedStream, new_stream: PlacedStream) -> Iterator[Reason]:
    if old_stream.folder != new_stream.folder:
        message = "the folder of the checkpoints is another one"
        why = "in the new folder the stream starts from scratch; move the old one there, or keep it"
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
