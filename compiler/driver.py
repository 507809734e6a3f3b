"""The compiler as a function: a path and a way to read files in, files and findings out.

It touches no disk and prints nothing; `read` gives the bytes of a file or raises OSError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
import sys
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ssbt.compiler.diagnostics.allowances import (
    Allowance,
    allowances,
    misspelt_allowances,
    unused_allowances,
    without_allowed,
)
from ssbt.compiler.diagnostics.model import Diagnostic, Severity
from ssbt.compiler.source import Source

if TYPE_CHECKING:
    from ssbt.compiler.configuration.environments import Environment
    from ssbt.compiler.contracts.ends import End
    from ssbt.compiler.emit.files import OutputFile
    from ssbt.compiler.emit.testing.plan import TestPlan
    from ssbt.compiler.ir.coverage import Probed
    from ssbt.compiler.ir.pipeline import Pipeline
    from ssbt.compiler.resolve.program import Resolved

# Passes over an expression recurse; the parser's limit of 200 levels needs some 2,000 frames.
sys.setrecursionlimit(max(sys.getrecursionlimit(), 20_000))

Reader = Callable[[str], bytes]
JsonObject = dict[str, Any]
DEFAULT_TARGET = "4.1"


class Checked(Struct, frozen=True):
    """What is known of a pipeline: `pipeline` is None where an error hides what it is.

    `sources` are all files that were read, imports and Python modules included, by path.
    `findings` are without those that a comment of the files allows.
    """

    pipeline: Pipeline | None
    findings: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]
    allowances: tuple[Allowance, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether there is an error among the findings."""
        return any(found.severity is Severity.ERROR for found in self.findings)


def checked(path: str, read: Reader, target: str | None = None, *, tests: bool = False) -> Checked:
    """Parse, resolve and check the pipeline in the file at `path`.

    `target` is a Spark line that goes before the one that the pipeline names itself. With `tests`,
    those in `orders_test.ssbt` beside `orders.ssbt` are read too, if there is that file.
    """
    from ssbt.compiler.resolve.program import resolved

    return checked_by_rules(resolved(path, read, target, tests=tests))


def checked_by_rules(result: Resolved) -> Checked:
    """A resolved pipeline with what the rules find in it."""
    from ssbt.compiler.check.rules import rule_findings
    from ssbt.compiler.check.sound import sound_part

    findings = list(result.findings)
    mistakes = [f.primary.span for f in findings if f.severity is Severity.ERROR]
    if result.pipeline is not None:
        judged = sound_part(result.pipeline, mistakes) if mistakes else result.pipeline
        findings += rule_findings(judged)
    failed = any(found.severity is Severity.ERROR for found in findings)
    pipeline = None if failed else result.pipeline
    # They stop the compilation and hide nothing: other commands can go on with the pipeline.
    findings += _contract_findings(pipeline) if pipeline is not None else ()
    allowed = tuple(_allowances(result))
    reported = [*without_allowed(findings, allowed), *_idle_allowances(result, findings, allowed)]
    return Checked(pipeline, tuple(reported), result.sources, allowed)


