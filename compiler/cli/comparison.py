"""Two versions of pipelines through the driver, and side by side."""

from __future__ import annotations

from collections.abc import Iterator
import posixpath
from typing import NamedTuple

from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.cli.inputs import error_reason, quote_path
from ssbt.compiler.cli.revisions import SourceVersion
from ssbt.compiler.cli.units import find_declared_name, relocate_diagnostic, relocate_sources
from ssbt.compiler.compare.changes import Change, Severity
from ssbt.compiler.compare.masking import mask_difference
from ssbt.compiler.compare.pipelines import (
    PipelineDifference,
    PipelineVersion,
    compare_pipelines,
    deduplicate_changes,
    unreadable_difference,
)
from ssbt.compiler.compare.readers import with_readers
from ssbt.compiler.configuration.discovery import find_project_folder
from ssbt.compiler.diagnostics.codes import changes as codes
from ssbt.compiler.diagnostics.masking import mask_findings
from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.diagnostics.model import Severity as Level
from ssbt.compiler.driver import check_pipeline, configure_pipeline
from ssbt.compiler.ir.fingerprints.dependence_kinds import Verdict
from ssbt.compiler.source import Source, Span

_CODES = {
    Severity.BREAKING: codes.BREAKING,
    Severity.CHECKPOINT: codes.NEW_CHECKPOINT,
    Severity.BEHAVIOUR: codes.BEHAVIOUR,
}

_VERDICT_CODES = {
    Verdict.UNKNOWN: codes.UNPROVED,
    Verdict.NEW_CHECKPOINT: codes.NEW_CHECKPOINT,
    Verdict.OLD_OUTPUT: codes.OLD_OUTPUT,
    Verdict.SILENTLY_WRONG: codes.SILENTLY_WRONG,
}


class Comparison(NamedTuple):
    """What became of each pipeline, the new version's first, and the sources of both.

    `errors` are those of versions that do not compile; then nothing is compared.
    """

    versions: tuple[SourceVersion, SourceVersion]
    pipelines: tuple[PipelineDifference, ...]
    sources: dict[str, Source]
    errors: tuple[Diagnostic, ...] = ()

    @property
    def severity(self) -> Severity:
        """That of the weightiest change."""
        return max((each.severity for each in self.pipelines), default=Severity.NONE)

    def locate(self, span: Span, is_new: bool) -> tuple[str, int, int]:
        """The path, line and column of a place in the old version or the new."""
        path = self.versions[is_new].display_path(span.path)
        source = self.sources.get(path)
        line, column = source.position(span.start) if source else (1, 1)
        return path, line, column

    def diagnostics(self) -> Iterator[Diagnostic]:
        """Every change that matters, as a finding."""
        for each in self.pipelines:
            for change in each.changes:
                if change.severity is not Severity.NONE:
                    yield self._build_diagnostic(change)

    def _build_diagnostic(self, change: Change) -> Diagnostic:
        labels = [
            Label(Span(version.display_path(span.path), span.start, span.end), text)
            for version, span, text in zip(
                self.versions, change.places, ("as it was", "as it is"), strict=True
            )
            if span is not None
        ]
        # What has no place, as a whole environment, is reported for the newer pipeline.
        first, *secondary = (
            reversed(labels) if labels else [Label(Span(self.versions[1].name, 0, 0))]
        )
        affects = f"affects {', '.join(change.affects)}" if change.affects else ""
        also = f"also in the pipelines {', '.join(change.also)}" if change.also else ""
        help_ = tuple(line for line in (change.why, affects, also) if line)
        code = _CODES[change.severity]
        if change.verdict is not None:
            code = _VERDICT_CODES[change.verdict]
        return Diagnostic(code, change.message, first, secondary=tuple(secondary), help=help_)


def compare_versions(old: SourceVersion, new: SourceVersion, target: str | None) -> Comparison:
    """What became of each pipeline; raises Failure where there is nothing to compare."""
    sources: dict[str, Source] = {}
    old_pipelines, new_pipelines = (_load_pipelines(each, target, sources) for each in (old, new))
    if new_pipelines.errors or not old_pipelines.sides:
        errors = [error for each in (old_pipelines, new_pipelines) for error in each.errors]
        if errors:
            return Comparison((old, new), (), sources, tuple(errors))
    names = dict.fromkeys((*new_pipelines.sides, *old_pipelines.sides))
    own_differences = [
        _unread_difference(name, old_pipelines.broken[name], new_pipelines.sides[name])
        if name in old_pipelines.broken and name in new_pipelines.sides
        else compare_pipelines(
            old_pipelines.sides.get(name),
            new_pipelines.sides.get(name),
            old_project=old_pipelines.sides.values(),
        )
        for name in names
    ]
    all_differences = with_readers(
        own_differences, old_pipelines.sides.values(), new_pipelines.sides.values()
    )
    masked = tuple(map(mask_difference, deduplicate_changes(all_differences)))
    return Comparison((old, new), masked, sources)


class _VersionPipelines(NamedTuple):
    """The pipelines of a version by name; `broken` are the first errors of those that have some."""

    sides: dict[str, PipelineVersion]
    broken: dict[str, Diagnostic]
    errors: list[Diagnostic]


def _unread_difference(
    name: str, error: Diagnostic, new_side: PipelineVersion
) -> PipelineDifference:
    return unreadable_difference(name, error.primary.span, new_side.pipeline.span, error.message)


def _load_pipelines(
    version: SourceVersion, target: str | None, sources: dict[str, Source]
) -> _VersionPipelines:
    """The pipelines of a version, with the environments of their projects."""
    pipelines = _VersionPipelines({}, {}, [])
    for path in version.files:
        data = _read_file(version, path)
        name = find_declared_name(data)
        if len(version.files) > 1 and name is None:
            continue
        check_result = check_pipeline(path, version.read, target, tests=True)
        result = configure_pipeline(check_result, path, version.read, real_path=version.real_path)
        sources.update(relocate_sources(result.check_result.sources, version))
        if result.check_result.pipeline is None:
            findings = mask_findings(result.check_result.findings, result.check_result.sources)
            pipelines.errors.extend(relocate_diagnostic(each, version) for each in findings)
            first = next((each for each in findings if each.severity is Level.ERROR), None)
            if name is not None and first is not None:
                pipelines.broken[name] = first
        else:
            pipeline = result.check_result.pipeline
            project = find_project_folder(path, version.read)
            folder = posixpath.normpath(project if project is not None else posixpath.dirname(path))
            pipelines.sides[pipeline.name] = PipelineVersion(pipeline, result.environments, folder)
    if not pipelines.sides and not pipelines.errors:
        raise Failure(f"there is no pipeline in {quote_path(version.name)}")
    return pipelines


def _read_file(version: SourceVersion, path: str) -> bytes:
    try:
        return version.read(path)
    except OSError as error:
        raise Failure(
            f"cannot read {quote_path(version.display_path(path))}: {error_reason(error)}"
        ) from error
