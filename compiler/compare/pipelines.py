"""Two versions of a pipeline side by side: every difference in meaning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.compare.changes import Change, Severity, Subject, merged, numbered
from ssbt.compiler.compare.datasets import Datasets
from ssbt.compiler.compare.declarations import (
    connection_changes,
    module_changes,
    parameter_changes,
    pipeline_changes,
    secret_changes,
)
from ssbt.compiler.compare.environments import environment_changes
from ssbt.compiler.compare.sinks import Sinks, stream_changes
from ssbt.compiler.compare.tests import test_changes
from ssbt.compiler.compare.values import Values, values_of
from ssbt.compiler.compare.verdicts import Reason, SinkVerdict, verdicts, written_by
from ssbt.compiler.configuration.environments import Environment
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.source import Span


class Side(Struct, frozen=True):
    """A pipeline and the environments of its project; `home` is what relative paths start from."""

    pipeline: Pipeline
    environments: tuple[Environment, ...] = ()
    home: str = ""


class Difference(Struct, frozen=True):
    """What became of a pipeline: the changes, the weightiest first, and of each of its streams.

    `shared` are changes that it has, too, and that are told of another pipeline.
    """

    name: str
    changes: tuple[Change, ...]
    streams: tuple[SinkVerdict, ...]
    shared: tuple[Change, ...] = ()

    @property
    def severity(self) -> Severity:
        """That of the weightiest change."""
        every = (*self.changes, *self.shared)
        return max((each.severity for each in every), default=Severity.NONE)


def difference(
    old: Side | None, new: Side | None, *, old_project: Iterable[Side] = ()
) -> Difference:
    """What became of a pipeline; None stands for a version that has none of its name.

    `old_project` are all pipelines of the old version, whose outputs and checkpoints lie there.
    """
    before, after = (each.pipeline if each is not None else None for each in (old, new))
    streams = _stream_verdicts(old, new, tuple(old_project) or ((old,) if old is not None else ()))
    if old is not None and new is not None:
        found = _changes(old, new, streams)
    else:
        found = _one_sided(before, after, streams)
    either = after or before
    assert either is not None, "a pipeline of one version or of both"
    return Difference(either.name, weighed(found), streams)


def unread(name: str, old: Span | None, new: Span | None, message: str) -> Difference:
    """What is said of a pipeline of which the old version has errors."""
    said = f"the old version of `{name}` has errors, so that nothing is known of it: {message}"
    change = Change(Severity.BEHAVIOUR, Subject.PIPELINE, name, said, (old, new))
    return Difference(name, (change,), ())


def told_once(differences: Iterable[Difference]) -> tuple[Difference, ...]:
    """The same with each change told of the first pipeline that has it, at its full weight."""
    differences = list(differences)
    having: dict[object, list[tuple[str, Change]]] = {}
    for each in differences:
        for key, change in numbered(each.changes):
            having.setdefault(key, []).append((each.name, change))
    return tuple(_told(each, having) for each in differences)


def _told(each: Difference, having: Mapping[object, list[tuple[str, Change]]]) -> Difference:
    changes, shared = [], []
    for key, change in numbered(each.changes):
        (first, _), *others = having[key]
        if first != each.name:
            shared.append(change)
            continue
        severity = max(other.severity for _, other in having[key])
        also = tuple(name for name, _ in others)
        changes.append(replace(change, severity=severity, also=also))
    return Difference(each.name, weighed(changes), each.streams, tuple(shared))


def weighed(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The weightiest first; the order of the flow stays among changes of one weight."""
    return tuple(sorted(changes, key=lambda each: -each.severity))


def _stream_verdicts(
    old: Side | None, new: Side | None, old_project: tuple[Side, ...]
) -> tuple[SinkVerdict, ...]:
    """A verdict for each stream, by the defaults and by the values of each environment."""
    before, after = _values(old), _values(new)
    found: dict[str, dict[str, Reason]] = {}
    both = [name for name in after if name in before] if old and new else [""]
    for name in both:
        values = before.get(name, Values()), after.get(name, Values())
        written = [
            each
            for side in old_project
            for each in written_by(side.pipeline, _values(side).get(name, Values()))
        ]
        was, now = (side.pipeline if side is not None else None for side in (old, new))
        for verdict in verdicts(was, now, values, written):
            reasons = found.setdefault(verdict.sink, {})
            for each in verdict.reasons:
                reasons.setdefault(each.message, each if not name else _in(name, each))
    return tuple(SinkVerdict(sink, tuple(each.values())) for sink, each in found.items())


def _values(side: Side | None) -> dict[str, Values]:
    """The values of a version, by environment; the defaults come first."""
    if side is None:
        return {"": Values()}
    return {each.environment: each for each in values_of(side.pipeline, side.environments)}


def _in(environment: str, reason: Reason) -> Reason:
    return replace(reason, message=f"in the environment `{environment}`, {reason.message}")


def _one_sided(
    old: Pipeline | None, new: Pipeline | None, streams: Iterable[SinkVerdict]
) -> Iterator[Change]:
    if new is not None:
        message = f"the pipeline `{new.name}` is new"
        yield Change(Severity.BEHAVIOUR, Subject.PIPELINE, new.name, message, (None, new.span))
        for each in streams:
            yield from stream_changes(each)
    if old is not None:
        message = f"the pipeline `{old.name}` is gone"
        yield Change(Severity.BREAKING, Subject.PIPELINE, old.name, message, (old.span, None))


def _changes(old: Side, new: Side, streams: tuple[SinkVerdict, ...]) -> Iterator[Change]:
    before, after = old.pipeline, new.pipeline
    datasets = Datasets(before, after)
    in_datasets = merged(datasets.changes())
    sinks = Sinks(before, after, datasets.names, datasets.renamed)
    yield from sinks.changes()
    for each in streams:
        if each.sink not in sinks.gone:
            yield from stream_changes(each)
    yield from in_datasets
    yield from module_changes(before, after, datasets.users, datasets.reaches[True])
    yield from parameter_changes(before, after)
    yield from secret_changes(before, after)
    yield from connection_changes(before, after)
    yield from pipeline_changes(before, after)
    yield from environment_changes(old.environments, new.environments)
    yield from test_changes(before, after)
