"""Intervals as text: the compiler and the runtime read and write them alike."""

from __future__ import annotations

from datetime import timedelta
from types import ModuleType

import pytest

from ssbt.compiler.ir.checks import Condition
from ssbt.compiler.types import interval_values as compiling
from ssbt.runtime import Check
from ssbt.runtime.values import intervals as running

TEXTS = [
    *("10 minutes", "1 day 12 hours", "1 day -2 hours", "0.5 seconds", " 2 WEEKS ", "-1 hour"),
    *("1 12:00", "-1 12:30:00.5", "0 00:00:59.000001", "1-6", "-1-6", "14 months"),
    *("1 year -1 month", "", "5", "x", "1.5 days", "10 secs", "1 24:00:00", "0 00:60:00", "1-12"),
    *("1 day 1 month", "99999999999999 days", "200000000 years", "106751992 00:00:00", "1 day;"),
    *("- day", "day"),
]
LASTS = {"parse_duration": ("DAY", "HOUR", "MINUTE", "SECOND"), "parse_months": ("YEAR", "MONTH")}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("name", LASTS)
def test_read_alike(name: str, text: str) -> None:
    def answer(module: ModuleType) -> str:
        try:
            names = getattr(module, name)(text)
        except ValueError as error:
            return f"no: {error}"
        written = module.render_duration(names) if name == "parse_duration" else str(names)
        assert getattr(module, name)(written) == names
        misfits = [module.describe_misfit(names, f"INTERVAL {last}") for last in LASTS[name]]
        return f"{written} {misfits}"

    assert answer(compiling) == answer(running)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 day -2 hours", timedelta(hours=22)),
        ("-1 12:30:00.5", -timedelta(days=1, hours=12, minutes=30, microseconds=500_000)),
        ("2 weeks 1.000001 seconds", timedelta(days=14, seconds=1, microseconds=1)),
    ],
)
def test_durations(text: str, value: timedelta) -> None:
    assert running.parse_duration(text) == value


def test_what_a_type_does_not_hold() -> None:
    assert running.describe_misfit(timedelta(hours=36), "INTERVAL DAY") == "more than whole days"
    assert running.describe_misfit(timedelta(hours=36), "INTERVAL DAY TO HOUR") == ""
    assert running.describe_misfit(running.Months(18), "INTERVAL YEAR") == "more than whole years"
    too_long = "longer than Spark's intervals"
    assert running.describe_misfit(timedelta(days=200_000_000), "INTERVAL DAY") == too_long
    assert running.describe_misfit(running.Months(2**31), "INTERVAL MONTH") == too_long


def test_checks_of_months() -> None:
    condition = Condition("<=", (compiling.Months(18),))
    check = Check("<=", running.Months(18))
    for value in (17, 19):
        verdict = condition.refusal(compiling.Months(value))
        assert check.problem(running.Months(value)) == verdict
    assert str(check) == str(condition) == "<= '1-6'"
