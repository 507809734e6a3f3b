"""Faults injected into pipelines, each beside the whole of what its run says of it.

`faults/<name>/` has a pipeline with its files, and `error.txt`. `pytest --snapshot-update` writes
the latter again: read each as a user would, and ask what he would do next.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
import logging
import os
from pathlib import Path
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.spark import servers
from tests.spark.outcomes import built, outcome, settings, steady

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from tests.brokers import Broker

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("interpreted")]

FAULTS = {path.parent.name: path.parent for path in Path(__file__).parent.glob("faults/*/*.ssbt")}
ARGUMENTS = {
    "bad_parameter": ["--set", "lowest=low"],
    "kafka_does_not_answer": ["--max-restarts", "0"],
    "nobody_listens": ["--max-restarts", "0"],
}
PLACES = {"data": "here", "disk": "disk", "brokers": "brokers", "silence": "silence"}
ON_A_CLUSTER = {"executor_lost"}


@pytest.fixture(autouse=True)
def _unchanged(spark: SparkSession) -> Iterator[None]:
    """Scripts log, and set what they need on the session of all tests."""
    logger = logging.getLogger("ssbt")
    before = logger.handlers, logger.level, logger.propagate
    modules, existing = set(sys.modules), set(spark.conf.getAll)
    yield
    logger.handlers, logger.level, logger.propagate = before
    for name in spark.conf.getAll.keys() - existing:
        spark.conf.unset(name)
    for name in set(sys.modules) - modules:
        if str(getattr(sys.modules[name], "__file__", "")).endswith("build/" + name + ".py"):
            del sys.modules[name]


def compare(actual: str, fault: Path, config: pytest.Config) -> None:
    expected = fault / "error.txt"
    if config.getoption("update_snapshots"):
        expected.write_text(actual)
    assert actual == expected.read_text()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A disk with room for a few small files."""
    folder = tmp_path_factory.mktemp("disk")
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def brokers(broker: Broker) -> str:
    """The address of a Kafka broker."""
    return broker.address


@pytest.fixture
def silence() -> Iterator[str]:
    """An address at which somebody listens, and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def given(name: str, request: pytest.FixtureRequest) -> dict[str, str]:
    """The values of those parameters of a fault that are called like fixtures."""
    text = (FAULTS[name] / "pipeline.ssbt").read_text()
    expected = [each for each in PLACES if f"\nparam {each}:" in text]
    return {each: str(request.getfixturevalue(PLACES[each])) for each in expected}


@pytest.mark.parametrize("name", sorted(FAULTS.keys() - ON_A_CLUSTER))
def test_fault(
    name: str,
    given: dict[str, str],
    here: Path,
    spark: SparkSession,
    capsys: pytest.CaptureFixture[str],
    pytestconfig: pytest.Config,
) -> None:
    script = built(FAULTS[name], here)
    if prepare := PREPARED.get(name):
        prepare(spark, given)
    capsys.readouterr()
    assert outcome(script, *settings(given), *ARGUMENTS.get(name, ())) != 0
    reported = steady(capsys.readouterr().err, {"here": str(here)} | given)
    compare(reported, FAULTS[name], pytestconfig)


@pytest.mark.usefixtures("_no_work_folder")
@pytest.mark.parametrize("name", sorted(ON_A_CLUSTER))
def test_fault_of_a_cluster(name: str, here: Path, pytestconfig: pytest.Config) -> None:
    script = built(FAULTS[name], here)
    done = servers.submitted(
        script.parent / "ssbt_runtime.zip",
        script,
        *settings({"data": str(here)}),
        master="local-cluster[1,1,1024]",
        modules=sorted(script.parent.glob("scores.py")),
    )
    assert done.returncode == 1, done.stdout + done.stderr
    reported = steady(done.stdout, {"here": str(here)})
    compare(reported, FAULTS[name], pytestconfig)


def another_schema(spark: SparkSession, value: dict[str, str]) -> None:
    spark.sql("select 'one' as id").write.parquet(f"{value['data']}/numbers.parquet")


def another_query(spark: SparkSession, value: dict[str, str]) -> None:
    """Runs the pipeline as it was before, which has left its checkpoint."""
    before = Path(value["data"]) / "before"
    script = built(FAULTS["checkpoint_of_another_query"], before, ("max(id)", "min(id)"))
    assert outcome(script, *settings(value)) == 0


def full(spark: SparkSession, given: dict[str, str]) -> None:
    """Leaves no room on the disk."""
    with suppress(OSError), (Path(given["disk"]) / "others").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def another_type(spark: SparkSession, value: dict[str, str]) -> None:
    """The stream has read a file, then there is one whose columns have other types."""
    numbers = f"{value['data']}/numbers"
    spark.sql("select 1 as id").write.parquet(numbers)
    assert outcome(Path("build/stream_of_another_type.py"), *settings(value)) == 0
    spark.sql("select 'one' as id").write.mode("append").parquet(numbers)


def other_columns(spark: SparkSession, value: dict[str, str]) -> None:
    """The stream has read a file, then there is one with other columns."""
    assert outcome(Path("build/stream_of_other_columns.py"), *settings(value)) == 0
    Path("numbers/b.csv").write_text("text,price,id\none,1.50,1\n")


PREPARED = {
    "checkpoint_of_another_query": another_query,
    "full_disk_of_checkpoints": full,
    "parquet_of_another_schema": another_schema,
    "stream_of_another_type": another_type,
    "stream_of_other_columns": other_columns,
}


def test_the_script_alone_names_the_place(
    here: Path, spark: SparkSession, capsys: pytest.CaptureFixture[str]
) -> None:
    """Away from its source map a script names the function, shows its own line and says why."""
    script = built(FAULTS["divide_by_zero"], here)
    script.with_suffix(".map.json").unlink()
    assert outcome(script, "--set", f"data={here}") == 1
    lines = steady(capsys.readouterr().err, {"here": str(here)}).splitlines()
    assert lines[:3] == [
        "ERROR divide_by_zero: divide_by_zero.py:44 (shares)",
        '      44 |         {"next": F.expr("id + 1"), "share": F.expr("10 / id")}',
        "         |                                                     ^^^^^^^",
    ]
    assert lines[4].startswith("    while running divide_by_zero.py:")
    assert lines[4].endswith(" (sink result)")
    assert lines[5] == (
        "    note: the line of the source is not known: there is no `divide_by_zero.map.json` "
        "beside the script or in the working folder"
    )


def test_a_source_map_of_another_script_is_not_believed(
    here: Path, spark: SparkSession, capsys: pytest.CaptureFixture[str]
) -> None:
    script = built(FAULTS["divide_by_zero"], here)
    script.write_text("# mine\n" + script.read_text())
    assert outcome(script, "--set", f"data={here}") == 1
    reported = capsys.readouterr().err
    assert " | " in reported
    assert "`divide_by_zero.map.json` belongs to another version of the script" in reported


def test_stack_traces_are_in_the_log_file(
    here: Path, spark: SparkSession, capsys: pytest.CaptureFixture[str]
) -> None:
    script = built(FAULTS["divide_by_zero"], here)
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
    script = built(FAULTS["divide_by_zero"], here)
    assert outcome(script, "--log-file", "nowhere/run.log") == 2
    assert "cannot write the log file nowhere/run.log: No such file or directory" in (
        capsys.readouterr().err
    )
