"""Whole scripts, read line by line before they became goldens, and what a reviewer's tools say."""

from __future__ import annotations

from collections.abc import Sequence
import os
from pathlib import Path
import subprocess
import sys

import black
import pytest
from syrupy.assertion import SnapshotAssertion

from tests.unit.emit.golden_pipelines import MODULE, PIPELINES, outputs, script

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("name", PIPELINES)
def test_script(name: str, snapshot: SnapshotAssertion) -> None:
    assert script(name) == snapshot


@pytest.mark.slow
@pytest.mark.parametrize("name", PIPELINES)
def test_black_changes_nothing(name: str) -> None:
    assert black.format_str(script(name), mode=black.Mode()) == script(name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all scripts."""
    folder = tmp_path_factory.mktemp("scripts")
    for name in PIPELINES:
        (folder / f"{name}.py").write_text(script(name), encoding="utf-8")
    (folder / "enrich.py").write_text(MODULE, encoding="utf-8")
    return folder


def test_ruff_finds_nothing(folder: Path) -> None:
    # With its default rules, the order of imports and what it calls likely bugs.
    run(["ruff", "check", "--isolated", "--no-cache", "--extend-select", "I,B", folder], folder)


@pytest.mark.slow
def test_bandit_finds_nothing(folder: Path) -> None:
    run(["bandit", "--quiet", "--recursive", folder], folder)


# It needs no JVM, but half a minute: mypy reads all of pyspark.
@pytest.mark.spark
def test_mypy_finds_nothing(folder: Path) -> None:
    scripts = [folder / f"{name}.py" for name in PIPELINES]
    path = os.pathsep.join((str(ROOT / ".venv" / "typing"), str(folder)))
    options = ["--strict", "--config-file=", "--cache-dir", str(folder / "cache")]
    run(["mypy", *options, *scripts], folder, MYPYPATH=path)


def run(command: Sequence[str | Path], folder: Path, **environment: str) -> None:
    """Run a tool of the environment's own, which must find nothing to say."""
    program = Path(sys.executable).parent / command[0]
    result = subprocess.run(
        [program, *command[1:]],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_modules_of_the_user_are_shipped_as_they_are() -> None:
    assert outputs("calls")["enrich.py"] == MODULE.encode()
