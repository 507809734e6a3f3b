"""Whole processes: exit codes, who has the last word on settings, interruption."""

from __future__ import annotations

from collections.abc import Iterator
import json
from pathlib import Path
import shutil
import signal
import subprocess
import sys
from typing import Any

import pytest

from tests import openlineage_events
from tests.spark import servers
from tests.spark.source_maps import write_source_map

FIXTURES = Path(__file__).parent / "fixtures"
SETTINGS_JOB = FIXTURES / "settings_job.py"


@pytest.fixture(scope="module")
def zipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return servers.runtime_zip(tmp_path_factory.mktemp("build"))


def events(path: Path) -> tuple[list[str], dict[str, Any]]:
    """The kinds of the events in a file, and the last event."""
    results = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [each["eventType"] for each in results], results[-1]


@pytest.mark.spark
def test_last_word_on_settings(zipped: Path, tmp_path: Path) -> None:
    """spark-defaults.conf < the pipeline < --conf-file < spark-submit --conf."""
    defaults = "spark.sql.shuffle.partitions 9\nspark.driver.maxResultSize=800m\n"
    (tmp_path / "spark-defaults.conf").write_text(defaults)
    conf_file = tmp_path / "x.properties"
    conf_file.write_text("spark.sql.broadcastTimeout=44\nspark.sql.files.maxRecordsPerFile=55\n")
    done = servers.submitted(
        zipped,
        SETTINGS_JOB,
        *("--conf-file", str(conf_file)),
        conf={"spark.sql.files.maxRecordsPerFile": "66"},
        SPARK_CONF_DIR=str(tmp_path),
        OPENLINEAGE__TRANSPORT__TYPE="file",
        OPENLINEAGE__TRANSPORT__LOG_FILE_PATH=str(tmp_path / "events"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert events(tmp_path / "events")[0] == ["START", "RUNNING", "COMPLETE"]
    json_lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    assert json.loads(json_lines[0]) == {
        "spark.sql.shuffle.partitions": "3",
        "spark.driver.maxResultSize": "900m",
        "spark.sql.broadcastTimeout": "44",
        "spark.sql.files.maxRecordsPerFile": "66",
        "spark.app.name": "settings",
    }
    logged = [line.split(" ", 1)[1] for line in done.stdout.splitlines() if " settings: " in line]
    assert logged == [
        "INFO settings: spark.sql.files.maxRecordsPerFile was set by the operator, which wins over "
        "the pipeline's value"
    ]


@pytest.mark.spark
def test_failing_job(zipped: Path, tmp_path: Path) -> None:
    job = Path(shutil.copy(FIXTURES / "sample_job.py", tmp_path))
    write_source_map(job)
    done = servers.submitted(
        zipped,
        job,
        *("--set", f"lake={tmp_path}"),
        conf={"spark.app.name": "x"},
        OPENLINEAGE__TRANSPORT__TYPE="file",
        OPENLINEAGE__TRANSPORT__LOG_FILE_PATH=str(tmp_path / "events"),
    )
    assert done.returncode == 1
    error = f"[PATH_NOT_FOUND] Path does not exist: file:{tmp_path}/orders."
    assert " ERROR sample: sample.ssbt:10 (orders)\n      10 | let orders =\n" in done.stdout
    assert f"\n    {error}" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    kinds, last = events(tmp_path / "events")
    assert kinds == ["START", "RUNNING", "FAIL"]
    assert error in last["run"]["facets"]["errorMessage"]["message"]
    openlineage_events.check(last)


@pytest.mark.spark
def test_older_spark(zipped: Path, tmp_path: Path) -> None:
    job = tmp_path / "newer.py"
    job.write_text(SETTINGS_JOB.read_text().replace('target="4.1"', 'target="99.0"'))
    done = servers.submitted(zipped, job, "--log-format", "json")
    assert done.returncode == 3
    (line,) = (json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))
    assert line["level"] == "ERROR"
    assert line["message"].startswith("compiled for Spark 99.0, but this is Spark 4.")


UNREACHABLE = """
from pyspark.sql import functions as F
from ssbt.runtime import main
from ssbt.runtime.formats.avro import registry_avro_decoding
from ssbt.runtime.registries import registry

registry._FIRST_SECONDS = 0.01

def run(job):
    schema = '{"type": "record", "name": "R", "fields": [{"name": "id", "type": "long"}]}'
    registry_avro_decoding(F.col("value"), schema, {"url": "http://127.0.0.1:1"}, "orders-value")

main("orders", run)
"""


@pytest.mark.spark
def test_a_registry_that_cannot_be_reached(zipped: Path, tmp_path: Path) -> None:
    """Another start may succeed, as after transient failures: its exit code says so."""
    job = tmp_path / "orders.py"
    job.write_text(UNREACHABLE)
    done = servers.submitted(zipped, job)
    assert done.returncode == 5, done.stdout + done.stderr
    problem = "the schema registry http://127.0.0.1:1 does not answer: "
    assert f"{problem}[Errno 111] Connection refused; tried 6 times in 0 s" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.fixture
def waiting(zipped: Path) -> Iterator[subprocess.Popen[str]]:
    """A job in the middle of its run, without spark-submit."""
    process = subprocess.Popen(
        [sys.executable, str(SETTINGS_JOB), "--set", "seconds=600"],
        env=servers.environment(PYTHONPATH=str(zipped)),
        cwd=zipped.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline().startswith("{")
    yield process
    process.kill()
    process.wait()


@pytest.mark.spark
@pytest.mark.parametrize(
    ("number", "code", "word"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")],
)
def test_a_signal_stops_a_batch(
    waiting: subprocess.Popen[str], number: signal.Signals, code: int, word: str
) -> None:
    waiting.send_signal(number)
    _, error = waiting.communicate(timeout=60)
    assert waiting.returncode == code
    assert f" ERROR settings: {word}\n" in error
    assert "Traceback" not in error


def started(zipped: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(SETTINGS_JOB), *arguments],
        env=servers.environment(PYTHONPATH=str(zipped)),
        cwd=zipped.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_bad_value(zipped: Path) -> None:
    process = started(zipped, "--set", "seconds=soon")
    _, error = process.communicate(timeout=60)
    assert process.returncode == 2
    expected = 'parameter `seconds` (--set): expected BIGINT, got "soon": not written like 42\n'
    assert error.endswith(f" ERROR settings: {expected}")


@pytest.mark.slow
@pytest.mark.parametrize(("arguments", "code"), [(["--help"], 0), (["--set", "seconds=soon"], 2)])
def test_nobody_reads(zipped: Path, arguments: list[str], code: int) -> None:
    process = started(zipped, *arguments)
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    if code:
        process.stderr.close()
    else:
        assert process.stderr.read() == ""
    assert process.wait(60) == code
