"""`ssbtc test`: run the tests of pipelines on a local Spark."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
import os
import sys
import tempfile
from typing import TYPE_CHECKING

import click

from ssbt.compiler.cli import options
from ssbt.compiler.cli.inputs import BUILD_FOLDER, TEST_SUFFIX
from ssbt.compiler.cli.testing import coverage as reaching
from ssbt.compiler.cli.testing import creation, emitting

if TYPE_CHECKING:
    from ssbt.compiler.cli.testing.plans import PlannedTests
    from ssbt.compiler.testing.results import Case

PASSED, FAILED, NO_TESTS = 0, 1, 5
_K_HELP = "Run the tests whose file and name have these words; `and`, `or`, `not`, parentheses."
_O_HELP = (
    "With --create: add the test to the tests in this file. With --emit-pytest: the folder of the"
    f" files, {BUILD_FOLDER} unless given."
)


@click.command("test")
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("-k", "expression", metavar="EXPR", help=_K_HELP)
@click.option("-v", "--verbose", is_flag=True, help="A line for each test.")
@click.option("-s", "show_output", is_flag=True, help="Show what the tests and Spark print.")
@click.option("-x", "--exitfirst", is_flag=True, help="Stop at the first test that fails.")
@click.option("--durations", type=int, metavar="N", help="Show the N slowest tests, 0 for all.")
@click.option(
    "--junit-xml", type=click.Path(dir_okay=False), metavar="FILE", help="Write a report."
)
@reaching.options
@click.option(
    "--update", is_flag=True, help="Let tests that fail expect what came, and show the changes."
)
@creation.options
@emitting.options
@click.option("-o", "output", type=click.Path(), metavar="PATH", help=_O_HELP)
@click.option("--collect-only", is_flag=True, help="List the tests, and run none.")
@options.assignments
@options.master("local[2]")
@options.target
@options.color
def command(
    paths: tuple[str, ...],
    expression: str | None,
    verbose: bool,
    show_output: bool,
    exitfirst: bool,
    durations: int | None,
    junit_xml: str | None,
    coverage: bool,
    coverage_fail_under: int | None,
    coverage_json: str | None,
    update: bool,
    created: str | None,
    rows: int,
    output: str | None,
    emit_pytest: bool,
    check: bool,
    collect_only: bool,
    assignments: tuple[str, ...],
    master: str,
    target: str | None,
    color: str,
) -> int:
    """Run the tests of pipelines on a local Spark.

    PATHS are pipelines and folders of them, this folder if none is given. All tests share one
    session. The exit code is 0 when all have passed, 1 when one has not, a pipeline has mistakes or
    the coverage is too low, 2 when they cannot be run, and 5 when there are none. With --update, a
    test passes that expects now what came.
    """
    from ssbt.compiler.cli.console import width
    from ssbt.compiler.cli.testing.plans import compile_tests
    from ssbt.compiler.cli.testing.running import TestRun
    from ssbt.compiler.cli.testing.session import run_session
    from ssbt.compiler.cli.testing.updates import Updates
    from ssbt.compiler.cli.units import find_units
    from ssbt.compiler.testing.display import Display

    _check_modes(
        {"--create": created, "--emit-pytest": emit_pytest, "--update": update}
        | {"--collect-only": collect_only}
    )
    report = options.build_report("text", strict=False, color=color)
    report.results_on_stdout = True
    is_chosen, parameters = _build_filter(expression, paths), _parse_assignments(assignments)
    if created is not None:
        creation_options = creation.CreationOptions(
            created, rows, output, parameters, master, target, show_output
        )
        return creation.create_test(creation_options, find_units(paths).all, report)
    if emit_pytest or check:
        out = output or BUILD_FOLDER
        return emitting.write_pytest_files(
            find_units(paths).all, target, parameters, out, report, check=check
        )
    coverage_data = reaching.create_coverage(coverage, coverage_fail_under, coverage_json)
    with tempfile.TemporaryDirectory(prefix="ssbtc-test-") as folder:
        planned_tests = compile_tests(
            find_units(paths).all, folder, target, is_chosen, report, coverage_data
        )
        _check_names(parameters, planned_tests)
        code = report.print()
        if collect_only or not planned_tests.cases:
            _print_cases(planned_tests)
            return code or (PASSED if planned_tests.cases else NO_TESTS)
        plan = {"scripts": planned_tests.scripts, "set": parameters}
        display = Display(
            len(planned_tests.cases),
            width(sys.stdout),
            verbose=verbose,
            color=report.console.has_color(sys.stdout),
        )
        updates = Updates(planned_tests.tested, target) if update else None
        run = TestRun(planned_tests, display, updates, coverage_data, first_only=exitfirst)
        submit = ("--master", master)
        with run_session(folder, plan, submit, verbose=show_output) as events:
            run.follow(events)
    run.write_updates()
    run.show_results(durations)
    if junit_xml is not None:
        run.write_junit(junit_xml)
    is_enough = reaching.report_coverage(coverage_data, coverage_fail_under, coverage_json)
    return code or (PASSED if run.has_passed and is_enough else FAILED)


def _check_modes(modes: Mapping[str, object]) -> None:
    """Raises UsageError for words of which each does something else with the tests."""
    active_modes = [f"`{word}`" for word, value in modes.items() if value]
    if len(active_modes) > 1:
        raise click.UsageError(f"{' and '.join(active_modes)} do not go together")


def _build_filter(expression: str | None, paths: Sequence[str]) -> Callable[[Case], bool]:
    """Whether a test is meant; where files of tests alone are named, it must be in one of them."""
    from ssbt.compiler.testing.selection import ExpressionError, parse_expression

    try:
        matches = parse_expression(expression) if expression else lambda name: True
    except ExpressionError as error:
        raise click.UsageError(f"-k: {error}") from error
    files = {os.path.normpath(path) for path in paths if path.endswith(TEST_SUFFIX)}
    if len(files) < len(set(paths)):
        files = set()
    return lambda case: matches(case.title) and (not files or os.path.normpath(case.file) in files)


def _parse_assignments(assignments: Sequence[str]) -> dict[str, str]:
    for text in assignments:
        if "=" not in text:
            raise click.UsageError(f"--set: NAME=VALUE is needed, not `{text}`")
    return dict(text.split("=", 1) for text in assignments)


def _check_names(parameters: Mapping[str, str], planned_tests: PlannedTests) -> None:
    """Raises UsageError for a value of a parameter that no script has."""
    from ssbt.compiler.diagnostics.suggestions import did_you_mean

    for name in parameters:
        if planned_tests.cases and name not in planned_tests.parameters:
            near = did_you_mean(name, planned_tests.parameters)
            hint = f"; did you mean `{near}`?" if near else ""
            raise click.UsageError(f"--set: no pipeline here has a parameter `{name}`{hint}")


def _print_cases(planned_tests: PlannedTests) -> None:
    for case in planned_tests.cases:
        sys.stdout.write(f"{case.title}\n")
    deselected = f", {planned_tests.deselected} deselected" if planned_tests.deselected else ""
    count = len(planned_tests.cases)
    sys.stderr.write(f"{count} test{'s' * (count != 1)}{deselected}\n")
