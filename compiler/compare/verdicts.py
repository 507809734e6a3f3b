"""Whether each stream of a pipeline may go on from its checkpoint after a change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from enum import IntEnum

from msgspec import Struct

from ssbt.compiler.ir.expressions import Text
from ssbt.compiler.ir.fingerprints import Kind, Part, fingerprint
from ssbt.compiler.ir.pipeline import Pipeline, Sink
from ssbt.compiler.ir.plans import Operator, stream_plans
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
    Kind.MODE: (Verdict.NEW_CHECKPOINT, _UNDEFINED),
    Kind.SINK: (Verdict.SILENTLY_WRONG, _OTHER_PLACE),
}


def verdicts(old: Pipeline, new: Pipeline) -> tuple[SinkVerdict, ...]:
    """A verdict for each stream that keeps its place in either version of a pipeline."""
    before, after = _streams(old), _streams(new)
    return tuple(
        _verdict(name, before.get(name), after.get(name), old, new)
        for name in dict.fromkeys((*after, *before))
    )


def _streams(pipeline: Pipeline) -> dict[str, tuple[Sink, Operator]]:
    """The streams that keep their place, by the name of which their folders are made."""
    if pipeline.checkpoint is None:
        return {}
    return {
        sink.name.casefold(): (sink, root)
        for sink, root in stream_plans(pipeline)
        if sink.keeps_its_place
    }


def _verdict(
    name: str,
    before: tuple[Sink, Operator] | None,
    after: tuple[Sink, Operator] | None,
    old: Pipeline,
    new: Pipeline,
) -> SinkVerdict:
    if before is None or after is None:
        assert before is not None or after is not None
        return SinkVerdict(name, (_alone(before, after),))
    assert old.checkpoint is not None
    assert new.checkpoint is not None
    sink = after[0].name
    if _words(old.checkpoint.parts) != _words(new.checkpoint.parts):
        moved = Reason(
            Verdict.NEW_CHECKPOINT,
            "the folder of the checkpoints is another one",
            "in the new folder the stream begins anew; move the old one there, or keep it",
            old.checkpoint.span,
            new.checkpoint.span,
        )
        return SinkVerdict(sink, (moved,))
    return SinkVerdict(sink, tuple(reasons(fingerprint(*before), fingerprint(*after))))


def _words(parts: Iterable[object]) -> list[str]:
    return [
        part if isinstance(part, str) else f"${{{getattr(part, 'name', '')}}}" for part in parts
    ]


def _alone(before: tuple[Sink, Operator] | None, after: tuple[Sink, Operator] | None) -> Reason:
    if before is None:
        assert after is not None
        return Reason(
            Verdict.SAFE,
            f"the stream `{after[0].name}` is new",
            "it begins with an empty checkpoint",
            None,
            after[0].span,
        )
    return Reason(
        Verdict.NEW_CHECKPOINT,
        f"the stream `{before[0].name}` is gone",
        "its checkpoint stays behind; a stream of another name does not go on from it",
        before[0].span,
        None,
    )


def reasons(old: tuple[Part, ...], new: tuple[Part, ...]) -> Iterator[Reason]:
    """What of two fingerprints differs, and what it does."""
    yield from _hard_reasons(_without(old, _SOFT), _without(new, _SOFT))
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
    before = Counter(part.text for part in old if part.kind is kind)
    after = Counter(part.text for part in new if part.kind is kind)
    gone = [part for part in old if part.kind is kind and part.text in before - after]
    come = [part for part in new if part.kind is kind and part.text in after - before]
    for one, other in zip(gone, come, strict=False):
        yield from _changed(one, other)
    yield from (_one_sided(part, None) for part in gone[len(come) :])
    yield from (_one_sided(None, part) for part in come[len(gone) :])


def shown(text: Text) -> str:
    """A part's text for people."""
    return "".join(part if isinstance(part, str) else f"${{{part.name}}}" for part in text)
