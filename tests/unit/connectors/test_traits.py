"""What is particular to a connector is a trait of its specification, which others may have too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from ssbt.compiler.connectors.loading import connector_names, find_connector

COMPILER = Path(__file__).resolve().parents[3] / "compiler"
# The files of a connector are looked for by their ending, which is its name but for one. The
# examples of codes are pipelines, which name connectors.
KNOWN = {"contracts/pairs.py: text", "diagnostics/examples.py: parquet"}


def texts_in(node: ast.AST) -> Iterator[str]:
    """The texts that are written in an expression."""
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value


def named_connectors() -> Iterator[str]:
    """Where the compiler compares something of a connector with the name of one."""
    for path in sorted(COMPILER.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Compare) and "connector" in ast.unparse(node):
                for text in texts_in(node):
                    if text in connector_names():
                        yield f"{path.relative_to(COMPILER)}: {text}"


def lists_of_connectors() -> Iterator[str]:
    """Where the compiler lists connectors."""
    for path in sorted(COMPILER.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call | ast.Tuple):
                texts = set(texts_in(node.value))
                if len(texts) >= 3 and texts <= set(connector_names()):
                    yield f"{path.relative_to(COMPILER)}: {sorted(texts)}"


def test_no_connector_is_named_outside_of_its_folder() -> None:
    assert set(named_connectors()) == KNOWN
    assert list(lists_of_connectors()) == []


def test_the_traits_of_the_connectors_that_come_along() -> None:
    specifications = [*filter(None, map(find_connector, connector_names()))]
    sinks = {each.name: each.sink for each in specifications if each.sink is not None}
    sources = {each.name: each.source for each in specifications if each.source is not None}
    assert {name for name, sink in sinks.items() if sink.transient} == {"console", "memory", "noop"}
    assert {name for name, sink in sinks.items() if sink.makes_view} == {"memory"}
    parsers = {name: source.parser for name, source in sources.items() if source.parser}
    assert parsers == {"csv": "univocity", "json": "jackson"}
