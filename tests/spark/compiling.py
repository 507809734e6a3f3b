"""Pipelines compiled in the test's process and run in its session."""

from __future__ import annotations

from pathlib import Path
import sys
from types import ModuleType
from typing import TYPE_CHECKING

from ssbt.compiler.diagnostics.text import text_report
from ssbt.compiler.driver import checked, emitted
from ssbt.runtime import Job

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    import pytest


def compiled_module(
    text: str, folder: Path, monkeypatch: pytest.MonkeyPatch, **modules: str
) -> ModuleType:
    """The script of a pipeline, imported, with Python modules beside it."""
    files = {f"{name}.py": code for name, code in modules.items()} | {"main.ssbt": text}
    result = checked("main.ssbt", lambda path: files[path].encode())
    assert result.pipeline, text_report(result.findings, result.sources)
    build = folder / "build"
    build.mkdir(exist_ok=True)
    for file in emitted(result):
        (build / file.path).write_bytes(file.content)
    monkeypatch.syspath_prepend(build)
    for name in (result.pipeline.name, *modules):
        sys.modules.pop(name, None)
    return __import__(result.pipeline.name)


def run(module: ModuleType, spark: SparkSession, **params: object) -> None:
    """Run the pipeline as its script does, in the session of the tests."""
    given = module.Params(**params) if hasattr(module, "Params") else None
    module.run(Job(spark, given, module.__name__))
