"""`ssbtc test --update`: what a test expects afterwards is what came."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ssbt.compiler.cli.testing.updates import Updates
from ssbt.compiler.testing.results import Case, Outcome
from tests.spark.tested import outcomes, planned, run_all

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

FIXTURES = Path(__file__).parent / "fixtures"


def updated(
    spark: SparkSession,
    path: str,
    folder: Path,
    chosen: Callable[[Case], bool] = lambda _: True,
    **inputs: str,
) -> dict[str, Outcome]:
    """How the tests end that are run with `--update`."""
    plans = planned(path, folder, chosen=chosen)
    changes = Updates(plans.tested, None)
    names = {
        name: changes.revise_result(each) for name, each in run_all(spark, plans, inputs).items()
    }
    changes.write()
    return {name: each.outcome for name, each in names.items()}


def test_every_type(spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Emptied, the expectations of rows of every type are filled again, and hold."""
    shutil.copytree(FIXTURES / "tested", tmp_path / "tested")
    monkeypatch.chdir(tmp_path / "tested")
    file = Path("types.ssbt")
    head, sign, test = file.read_text().partition('test "every type" {\n')
    inputs, _, rest = test.partition("  then chosen {\n")
    odd = "    (3, 4, 1e-20, -0.5, false, concat('a$', '{b}\\0'), x'', '0001-01-01',"
    odd += " '1890-01-01', null, interval '-1-2' year to month,"
    odd += " interval '-3 01:00:00.5' day to second, array(), map(), (null, null))\n  }\n"
    inputs = inputs.rstrip().removesuffix("}").rstrip() + "\n" + odd
    rest = rest.partition("\n  }\n}\n")[2]
    file.write_text(f"{head}{sign}{inputs}  then chosen {{}}\n}}\n{rest}")
    subprocess.run(
        [sys.executable, "-c", "from ssbt.compiler.cli.main import main; main()", "fmt", "."],
        check=True,
    )
    Path("types_test.ssbt").unlink()
    outcome = updated(spark, "types.ssbt", tmp_path / "one", label="it is ")
    assert outcome.pop("every type") is Outcome.UPDATED
    assert {*outcome.values()} == {Outcome.PASSED}
    after = planned("types.ssbt", tmp_path / "two")
    assert outcomes(run_all(spark, after, {"label": "it is "})) == {}


def test_streams_and_what_stays(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A micro-batch that differs is updated; tests that pass are left alone.

    `test_tests.py` runs all tests of the file, of which these are a sample.
    """
    shutil.copytree(FIXTURES / "tested_streams", tmp_path / "streams")
    monkeypatch.chdir(tmp_path / "streams")
    names = {"a stream differs", "what changes is updated, and all is completed"}
    names |= {"the time of a batch"}
    outcome = updated(spark, "streams.ssbt", tmp_path / "one", lambda case: case.name in names)
    assert outcome.keys() == names
    assert outcome.pop("a stream differs") is Outcome.UPDATED
    assert {*outcome.values()} == {Outcome.PASSED}


def test_the_command(tmp_path: Path):
    """The diff is shown, the file is written, and what cannot be updated stays a failure."""
    shutil.copytree(FIXTURES / "tested", tmp_path / "tested")
    file = tmp_path / "tested" / "types_test.ssbt"
    before = file.read_text()
    words = ["test", "--update", "-k", "another or 'not fail'", "--set", "label=x"]
    process = subprocess.run(
        [sys.executable, "-c", "from ssbt.compiler.cli.main import main; main()", *words],
        cwd=tmp_path / "tested",
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert (process.returncode, process.stderr) == (1, "")
    assert "types_test.ssbt UUF" in process.stdout
    assert DIFF in process.stdout
    assert "not updated: `then fails with` is for you to change" in process.stdout
    assert "1 failed, 2 updated, 12 deselected in" in process.stdout
    after = before.replace("    (1)\n    (2)\n  }\n}", "    (2)\n    (1)\n  }\n}")
    assert file.read_text() == after.replace("10:00:00+00:00", "10:00:00")


DIFF = """\
--- types_test.ssbt
+++ types_test.ssbt
@@ -4,8 +4,8 @@
     (2)
   }
   then chosen (id) {
+    (2)
     (1)
-    (2)
   }
 }
"""
