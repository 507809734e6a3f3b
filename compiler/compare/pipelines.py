"""Two versions of a pipeline side by side: every difference in meaning."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from ssbt.compiler.compare.changes import Change, Severity, Subject
from ssbt.compiler.compare.datasets import Datasets
from ssbt.compiler.compare.declarations import (
    connection_changes,
    module_changes,
    parameter_changes,
    pipeline_changes,
    secret_changes,
)
from ssbt.compiler.compare.environments import environment_changes
from ssbt.compiler.compare.sinks import Sinks
from ssbt.compiler.compare.tests import test_changes
from ssbt.compiler.compare.verdicts import SinkVerdict, verdicts
from ssbt.compiler.configuration.environments import Environment
from ssbt.compiler.ir.pipeline import Pipeline


class Side(Struct, frozen=True):
    """A pipeline and the environments of its project."""

    pipeline: Pipeline
    environments: tuple[Environment, ...] = ()


class Difference(Struct, frozen=True):
    """What became of a pipeline: the changes, the weightiest first, and of each of its streams."""

    name: str
    changes: tuple[Change, ...]
    streams: tuple[SinkVerdict, ...]

    @property
    def severity(self) -> Severity:
        """That of the weightiest change."""
        return max((each.severity for each in self.changes), default=Severity.NONE)


def difference(old: Side | None, new: Side | None) -> Difference:
    """What became of a pipeline; None stands for a version that has none of its name."""
    before, after = (each.pipeline if each is not None else None for each in (old, new))
    streams = tuple(verdicts(before, after))
    if old is not None and new is not None:
        found = _changes(old, new, streams)
    else:
        found = _one_sided(before, after)
    either = after or before
    assert either is not None, "a pipeline of one version or of both"
    # Sorting keeps the order of the flow among changes of one weight.
    changes = sorted(found, key=lambda each: -each.severity)
    return Difference(either.name, tuple(changes), streams)


def _one_sided(old: Pipeline | None, new: Pipeline | None) -> Iterator[Change]:
    if new is not None:
        message = f"the pipeline `{new.name}` is new"
        yield Change(Severity.BEHAVIOUR, Subject.PIPELINE, new.name, message, (None, new.span))
    if old is not None:
        message = f"the pipeline `{old.name}` is gone"
        yield Change(Severity.BREAKING, Subject.PIPELINE, old.name, message, (old.span, None))


def _changes(old: Side, new: Side, streams: tuple[SinkVerdict, ...]) -> Iterator[Change]:
    before, after = old.pipeline, new.pipeline
    datasets = Datasets(before, after)
    in_datasets = list(datasets.changes())
    sinks = Sinks(before, after, datasets.names, datasets.renamed)
    yield from sinks.changes()
    for each in streams:
        yield from sinks.stream_changes(each)
    yield from in_datasets
    yield from module_changes(before, after, datasets.users, datasets.reaches[True])
    yield from parameter_changes(before, after)
    yield from secret_changes(before, after)
    yield from connection_changes(before, after)
    yield from pipeline_changes(before, after)
    yield from environment_changes(old.environments, new.environments)
    yield from test_changes(before, after)
