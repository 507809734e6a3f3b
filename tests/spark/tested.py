"""Pipelines whose tests run in the session of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from ssbt.compiler.cli import options
from ssbt.compiler.cli.testing.plans import Plans, plans
from ssbt.compiler.cli.units import units
from ssbt.compiler.testing.coverage import Coverage
from ssbt.compiler.testing.results import Case, Event, Outcome, Result, result_of
from ssbt.runtime.expectations.plan import plan_of
from ssbt.runtime.testing.running import events

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Results = dict[str, Result]


def results(
    spark: SparkSession, path: str, folder: Path, coverage: Coverage | None = None, **given: str
) -> Results:
    """What comes of the tests of pipelines, by their names; scripts are written to the folder."""
    return ran(spark, planned(path, folder, coverage), given, coverage)


def planned(
    path: str,
    folder: Path,
    coverage: Coverage | None = None,
    chosen: Callable[[Case], bool] = lambda _: True,
) -> Plans:
    """The tests of pipelines without mistakes, or those of them that are chosen."""
    import click

    with click.Context(click.Command("test")):
        report = options.report("text", strict=False, color="never")
    found = plans(units([path]).all, str(folder), None, chosen, report, coverage)
    assert not report.is_failure(report.findings)
    return found


def ran(
    spark: SparkSession,
    found: Plans,
    given: Mapping[str, str],
    coverage: Coverage | None = None,
) -> Results:
    """What comes of planned tests, by their names."""
    cases = {case.number: case for case in found.cases}
    made = {}
    for script in found.scripts:
        for told in events(spark, plan_of(script), given):
            event = msgspec.convert(told, Event)
            if event.event == "ended":
                if coverage is not None:
                    coverage.take(event)
                result = result_of(cases[event.test], event)
                made[result.case.name] = result
    assert len(made) == len(cases)
    return made


def outcomes(found: Results) -> dict[str, str]:
    """What is said of each test that has not passed."""
    return {
        name: result.message or str(result.differences)
        for name, result in found.items()
        if result.outcome is not Outcome.PASSED
    }
