"""`ssbtc test`: the tests of pipelines on the functions of their scripts."""

from __future__ import annotations

import os
from pathlib import Path
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.spark.tested import outcomes, results

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("interpreted")]

TESTED = Path(__file__).parent / "fixtures" / "tested"
STREAMS = Path(__file__).parent / "fixtures" / "tested_streams"


def test_rows(spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Every type, files, and what is said where rows differ."""
    monkeypatch.chdir(TESTED)
    zone = spark.conf.get("spark.sql.session.timeZone")
    result = outcomes(results(spark, "types.ssbt", tmp_path, label="it is "))
    assert spark.conf.get("spark.sql.session.timeZone") == zone
    wrong = re.findall(r'^test "(.*)"', Path("types_test.ssbt").read_text(), re.MULTILINE)
    assert [*result] == wrong, result
    assert "rows=[(['1'], None, 0), (None, ['1'], 2)], equal=1" in result["another order"]
    assert "2026-01-01 11:00:00" in result["another instant"]
    assert result["it does not fail"] == "computing chosen did not fail"
    assert result["it fails otherwise"].startswith("it failed otherwise: ")
    assert "bad luck" in result["it fails otherwise"]
    assert "bad luck" in result["it breaks"]
    assert result["what is given fails"].startswith("the rows given for rows cannot be made: ")
    assert "there is no file" in result["no such file"]
    assert "rows.csv has columns that rows has not: colour" in result["not its columns"]


def test_parameters_that_are_asked_for(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A value is needed by the tests that use it alone."""
    monkeypatch.chdir(TESTED)
    result = outcomes(results(spark, "types.ssbt", tmp_path))
    needed = "parameter `label` (STRING) needs a value: --set label=..."
    assert result["every type"] == result["another order"] == needed
    assert {"on the way", "a transform alone"}.isdisjoint(result)
    refused = outcomes(results(spark, "types.ssbt", tmp_path / "two", minimum="x"))
    assert "expected DECIMAL(5,2)" in refused["on the way"]


def test_streams(spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Micro-batches in every output mode, late rows, sessions, and the time that a test sets."""
    monkeypatch.chdir(STREAMS)
    result = results(spark, "streams.ssbt", tmp_path)
    assert [*outcomes(result)] == ["a stream differs"], outcomes(result)
    (difference,) = result["a stream differs"].differences
    assert (difference.after, difference.rows) == (1, [(["'a'", "2"], ["'a'", "1"], 0)])


def test_the_command(tmp_path: Path):
    """A process with a session of its own, seen from outside."""
    command = "from ssbt.compiler.cli.main import main; main()"
    words = ["test", "-k", "'on the way' or 'another order'", "--set", "label=x"]
    result = subprocess.run(
        [
            sys.executable,
            "-c",
            command,
            *words,
            "--junit-xml",
            str(tmp_path / "report.xml"),
            "--durations",
            "1",
        ],
        cwd=TESTED,
        env={**os.environ, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert (result.returncode, result.stderr) == (1, "")
    assert (
        re.sub(r"=* ?(\d+ failed.*in) .*", r"\1", re.sub(r" *\d+\.\d+s", " 0.00s", result.stdout))
        == REPORT
    )
    assert 'tests="2" errors="0" failures="1"' in (tmp_path / "report.xml").read_text()


REPORT = """\
============================= test session starts ==============================
Spark 4.1.1, 2 tests

types.ssbt .                                                              [ 50%]
types_test.ssbt F                                                         [100%]

=================================== FAILURES ===================================
________________________ types_test.ssbt::another order ________________________
types_test.ssbt:1

types_test.ssbt:6: `chosen` differs in 2 rows, 1 as expected
  expected  | got
  id        | id
  1         | (none)
  (none)    | 1

============================= slowest 1 durations ==============================
 0.00s types.ssbt::on the way
=========================== short test summary info ============================
FAILED types_test.ssbt::another order
1 failed, 1 passed, 13 deselected in
"""
