"""Modules that import each other can only be read together, so there are few and each is known.

Imports inside functions and under `TYPE_CHECKING` count: they hide a cycle and do not undo it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

COMPILER = Path(__file__).resolve().parents[2] / "compiler"
# One module of each cycle that there is: where it would be cut. One is taken off the list when its
# cycle is untangled; none is added.
KNOWN = {
    *("cli.failures", "cli.main", "ir.canonical.queries", "formats.avro"),
    *("resolve.schemas.declarations", "syntax.habits.phrases", "syntax.parsing"),
    "types.folding.calls",
}


def module_paths() -> dict[str, Path]:
    """The modules of the compiler by name, without `ssbt.compiler.`."""
    paths = sorted(COMPILER.rglob("*.py"))
    names = [path.relative_to(COMPILER).with_suffix("").parts for path in paths]
    return {
        ".".join(parts).removesuffix("__init__").removesuffix("."): path
        for parts, path in zip(names, paths, strict=True)
    }


def is_module(name: str) -> bool:
    """Whether a name is that of a module of the compiler, not of something in one."""
    path = COMPILER.joinpath(*name.split(".")[2:])
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def imported_names(path: Path) -> Iterator[str]:
    """Everything that a module imports, wherever it does."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                yield submodule if is_module(submodule) else node.module


def import_graph() -> dict[str, set[str]]:
    """For each module those that it imports."""
    paths = module_paths()
    return {
        module: {
            name.removeprefix("ssbt.compiler.")
            for name in imported_names(path)
            if name.startswith("ssbt.compiler.")
        }
        & paths.keys() - {module}
        for module, path in paths.items()
    }


def reachable(graph: dict[str, set[str]], start: str) -> set[str]:
    """The modules that a module imports, itself or through others."""
    seen: set[str] = set()
    waiting = [*graph[start]]
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            waiting += graph[module]
    return seen


def import_cycles(graph: dict[str, set[str]]) -> list[set[str]]:
    """The sets of modules of which each imports every other, itself or through others."""
    below = {module: reachable(graph, module) for module in graph}
    cycles: list[set[str]] = []
    for module, others in below.items():
        cycle = {other for other in others if module in below[other]}
        if cycle and cycle not in cycles:
            cycles.append(cycle)
    return cycles


def test_no_modules_import_each_other_but_those_that_are_known():
    cycles = import_cycles(import_graph())
    assert [sorted(cycle) for cycle in cycles if not cycle & KNOWN] == []
    assert {module for cycle in cycles for module in cycle} >= KNOWN


def test_a_cycle_is_seen():
    graph = {"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}
    assert import_cycles(graph) == [{"b", "c"}]
