"""`ssbtc test --coverage`: a pipeline whose branches say whether they are taken."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ssbt.compiler.testing.coverage import Coverage
from tests.spark.tested import outcomes, results

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

COVERED = Path(__file__).parent / "fixtures" / "covered"
MISSED_SIDES = [
    "anti join orders: a left row without a match",
    "cross join hidden: rows that match",
    "full join rows: a left row without a match",
    "left join matched: a left row without a match",
    "right join others: a right row without a match",
]


def test_what_the_data_reaches(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Rows, groups, pivots, lambdas, windows, joins, transforms, failures and streams."""
    monkeypatch.chdir(COVERED)
    coverage = Coverage()
    assert not outcomes(results(spark, "covered.ssbt", tmp_path, coverage))
    (file,) = json.loads(coverage.render_json())["files"]
    states = {(each["line"], each["column"]): each["state"] for each in file["points"]}
    text = Path("covered.ssbt").read_text().splitlines()
    for each in file["points"]:
        value = text[each["line"] - 1][each["column"] - 1 :]
        if each["kind"] == "branch" and each["state"] != "unmeasured":
            expected = "missed" if value.startswith("'miss'") else "reached"
            assert each["state"] == expected, (each, value)
    assert len(states) > 50
    by_kind = [(each["kind"], each["state"], each["what"]) for each in file["points"]]
    assert [what for *kind, what in by_kind if kind == ["dataset", "missed"]] == ["let nobody"]
    hidden = [what for *kind, what in by_kind if kind == ["branch", "unmeasured"]]
    assert hidden == ["when l < r", "else"]
    missed = [what for *kind, what in by_kind if kind == ["join", "missed"]]
    assert sorted(missed) == MISSED_SIDES
    assert not [each for each in by_kind if each[0] != "branch" and each[1] == "unmeasured"]
