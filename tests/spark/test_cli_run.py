"""`ssbtc run` on a real Spark: the starter project, exit codes, Ctrl-C."""

from __future__ import annotations

import os
from pathlib import Path
import signal
import subprocess
import sys
import time

import pytest

from ssbt.compiler.cli.starter import FILES, PIPELINE

pytestmark = pytest.mark.spark

SSBTC = str(Path(sys.executable).with_name("ssbtc"))
SUBMIT = ("--", "--conf", "spark.ui.enabled=false", "--conf", "spark.driver.bindAddress=127.0.0.1")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The starter project, as the working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    result = subprocess.run([SSBTC, "init"], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    assert all((tmp_path / path).exists() for path in FILES)
    return tmp_path


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SSBTC, "run", "pipeline.ssbt", "--master", "local[2]", *arguments, *SUBMIT],
        capture_output=True,
        text=True,
        timeout=240,
    )


def test_the_starter_project(project: Path):
    result = run("--set", "min_amount=10", "--log-format", "json")
    assert result.returncode == 0, result.stderr
    (part,) = Path("results/revenue").glob("*.csv")
    assert part.read_text() == "country,revenue,orders\nDE,155.00,3\nFR,35.50,1\n"
    assert result.stderr.startswith("$ spark-submit --master 'local[2]' ")
    assert '"pipeline": "revenue_by_country"' in result.stdout + result.stderr
    assert result.stderr.count(" INFO ") < 10, "Spark keeps quiet"


def test_the_exit_code_is_the_scripts(project: Path, monkeypatch: pytest.MonkeyPatch):
    # A Java that Spark cannot use is passed over.
    monkeypatch.setenv("JAVA_HOME", str(project / "no-java"))
    result = run("--set", "min_amount=abc")
    assert result.returncode == 2, result.stderr
    result = run("--set", "data=nowhere")
    assert result.returncode == 1, result.stderr
    assert "pipeline.ssbt:24 (orders)\n" in result.stdout
    assert "\tat " not in result.stdout + result.stderr
    log = Path(result.stdout.rpartition("the stack traces are in ")[2].strip()).read_text()
    assert "\tat org.apache.spark" in log


def test_an_interrupt_reaches_the_script(project: Path):
    Path("pipeline.ssbt").write_text(
        PIPELINE.replace("|> order by", '|> apply "slow.py:slow" returns Row\n  |> order by')
        + "\nschema Row { country: string, revenue: decimal(22,2), orders: bigint }\n"
    )
    Path("slow.py").write_text(
        "from pathlib import Path\nimport time\n\n\n"
        "def slow(rows):\n    Path('started').touch()\n    time.sleep(300)\n    return rows\n"
    )
    command = [SSBTC, "run", "pipeline.ssbt", *SUBMIT]
    # A group of its own, as a shell gives to what it starts on a terminal.
    running = subprocess.Popen(command, start_new_session=True, stderr=-1, stdout=-1, text=True)
    try:
        for _ in range(1200):
            if Path("started").exists() or running.poll() is not None:
                break
            time.sleep(0.1)
        assert Path("started").exists(), running.communicate()
        os.killpg(running.pid, signal.SIGINT)
        out, err = running.communicate(timeout=60)
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
    assert running.returncode == 130, (out, err)
