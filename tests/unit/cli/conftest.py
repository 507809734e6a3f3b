"""A project in a folder of its own, and `ssbtc` as a function in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
import os
from pathlib import Path
import shutil
import subprocess
import sys

from click.testing import CliRunner
import pytest

from ssbt.compiler.cli.main import run_command_line
from ssbt.compiler.cli.starter import CUSTOMERS, ORDERS, PIPELINE

VARIABLES = ("NO_COLOR", "FORCE_COLOR", "TERM", "SSBT_TRACEBACK", "SPARK_HOME", "PYSPARK_PYTHON")


@dataclass(frozen=True)
class CommandResult:
    """What came of a command line."""

    code: int
    out: str
    err: str


Ssbtc = Callable[..., CommandResult]


@pytest.fixture(scope="session")
def saved_parser(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder with all but results: making the parser takes longer than most tests."""
    home = tmp_path_factory.mktemp("saved")
    (home / "p.ssbt").write_text(PIPELINE)
    command = [sys.executable, "-c", "from ssbt.compiler.cli.main import main; main()", "compile"]
    environment = {**os.environ, "XDG_CACHE_HOME": str(home)}
    subprocess.run([*command, "--no-cache"], cwd=home, env=environment, capture_output=True)
    # What a distribution ships is not kept.
    (home / "ssbt").mkdir(exist_ok=True)
    return home / "ssbt"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, saved_parser: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with the cache beside it and the user's settings away."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    shutil.copytree(saved_parser, tmp_path / "cache" / "ssbt")
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def pipeline(project: Path) -> Path:
    """The starter's pipeline with its data, as `pipeline.ssbt`."""
    (project / "data").mkdir()
    (project / "data" / "orders.csv").write_text(ORDERS)
    (project / "data" / "customers.csv").write_text(CUSTOMERS)
    path = project / "pipeline.ssbt"
    path.write_text(PIPELINE)
    return path


@pytest.fixture
def ssbtc() -> Ssbtc:
    """Runs a command line in this process; `stdin` is what standard input holds."""

    def run(*arguments: str, stdin: str | bytes = b"") -> CommandResult:
        with CliRunner().isolation(stdin) as (out, err, _):
            code = run_command_line(list(arguments))
            sys.stdout.flush()
            sys.stderr.flush()
            return CommandResult(code, out.getvalue().decode(), err.getvalue().decode())

    return run


def replaced(path: Path, old: str, new: str) -> None:
    """Change a text in a file, which must have it."""
    text = path.read_text()
    assert old in text, old
    path.write_text(text.replace(old, new))


def named(name: str) -> str:
    """The starter's pipeline under another name, which writes to a place of its own."""
    return PIPELINE.replace("revenue_by_country", name).replace("}/revenue", f"}}/{name}")
