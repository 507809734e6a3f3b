"""Streams as processes: signals, a second job, restarts, progress, exit codes."""

from __future__ import annotations

from pathlib import Path
import re
import signal
import subprocess

import pytest

from tests.spark import servers
from tests.spark.stream_jobs import add_events, logged, started

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def zipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return servers.runtime_zip(tmp_path_factory.mktemp("build"))


def wait_for(process: subprocess.Popen[str], text: str) -> None:
    assert process.stdout
    for line in process.stdout:
        if text in line:
            return
    raise AssertionError(process.communicate()[1])


def test_a_signal_lets_the_batch_finish(zipped: Path, tmp_path: Path) -> None:
    """And while the job runs, no second one gets the checkpoint."""
    add_events(tmp_path, *range(40))
    slow = ["--set", "every=0 seconds", "--set", "seconds=10"]
    with started(zipped, tmp_path, "appended", *slow) as process:
        wait_for(process, "batch 0 begins")
        with started(zipped, tmp_path, "appended") as second:
            refusal = second.communicate(timeout=200)[1]
            assert second.returncode == 4
        process.send_signal(signal.SIGTERM)
        output, error = process.communicate(timeout=200)
    (problem,) = (line["message"] for line in logged(refusal))
    assert "is at work on it\nIf that is meant" in problem
    assert f"pipeline streams (process {process.pid} on " in problem
    checkpoint = tmp_path / "checkpoints" / "appended"
    done = len([path for path in (checkpoint / "commits").iterdir() if path.name.isdigit()])
    begun = len([path for path in (checkpoint / "offsets").iterdir() if path.name.isdigit()])
    assert process.returncode == 143
    assert begun == done < 40
    assert output.endswith(f"batch {done - 1} ends\n")
    lines = logged(error)
    message = [line["message"] for line in lines if "batch" not in line]
    assert [re.sub(r"(has stopped): \d+ batch.*", r"\1", each) for each in message] == [
        "stream appended has started",
        "told to stop: the running batches are finished, a second signal cuts off",
        "stream appended has stopped",
        "terminated",
    ]
    first = next(line for line in lines if "batch" in line)
    assert {k: first[k] for k in ("stream", "batch", "rows_in")} == {
        "stream": "appended",
        "batch": 0,
        "rows_in": 10,
    }
    assert not (checkpoint / "_ssbt" / "lease").exists()


def test_a_failure_that_may_pass_is_tried_again(zipped: Path, tmp_path: Path) -> None:
    """Another stream of the job finishes what it does; one that fails of itself is not repeated."""
    add_events(tmp_path, 0)
    with started(
        zipped, tmp_path, "copied appended", "--set", "fails=server", "--max-restarts", "1"
    ) as process:
        lines = logged(process.communicate(timeout=280)[1])
    assert process.returncode == 5
    (restart,) = (line for line in lines if "restart" in line)
    assert restart["message"].startswith(
        "stream appended failed for a transient reason (a server cannot be reached):"
        " restart 1 of 1 in "
    )
    assert lines[-2]["message"] == "stream appended was started again 1 times"
    assert "ConnectionRefused" in lines[-1]["message"]
    assert len(list((tmp_path / "copied").glob("*.json"))) == 1


def test_two_signals_cut_off(zipped: Path, tmp_path: Path) -> None:
    add_events(tmp_path, 0)
    with started(zipped, tmp_path, "appended", "--set", "seconds=200") as process:
        wait_for(process, "batch 0 begins")
        process.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(2)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130


def test_spark_submit_hands_the_signal_on(zipped: Path, tmp_path: Path) -> None:
    """The process that a supervisor knows is spark-submit's JVM, which must not die of it first."""
    add_events(tmp_path, *range(40))
    submit = [str(servers.spark_home() / "bin" / "spark-submit"), "--py-files", str(zipped)]
    slow = ["--set", "every=0 seconds", "--set", "seconds=5"]
    with started(zipped, tmp_path, "appended", *slow, program=submit) as process:
        wait_for(process, "batch 0 begins")
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=200)
    assert process.returncode == 143
    checkpoint = tmp_path / "checkpoints" / "appended"
    assert (checkpoint / "commits" / "0").exists()
    assert not (checkpoint / "offsets" / "1").exists()
    assert "stream appended has stopped" in output


def test_over_spark_connect(zipped: Path, tmp_path: Path) -> None:
    """All but what needs the driver's JVM, of which the log says so."""
    add_events(tmp_path, 0, 1)
    with (
        servers.connect_server(tmp_path) as url,
        started(zipped, tmp_path, "copied", SPARK_REMOTE=url, JAVA_HOME="/nowhere") as process,
    ):
        lines = logged(process.communicate(timeout=200)[1])
        assert process.returncode == 0, lines[-2:]
    messages = [line["message"] for line in lines]
    assert "over Spark Connect checkpoints are neither compared nor held" in messages
    assert [line["rows_in"] for line in lines if "batch" in line] == [10, 10]
    assert messages[-1] == "stream copied has ended: 2 batches, 20 rows in"
