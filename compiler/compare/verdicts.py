"""Whether each stream of a pipeline may go on from its checkpoint after a change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from enum import IntEnum

from msgspec import Struct

from ssbt.compiler.connectors.values import Text
from ssbt.compiler.ir.expressions import shown
from ssbt.compiler.ir.fingerprints import Kind, Part, fingerprint
from ssbt.compiler.ir.operators import Operator
from ssbt.compiler.ir.pipeline import Pipeline, Sink
from ssbt.compiler.ir.plans import stream_plans
from ssbt.compiler.source import Span


class Verdict(IntEnum):
    """What becomes of a stream that starts again, the worst last."""

    SAFE = 0
    NEW_CHECKPOINT = 1
    SILENTLY_WRONG = 2

    @property
    def phrase(self) -> str:
        """In words, behind the stream's name."""
        return _PHRASES[self]


_PHRASES = {
    Verdict.SAFE: "safe to go on",
    Verdict.NEW_CHECKPOINT: "needs a new checkpoint",
    Verdict.SILENTLY_WRONG: "must not go on: Spark would, in silence, and be wrong",
}


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


_WORDS = {
    Kind.SOURCE: "stream source",
    Kind.FILTER: "filter before state",
    Kind.LOOKUP: "join with data that does not stream",
    Kind.WATERMARK: "watermark",
    Kind.AGGREGATE: "aggregation",
    Kind.DEDUPLICATE: "deduplication",
    Kind.JOIN: "join of streams",
    Kind.BOUND: "condition of the join",
    Kind.LIMIT: "limit",
    Kind.CODE: "step of its own code",
    Kind.KEYS: "key of the processor",
    Kind.TIMERS: "time of the processor",
    Kind.STATE: "state",
    Kind.MODE: "output mode",
    Kind.SINK: "place that rows go to",
}
# What Spark neither checks nor defines: it goes on, with a mixture of old and new.
_UNDEFINED = "Spark does not say what becomes of the rows that the checkpoint already counts"
_STOPS = "Spark compares this with the checkpoint and stops with an error"
_OTHER_MEANING = (
    "the types are the same, so Spark takes the old state for the new and goes on without a word"
)
_OTHER_PLACE = (
    "rows so far stay in the old place; Spark writes later ones to the new one without a word,"
    " and those who read it miss the first"
)
_LEFT_BEHIND = "Spark keeps it in the checkpoint, unread; under another name nothing finds it"
_EMPTY = "it begins empty, for keys that were there before, too"
# Kinds that come and go without Spark's noticing.
_SOFT = frozenset({Kind.FILTER, Kind.LOOKUP, Kind.BOUND, Kind.WATERMARK})
_ON_CHANGE = {
    Kind.SOURCE: (Verdict.NEW_CHECKPOINT, _STOPS),
    Kind.FILTER: (Verdict.NEW_CHECKPOINT, _UNDEFINED),
    Kind.LOOKUP: (Verdict.NEW_CHECKPOINT, _UNDEFINED),
    Kind.WATERMARK: (Verdict.NEW_CHECKPOINT, _UNDEFINED),
    Kind.AGGREGATE: (Verdict.SILENTLY_WRONG, _OTHER_MEANING),
    Kind.DEDUPLICATE: (Verdict.SILENTLY_WRONG, _OTHER_MEANING),
    Kind.JOIN: (Verdict.SILENTLY_WRONG, _OTHER_MEANING),
    Kind.BOUND: (Verdict.NEW_CHECKPOINT, _UNDEFINED),
    Kind.LIMIT: (Verdict.NEW_CHECKPOINT, _UNDEFINED),
    Kind.CODE: (Verdict.NEW_CHECKPOINT, "what the code keeps between two batches is not known"),
    Kind.KEYS: (Verdict.SILENTLY_WRONG, _OTHER_MEANING),
    Kind.TIMERS: (Verdict.NEW_CHECKPOINT, _STOPS),
    Kind.STATE: (Verdict.SILENTLY_WRONG, _OTHER_MEANING),
    Kind.MODE: (Verdict.NEW_CHECKPOINT, _UNDEFINED),
    Kind.SINK: (Verdict.SILENTLY_WRONG, _OTHER_PLACE),
}


def verdicts(old: Pipeline | None, new: Pipeline | None) -> Iterator[SinkVerdict]:
    """A verdict for each stream that keeps its place in either version of a pipeline.

    A version that has no pipeline of that name is None: its streams are new, or gone.
    """
    before, after = _streams(old), _streams(new)
    for name, stream in after.items():
        found = reasons(before[name], stream) if name in before else _begun(stream)
        yield SinkVerdict(stream.sink.name, tuple(found))
    for name, stream in before.items():
        if name not in after:
            yield SinkVerdict(stream.sink.name, (_gone(stream),))


class _Stream(Struct, frozen=True):
    """A stream that keeps its place below `root`."""

    sink: Sink
    flow: Operator
    root: Text


def _streams(pipeline: Pipeline | None) -> dict[str, _Stream]:
    """The streams that keep their place, by the name of which their folders are made."""
    if pipeline is None or pipeline.checkpoint is None:
        return {}
    return {
        sink.name.casefold(): _Stream(sink, flow, pipeline.checkpoint)
        for sink, flow in stream_plans(pipeline)
        if sink.keeps_its_place
    }


