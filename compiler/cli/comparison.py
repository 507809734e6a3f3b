"""Two versions of pipelines through the driver, and side by side."""

from __future__ import annotations

from collections.abc import Iterator
import posixpath
from typing import NamedTuple

from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.cli.inputs import quoted, reason
from ssbt.compiler.cli.revisions import Version
from ssbt.compiler.cli.units import declared_name, relocated, relocated_sources
from ssbt.compiler.compare.changes import Change, Severity
from ssbt.compiler.compare.pipelines import Difference, Side, difference, told_once, unread
from ssbt.compiler.compare.readers import with_readers
from ssbt.compiler.configuration.finding import project_folder
from ssbt.compiler.diagnostics.codes import changes as codes
from ssbt.compiler.diagnostics.model import Diagnostic, Label
from ssbt.compiler.diagnostics.model import Severity as Level
from ssbt.compiler.driver import checked, configured
from ssbt.compiler.ir.fingerprints.dependences import Verdict
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

    versions: tuple[Version, Version]
    pipelines: tuple[Difference, ...]
    sources: dict[str, Source]
    errors: tuple[Diagnostic, ...] = ()

    @property
    def severity(self) -> Severity:
        """That of the weightiest change."""
        return max((each.severity for each in self.pipelines), default=Severity.NONE)

    def located(self, span: Span, new: bool) -> tuple[str, int, int]:
        """The path, line and column of a place in the old version or the new."""
        path = self.versions[new].shown(span.path)
        source = self.sources.get(path)
        line, column = source.position(span.start) if source else (1, 1)
        return path, line, column

    def diagnostics(self) -> Iterator[Diagnostic]:
        """Every change that matters, as a finding."""
        for each in self.pipelines:
            for change in each.changes:
                if change.severity is not Severity.NONE:
                    yield self._diagnostic(change)

    def _diagnostic(self, change: Change) -> Diagnostic:
        labels = [
            Label(Span(version.shown(span.path), span.start, span.end), text)
            for version, span, text in zip(
                self.versions, change.places, ("as it was", "as it is"), strict=True
            )
            if span is not None
        ]
        # What has no place, as a whole environment, is told of the newer pipeline.
        first, *others = reversed(labels) if labels else [Label(Span(self.versions[1].name, 0, 0))]
        affects = f"affects {', '.join(change.affects)}" if change.affects else ""
        also = f"also in the pipelines {', '.join(change.also)}" if change.also else ""
        help_ = tuple(line for line in (change.why, affects, also) if line)
        code = _CODES[change.severity]
        if change.verdict is not None:
            code = _VERDICT_CODES[change.verdict]
        return Diagnostic(code, change.message, first, secondary=tuple(others), help=help_)


def compared(old: Version, new: Version, target: str | None) -> Comparison:
    """What became of each pipeline; raises Failure where there is nothing to compare."""
    sources: dict[str, Source] = {}
    before, after = (_pipelines(each, target, sources) for each in (old, new))
    if after.errors or not before.sides:
        errors = [error for each in (before, after) for error in each.errors]
        if errors:
            return Comparison((old, new), (), sources, tuple(errors))
    names = dict.fromkeys((*after.sides, *before.sides))
    found = [
        _unread(name, before.broken[name], after.sides[name])
        if name in before.broken and name in after.sides
        else difference(
            before.sides.get(name), after.sides.get(name), old_project=before.sides.values()
        )
        for name in names
    ]
    broken = with_readers(found, before.sides.values(), after.sides.values())
    return Comparison((old, new), told_once(broken), sources)


class _Pipelines(NamedTuple):
    """The pipelines of a version by name; `broken` are the first errors of those that have some."""

    sides: dict[str, Side]
    broken: dict[str, Diagnostic]
    errors: list[Diagnostic]


def _unread(name: str, error: Diagnostic, new: Side) -> Difference:
    return unread(name, error.primary.span, new.pipeline.span, error.message)


def _pipelines(version: Version, target: str | None, sources: dict[str, Source]) -> _Pipelines:
    """The pipelines of a version, with the environments of their projects."""
    found = _Pipelines({}, {}, [])
    for path in version.files:
        data = _data(version, path)
        name = declared_name(data)
        if len(version.files) > 1 and name is None:
            continue
        found_here = checked(path, version.read, target, tests=True)
        result = configured(found_here, path, version.read, real=version.real)
        sources.update(relocated_sources(result.checked.sources, version))
        if result.checked.pipeline is None:
            findings = result.checked.findings
            found.errors.extend(relocated(each, version) for each in findings)
            first = next((each for each in findings if each.severity is Level.ERROR), None)
            if name is not None and first is not None:
                found.broken[name] = first
        else:
            pipeline = result.checked.pipeline
            home = project_folder(path, version.read)
            place = posixpath.normpath(home if home is not None else posixpath.dirname(path))
            found.sides[pipeline.name] = Side(pipeline, result.environments, place)
    if not found.sides and not found.errors:
        raise Failure(f"there is no pipeline in {quoted(version.name)}")
    return found


def _data(version: Version, path: str) -> bytes:
    try:
        return version.read(path)
    except OSError as error:
        raise Failure(f"cannot read {quoted(version.shown(path))}: {reason(error)}") from error
