"""The tests that a command line means, with the scripts that they run on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from ssbt.compiler.disk import is_outside
from ssbt.compiler.testing.coverage import Place
from ssbt.compiler.testing.results import Case

if TYPE_CHECKING:
    from ssbt.compiler.cli.reporting import Report
    from ssbt.compiler.cli.units import Unit
    from ssbt.compiler.diagnostics.model import Diagnostic
    from ssbt.compiler.driver import Checked
    from ssbt.compiler.ir.coverage import Point, Probed
    from ssbt.compiler.ir.pipeline import Pipeline
    from ssbt.compiler.testing.coverage import Coverage

Json = dict[str, Any]


class Plans(NamedTuple):
    """The chosen tests, how many were not chosen, and what the runtime needs of their scripts.

    `parameters` are the names of all parameters of these scripts, `tested` their pipelines.
    """

    cases: tuple[Case, ...]
    deselected: int
    scripts: tuple[Json, ...]
    parameters: frozenset[str]
    tested: tuple[Tested, ...]


class Tested(NamedTuple):
    """A pipeline with those of its tests that are chosen."""

    unit: Unit
    checked: Checked
    cases: tuple[Case, ...]


def plans(
    units: Sequence[Unit],
    folder: str,
    target: str | None,
    chosen: Callable[[Case], bool],
    report: Report,
    coverage: Coverage | None = None,
) -> Plans:
    """Compile the pipelines into folders below `folder`; what is found in them is reported.

    A pipeline with mistakes has no tests. With `coverage`, the scripts get probes for the points of
    the pipelines, which are added to it.
    """
    from ssbt.compiler.cli.units import relocated_findings
    from ssbt.compiler.driver import checked, probed

    tested: list[Tested] = []
    scripts: list[Json] = []
    parameters: set[str] = set()
    count = 0
    for number, unit in enumerate(units):
        result = checked(unit.path, unit.read, target, tests=True)
        report.add(*relocated_findings(result.findings, result.sources, unit))
        if result.pipeline is None or not (result.pipeline.tests or coverage):
            continue
        outside = [*_files_outside(unit, result.pipeline)]
        if outside:
            report.add(*relocated_findings(outside, result.sources, unit))
            continue
        with_probes, points = probed(result) if coverage is not None else (result, None)
        made = _Planned(unit, with_probes, count, points)
        if coverage is not None:
            coverage.add(made.places(), [case.number for case in made.cases])
        mine = tuple(each for each in made.cases if chosen(each))
        count += len(made.cases)
        if mine:
            where = os.path.join(folder, str(number))
            scripts.append(made.written(where, mine))
            tested.append(Tested(unit, result, mine))
            parameters |= set(made.parameters)
    cases = tuple(case for each in tested for case in each.cases)
    deselected = count - len(cases)
    return Plans(cases, deselected, tuple(scripts), frozenset(parameters), tuple(tested))


def _files_outside(unit: Unit, pipeline: Pipeline) -> Iterator[Diagnostic]:
    """A finding for each file with rows that is none of the project's."""
    from ssbt.compiler.diagnostics.codes.encoding import OUTSIDE_FILE
    from ssbt.compiler.diagnostics.model import Diagnostic, Label

    for test in pipeline.tests:
        for rows in (*(each.rows for each in test.given), *(each.rows for each in test.then)):
            if rows.file and is_outside(unit.file(rows.file.path), unit.input.project):
                message = f"`{rows.file.path}` is not read: it is outside of the project"
                yield Diagnostic(OUTSIDE_FILE, message, Label(rows.span))


def written_script(checked: Checked, folder: str) -> str:
    """The path of a pipeline's script, which is written with its modules to a new folder."""
    from ssbt.compiler.driver import emitted

    os.makedirs(folder)
    # With the manifest beside the script, failures name the lines of the pipeline.
    files = [each for each in emitted(checked) if each.path.endswith((".py", ".json"))]
    for each in files:
        with open(os.path.join(folder, each.path), "wb") as out:
            out.write(each.content)
    return os.path.join(folder, files[0].path)


class _Planned:
    """The tests of one pipeline; the first has the number `first`."""

    def __init__(self, unit: Unit, checked: Checked, first: int, coverage: Probed | None) -> None:
        from ssbt.compiler.driver import planned_tests

        self._unit, self._checked, self._coverage = unit, checked, coverage
        self._plan = planned_tests(checked, coverage)
        self.cases = [*self._cases(first)]
        self.parameters: list[str] = self._plan.document["parameters"]

    def _cases(self, first: int) -> Iterator[Case]:
        for number, (name, test) in enumerate(self._plan.tests.items(), first):
            path, _, line = test["place"].rpartition(":")
            file = self._unit.shown(path)
            yield Case(number, file, name, f"{file}:{line}")

    def places(self) -> tuple[Place, ...]:
        """The points that tests can reach, in the order of their numbers."""
        points = self._coverage.points if self._coverage is not None else ()
        return tuple(map(self._place, points))

    def _place(self, point: Point) -> Place:
        file = self._unit.shown(point.span.path)
        line, column = self._checked.sources[point.span.path].position(point.span.start)
        return Place(file, line, column, point.kind, point.what, point.missing, point.measured)

    def written(self, folder: str, cases: Sequence[Case]) -> Json:
        """The plan of these cases, their script and its modules being written to `folder`."""
        tests = [self._numbered(case) for case in cases]
        script = written_script(self._checked, folder)
        return {**self._plan.document, "script": script, "tests": tests}

    def _numbered(self, case: Case) -> Json:
        """A test by its number, with its files by the paths that this process knows."""
        test = self._plan.tests[case.name]
        clauses = {
            kind: [{**rows, "file": self._file(rows["file"])} for rows in test[kind]]
            for kind in ("given", "then")
        }
        return {**test, **clauses, "number": case.number}

    def _file(self, file: Mapping[str, str] | None) -> Json | None:
        return {**file, "path": self._unit.file(file["path"])} if file is not None else None
