"""The same script, unchanged, on every kind of cluster, its executors fed by `--py-files` alone.

And a compiled pipeline with a function of the user's, away from the driver's process.
"""

from __future__ import annotations

from collections.abc import Iterator
import json
from pathlib import Path
import shutil
import subprocess
import sys

import pytest

from ssbt.compiler.driver import check_pipeline, emit_files
from tests.spark import servers
from tests.spark.source_maps import write_source_map

pytestmark = pytest.mark.spark

SCRIPT = Path(__file__).parent / "fixtures" / "sample_job.py"
ORDERS = "id,amount,country\n1,5.00,DE\n2,0.00,FR\n3,7.50,FR\n"
REGIONS = Path(__file__).parent / "fixtures" / "regions"
PLACED = "id,amount,country\n1,5.00,DE\n2,0.50,FR\n3,7.50,FR\n4,2.00,JP\n"


@pytest.fixture(scope="module")
def zipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return servers.runtime_zip(tmp_path_factory.mktemp("build"))


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / "orders.csv").write_text(ORDERS)
    return tmp_path


@pytest.fixture(scope="module")
def connect_url(tmp_path_factory: pytest.TempPathFactory, java_home: Path) -> Iterator[str]:
    with servers.connect_server(tmp_path_factory.mktemp("connect")) as url:
        yield url


def rows(done: subprocess.CompletedProcess[str], lake: Path) -> set[str]:
    """From where each executor loaded the runtime, once all is seen to be well."""
    assert done.returncode == 0, done.stdout + done.stderr
    assert "INFO sample: wrote placed (2 rows) in " in done.stdout + done.stderr
    lines = [line for file in lake.glob("placed/*.json") for line in file.open()]
    results = {row["id"]: row for row in map(json.loads, lines)}
    assert {id: row["share"] for id, row in results.items()} == {1: 1.0, 3: 1.0}
    assert results[1]["runtime"].startswith("DE ")
    files = {row["runtime"].split(" ", 1)[1] for row in results.values()}
    assert all(file.endswith("/ssbt_runtime.zip/ssbt/runtime/__init__.py") for file in files)
    return files


def test_local(zipped: Path, lake: Path) -> None:
    done = servers.submitted(zipped, SCRIPT, "--set", f"lake={lake}", master="local[2]")
    assert all("/userFiles-" in file for file in rows(done, lake))


def test_standalone(zipped: Path, lake: Path) -> None:
    """Executors of their own; those of `local-cluster` have the compiled pipeline below."""
    with servers.standalone_cluster(lake) as master:
        done = servers.submitted(zipped, SCRIPT, "--set", f"lake={lake}", master=master)
    assert all(file.startswith(f"{lake}/work/app-") for file in rows(done, lake))


def test_connect_by_spark_submit(zipped: Path, lake: Path, connect_url: str) -> None:
    done = servers.submitted(zipped, SCRIPT, "--set", f"lake={lake}", remote=connect_url)
    assert not any(file.startswith(str(zipped)) for file in rows(done, lake))
    # The server's own setting counts as the operator's.
    assert "spark.sql.shuffle.partitions was set by the operator" in done.stdout


def test_connect_by_python(zipped: Path, lake: Path, connect_url: str) -> None:
    """No JVM on the client's side at all."""
    nowhere = servers.environment(
        SPARK_REMOTE=connect_url, PYTHONPATH=str(zipped), JAVA_HOME="/nowhere"
    )

    script = Path(shutil.copy(SCRIPT, lake.parent))
    write_source_map(script)

    def started(*argv: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(script), "--set", f"lake={lake}", *argv]
        return subprocess.run(command, env=nowhere, capture_output=True, text=True, check=False)

    assert not any(file.startswith(str(zipped)) for file in rows(started(), lake))
    failed = started("--set", "divisor=0")
    assert failed.returncode == 1
    assert " ERROR sample: sample.ssbt:20 (paid)\n      20 | let paid =\n" in failed.stderr
    assert "\n    [DIVIDE_BY_ZERO] Division by" in failed.stderr
    assert "\n    while running sample.ssbt:40 (write_placed)\n" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert "org.apache.spark" not in failed.stderr


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """The outputs of the pipeline, in a folder far from the compiler."""
    result = check_pipeline("pipeline.ssbt", lambda path: (REGIONS / path).read_bytes())
    assert result.findings == ()
    folder = tmp_path / "build"
    folder.mkdir()
    for file in emit_files(result):
        (folder / file.path).write_bytes(file.content)
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / "orders.csv").write_text(PLACED)
    return folder


def totals(done: subprocess.CompletedProcess[str], lake: Path) -> dict[str, float]:
    """What the run wrote, once it is seen to be well."""
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line for file in lake.glob("totals/*.json") for line in file.open()]
    return {row["region"]: row["total"] for row in map(json.loads, lines)}


@pytest.mark.usefixtures("_no_work_folder")
def test_executors_of_their_own(build: Path, tmp_path: Path) -> None:
    done = servers.submitted(
        build / "ssbt_runtime.zip",
        build / "regions.py",
        *("--set", f"lake={tmp_path}"),
        master="local-cluster[2,1,1024]",
        modules=[build / "placing.py"],
    )
    assert totals(done, tmp_path) == {"Europe": 12.5, "Asia": 2.0}


def test_a_compiled_pipeline_over_connect(build: Path, tmp_path: Path, connect_url: str) -> None:
    """A plain Python is the client; the user's module is sent by the runtime."""
    done = servers.submitted(
        build / "ssbt_runtime.zip",
        build / "regions.py",
        *("--set", f"lake={tmp_path}"),
        remote=connect_url,
        modules=[build / "placing.py"],
    )
    assert totals(done, tmp_path) == {"Europe": 12.5, "Asia": 2.0}
