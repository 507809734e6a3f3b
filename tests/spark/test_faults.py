"""Faults injected into pipelines, each beside the whole of what its run says of it.

`faults/<name>/` has a pipeline with its files, and `error.txt`. `pytest --snapshot-update` writes
the latter anew: read each as a user would, and ask what he would do next.
"""

from __future__ import annotations

from collections.abc import Iterator
import logging
from pathlib import Path
import re
import runpy
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from ssbt.compiler.driver import checked, emitted

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

FAULTS = sorted(path.parent for path in Path(__file__).parent.glob("faults/*/pipeline.ssbt"))
ARGUMENTS = {
    "bad_parameter": ["--set", "lowest=low"],
    "nobody_listens": ["--max-restarts", "0"],
}
_MOMENT = re.compile(r"^\S+Z (?=[A-Z]+ )", re.MULTILINE)


@pytest.fixture(autouse=True)
def _unchanged(spark: SparkSession) -> Iterator[None]:
    """Scripts log, and set what they need on the session of all tests."""
    logger = logging.getLogger("ssbt")
    before = logger.handlers, logger.level, logger.propagate
    modules, settings = set(sys.modules), dict(spark.conf.getAll)
    yield
    logger.handlers, logger.level, logger.propagate = before
    for name in spark.conf.getAll.keys() - settings.keys():
        spark.conf.unset(name)
    for name in set(sys.modules) - modules:
        if str(getattr(sys.modules[name], "__file__", "")).endswith("build/" + name + ".py"):
            del sys.modules[name]


def built(fault: Path, here: Path) -> Path:
    """The script of a fault, beside copies of its files."""
    shutil.copytree(fault, here, dirs_exist_ok=True)
    result = checked("pipeline.ssbt", lambda path: (here / path).read_bytes())
    assert result.pipeline
    for file in emitted(result):
        (here / "build").mkdir(exist_ok=True)
        (here / "build" / file.path).write_bytes(file.content)
    return here / "build" / f"{result.pipeline.name}.py"


def outcome(script: Path, *arguments: str) -> int:
    """The exit code of a script, run in the session of the tests."""
    argv, path = sys.argv, sys.path[:]
    sys.argv, sys.path[:0] = [str(script), *arguments], [str(script.parent)]
    try:
        runpy.run_path(str(script), run_name="__main__")
    except SystemExit as stop:
        return int(stop.code or 0)
    finally:
        sys.argv, sys.path[:] = argv, path
    return 0


def steady(text: str, here: Path) -> str:
    """A log without what differs from run to run."""
    text = _MOMENT.sub("", text).replace(str(here), "<here>")
    text = re.sub(r"part-\d+-[-0-9a-f]+-c000", "part-*", text)
    text = re.sub(r"attempt_\d+_\d+_m_\d+_\d+ .*", "attempt", text)
    text = re.sub(r"_pyspark_[0-9a-f]+(\.\.\.)?", "<view>", text)
    kept = (line for line in text.splitlines() if "was set by the operator" not in line)
    return "".join(f"{line.rstrip()}\n" for line in kept)


def compare(actual: str, expected: Path, config: pytest.Config) -> None:
    if config.getoption("update_snapshots"):
        expected.write_text(actual)
    assert actual == expected.read_text()


def arguments(fault: Path, here: Path) -> list[str]:
    knows_data = "param data" in (fault / "pipeline.ssbt").read_text()
    return [*(["--set", f"data={here}"] if knows_data else []), *ARGUMENTS.get(fault.name, ())]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault(
    fault: Path,
    here: Path,
    spark: SparkSession,
    capsys: pytest.CaptureFixture[str],
    pytestconfig: pytest.Config,
) -> None:
    script = built(fault, here)
    if prepare := PREPARED.get(fault.name):
        prepare(spark, here)
    capsys.readouterr()
    folder = (
        ["--set", f"data={here}"] if "param data" in (here / "pipeline.ssbt").read_text() else []
    )
    assert outcome(script, *folder, *ARGUMENTS.get(fault.name, ())) != 0
    compare(steady(capsys.readouterr().err, here), fault / "error.txt", pytestconfig)


def another_schema(spark: SparkSession, here: Path) -> None:
    spark.sql("select 'one' as id").write.parquet(str(here / "numbers.parquet"))


def another_query(spark: SparkSession, here: Path) -> None:
    """Runs the pipeline as it was before, which has left its checkpoint."""
    before = here / "before"
    fault = next(fault for fault in FAULTS if fault.name == "checkpoint_of_another_query")
    script = built(fault, before)
    script.write_text(script.read_text().replace("max(id)", "min(id)"))
    assert outcome(script, "--set", f"data={here}") == 0


PREPARED = {
    "checkpoint_of_another_query": another_query,
    "parquet_of_another_schema": another_schema,
}


def test_the_script_alone_names_the_place(
    here: Path, spark: SparkSession, capsys: pytest.CaptureFixture[str]
) -> None:
    """Away from its manifest a script has the place of the dataset, and shows its own line."""
    script = built(next(fault for fault in FAULTS if fault.name == "divide_by_zero"), here)
    script.with_suffix(".json").unlink()
    assert outcome(script, "--set", f"data={here}") == 1
    assert steady(capsys.readouterr().err, here).splitlines()[:3] == [
        "ERROR divide_by_zero: pipeline.ssbt:17 (shares)",
        "      divide_by_zero.py:44 |         "
        '{"next": F.expr("id + 1"), "share": F.expr("10 / id")}',
        "                           |                                                     ^^^^^^^",
    ]


def test_a_manifest_of_another_script_is_not_believed(
    here: Path, spark: SparkSession, capsys: pytest.CaptureFixture[str]
) -> None:
    script = built(next(fault for fault in FAULTS if fault.name == "divide_by_zero"), here)
    script.write_text("# mine\n" + script.read_text())
    assert outcome(script, "--set", f"data={here}") == 1
    assert " | " in capsys.readouterr().err


def test_stack_traces_are_in_the_log_file(
    here: Path, spark: SparkSession, capsys: pytest.CaptureFixture[str]
) -> None:
    script = built(next(fault for fault in FAULTS if fault.name == "divide_by_zero"), here)
    assert outcome(script, "--set", f"data={here}", "--log-file", "run.log") == 1
    assert "\tat org.apache.spark" not in capsys.readouterr().err
    log = (here / "run.log").read_text()
    assert "pipeline.ssbt:22 (shares)" in log
    assert "Traceback (most recent call last):" in log
    assert "JVM stacktrace:" in log
    assert "\tat org.apache.spark" in log
    assert outcome(script, "--set", f"data={here}", "--verbose") == 1
    assert "\tat org.apache.spark" in capsys.readouterr().err


def test_a_log_file_that_cannot_be(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = built(next(fault for fault in FAULTS if fault.name == "divide_by_zero"), here)
    assert outcome(script, "--log-file", "nowhere/run.log") == 2
    assert "cannot write the log file nowhere/run.log: No such file or directory" in (
        capsys.readouterr().err
    )
