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
    from ssbt.compiler.contracts.endpoints import Endpoint
    from ssbt.compiler.emit.files import OutputFile
    from ssbt.compiler.emit.testing.plan import TestPlan
    from ssbt.compiler.ir.coverage import ProbedPipeline
    from ssbt.compiler.ir.locations import EnvironmentValues
    from ssbt.compiler.ir.pipeline import Pipeline
    from ssbt.compiler.resolve.program import ResolvedProgram

# Passes over an expression recurse; the parser's limit of 200 levels needs some 2,000 frames.
sys.setrecursionlimit(max(sys.getrecursionlimit(), 20_000))

Reader = Callable[[str], bytes]
JsonObject = dict[str, Any]
DEFAULT_TARGET = "4.1"


class CheckResult(Struct, frozen=True):
    """What is known of a pipeline: `pipeline` is None where an error hides what it is.

    `sources` are all files that were read, imports and Python modules included, by path.
    `findings` are without those that a comment of the files allows.
    """

    pipeline: Pipeline | None
    findings: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]
    allowances: tuple[Allowance, ...] = ()

    @property
    def has_errors(self) -> bool:
        """Whether there is an error among the findings."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)


def check_pipeline(
    path: str, read: Reader, target: str | None = None, *, tests: bool = False
) -> CheckResult:
    """Parse, resolve and check the pipeline in the file at `path`.

    `target` is a Spark line that goes before the one that the pipeline names itself. With `tests`,
    those in `orders_test.ssbt` beside `orders.ssbt` are read too, if there is that file.
    """
    from ssbt.compiler.resolve.program import resolve_program

    return check_resolved(resolve_program(path, read, target, tests=tests))


def check_resolved(result: ResolvedProgram) -> CheckResult:
    """A resolved pipeline with what the rules find in it."""
    from ssbt.compiler.check.rules import run_rules
    from ssbt.compiler.check.sound import select_sound_part

    findings = list(result.findings)
    error_spans = [f.primary.span for f in findings if f.severity is Severity.ERROR]
    if result.pipeline is not None:
        sound_pipeline = (
            select_sound_part(result.pipeline, error_spans) if error_spans else result.pipeline
        )
        findings += run_rules(sound_pipeline)
    failed = any(finding.severity is Severity.ERROR for finding in findings)
    pipeline = None if failed else result.pipeline
    # They stop the compilation and hide nothing: other commands can go on with the pipeline.
    findings += _check_contracts(pipeline) if pipeline is not None else ()
    allowed = tuple(_collect_allowances(result))
    reported = [*without_allowed(findings, allowed), *_check_allowances(result, findings, allowed)]
    return CheckResult(pipeline, tuple(reported), result.sources, allowed)


def _check_contracts(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """What does not fit where a source reads what a sink of the same pipeline writes."""
    from ssbt.compiler.contracts.findings import check_contracts
    from ssbt.compiler.contracts.pipeline_endpoints import list_endpoints

    yield from (each.diagnostic for each in check_contracts(list_endpoints(pipeline)))


def _collect_allowances(result: ResolvedProgram) -> Iterator[Allowance]:
    for path, comments in result.files.comments.items():
        yield from allowances(result.sources[path], [each.span for each in comments])


def _check_allowances(
    result: ResolvedProgram, findings: Iterable[Diagnostic], allowed: Iterable[Allowance]
) -> Iterator[Diagnostic]:
    """Comments that allow nothing; those of imported files may be meant for other pipelines."""
    own_paths = [
        path for path in result.files.comments if path not in result.files.imports.values()
    ]
    for path in own_paths:
        comments = [each.span for each in result.files.comments[path]]
        yield from misspelt_allowances(result.sources[path], comments)
    yield from unused_allowances(
        findings, [each for each in allowed if each.span.path in own_paths]
    )


class ConfiguredPipeline(Struct, frozen=True):
    """A pipeline together with the environments of its project, none where it has no project."""

    check_result: CheckResult
    environments: tuple[Environment, ...] = ()


def configure_pipeline(
    check_result: CheckResult,
    path: str,
    read: Reader,
    names: tuple[str, ...] = (),
    real_path: Callable[[str], str] = str,
) -> ConfiguredPipeline:
    """The environments called `names`, or all, of the project in which the pipeline at `path` is.

    What is wrong with their files is added to the findings. `real_path` gives the path of a file
    with all links followed: none may lead out of the project.
    """
    if check_result.pipeline is None:
        return ConfiguredPipeline(check_result)
    from ssbt.compiler.configuration.discovery import find_project_folder

    folder = find_project_folder(path, read)
    if folder is None and not names:
        return ConfiguredPipeline(check_result)
    from ssbt.compiler.check.environments import check_environments
    from ssbt.compiler.configuration.environments import load_environments
    from ssbt.compiler.hocon.loading import Files

    project_environments = load_environments(
        check_result.pipeline, folder, Files(read, real_path), names
    )
    allowed, new_findings = check_result.allowances, [*project_environments.findings]
    new_findings += check_environments(
        check_result.pipeline, _environment_values(project_environments.environments)
    )
    failed = any(finding.severity is Severity.ERROR for finding in new_findings)
    findings = (*check_result.findings, *without_allowed(new_findings, allowed))
    pipeline = None if failed else check_result.pipeline
    sources = {**check_result.sources, **project_environments.sources}
    return ConfiguredPipeline(
        CheckResult(pipeline, findings, sources, allowed), project_environments.environments
    )


def pipeline_endpoints(pipeline: ConfiguredPipeline) -> tuple[Endpoint, ...]:
    """The sources and sinks that other pipelines may meet, none of one with errors."""
    from ssbt.compiler.contracts.pipeline_endpoints import list_endpoints

    if pipeline.check_result.pipeline is None:
        return ()
    return list_endpoints(
        pipeline.check_result.pipeline, _environment_values(pipeline.environments)
    )


def _environment_values(environments: Iterable[Environment]) -> tuple[EnvironmentValues, ...]:
    """What environments say of parameters and connections."""
    from ssbt.compiler.ir.locations import EnvironmentValues

    return tuple(
        EnvironmentValues(
            each.name, each.document.get("params", {}), each.document.get("connections", {})
        )
        for each in environments
    )


def emit_files(
    check_result: CheckResult, environments: Iterable[Environment] = ()
) -> tuple[OutputFile, ...]:
    """The files of a pipeline that has no errors, and the configuration of its environments."""
    from ssbt.compiler.emit.script import emit_pipeline
    from ssbt.compiler.resolve.files import tests_path_of

    assert check_result.pipeline is not None, "emit is for pipelines without errors"
    pipeline, sources = check_result.pipeline, check_result.sources
    documents = {each.name: each.json for each in environments}
    # What the tests beside it say changes nothing in the script.
    test_path = tests_path_of(pipeline.span.path)
    compiled_sources = {path: source for path, source in sources.items() if path != test_path}
    return emit_pipeline(pipeline, compiled_sources, documents)


def plan_tests(check_result: CheckResult, coverage: ProbedPipeline | None = None) -> TestPlan:
    """The tests of a pipeline that has no errors, for the runtime; see `test_plan`."""
    from ssbt.compiler.emit.testing.plan import build_test_plan

    assert check_result.pipeline is not None, "tests are of pipelines without errors"
    return build_test_plan(check_result.pipeline, check_result.sources, coverage)


def emit_pytest_files(
    check_result: CheckResult, parameters: Mapping[str, str], file_path: Callable[[str], str]
) -> tuple[OutputFile, ...]:
    """The tests of a pipeline that has no errors as files for pytest; none without tests.

    `file_path` gives the path by which such a file finds one with rows.
    """
    from ssbt.compiler.emit.testing.pytest_files import emit_conftest, emit_pytest_file

    pipeline = check_result.pipeline
    assert pipeline is not None, "tests are of pipelines without errors"
    if not pipeline.tests:
        return ()
    plan = plan_tests(check_result)
    return (emit_pytest_file(pipeline, plan, parameters, file_path), emit_conftest())


def add_probes(check_result: CheckResult) -> tuple[CheckResult, ProbedPipeline]:
    """A pipeline that has no errors, with datasets that tell what its tests reach."""
    from msgspec.structs import replace

    from ssbt.compiler.emit.testing.probes import add_probes
    from ssbt.compiler.resolve.expressions.branches import BranchFinder

    pipeline = check_result.pipeline
    assert pipeline is not None, "probes look into pipelines without errors"
    names = [parameter.name for parameter in pipeline.parameters]
    probed_pipeline = add_probes(pipeline, BranchFinder(check_result.sources, names).find_branches)
    return replace(check_result, pipeline=probed_pipeline.pipeline), probed_pipeline


def plan_sampling(check_result: CheckResult, dataset: str, rows: int) -> JsonObject:
    """The wish for a test of a dataset from some `rows` of each source, for the runtime."""
    from ssbt.compiler.emit.testing.sampling_plan import build_sampling_plan

    assert check_result.pipeline is not None, "tests are of pipelines without errors"
    plan = plan_tests(check_result).document
    return {**build_sampling_plan(check_result.pipeline, dataset), "plan": plan, "rows": rows}


def format_source(source: Source) -> tuple[str | None, tuple[Diagnostic, ...]]:
    """The file in its canonical layout; None, with the mistakes, where it does not parse."""
    from ssbt.compiler.syntax.formatting.files import format_file
    from ssbt.compiler.syntax.parsing import parse_file

    result = parse_file(source)
    if any(finding.severity is Severity.ERROR for finding in result.findings):
        return None, result.findings
    return format_file(result, source), result.findings
