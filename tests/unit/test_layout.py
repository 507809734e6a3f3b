"""The distribution's parts: what pyproject.toml says, what is on disk, who may import what."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
import re
import sys
import tomllib
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("compiler", "grammar", "runtime", "templates")


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


def test_each_room_of_the_runtime_stays_small() -> None:
    """A reviewer reads the rooms that a script needs once; lines are as `wc` counts them."""
    root = ROOT / "runtime"
    for room in (root, *(file.parent for file in root.glob("*/__init__.py"))):
        lines = sum(len(file.read_text("utf-8").splitlines()) for file in room.glob("*.py"))
        assert lines < 600, f"{room.name} has {lines} lines"


def _imported(file: Path) -> Iterator[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    imports_late = file.parent.name in ("providers", "formats", "messages", "registries")
    for node in tree.body if imports_late else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def test_every_folder_of_templates_is_in_the_wheel(setuptools_table: dict[str, Any]) -> None:
    templates = ROOT / "templates"
    patterns = setuptools_table["package-data"]["ssbt.templates"]
    shipped = {path for pattern in patterns for path in templates.glob(pattern)}
    assert {*templates.rglob("*.j2")} - shipped == set()


# These quote values and lay out what templates yield.
_TEXT_MODULES = ("layout", "literals", "template_building")
_CODE = re.compile(
    r"\bF\.[a-z]|\breturn |\bjob\.\w+\(|: DataFrame|\bdef \w|\bfrom [\w.]+ import|^[A-Z][a-z]\w+\("
)


def test_scripts_are_written_by_templates() -> None:
    """Python decides and hands values over; no string in `emit` is a part of a script."""
    strays = [
        f"{file.relative_to(ROOT)}:{node.lineno}: {node.value!r}"
        for file in sorted((ROOT / "compiler" / "emit").rglob("*.py"))
        if file.stem not in _TEXT_MODULES
        for node in _string_constants(ast.parse(file.read_text(encoding="utf-8")))
        if _CODE.search(node.value)
    ]
    assert strays == []


def _string_constants(tree: ast.Module) -> Iterator[Any]:
    """The strings of a module, without docstrings."""
    statements = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        is_string = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_string and id(node) not in statements:
            yield node


def test_every_tool_is_run_by_a_target() -> None:
    """`make docs` writes all that is generated without a JVM; nobody has to remember a tool."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    tools = {file.name for file in (ROOT / "tools").glob("*.py")}
    outside = {"docs_site.py", "prose.py", "spark_settings.py", "credential_names.py"}
    outside |= {"file_times.py", "coverage_table.py", "mutants.py", "kafka_names.py"}
    # `building.py` is a step of setuptools, which pyproject.toml names.
    modules = {"site_navigation.py", "building.py"}
    assert set(re.findall(r"tools/(\w+\.py)", makefile)) == tools - modules
    target = makefile.partition("\ndocs: ")[2].partition("\n\n")[0]
    assert set(re.findall(r"tools/(\w+\.py)", target)) == tools - modules - outside


def test_files_whose_times_are_known_exist() -> None:
    """If one is not there any more, `make times` after a `make test`."""
    lines = (ROOT / "tests" / "file_times.tsv").read_text("utf-8").splitlines()
    assert [line for line in lines if not (ROOT / line.split("\t")[1]).is_file()] == []
    seconds = [int(line.split("\t")[0]) for line in lines]
    assert seconds == sorted(seconds, reverse=True)
