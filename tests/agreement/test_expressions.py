"""Generated expressions: what the compiler says of them, and what Spark says.

The ordinary run takes the same thousand every time; `make agreement` takes more, see `AGREEMENT`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.agreement.asking import SparkProbe
from tests.agreement.generated import Maker
from tests.agreement.measured import Measured, case_count, report
from tests.agreement.wide import COLUMNS, wide

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.timeout(7200)]

SEEDS = case_count(1_150)
# From this many on, each reason in `accepted.toml` has its case.
WHOLE = 100_000
SLICE = 1_000


def measure(spark: SparkSession, ansi: bool, seeds: range) -> Measured:
    """The verdicts of the questions that these seeds make."""
    probe = SparkProbe(spark, ansi)
    table: Any = probe.table(COLUMNS)
    relation = wide()
    title = f"generated expressions, ANSI mode {'on' if ansi else 'off'}"
    measured = Measured(title, "expressions", ansi and SEEDS >= WHOLE)
    for start in range(seeds.start, seeds.stop, SLICE):
        part = range(start, min(start + SLICE, seeds.stop))
        questions = list(dict.fromkeys(Maker(seed).question() for seed in part))
        measured.ask(questions, relation, probe, table, ansi)
    return measured


@pytest.mark.parametrize("ansi", [True, False], ids=["ansi", "legacy"])
def test_generated_expressions_agree(spark: SparkSession, ansi: bool) -> None:
    """All but what is listed: types and nulls never narrower, nothing refused that Spark takes."""
    seeds = range(SEEDS) if ansi else range(SEEDS, SEEDS + SEEDS // 4)
    measured = measure(spark, ansi, seeds)
    report(measured)
    measured.check()
