"""What values of parameters must be besides their type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import pytest

from ssbt.runtime import Check
from ssbt.runtime.settings.parameters import declared_parameters, resolved


@dataclass(frozen=True)
class Params:
    lake: Annotated[str, "STRING", "Where", Check(like="s3a://%")] = "s3a://lake"
    count: Annotated[int, "INT", "", Check(one_of=(1, 2))] = 1


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("lake", "s3a://other.lake", ""),
        ("lake", "S3A://lake", "not like s3a://%"),
        ("lake", "x s3a://lake", "not like s3a://%"),
        ("count", "2", ""),
        ("count", "3", "not one of 1, 2"),
    ],
)
def test_values(key: str, value: str, problem: str) -> None:
    parameters = declared_parameters(Params)
    _, _, problems = resolved(parameters, [("--set", f"params.{key}", value)])
    assert [each.rsplit(": ", 1)[1] if ": " in each else each for each in problems] == (
        [problem.rsplit(": ", 1)[-1]] if problem else []
    )


def test_patterns() -> None:
    assert Check(like="a_c%").problem("abc\nd") == ""
    assert Check(like="a.c").problem("abc") == "not like a.c"
    assert str(Check("s3%", ("a", "b"))) == "one of a, b, like s3%"
