"""Lightbend's own library is asked what `tests/unit/hocon/answers.json` says that it answers."""

from __future__ import annotations

import json
from pathlib import Path
import subprocess

import pytest

from tests.unit.hocon.lightbend_cases import CASES

pytestmark = pytest.mark.spark
VERSION = "1.4.5"
HERE = Path(__file__).parent
ANSWERS = HERE.parent / "unit" / "hocon" / "answers.json"


def jar(folder: Path) -> Path:
    """The library, which Maven finds or fetches."""
    goal = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
    command = ["mvn", "--quiet", "--batch-mode", goal, f"-DoutputDirectory={folder}"]
    command.append(f"-Dartifact=com.typesafe:config:{VERSION}")
    subprocess.run(command, check=True, timeout=300)
    return folder / f"config-{VERSION}.jar"


def test_answers_are_lightbends(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    folders = []
    for name, case in CASES.items():
        for file, text in (case if isinstance(case, dict) else {"main.conf": case}).items():
            path = tmp_path / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        folders.append(str(tmp_path / name))
    java = ["java", "--class-path", str(jar(tmp_path)), str(HERE / "fixtures" / "Lightbend.java")]
    done = subprocess.run([*java, *folders], capture_output=True, check=True, timeout=300)
    lines = done.stdout.decode().splitlines()
    answers = dict(zip(CASES, map(json.loads, lines), strict=True))
    if pytestconfig.getoption("update_snapshots"):
        text = json.dumps(answers, indent=1, ensure_ascii=False) + "\n"
        ANSWERS.write_text(text, encoding="utf-8")
    assert answers == json.loads(ANSWERS.read_text(encoding="utf-8"))
