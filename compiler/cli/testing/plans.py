"""The tests that a command line means, with the scripts that they run on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from ssbt.compiler.disk import is_outside
from ssbt.compiler.testing.coverage import LocatedTarget
from ssbt.compiler.testing.results import Case

if TYPE_CHECKING:
    from ssbt.compiler.cli.reporting import Report
    from ssbt.compiler.cli.units import Unit
    from ssbt.compiler.diagnostics.model import Diagnostic
    from ssbt.compiler.driver import CheckResult
    from ssbt.compiler.ir.coverage import CoverageTarget, ProbedPipeline
    from ssbt.compiler.ir.pipeline import Pipeline
    from ssbt.compiler.testing.coverage import Coverage

Json = dict[str, Any]


class PlannedTests(NamedTuple):
    """The chosen tests, how many were not chosen, and what the runtime needs of their scripts.

    `parameters` are the names of all parameters of these scripts, `tested` their pipelines.
    """

    cases: tuple[Case, ...]
    deselected: int
    scripts: tuple[Json, ...]
    parameters: frozenset[str]
    tested: tuple[TestedPipeline, ...]


class TestedPipeline(NamedTuple):
    """A pipeline with those of its tests that are chosen."""

    unit: Unit
    check_result: CheckResult
    cases: tuple[Case, ...]


def compile_tests(
    units: Sequence[Unit],
    folder: str,
    target: str | None,
    is_chosen: Callable[[Case], bool],
    report: Report,
    coverage: Coverage | None = None,
) -> PlannedTests:
    """Compile the pipelines into folders below `folder`; what is found in them is reported.

    A pipeline with mistakes has no tests. With `coverage`, the scripts get probes for the points of
    the pipelines, which are added to it.
    """
    tested: list[TestedPipeline] = []
    scripts: list[Json] = []
    parameters: set[str] = set()
    count = 0
    for number, unit in enumerate(units):
        result = _check_unit(unit, target, report, needs_tests=coverage is None)
        if result is None:
            continue
        pipeline_tests = _plan_unit(unit, result, count, coverage)
        chosen_cases = tuple(each for each in pipeline_tests.cases if is_chosen(each))
        count += len(pipeline_tests.cases)
        if chosen_cases:
            script_folder = os.path.join(folder, str(number))
            scripts.append(pipeline_tests.write_plan(script_folder, chosen_cases))
            tested.append(TestedPipeline(unit, result, chosen_cases))
            parameters |= set(pipeline_tests.parameters)
    cases = tuple(case for each in tested for case in each.cases)
    deselected = count - len(cases)
    return PlannedTests(cases, deselected, tuple(scripts), frozenset(parameters), tuple(tested))


def _check_unit(
    unit: Unit, target: str | None, report: Report, *, needs_tests: bool
) -> CheckResult | None:
    """The pipeline, if it has no mistakes and, where it `needs_tests`, has some."""
    from ssbt.compiler.cli.units import relocate_findings
    from ssbt.compiler.driver import check_pipeline

    result = check_pipeline(unit.path, unit.read, target, tests=True)
    report.add(*relocate_findings(result.findings, result.sources, unit))
    if result.pipeline is None or (needs_tests and not result.pipeline.tests):
        return None
    outside = [*_check_outside_files(unit, result.pipeline)]
    report.add(*relocate_findings(outside, result.sources, unit))
    return None if outside else result


def _plan_unit(
    unit: Unit, result: CheckResult, first: int, coverage: Coverage | None
) -> _PipelineTests:
    """The tests of a pipeline; with `coverage`, its script gets probes, whose points are added."""
    from ssbt.compiler.driver import add_probes

    if coverage is None:
        return _PipelineTests(unit, result, first, None)
    with_probes, points = add_probes(result)
    pipeline_tests = _PipelineTests(unit, with_probes, first, points)
    numbers = [case.number for case in pipeline_tests.cases]
    coverage.add(pipeline_tests.coverage_targets(), numbers)
    return pipeline_tests


def _check_outside_files(unit: Unit, pipeline: Pipeline) -> Iterator[Diagnostic]:
    """A finding for each file with rows that is not one of the project's."""
    from ssbt.compiler.diagnostics.codes.encoding import OUTSIDE_FILE
    from ssbt.compiler.diagnostics.model import Diagnostic, Label

    for test in pipeline.tests:
        for rows in (*(each.rows for each in test.given), *(each.rows for each in test.then)):
            if rows.file and is_outside(unit.file(rows.file.path), unit.input.project):
                message = f"`{rows.file.path}` is not read: it is outside the project"
                yield Diagnostic(OUTSIDE_FILE, message, Label(rows.span))


def write_script(check_result: CheckResult, folder: str) -> str:
    """The path of a pipeline's script, which is written with its modules to a new folder."""
    from ssbt.compiler.driver import emit_files

    os.makedirs(folder)
    # With the source map beside the script, failures name the lines of the pipeline.
    files = [each for each in emit_files(check_result) if each.path.endswith((".py", ".json"))]
    for each in files:
        with open(os.path.join(folder, each.path), "wb") as out:
            out.write(each.content)
    return os.path.join(folder, files[0].path)


class _PipelineTests:
    """The tests of one pipeline; the first has the number `first`."""

    def __init__(
        self, unit: Unit, check_result: CheckResult, first: int, coverage: ProbedPipeline | None
    ) -> None:
        from ssbt.compiler.driver import plan_tests

        self._unit, self._check_result, self._coverage = unit, check_result, coverage
        self._plan = plan_tests(check_result, coverage)
        self.cases = [*self._build_cases(first)]
        self.parameters: list[str] = self._plan.document["parameters"]

    def _build_cases(self, first: int) -> Iterator[Case]:
        for number, (name, test) in enumerate(self._plan.tests.items(), first):
            path, _, line = test["place"].rpartition(":")
            file = self._unit.display_path(path)
            yield Case(number, file, name, f"{file}:{line}")

    def coverage_targets(self) -> tuple[LocatedTarget, ...]:
        """The points that tests can reach, in the order of their numbers."""
        points = self._coverage.points if self._coverage is not None else ()
        return tuple(map(self._locate_target, points))

    def _locate_target(self, point: CoverageTarget) -> LocatedTarget:
        file = self._unit.display_path(point.span.path)
        line, column = self._check_result.sources[point.span.path].position(point.span.start)
        return LocatedTarget(
            file, line, column, point.kind, point.description, point.message, point.measured
        )

    def write_plan(self, folder: str, cases: Sequence[Case]) -> Json:
        """The plan of these cases, their script and its modules being written to `folder`."""
        tests = [self._number_case(case) for case in cases]
        script = write_script(self._check_result, folder)
        return {**self._plan.document, "script": script, "tests": tests}

    def _number_case(self, case: Case) -> Json:
        """A test by its number, with its files by the paths that this process knows."""
        test = self._plan.tests[case.name]
        clauses = {
            kind: [{**rows, "file": self._resolve_file(rows["file"])} for rows in test[kind]]
            for kind in ("given", "then")
        }
        return {**test, **clauses, "number": case.number}

    def _resolve_file(self, file: Mapping[str, str] | None) -> Json | None:
        return {**file, "path": self._unit.file(file["path"])} if file is not None else None
