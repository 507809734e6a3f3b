"""`examples/medallion`: files become a table of what came, a typed one, and one for a report."""

from __future__ import annotations

from pathlib import Path
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.spark.compiling import compiled_module, run

if TYPE_CHECKING:
    from types import ModuleType

    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "medallion"
SCHEMAS = (EXAMPLE / "schemas.ssbt").read_text()
LAYERS = ("pipeline", "silver", "gold")


def test_the_example(delta: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run twice, with a file that comes between; a third run without a file changes nothing."""
    incoming = tmp_path / "incoming"
    incoming.mkdir()
    modules = {name: compile_layer(name, tmp_path, monkeypatch) for name in LAYERS}

    def run_layers() -> list[tuple[object, ...]]:
        run(modules["pipeline"], delta, data=str(incoming), results=str(tmp_path))
        for name in ("silver", "gold"):
            run(modules[name], delta, results=str(tmp_path))
        return rows(delta, tmp_path, "revenue", "CAST(day AS STRING), orders, CAST(revenue AS INT)")

    shutil.copy(EXAMPLE / "data" / "a.json", incoming)
    assert run_layers() == [("2026-01-05", 1, 5), ("2026-01-06", 1, 7)]
    shutil.copy(EXAMPLE / "data" / "b.json", incoming)
    assert run_layers() == [("2026-01-05", 1, 5), ("2026-01-06", 1, 20)]
    assert run_layers() == [("2026-01-05", 1, 5), ("2026-01-06", 1, 20)]
    assert rows(delta, tmp_path, "silver", "id, status") == [(1, "PAID"), (2, "PAID")]
    assert len(rows(delta, tmp_path, "bronze", "id")) == 6
    (rejected,) = delta.read.json(f"{tmp_path}/rejected").collect()
    assert rejected["reason"] == "no amount"
    assert '"12,50"' in rejected["line"]


def compile_layer(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    # One text stands for the file and what it imports.
    text = (EXAMPLE / f"{name}.ssbt").read_text().replace('import "schemas.ssbt"', SCHEMAS)
    return compiled_module(text, folder, monkeypatch)


def rows(spark: SparkSession, folder: Path, table: str, columns: str) -> list[tuple[object, ...]]:
    selected = spark.sql(f"SELECT {columns} FROM delta.`{folder}/{table}` ORDER BY 1").collect()
    return [tuple(row) for row in selected]
