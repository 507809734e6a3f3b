"""A compiled pipeline with a function of the user's, unchanged, away from the driver's process."""

from __future__ import annotations

import json
from pathlib import Path
import subprocess

import pytest

from ssbt.compiler.driver import check_pipeline, emit_files
from tests.spark import servers

pytestmark = pytest.mark.spark

FOLDER = Path(__file__).parent / "fixtures" / "regions"
ORDERS = "id,amount,country\n1,5.00,DE\n2,0.50,FR\n3,7.50,FR\n4,2.00,JP\n"


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """The outputs of the pipeline, in a folder far from the compiler."""
    result = check_pipeline("pipeline.ssbt", lambda path: (FOLDER / path).read_bytes())
    assert result.findings == ()
    folder = tmp_path / "build"
    folder.mkdir()
    for file in emit_files(result):
        (folder / file.path).write_bytes(file.content)
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / "orders.csv").write_text(ORDERS)
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


def test_spark_connect(build: Path, tmp_path: Path) -> None:
    """Over Connect a plain Python is the client; the user's module is sent by the runtime."""
    with servers.connect_server(tmp_path) as url:
        done = servers.submitted(
            build / "ssbt_runtime.zip",
            build / "regions.py",
            *("--set", f"lake={tmp_path}"),
            remote=url,
            modules=[build / "placing.py"],
        )
        assert totals(done, tmp_path) == {"Europe": 12.5, "Asia": 2.0}
