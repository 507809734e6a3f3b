"""What values of parameters must be besides their type: the runtime and the compiler agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
import math
from typing import Annotated, Any

import pytest

from ssbt.compiler.ir.checks import Condition
from ssbt.runtime import Check
from ssbt.runtime.settings.parameters import read_parameters, resolve_values


@dataclass(frozen=True)
class Params:
    lake: Annotated[str, "STRING", "Where", Check("like", "s3a://%"), Check("length <", 12)] = "s3a"
    count: Annotated[int, "INT", "", Check("in", 1, 2)] = 1


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("lake", "s3a://lake", ""),
        ("lake", "S3A://lake", "the check `like 's3a://%'` refuses it"),
        ("lake", "s3a://a.long.lake", "the check `length < 12` refuses it"),
        ("count", "2", ""),
        ("count", "3", "the check `in (1, 2)` refuses it"),
    ],
)
def test_values(key: str, value: str, problem: str) -> None:
    parameters = read_parameters(Params)
    _, _, problems = resolve_values(parameters, [("--set", f"params.{key}", value)])
    assert [each.rpartition(": ")[2] for each in problems if problem] == [problem] * bool(problem)
    assert bool(problems) == bool(problem)


CHECKS: list[tuple[str, str, Sequence[object], Any, bool]] = [
    ("", "=", [3], 3, True),
    ("", "!=", [3], 3, False),
    ("", "<", [date(2026, 1, 31)], date(2026, 1, 30), True),
    ("", "<=", [Decimal("1.5")], Decimal("1.50"), True),
    ("", ">", [1.5], math.nan, False),
    ("", ">=", ["b"], "a", False),
    ("", "between", [1, 10], 10, True),
    ("", "not between", [1, 10], 10, False),
    ("", "in", [b"\x01", b"\x02"], b"\x02", True),
    ("", "not in", ["a"], "b", True),
    ("", "like", ["a_c%"], "abc\nd", True),
    ("", "like", ["a.c"], "abc", False),
    ("", "like", ["100\\%"], "100%", True),
    ("", "like", ["100\\%"], "1000", False),
    ("", "not like", ["%/"], "s3a://lake/", False),
    ("", "rlike", ["^[a-z]+\\d$"], "abc1", True),
    ("", "rlike", ["\\d"], "\u0661", False),
    ("", "not rlike", ["b"], "abc", False),
    ("length", "=", [2], "€🚀", True),
    ("size", "between", [1, 2], (), False),
    ("size", ">", [1], {"a": 1, "b": 2}, True),
    ("", "between", [timedelta(hours=1), timedelta(days=30)], timedelta(minutes=59), False),
]


@pytest.mark.parametrize(("measure", "operator", "operands", "value", "holds"), CHECKS)
def test_verdicts(
    measure: str, operator: str, operands: Sequence[object], value: object, holds: bool
) -> None:
    condition = Condition(operator, tuple(operands), measure)
    check = Check(f"{measure} {operator}".strip(), *operands)
    assert condition.refusal(value) == check.problem(value)
    assert check.problem(value) == ("" if holds else f"the check `{check}` refuses it")
    assert str(check) == str(condition)


def test_texts() -> None:
    assert str(Check("size between", 1, 10)) == "size between 1 and 10"
    assert str(Check("not in", "a", date(2026, 1, 31))) == "not in ('a', '2026-01-31')"
    assert str(Check("=", True)) == "= true"


def test_times_with_and_without_a_zone() -> None:
    value, limit = datetime(2026, 1, 31), datetime(2026, 1, 31, tzinfo=UTC)
    expected = "of a time with a zone and one without none is the earlier"
    assert Check("<", limit).problem(value) == Condition("<", (limit,)).refusal(value) == expected
