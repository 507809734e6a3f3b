"""The source map: which lines of the sources the lines of a script come from.

It is a file of its own, which moves with every comment, so that script and manifest need not.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
import json
from typing import Any

from msgspec import Struct

from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.emit.places import Places
from ssbt.compiler.emit.version import VERSION
from ssbt.compiler.ir.pipeline import Connection, Let, Pipeline, Sink
from ssbt.compiler.ir.pipeline import Source as SourceDataset
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.source import Source, Span

FORMAT = 1
"""The version of the map's own shape; a member may be added within one, none be changed."""

MAP_SUFFIX = ".map.json"

_STRING = lazy_pattern(r"""f?"(?:[^"\\\n]|\\.)*"|f?'(?:[^'\\\n]|\\.)*'|\#[^\n]*""")


class StepCode(Struct, frozen=True):
    """Where a step's code ends: that many calls into the chain of methods of a statement.

    `statement` counts from the first of a function that is not a parameter's literal.
    """

    span: Span
    statement: int
    calls: int


def count_chained_calls(frame: str) -> int:
    """How many calls the code of a DataFrame has, those inside arguments not counted."""
    depth = calls = 0
    for char in _STRING.sub("", frame):
        if char in "([{":
            calls += depth == 0 and char == "("
            depth += 1
        elif char in ")]}":
            depth -= 1
    return calls


def map_load_call(source: SourceDataset, frame: str) -> tuple[tuple[StepCode, ...], int]:
    """The call of a source that reads its path, and the number of those before it.

    Behind it stands at most a choice of columns.
    """
    setting = source.settings.at(OptionPlacement.LOAD)
    head, load, _ = frame.rpartition(".load(")
    calls = count_chained_calls(head) + 1 if load else count_chained_calls(frame)
    if setting is None or setting.span is None:
        return (), calls
    return (StepCode(setting.span, 0, calls),), calls - 1


class FunctionMapping(Struct, frozen=True):
    """A function of the script: its name, what it is for people, where it comes from, its steps.

    This many calls of the first chain, its `base_calls`, make what the first step starts from.
    """

    name: str
    title: str
    span: Span
    steps: tuple[StepCode, ...] = ()
    base_calls: int = 0


def emit_source_map(
    pipeline: Pipeline,
    script: str,
    functions: Iterable[FunctionMapping],
    sources: Mapping[str, Source],
    places: Places,
) -> str:
    """JSON text on one line, so that it is one line in a difference, too.

    It belongs to the script with its hash and was made from `sources`, whose hashes it has.
    """
    document: dict[str, Any] = {
        "format": FORMAT,
        "compiler": VERSION,
        "script": sha256(script.encode()).hexdigest(),
        "sources": {places.file(path): _hash_text(file.text) for path, file in sources.items()},
        "parameters": [
            {"name": each.name, **_origin(each.span, places, whole=False)}
            for each in pipeline.parameters
        ],
        "connections": _locate(pipeline.connections, places),
        "datasets": _locate(pipeline.datasets, places),
        "sinks": _locate(pipeline.sinks, places),
        "functions": _map_functions(script, functions, places),
    }
    return json.dumps(document, separators=(",", ":"), sort_keys=True) + "\n"


def _hash_text(text: str) -> str:
    # Half of a surrogate pair cannot come from a file, but from whoever calls the compiler.
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _locate(
    items: Iterable[Connection | SourceDataset | Let | Sink], places: Places
) -> list[dict[str, str]]:
    return [{"name": each.name, "place": places.line(each.span)} for each in items]


def _map_functions(
    script: str, functions: Iterable[FunctionMapping], places: Places
) -> list[dict[str, Any]]:
    """Each function with the line of the script at which it begins, and where its steps begin.

    A column counts bytes from 0, as Python does. A place comes with its text, for whoever has the
    script and not its source.
    """
    nodes = {
        node.name: node for node in ast.parse(script).body if isinstance(node, ast.FunctionDef)
    }
    return [
        {
            "function": item.name,
            "title": item.title,
            "line": nodes[item.name].lineno,
            **_origin(item.span, places, whole=False),
            "steps": list(_steps(nodes[item.name], item, places)),
        }
        for item in functions
    ]


def _origin(span: Span, places: Places, *, whole: bool) -> dict[str, Any]:
    return {"place": places.line(span), "text": places.text(span, whole=whole)}


def _steps(
    node: ast.FunctionDef, item: FunctionMapping, places: Places
) -> Iterator[dict[str, Any]]:
    if not item.steps:
        return
    # Behind the docstring, parameters' literals come first.
    chains = [_find_call_positions(statement) for statement in node.body]
    first = len(chains) - 1 - item.steps[-1].statement
    at = (0, item.base_calls)
    for step in item.steps:
        begin = at[1] if at[0] == step.statement else 0
        at = (step.statement, step.calls)
        for line, column in chains[first + step.statement][begin : step.calls][:1]:
            yield {"line": line, "column": column, **_origin(step.span, places, whole=True)}


def _find_call_positions(statement: ast.stmt) -> list[tuple[int, int]]:
    """Line and column of the name of each call in the chain of a statement's value, in order."""
    positions: list[tuple[int, int]] = []
    node = getattr(statement, "value", None)
    while isinstance(node, ast.Call | ast.Attribute):
        if isinstance(node, ast.Attribute):
            node = node.value
            continue
        node = node.func
        name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
        positions.append((node.end_lineno or 0, (node.end_col_offset or 0) - len(name.encode())))
    return positions[::-1]
