"""The distribution's parts: what pyproject.toml says, what is on disk, who may import what."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
import sys
import tomllib
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("compiler", "grammar", "runtime", "templates")
RECORDS = {"avro", "frames", "kafka", "protobuf", "records", "registry"}
PROCESSORS = {"processors"}
STREAMING = {"checkpoints", "damage", "files", "leases"}
STREAMING |= {"operation", "progress", "retrying", "stopping", "streaming"}
CONFIGURATION = {"configuration", "constraints", "parameters", "properties", "secrets", "values"}


@pytest.fixture(scope="module")
def setuptools_table() -> dict[str, Any]:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    table: dict[str, Any] = pyproject["tool"]["setuptools"]
    return table


def test_every_package_on_disk_is_listed(setuptools_table: dict[str, Any]) -> None:
    """One that is not would work when installed editable and be absent from a wheel."""
    on_disk = sorted(
        ".".join(("ssbt", *init.parent.relative_to(ROOT).parts))
        for part in PARTS
        for init in (ROOT / part).rglob("__init__.py")
    )
    assert setuptools_table["packages"] == on_disk


def test_every_python_file_is_in_a_package() -> None:
    """A folder without __init__.py would be left out as silently."""
    strays = [
        str(file.relative_to(ROOT))
        for part in PARTS
        for file in (ROOT / part).rglob("*.py")
        if not file.with_name("__init__.py").exists()
    ]
    assert strays == []


def test_the_folders_are_parts_of_one_namespace(setuptools_table: dict[str, Any]) -> None:
    assert setuptools_table["package-dir"] == {f"ssbt.{part}": part for part in PARTS}
    assert not (ROOT / "ssbt").exists()


@pytest.mark.parametrize(
    "file", sorted((ROOT / "runtime").rglob("*.py")), ids=lambda file: file.name
)
def test_runtime_needs_only_the_standard_library_and_pyspark(file: Path) -> None:
    """The runtime travels to the cluster as a zip, without what pip would install beside it.

    A provider of secrets imports a cloud's library in the function that needs it, and the workers
    of a pipeline with Protobuf have that library and Arrow.
    """
    allowed = sys.stdlib_module_names | {"pyspark"}
    foreign = [
        name
        for name in _imported(file)
        if name.split(".")[0] not in allowed and not f"{name}.".startswith("ssbt.runtime.")
    ]
    assert foreign == []


def test_runtime_stays_small() -> None:
    """A reviewer reads it once and trusts it; what a job has no use for can be left out."""
    files = list((ROOT / "runtime").glob("*.py"))
    others = STREAMING | CONFIGURATION | RECORDS | PROCESSORS
    assert sum(_code_lines(file) for file in files if file.stem not in others) < 400
    assert sum(_code_lines(file) for file in files if file.stem in CONFIGURATION) < 450
    assert sum(_code_lines(file) for file in files if file.stem in STREAMING) < 650
    assert sum(map(_code_lines, (ROOT / "runtime" / "providers").glob("*.py"))) < 300
    assert sum(_code_lines(file) for file in files if file.stem in PROCESSORS) < 100
    assert sum(_code_lines(file) for file in files if file.stem in RECORDS) < 600


def _code_lines(file: Path) -> int:
    """The lines that hold code; docstrings, comments and blank lines do not count."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    strings = {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    lines = enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
    return sum(
        bool(text.strip()) and not text.lstrip().startswith("#") and number not in strings
        for number, text in lines
    )


def _imported(file: Path) -> Iterator[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    imports_late = file.parent.name == "providers" or file.stem == "protobuf"
    for node in tree.body if imports_late else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")
