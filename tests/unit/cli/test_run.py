"""`ssbtc run`, as far as it goes without a Spark."""

from __future__ import annotations

import os
from pathlib import Path
import sys

import pytest

from tests.unit.cli.conftest import Ssbtc, named, replaced
from tests.unit.cli.test_small_commands import fake_java, fake_spark

SCRIPT = "build/revenue_by_country.py"
QUIET = ["--conf", "spark.log.level=FATAL"]
SHIPPED = ["--py-files", "build/ssbt_runtime.zip"]


@pytest.fixture(autouse=True)
def _machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "execve", lambda *_: pytest.fail("nothing should be run"))
    monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path / "java", "17.0.9")))
    monkeypatch.setenv("SPARK_HOME", str(fake_spark(tmp_path / "spark", "4.1.1")))


@pytest.fixture
def submitted(pipeline: Path, ssbtc: Ssbtc, monkeypatch):
    """The words after `spark-submit`, and the environment, that a command line leads to."""

    def run(*arguments: str) -> tuple[list[str], dict[str, str]]:
        seen: list[tuple[list[str], dict[str, str]]] = []

        def became(path: str, words: list[str], environment: dict[str, str]) -> None:
            seen.append((words, environment))
            raise KeyboardInterrupt

        monkeypatch.setattr(os, "execve", became)
        assert ssbtc("run", *arguments).code == 130
        ((words, environment),) = seen
        return words[1:], environment

    return run


def test_the_command(submitted, tmp_path: Path):
    words, environment = submitted("pipeline.ssbt")
    assert words == ["--master", "local[*]", *QUIET, *SHIPPED, SCRIPT]
    assert environment["JAVA_HOME"] == str(tmp_path / "java")
    assert environment["SPARK_HOME"] == str(tmp_path / "spark")
    assert environment["PYSPARK_PYTHON"] == sys.executable
    assert os.path.exists(SCRIPT)


def test_arguments_of_the_script(submitted):
    inputs = ["--set", "a=1", "--set=b=-- x", "--env", "prod", "--log-format", "json"]
    inputs += ["--accept-checkpoint-change", "a", "--keep-output", "b", "--max-restarts", "0"]
    words, _ = submitted(".", *inputs, "--conf-file", "c.json", "--master", "local[2]")
    assert words[:2] == ["--master", "local[2]"]
    assert words[words.index(SCRIPT) + 1 :] == [
        "--set=a=1",
        "--set=b=-- x",
        "--accept-checkpoint-change=a",
        "--keep-output=b",
        "--conf-file=c.json",
        "--env=prod",
        "--log-format=json",
        "--max-restarts=0",
    ]


def test_what_follows_two_dashes_goes_to_spark_submit(submitted):
    more = ["--conf", "a=b", "--py-files", "x.zip", "--packages=g:a:1", "--driver-memory", "2g"]
    words, _ = submitted("pipeline.ssbt", "--", *more)
    assert words[2:-1] == [
        *QUIET,
        "--py-files",
        "build/ssbt_runtime.zip,x.zip",
        "--packages",
        "g:a:1",
        "--conf",
        "a=b",
        "--driver-memory",
        "2g",
    ]


def test_spark_says_more_on_request(submitted):
    words, _ = submitted("pipeline.ssbt", "--", "--conf", "spark.log.level=INFO")
    assert "spark.log.level=FATAL" not in words
    words, _ = submitted("pipeline.ssbt", "--verbose")
    assert words == ["--master", "local[*]", *SHIPPED, SCRIPT, "--verbose"]


def test_a_quiet_run_says_nothing(submitted, capsys):
    words, environment = submitted("pipeline.ssbt", "--quiet")
    assert words[-2:] == [SCRIPT, "--quiet"]
    assert "SSBT_PROGRESS" not in environment
    assert capsys.readouterr().err == ""


def test_levels_contradict_each_other(ssbtc):
    assert ssbtc("run", "pipeline.ssbt", "--quiet", "--verbose").code == 2


def test_modules_are_shipped(submitted, pipeline: Path):
    replaced(pipeline, "|> order", '|> apply "m.py:f" returns R\n  |> order')
    with pipeline.open("a") as file:
        file.write("\nschema R { country: string, revenue: decimal(22,2), orders: bigint }\n")
    Path("m.py").write_text("def f(df):\n    return df\n")
    words, _ = submitted("pipeline.ssbt", "-o", "x")
    assert words[-3:] == ["--py-files", "x/ssbt_runtime.zip,x/m.py", "x/revenue_by_country.py"]


def test_the_users_python_is_kept(submitted, monkeypatch):
    monkeypatch.setenv("PYSPARK_PYTHON", "/usr/bin/python3")
    _, environment = submitted("pipeline.ssbt")
    assert environment["PYSPARK_PYTHON"] == "/usr/bin/python3"
    assert environment["PYSPARK_DRIVER_PYTHON"] == "/usr/bin/python3"


def test_a_mistake_stops_it(pipeline: Path, ssbtc: Ssbtc):
    replaced(pipeline, "amount >=", "amout >=")
    result = ssbtc("run", "pipeline.ssbt")
    assert (result.code, result.out) == (1, "")
    assert "error[SSBT0202]" in result.err


def test_an_edited_script_is_not_run(pipeline: Path, ssbtc: Ssbtc):
    ssbtc("compile")
    with open(SCRIPT, "a") as script:
        script.write("# mine\n")
    assert ssbtc("run", "pipeline.ssbt").code == 1


def test_one_pipeline_at_a_time(pipeline: Path, ssbtc: Ssbtc):
    Path("other.ssbt").write_text(named("other"))
    result = ssbtc("run", ".")
    assert result.code == 2
    assert result.err == (
        "error: there are 2 pipelines, name one of them: other.ssbt, pipeline.ssbt\n"
    )
    assert ssbtc("run", "other.ssbt", "pipeline.ssbt").code == 2


def test_no_java(pipeline: Path, ssbtc: Ssbtc, monkeypatch):
    monkeypatch.setattr("ssbt.compiler.cli.java._USUAL_HOMES", ())
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    monkeypatch.setenv("PATH", "/nowhere")
    result = ssbtc("run", "pipeline.ssbt")
    assert result.code == 2
    assert "error: Spark needs Java 17 or 21, and none was found (JAVA_HOME has one: " in result.err


def test_no_spark(pipeline: Path, ssbtc: Ssbtc, monkeypatch):
    monkeypatch.delenv("SPARK_HOME")
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr("ssbt.compiler.cli.spark.find_spec", lambda name: None)
    result = ssbtc("run", "pipeline.ssbt")
    assert result.code == 2
    assert result.err.startswith("error: no spark-submit was found: install PySpark beside ssbtc")
