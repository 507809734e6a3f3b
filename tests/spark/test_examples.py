"""The examples: no findings, scripts that pass the usual tools, and a real spark-submit of each."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
import os
from pathlib import Path
import subprocess
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
import zipfile

import pytest

from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.driver import CheckResult, check_pipeline, emit_files, format_source
from ssbt.compiler.emit.submission import collect_packages
from ssbt.compiler.ir.pipeline import Source as SourceDataset
from ssbt.compiler.source import Source
from ssbt.runtime import Job
from tests.conftest import delta_session, iceberg_session, interpret_plans
from tests.samples import FULL
from tests.spark.topics import Topics

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from ssbt.compiler.ir.pipeline import Pipeline

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
PIPELINES = sorted(EXAMPLES.glob("*/pipeline.ssbt"))
# With modules of its own, with a package, and with settings that only a new session takes.
SUBMITTED = {"abandoned_carts", "order_table", "catalog_tables"}
BIN = Path(sys.executable).parent


@cache
def compiled(example: str) -> CheckResult:
    path = f"examples/{example}/pipeline.ssbt"
    return check_pipeline(path, lambda name: (ROOT / name).read_bytes())


@pytest.fixture(scope="module", params=[path.parent.name for path in PIPELINES])
def example(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def build(example: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds what the example compiles to."""
    folder = tmp_path_factory.mktemp(example)
    for file in emit_files(compiled(example)):
        (folder / file.path).write_bytes(file.content)
    return folder


def test_no_findings(example: str) -> None:
    """Not even a warning."""
    assert [finding.message for finding in compiled(example).findings] == []


def test_formatted(example: str) -> None:
    """What `ssbtc fmt` would change: nothing, in imported files neither."""
    for path in (EXAMPLES / example).glob("**/*.ssbt"):
        text = path.read_text(encoding="utf-8")
        assert format_source(Source(str(path), text)) == (text, ())


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts of all examples side by side: a tool that starts once reads PySpark once."""
    folder = tmp_path_factory.mktemp("scripts")
    for path in PIPELINES:
        files = {each.path: each.content for each in emit_files(compiled(path.parent.name))}
        written = [name for name in files if name.endswith(".py")]
        assert not any((folder / name).exists() for name in written)
        for name in (*written, "ssbt_runtime.zip"):
            (folder / name).write_bytes(files[name])
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("tool", ["ruff check --isolated", "black --check"])
def test_style(tool: str, scripts: Path) -> None:
    run(*tool.split(), *scripts.glob("*.py"), folder=scripts)


@pytest.mark.spark
def test_types(scripts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scripts are typed strictly, against the runtime that goes with them.

    It needs no JVM, but mypy reads all of PySpark.
    """
    with zipfile.ZipFile(scripts / "ssbt_runtime.zip") as runtime:
        runtime.extractall(tmp_path / "runtime")
    monkeypatch.setenv("MYPYPATH", str(tmp_path / "runtime"))
    options = "--strict", "--explicit-package-bases", f"--cache-dir={tmp_path / 'mypy'}"
    run("mypy", *options, *scripts.glob("*.py"), folder=scripts)


@pytest.mark.spark
def test_runs(example: str, build: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """From the project's root, as the README of the example says.

    By `spark-submit` where `AGREEMENT` is set, or else in the session that tests share.
    """
    pipeline = compiled(example).pipeline
    assert pipeline is not None
    if any(each.connector.name == "kafka" for each in pipeline.connections):
        pytest.skip("it needs a cluster; test_secrets_stay_secret runs one with an environment")
    if example in ("customer_changes", "medallion"):
        pytest.skip(f"test_{example} runs it, several times")
    if any(connector_of(dataset) == "socket" for dataset in pipeline.datasets):
        pytest.skip("test_network_word_count runs it with a server")
    names = {each.name for each in pipeline.parameters}
    parameters = {"results": f"{tmp_path}/results"} if "results" in names else {}
    script = EXAMPLES / example / "data.sh"
    if script.exists():
        subprocess.run([script, tmp_path / "data"], check=True)
        parameters["data"] = f"{tmp_path}/data"
    written = [topic for sink in pipeline.sinks if (topic := sink.settings.find("topic"))]
    if written:
        topics: Topics = request.getfixturevalue("topics")
        parameters["brokers"] = topics.broker.address
        for topic in written:
            topics.make(str(topic.value))
    if FULL or example in SUBMITTED:
        submit_script(pipeline, build, parameters)
    else:
        run_script(pipeline, build, parameters, request.getfixturevalue("spark"))
    for sink in pipeline.sinks:
        if sink.settings.at(OptionPlacement.PATH) is not None:
            assert any((tmp_path / "results" / sink.name).glob("part-*")), sink.name
    expected = EXAMPLES / example / "expected.json"
    if expected.exists():
        files = (tmp_path / "results").glob("*/part-*.json")
        lines = [line for file in files for line in file.read_text().splitlines()]
        assert sorted(lines) == expected.read_text().splitlines()


def submit_script(pipeline: Pipeline, build: Path, parameters: dict[str, str]) -> None:
    modules = (build / f"{module.name}.py" for module in pipeline.modules)
    archives = ",".join(map(str, (build / "ssbt_runtime.zip", *modules)))
    settings = ["--master=local[2]", "--conf=spark.sql.shuffle.partitions=2"]
    submit = [*settings, f"--py-files={archives}"]
    packages = ",".join(collect_packages(pipeline))
    submit += [f"--packages={packages}"] if packages else []
    given = [f"--set={name}={value}" for name, value in parameters.items()]
    run("spark-submit", *submit, build / f"{pipeline.name}.py", *given, folder=ROOT)


def run_script(
    pipeline: Pipeline, build: Path, parameters: dict[str, str], spark: SparkSession
) -> None:
    """Run it in a session of the Spark that tests share, with the settings of the pipeline."""
    session = new_session(spark, collect_packages(pipeline))
    for name, value in (*pipeline.spark, ("spark.sql.shuffle.partitions", "2")):
        session.conf.set(name, value)
    path = build / f"{pipeline.name}.py"
    space: dict[str, Any] = {"__name__": pipeline.name}
    with patch.dict(sys.modules, {pipeline.name: ModuleType(pipeline.name)}):
        exec(compile(path.read_text(), path, "exec"), space)
        space["run"](Job(session, space["Params"](**parameters)))


def new_session(spark: SparkSession, packages: Iterable[str]) -> SparkSession:
    """Another session of that Spark, with the extension that is in a package."""
    if any(":delta-spark" in package for package in packages):
        return delta_session(spark)
    if any(":iceberg-spark" in package for package in packages):
        return iceberg_session(spark)
    session = spark.newSession()
    interpret_plans(session)
    return session


def connector_of(dataset: object) -> str:
    return dataset.connector.name if isinstance(dataset, SourceDataset) else ""


def run(tool: str, *arguments: str | Path, folder: Path) -> None:
    """Run one of the tools of this environment, which must succeed."""
    # spark-submit takes the Python that it finds.
    env = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [BIN / tool, *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_example_has_tests() -> None:
    """`test_emitted_tests` runs them, as files for pytest."""
    assert all((path.parent / "pipeline_test.ssbt").exists() for path in PIPELINES)