def _begun(stream: _Stream) -> Iterator[Reason]:
    message = f"the stream `{stream.sink.name}` is new"
    why = "it begins with an empty checkpoint"
    yield Reason(Verdict.SAFE, message, why, None, stream.sink.span)


def _gone(stream: _Stream) -> Reason:
    message = f"the stream `{stream.sink.name}` is gone"
    why = "its checkpoint stays behind; a stream or pipeline of another name does not go on from it"
    return Reason(Verdict.NEW_CHECKPOINT, message, why, stream.sink.span, None)


def reasons(before: _Stream, after: _Stream) -> Iterator[Reason]:
    """What of two versions of a stream differs, and what it does."""
    if before.root.shown != after.root.shown:
        message = "the folder of the checkpoints is another one"
        why = "in the new folder the stream begins anew; move the old one there, or keep it"
        yield Reason(Verdict.NEW_CHECKPOINT, message, why, before.root.span, after.root.span)
        return
    old, new = (fingerprint(each.sink, each.flow) for each in (before, after))
    others = _SOFT | {Kind.STATE}
    yield from _hard_reasons(_without(old, others), _without(new, others))
    yield from _state_reasons(_variables(old), _variables(new))
    for kind in Kind:
        if kind in _SOFT:
            yield from _soft_reasons(kind, old, new)


def _without(parts: tuple[Part, ...], kinds: frozenset[Kind]) -> list[Part]:
    return [part for part in parts if part.kind not in kinds]


def _hard_reasons(old: list[Part], new: list[Part]) -> Iterator[Reason]:
    matcher = SequenceMatcher(
        None, [part.kind.value for part in old], [part.kind.value for part in new], autojunk=False
    )
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            for one, other in zip(old[old_start:old_end], new[new_start:new_end], strict=True):
                yield from _changed(one, other)
            continue
        for part in old[old_start:old_end]:
            yield _one_sided(part, None)
        for part in new[new_start:new_end]:
            yield _one_sided(None, part)


def _variables(parts: tuple[Part, ...]) -> dict[str, Part]:
    """The variables of processors, by the names with which their texts begin."""
    found = (part for part in parts if part.kind is Kind.STATE)
    return {shown(part.text).partition(" = ")[0]: part for part in found}


def _state_reasons(old: dict[str, Part], new: dict[str, Part]) -> Iterator[Reason]:
    """Variables may come, and may go, but for both at once, which may be meant as a renaming."""
    for name in old.keys() & new.keys():
        yield from _changed(old[name], new[name])
    gone, come = sorted(old.keys() - new.keys()), sorted(new.keys() - old.keys())
    verdict = Verdict.NEW_CHECKPOINT if gone and come else Verdict.SAFE
    for name in gone:
        message, why = f"the {_WORDS[Kind.STATE]} `{name}` is gone", _LEFT_BEHIND
        yield Reason(verdict, message, why, old[name].span, None)
    for name in come:
        message = f"the {_WORDS[Kind.STATE]} `{name}` is new"
        yield Reason(verdict, message, _EMPTY, None, new[name].span)


def _changed(old: Part, new: Part) -> Iterator[Reason]:
    if old.text == new.text:
        return
    verdict, explanation = _ON_CHANGE[old.kind]
    if old.shape != new.shape:
        verdict, explanation = Verdict.NEW_CHECKPOINT, _STOPS
    message = f"the {_WORDS[old.kind]} was `{shown(old.text)}` and is `{shown(new.text)}`"
    yield Reason(verdict, message, explanation, old.span, new.span)


def _one_sided(old: Part | None, new: Part | None) -> Reason:
    part = new or old
    assert part is not None
    change = "gone" if new is None else "new"
    verdict = Verdict.NEW_CHECKPOINT
    explanation = _UNDEFINED if part.kind in (*_SOFT, Kind.MODE, Kind.CODE) else _STOPS
    message = f"the {_WORDS[part.kind]} `{shown(part.text)}` is {change}"
    return Reason(
        verdict, message, explanation, old.span if old else None, new.span if new else None
    )


def _soft_reasons(kind: Kind, old: tuple[Part, ...], new: tuple[Part, ...]) -> Iterator[Reason]:
    """Filters and watermarks: what one version has and the other has not, in pairs."""
    gone, come = _unmatched(kind, old, new), _unmatched(kind, new, old)
    for one, other in zip(gone, come, strict=False):
        yield from _changed(one, other)
    yield from (_one_sided(part, None) for part in gone[len(come) :])
    yield from (_one_sided(None, part) for part in come[len(gone) :])


def _unmatched(kind: Kind, parts: tuple[Part, ...], others: tuple[Part, ...]) -> list[Part]:
    """The parts that the others have not; of two equal ones, each needs one of theirs."""
    left = Counter(part.text for part in others if part.kind is kind)
    found = []
    for part in parts:
        if part.kind is kind:
            left[part.text] -= 1
            found += [part] if left[part.text] < 0 else []
    return found
