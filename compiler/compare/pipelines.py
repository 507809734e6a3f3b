"""Two versions of a pipeline side by side: every difference in meaning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.compare.changes import Change, Severity, Subject, merge_changes, number_changes
from ssbt.compiler.compare.datasets import DatasetComparer
from ssbt.compiler.compare.declarations import (
    connection_changes,
    module_changes,
    parameter_changes,
    pipeline_changes,
    secret_changes,
)
from ssbt.compiler.compare.environments import environment_changes
from ssbt.compiler.compare.sinks import SinkComparer, stream_changes
from ssbt.compiler.compare.stream_differences import Reason
from ssbt.compiler.compare.tests import test_changes
from ssbt.compiler.compare.upkeep import upkeep_changes
from ssbt.compiler.compare.values import RunValues, run_values
from ssbt.compiler.compare.verdicts import SinkVerdict, sink_outputs, stream_verdicts
from ssbt.compiler.configuration.environments import Environment
from ssbt.compiler.ir.pipeline import Pipeline
from ssbt.compiler.source import Span


class PipelineVersion(Struct, frozen=True):
    """A pipeline and the environments of its project; `home` is what relative paths start from."""

    pipeline: Pipeline
    environments: tuple[Environment, ...] = ()
    home: str = ""


class PipelineDifference(Struct, frozen=True):
    """What became of a pipeline: the changes, the weightiest first, and of each of its streams.

    `shared` are changes that it has, too, and that are reported for another pipeline.
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


def compare_pipelines(
    old: PipelineVersion | None,
    new: PipelineVersion | None,
    *,
    old_project: Iterable[PipelineVersion] = (),
) -> PipelineDifference:
    """What became of a pipeline; None stands for a version that has none of its name.

    `old_project` are all pipelines of the old version, whose outputs and checkpoints lie there.
    """
    old_pipeline, new_pipeline = (
        each.pipeline if each is not None else None for each in (old, new)
    )
    streams = _stream_verdicts(old, new, tuple(old_project) or ((old,) if old is not None else ()))
    if old is not None and new is not None:
        changes = _compare_versions(old, new, streams)
    else:
        changes = _one_sided_changes(old_pipeline, new_pipeline, streams)
    either = new_pipeline or old_pipeline
    assert either is not None, "a pipeline of one version or of both"
    return PipelineDifference(either.name, sort_by_severity(changes), streams)


def unreadable_difference(
    name: str, old: Span | None, new: Span | None, message: str
) -> PipelineDifference:
    """What is said of a pipeline of which the old version has errors."""
    full_message = (
        f"the old version of `{name}` has errors, so that nothing is known of it: {message}"
    )
    change = Change(Severity.BEHAVIOUR, Subject.PIPELINE, name, full_message, (old, new))
    return PipelineDifference(name, (change,), ())


def deduplicate_changes(
    differences: Iterable[PipelineDifference],
) -> tuple[PipelineDifference, ...]:
    """The same with each change told of the first pipeline that has it, at its full weight."""
    differences = list(differences)
    occurrences: dict[object, list[tuple[str, Change]]] = {}
    for each in differences:
        for key, change in number_changes(each.changes):
            occurrences.setdefault(key, []).append((each.name, change))
    return tuple(_without_repeated(each, occurrences) for each in differences)


def _without_repeated(
    each: PipelineDifference, occurrences: Mapping[object, list[tuple[str, Change]]]
) -> PipelineDifference:
    changes, shared = [], []
    for key, change in number_changes(each.changes):
        (first, _), *repeats = occurrences[key]
        if first != each.name:
            shared.append(change)
            continue
        severity = max(other.severity for _, other in occurrences[key])
        also = tuple(name for name, _ in repeats)
        changes.append(replace(change, severity=severity, also=also))
    return PipelineDifference(each.name, sort_by_severity(changes), each.streams, tuple(shared))


def sort_by_severity(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The weightiest first; the order of the flow stays among changes of one weight."""
    return tuple(sorted(changes, key=lambda each: -each.severity))


def _stream_verdicts(
    old: PipelineVersion | None,
    new: PipelineVersion | None,
    old_project: tuple[PipelineVersion, ...],
) -> tuple[SinkVerdict, ...]:
    """A verdict for each stream, by the defaults and by the values of each environment."""
    old_values, new_values = _values_by_environment(old), _values_by_environment(new)
    reasons_by_sink: dict[str, dict[str, Reason]] = {}
    environments = [name for name in new_values if name in old_values] if old and new else [""]
    for name in environments:
        values = old_values.get(name, RunValues()), new_values.get(name, RunValues())
        outputs = [
            each
            for side in old_project
            for each in sink_outputs(
                side.pipeline, _values_by_environment(side).get(name, RunValues())
            )
        ]
        was, now = (side.pipeline if side is not None else None for side in (old, new))
        for verdict in stream_verdicts(was, now, values, outputs):
            reasons = reasons_by_sink.setdefault(verdict.sink, {})
            for each in verdict.reasons:
                reasons.setdefault(each.message, each if not name else _in_environment(name, each))
    return tuple(SinkVerdict(sink, tuple(each.values())) for sink, each in reasons_by_sink.items())


def _values_by_environment(side: PipelineVersion | None) -> dict[str, RunValues]:
    """The values of a version, by environment; the defaults come first."""
    if side is None:
        return {"": RunValues()}
    return {each.environment: each for each in run_values(side.pipeline, side.environments)}


def _in_environment(environment: str, reason: Reason) -> Reason:
    return replace(reason, message=f"in the environment `{environment}`, {reason.message}")


def _one_sided_changes(
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


def _compare_versions(
    old: PipelineVersion, new: PipelineVersion, streams: tuple[SinkVerdict, ...]
) -> Iterator[Change]:
    old_pipeline, new_pipeline = old.pipeline, new.pipeline
    datasets = DatasetComparer(old_pipeline, new_pipeline)
    dataset_changes = merge_changes(datasets.changes())
    sinks = SinkComparer(old_pipeline, new_pipeline, datasets.names, datasets.renamed)
    yield from sinks.changes()
    for each in streams:
        if each.sink not in sinks.removed:
            yield from stream_changes(each)
    yield from dataset_changes
    yield from module_changes(
        old_pipeline, new_pipeline, datasets.users_by_module, datasets.analyses[True]
    )
    yield from parameter_changes(old_pipeline, new_pipeline)
    yield from secret_changes(old_pipeline, new_pipeline)
    yield from connection_changes(old_pipeline, new_pipeline)
    yield from pipeline_changes(old_pipeline, new_pipeline)
    yield from environment_changes(old.environments, new.environments)
    yield from upkeep_changes(old_pipeline, new_pipeline)
    yield from test_changes(old_pipeline, new_pipeline)