def _contract_findings(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """What does not fit where a source reads what a sink of the same pipeline writes."""
    from ssbt.compiler.contracts.ends import ends
    from ssbt.compiler.contracts.findings import findings

    yield from (each.diagnostic for each in findings(ends(pipeline)))


def _allowances(result: Resolved) -> Iterator[Allowance]:
    for path, comments in result.files.comments.items():
        yield from allowances(result.sources[path], [each.span for each in comments])


def _idle_allowances(
    result: Resolved, findings: Iterable[Diagnostic], allowed: Iterable[Allowance]
) -> Iterator[Diagnostic]:
    """Comments that allow nothing; those of imported files may be meant for other pipelines."""
    own = [path for path in result.files.comments if path not in result.files.imports.values()]
    for path in own:
        comments = [each.span for each in result.files.comments[path]]
        yield from misspelt_allowances(result.sources[path], comments)
    yield from unused_allowances(findings, [each for each in allowed if each.span.path in own])


class Configured(Struct, frozen=True):
    """A pipeline together with the environments of its project, none where it has no project."""

    checked: Checked
    environments: tuple[Environment, ...] = ()


def configured(
    checked_pipeline: Checked,
    path: str,
    read: Reader,
    names: tuple[str, ...] = (),
    real: Callable[[str], str] = str,
) -> Configured:
    """The environments called `names`, or all, of the project in which the pipeline at `path` is.

    What is wrong with their files is added to the findings. `real` gives the path of a file with
    all links followed: none may lead out of the project.
    """
    if checked_pipeline.pipeline is None:
        return Configured(checked_pipeline)
    from ssbt.compiler.configuration.finding import project_folder

    folder = project_folder(path, read)
    if folder is None and not names:
        return Configured(checked_pipeline)
    from ssbt.compiler.check.topics import Values, own_topics
    from ssbt.compiler.configuration.environments import of_project
    from ssbt.compiler.hocon.loading import Files

    found = of_project(checked_pipeline.pipeline, folder, Files(read, real), names)
    allowed, added = checked_pipeline.allowances, [*found.findings]
    failed = any(finding.severity is Severity.ERROR for finding in added)
    added += own_topics(
        checked_pipeline.pipeline,
        [
            Values(each.document.get("params", {}), each.document.get("connections", {}), each.name)
            for each in found.environments
        ],
    )
    findings = (*checked_pipeline.findings, *without_allowed(added, allowed))
    pipeline = None if failed else checked_pipeline.pipeline
    sources = {**checked_pipeline.sources, **found.sources}
    return Configured(Checked(pipeline, findings, sources, allowed), found.environments)


def ends_of(pipeline: Configured) -> tuple[End, ...]:
    """The sources and sinks that other pipelines may meet, none of one with errors."""
    from ssbt.compiler.contracts.ends import EnvironmentValues, ends

    if pipeline.checked.pipeline is None:
        return ()
    views = (
        EnvironmentValues(
            each.name, each.document.get("params", {}), each.document.get("connections", {})
        )
        for each in pipeline.environments
    )
    return ends(pipeline.checked.pipeline, views)


def emitted(
    checked_pipeline: Checked, environments: Iterable[Environment] = ()
) -> tuple[OutputFile, ...]:
    """The files of a pipeline that has no errors, and the configuration of its environments."""
    from ssbt.compiler.emit.script import emitted as emitted_files
    from ssbt.compiler.resolve.files import tests_beside

    assert checked_pipeline.pipeline is not None, "emit is for pipelines without errors"
    pipeline, sources = checked_pipeline.pipeline, checked_pipeline.sources
    documents = {each.name: each.json for each in environments}
    # What the tests beside it say changes nothing in the script.
    beside = tests_beside(pipeline.span.path)
    compiled = {path: source for path, source in sources.items() if path != beside}
    return emitted_files(pipeline, compiled, documents)


def planned_tests(checked_pipeline: Checked, coverage: Probed | None = None) -> TestPlan:
    """The tests of a pipeline that has no errors, for the runtime; see `test_plan`."""
    from ssbt.compiler.emit.testing.plan import test_plan

    assert checked_pipeline.pipeline is not None, "tests are of pipelines without errors"
    return test_plan(checked_pipeline.pipeline, checked_pipeline.sources, coverage)


def pytest_files(
    checked_pipeline: Checked, parameters: Mapping[str, str], file_path: Callable[[str], str]
) -> tuple[OutputFile, ...]:
    """The tests of a pipeline that has no errors as files for pytest; none without tests.

    `file_path` gives the path by which such a file finds one with rows.
    """
    from ssbt.compiler.emit.testing.pytest_files import CONFTEST, pytest_file

    pipeline = checked_pipeline.pipeline
    assert pipeline is not None, "tests are of pipelines without errors"
    if not pipeline.tests:
        return ()
    plan = planned_tests(checked_pipeline)
    return (pytest_file(pipeline, plan, parameters, file_path), CONFTEST)


def probed(checked_pipeline: Checked) -> tuple[Checked, Probed]:
    """A pipeline that has no errors, with datasets that tell what its tests reach."""
    from msgspec.structs import replace

    from ssbt.compiler.emit.testing.probes import probed as with_probes
    from ssbt.compiler.resolve.expressions.branches import Branches

    pipeline = checked_pipeline.pipeline
    assert pipeline is not None, "probes look into pipelines without errors"
    names = [parameter.name for parameter in pipeline.parameters]
    found = with_probes(pipeline, Branches(checked_pipeline.sources, names).of)
    return replace(checked_pipeline, pipeline=found.pipeline), found


def planned_test_of(checked_pipeline: Checked, dataset: str, rows: int) -> JsonObject:
    """The wish for a test of a dataset from some `rows` of each source, for the runtime."""
    from ssbt.compiler.emit.testing.wish import wish

    assert checked_pipeline.pipeline is not None, "tests are of pipelines without errors"
    plan = planned_tests(checked_pipeline).document
    return {**wish(checked_pipeline.pipeline, dataset), "plan": plan, "rows": rows}


def formatted(source: Source) -> tuple[str | None, tuple[Diagnostic, ...]]:
    """The file in its canonical layout; None, with the mistakes, where it does not parse."""
    from ssbt.compiler.syntax.formatting.files import formatted as formatted_text
    from ssbt.compiler.syntax.parsing import parsed

    result = parsed(source)
    if any(found.severity is Severity.ERROR for found in result.findings):
        return None, result.findings
    return formatted_text(result, source), result.findings
