"""`ssbtc maintain`, as far as it goes without a Spark."""

from __future__ import annotations

from collections.abc import Callable, Mapping
import os
from pathlib import Path
import subprocess

import pytest

from tests.unit.cli.conftest import Ssbtc
from tests.unit.cli.test_small_commands import fake_java, fake_spark

WRITER = """\
pipeline people { time_zone = "UTC" }
param lake: string = "lake"
schema Person { id: bigint, name: string }
source arrivals from json { path = "${lake}/arrivals", schema = Person }
sink arrivals to delta as people { path = "${lake}/people", mode = append }
maintain people { compact = true, expire_snapshots = 7 days }
"""
READER = """\
pipeline copies { time_zone = "UTC", checkpoint = "${root}/checkpoints" }
param root: string = "state"
param lake: string = "lake"
schema Person { id: bigint, name: string }
stream source people from delta { path = "${lake}/people", schema = Person }
sink people to console as seen { }
sink people to delta { path = "${lake}/copies" }
"""
Submitted = Callable[..., list[str]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two pipelines, of which one reads what the other writes, as the working folder."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "ssbt.conf").write_text("")
    (folder / "people.ssbt").write_text(WRITER)
    (folder / "copies.ssbt").write_text(READER)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path / "java", "17.0.9")))
    monkeypatch.setenv("SPARK_HOME", str(fake_spark(tmp_path / "spark", "4.1.1")))
    return folder


@pytest.fixture
def submitted(project: Path, ssbtc: Ssbtc, monkeypatch: pytest.MonkeyPatch) -> Submitted:
    """The words after `spark-submit` that a command line leads to."""

    def run(*arguments: str) -> list[str]:
        seen: list[list[str]] = []

        def become(path: str, words: list[str], environment: Mapping[str, str]) -> None:
            seen.append(words)
            raise KeyboardInterrupt

        monkeypatch.setattr(os, "execve", become)
        assert ssbtc("maintain", *arguments).code == 130
        ((_, *words),) = seen
        return words

    return run


def readers(words: list[str]) -> list[str]:
    return [each.removeprefix("--reader=") for each in words if each.startswith("--reader=")]


def test_the_command(submitted: Submitted) -> None:
    words = submitted("people.ssbt", "--dry-run", "--", "--driver-memory", "2g")
    at = words.index("build/people_upkeep.py")
    assert words[words.index("--py-files") + 1] == "build/ssbt_runtime.zip"
    assert "--driver-memory" in words[:at]
    assert words[-1] == "--dry-run"


def test_streams_of_other_pipelines_are_handed_over(submitted: Submitted) -> None:
    """With the checkpoints that they have for these parameters."""
    folders = ["copies.people={}/checkpoints/people", "copies.seen={}/checkpoints/seen"]
    assert readers(submitted("people.ssbt")) == [each.format("state") for each in folders]
    more = ("--set", "root=/other", "--reader", "mine=/cp")
    expected = [each.format("/other") for each in folders]
    assert readers(submitted("people.ssbt", *more)) == [*expected, "mine=/cp"]


@pytest.mark.parametrize(
    ("name", "text"),
    [("c.json", '{"params": {"root": "/conf"}}'), ("c.properties", "params.root = /conf\n")],
)
def test_parameters_of_a_file(submitted: Submitted, project: Path, name: str, text: str) -> None:
    (project / name).write_text(text)
    words = submitted("people.ssbt", "--conf-file", name)
    assert readers(words)[0] == "copies.people=/conf/checkpoints/people"


def test_a_parameter_without_a_value(project: Path, ssbtc: Ssbtc) -> None:
    text = READER.replace('param root: string = "state"', "param root: string")
    (project / "copies.ssbt").write_text(text)
    result = ssbtc("maintain", "people.ssbt")
    assert result.code == 2
    assert "`--set root=…`" in result.err


def test_nothing_to_maintain(project: Path, ssbtc: Ssbtc) -> None:
    result = ssbtc("maintain", "copies.ssbt")
    assert result.code == 2
    assert "copies.ssbt: there is no table to maintain" in result.err


def test_the_first_failure_counts(
    project: Path, ssbtc: Ssbtc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scripts that follow run all the same."""
    other = WRITER.replace("pipeline people", "pipeline others").replace("/people", "/others")
    (project / "others.ssbt").write_text(other)
    codes = iter((3, 0))
    ran = []

    def run(words: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        ran.append(next(each for each in words if each.endswith("_upkeep.py")))
        return subprocess.CompletedProcess(words, next(codes))

    monkeypatch.setattr("ssbt.compiler.cli.submitting.subprocess.run", run)
    assert ssbtc("maintain").code == 3
    assert ran == ["build/others_upkeep.py", "build/people_upkeep.py"]
