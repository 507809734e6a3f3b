"""Pipelines compiled in the test's process and run in its session."""

from __future__ import annotations

from pathlib import Path
import sys
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

from ssbt.compiler.diagnostics.text import text_report
from ssbt.compiler.driver import check_pipeline, emit_files
from ssbt.runtime import Job
from tests.memory_files import read_files

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    import pytest


def compiled_module(
    text: str, folder: Path, monkeypatch: pytest.MonkeyPatch, **modules: str
) -> ModuleType:
    """The script of a pipeline, imported, with Python modules beside it."""
    files = {f"{name}.py": code for name, code in modules.items()} | {"main.ssbt": text}
    result = check_pipeline("main.ssbt", read_files(files))
    assert result.pipeline, text_report(result.findings, result.sources)
    build = folder / "build"
    build.mkdir(exist_ok=True)
    for file in emit_files(result):
        (build / file.path).write_bytes(file.content)
    monkeypatch.syspath_prepend(build)
    for name in (result.pipeline.name, *modules):
        sys.modules.pop(name, None)
    return __import__(result.pipeline.name)


def script_functions(text: str) -> dict[str, Any]:
    """The functions of the script that a pipeline is compiled to, by name."""
    result = check_pipeline("files.ssbt", lambda path: text.encode())
    assert result.pipeline, text_report(result.findings, result.sources)
    script = next(file for file in emit_files(result) if file.path.endswith(".py"))
    names: dict[str, Any] = {"__name__": "files"}
    exec(compile(script.content, script.path, "exec"), names)
    return names


def write(data: DataFrame, sink: str, columns: str, settings: str = "") -> None:
    """Write through a generated script: `sink` is what follows `sink data to`."""
    names = script_functions(
        f"pipeline files {{ spark {{ {settings} }} }}\nschema Empty {{ x: int }}\n"
        f"schema Row {{ {columns} }}\n"
        'source nothing from parquet { path = "unused", schema = Empty }\n'
        'let data = from nothing |> sql "select * from {input}" returns Row\n'
        f"sink data to {sink}\n"
    )
    function = next(names[name] for name in names if name.startswith("write_"))
    function(data, SimpleNamespace(counted=lambda frame, name: frame))


def read_back(spark: SparkSession, source: str, columns: str, settings: str = "") -> DataFrame:
    """Read through a generated script: `source` is what follows `source data from`, but a schema.

    It ends with an open block: `parquet { path = "…"`.
    """
    names = script_functions(
        f"pipeline files {{ spark {{ {settings} }} }}\nschema Row {{ {columns} }}\n"
        f"source data from {source}, schema = Row }}\nsink data to noop {{ }}\n"
    )
    frame: DataFrame = names["data"](SimpleNamespace(spark=spark))
    return frame


def run(module: ModuleType, spark: SparkSession, **params: object) -> None:
    """Run the pipeline as its script does, in the session of the tests."""
    inputs = module.Params(**params) if hasattr(module, "Params") else None
    module.run(Job(spark, inputs, module.__name__))
