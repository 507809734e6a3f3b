"""What is said of a stream after a change, before Spark is asked."""

from __future__ import annotations

import pytest

from ssbt.compiler.compare.verdicts import verdicts
from tests.spark.restarts.single import RESTARTS, Outcome, Restart, compiled


@pytest.mark.parametrize("restart", RESTARTS, ids=lambda each: each.name)
def test_verdicts(restart: Restart) -> None:
    old, new = (compiled(restart, old=each).pipeline for each in (True, False))
    (found,) = verdicts(old, new)
    assert found.verdict.name == restart.expected[1]


def test_the_compiler_is_never_wrong_in_silence() -> None:
    """Safe is said only where Spark is right, and at least 50 kinds of changes were tried."""
    answers = [restart.expected for restart in RESTARTS]
    assert len(answers) >= 50
    assert all(outcome is Outcome.RIGHT for outcome, said in answers if said == "SAFE")
