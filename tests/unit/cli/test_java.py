"""Which Java is taken, of those that a machine may have."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ssbt.compiler.cli import java
from ssbt.compiler.cli.java import Java, describe_missing_java, find_java


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any Java: its usual place is the folder that is returned."""
    folder = tmp_path / "jvm"
    folder.mkdir()
    (tmp_path / "bin").mkdir()
    monkeypatch.setattr(java, "_USUAL_HOMES", (f"{folder}/*",))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    return folder


def installed(home: Path, version: str, modules: str = "jdk.incubator.vector") -> str:
    """A Java that says its version in the file `release`."""
    command(home / "bin" / "java", "exit 1")
    (home / "release").write_text(f'JAVA_VERSION="{version}"\nMODULES="{modules}"\n')
    return str(home)


def talking(home: Path, version: str) -> str:
    """A Java without that file, to be asked."""
    answer = f'echo "openjdk version \\"{version}\\"" >&2\necho "    java.home = {home}" >&2'
    command(home / "bin" / "java", answer)
    return str(home)


def chosen_java() -> Java:
    """The Java that was chosen."""
    result, _ = find_java()
    assert result is not None
    return result


def command(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_java_home_comes_first(places: Path, monkeypatch):
    installed(places / "a", "17.0.1")
    monkeypatch.setenv("JAVA_HOME", installed(places.parent / "mine", "21.0.2"))
    assert (chosen_java().home, chosen_java().version) == (str(places.parent / "mine"), "21.0.2")


def test_then_the_path_then_the_usual_places(places: Path):
    installed(places / "b", "21")
    assert chosen_java().home == str(places / "b")
    installed(places / "a", "17.0.1")
    assert chosen_java().home == str(places / "a")
    elsewhere = places.parent / "elsewhere"
    installed(elsewhere, "17.0.3")
    os.symlink(elsewhere / "bin" / "java", places.parent / "bin" / "java")
    result = chosen_java()
    assert (result.home, result.origin) == (str(elsewhere), "PATH")


def test_a_java_that_must_be_asked(places: Path):
    talking(places / "a", "17.0.5")
    assert chosen_java().version == "17.0.5"


def test_a_script_in_the_place_of_java(places: Path):
    real = places.parent / "real"
    talking(real, "17.0.6")
    command(places.parent / "bin" / "java", f'exec {real}/bin/java "$@"')
    result = chosen_java()
    assert (result.home, result.version) == (str(real), "17.0.6")


@pytest.mark.parametrize(
    ("version", "modules", "problem"),
    [
        ("25.0.1", "jdk.incubator.vector", "Spark does not run on it"),
        ("1.8.0_402", "", "Spark does not run on it"),
        ("11.0.2", "java.base", "Spark does not run on it"),
        ("17.0.2", "java.base java.sql", "it lacks the module jdk.incubator.vector"),
    ],
)
def test_what_will_not_do(places: Path, monkeypatch, version, modules, problem):
    monkeypatch.setenv("JAVA_HOME", installed(places.parent / "bad", version, modules))
    result, passed = find_java()
    assert result is None
    assert [each.problem for each in passed] == [problem]
    assert f"(JAVA_HOME has {version}: {problem})" in describe_missing_java(passed)
    installed(places / "good", "17.0.9")
    assert chosen_java().home == str(places / "good")


def test_one_that_does_not_start(places: Path, monkeypatch):
    command(places / "a" / "bin" / "java", "exit 1")
    (places / "b").mkdir()
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    result, passed = find_java()
    assert result is None
    assert [each.problem for each in passed] == [
        "there is no bin/java in /nowhere",
        "it does not start, or its modules were trimmed",
    ]


def test_none(places: Path):
    assert describe_missing_java(find_java()[1]) == (
        "Spark needs Java 17 or 21, and none was found: install a JDK 17 or 21, or set JAVA_HOME "
        "to one"
    )
