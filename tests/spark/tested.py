"""Pipelines whose tests run in the session of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from ssbt.compiler.cli import options
from ssbt.compiler.cli.testing.plans import PlannedTests, compile_tests
from ssbt.compiler.cli.units import find_units
from ssbt.compiler.testing.coverage import Coverage
from ssbt.compiler.testing.results import Case, CaseResult, Event, Outcome, result_of
from ssbt.runtime.expectations.plan import parse_plan
from ssbt.runtime.testing.running import run_tests

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Results = dict[str, CaseResult]


def results(
    spark: SparkSession, path: str, folder: Path, coverage: Coverage | None = None, **inputs: str
) -> Results:
    """What comes of the tests of pipelines, by their names; scripts are written to the folder."""
    return run_all(spark, planned(path, folder, coverage), inputs, coverage)


def planned(
    path: str,
    folder: Path,
    coverage: Coverage | None = None,
    chosen: Callable[[Case], bool] = lambda _: True,
) -> PlannedTests:
    """The tests of pipelines without mistakes, or those of them that are chosen."""
    import click

    with click.Context(click.Command("test")):
        report = options.build_report("text", strict=False, color="never")
    result = compile_tests(find_units([path]).all, str(folder), None, chosen, report, coverage)
    assert not report.is_failure(report.findings)
    return result


def run_all(
    spark: SparkSession,
    actual: PlannedTests,
    value: Mapping[str, str],
    coverage: Coverage | None = None,
) -> Results:
    """What comes of planned tests, by their names."""
    cases = {case.number: case for case in actual.cases}
    output = {}
    for script in actual.scripts:
        for reported in run_tests(spark, parse_plan(script), value):
            event = msgspec.convert(reported, Event)
            if event.event == "ended":
                if coverage is not None:
                    coverage.record_event(event)
                result = result_of(cases[event.test], event)
                output[result.case.name] = result
    assert len(output) == len(cases)
    return output


def outcomes(actual: Results) -> dict[str, str]:
    """What is said of each test that has not passed."""
    return {
        name: result.message or str(result.differences)
        for name, result in actual.items()
        if result.outcome is not Outcome.PASSED
    }
