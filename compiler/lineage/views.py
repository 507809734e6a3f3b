"""Lineage as text: a tree, Mermaid, Graphviz, and JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
import json
import re
from typing import Any

from msgspec import Struct

from ssbt.compiler.ir.provenance import Origin
from ssbt.compiler.lineage.dependencies import DependencyKind
from ssbt.compiler.lineage.edges import collect_edges
from ssbt.compiler.lineage.graph import Lineage
from ssbt.compiler.lineage.neighbours import NeighbourEndpoint
from ssbt.compiler.patterns import lazy_pattern

_LAST, _MORE, _DOWN, _NONE = "└─ ", "├─ ", "│  ", "   "
_AGAIN = ", as above"
_MASKED = ", masked"
_WORD = lazy_pattern(r"\w+", re.ASCII)


def render_uses(lineage: Lineage, column: Origin) -> str:
    """A column, below it what depends on it, and how, in the order in which data flows."""
    branches = [
        _Branch(
            f"{_title(lineage, each)}: {', '.join(k.value for k in DependencyKind if k in kinds)}",
            [],
        )
        for each, kinds in lineage.downstream(column).items()
    ]
    datasets = {each.dataset for each in (column, *lineage.downstream(column))}
    for name, dataset in lineage.sinks:
        if dataset in datasets:
            readers = [
                _Branch(f"read by {each}", []) for each in lineage.neighbours.readers_of(name)
            ]
            branches.append(_Branch(f"sink {name}", readers))
    return "\n".join([_title(lineage, column), *_draw(branches)]) + "\n"


class _Branch(Struct):
    text: str
    children: list[_Branch]


def render_tree(lineage: Lineage, column: Origin) -> str:
    """A column, below it what it is made from, down to the sources.

    What stands above already is not written again: neither what a column is made from, nor what the
    rows of a dataset depend on.
    """
    visited: set[Origin | str] = set()
    lines = [_title(lineage, column), *_draw(_build_branches(lineage, column, visited))]
    return "\n".join(lines) + "\n"


def _build_branches(lineage: Lineage, column: Origin, visited: set[Origin | str]) -> list[_Branch]:
    return [
        *_value_branches(lineage, column, visited),
        *_row_branches(lineage, column.dataset, visited),
    ]


def _value_branches(
    lineage: Lineage, column: Origin, visited: set[Origin | str]
) -> Iterator[_Branch]:
    visited.add(column)
    for origin, masked in _values(lineage, column):
        is_repeated = origin in visited and bool(lineage.nodes[origin.dataset].values(origin))
        # What decides about the rows of a struct is reported once, not of its fields.
        is_field = origin.dataset == column.dataset
        below = _value_branches if is_field else _build_branches
        text = _title(lineage, origin) + _MASKED * masked + _AGAIN * is_repeated
        writers = [_Branch(f"from {each}", []) for each in lineage.neighbours.writers_of(origin)]
        yield _Branch(text, [] if is_repeated else [*below(lineage, origin, visited), *writers])


def _values(lineage: Lineage, column: Origin) -> Iterator[tuple[Origin, bool]]:
    """What a column is made from directly, and whether after a mask."""
    for dependency in lineage.dependencies(column):
        if dependency.kind is DependencyKind.VALUE:
            yield dependency.origin, dependency.masked


def _row_branches(lineage: Lineage, dataset: str, visited: set[Origin | str]) -> list[_Branch]:
    """What decides about the rows of a dataset, and of those that they come from."""
    if dataset in visited:
        return []
    visited.add(dataset)
    node = lineage.nodes[dataset]
    kinds = {kind: [str(d.origin) for d in node.rows if d.kind is kind] for kind in DependencyKind}
    branches = [_Branch(f"{kind.value}: {', '.join(c)}", []) for kind, c in kinds.items() if c]
    for input_name in node.inputs:
        below = _row_branches(lineage, input_name, visited)
        if below:
            branches.append(_Branch(f"rows of {input_name}", below))
    return branches


def _draw(branches: list[_Branch]) -> Iterator[str]:
    for branch in branches:
        is_last = branch is branches[-1]
        yield f"{_LAST if is_last else _MORE}{branch.text}"
        for line in _draw(branch.children):
            yield f"{_NONE if is_last else _DOWN}{line}"


def _title(lineage: Lineage, column: Origin) -> str:
    node = lineage.nodes[column.dataset]
    source_mark = ", source" if node.is_source else ""
    tags = "".join(f" @{tag}" for tag in sorted(lineage.tags.tags_at(column)))
    return f"{column} ({node.type_of(column)}{source_mark}){tags}"


def render_mermaid(lineage: Lineage, columns: Iterable[Origin]) -> str:
    """A flow chart for Markdown: a box for each dataset, an arrow for each value."""
    lines = ["flowchart LR"]
    edges, columns_by_dataset = collect_edges(lineage, columns)
    for name, members in columns_by_dataset.items():
        lines.append(f"  subgraph {_id(Origin(name, ''))}[{_label(name)}]")
        lines += [f"    {_id(each)}[{_label(each.column_path)}]" for each in members]
        lines.append("  end")
    for source, kind, target, masked in edges:
        arrow = f'-. "{kind.value}" .->'
        if kind is DependencyKind.VALUE:
            arrow = '-- "masked" -->' if masked else "-->"
        lines.append(f"  {_id(source)} {arrow} {_id(target)}")
    return "\n".join(lines) + "\n"


def render_graphviz(lineage: Lineage, columns: Iterable[Origin]) -> str:
    """A digraph for `dot`."""
    lines = ["digraph lineage {", "  rankdir = LR", "  node [shape = box]"]
    edges, columns_by_dataset = collect_edges(lineage, columns)
    for name, members in columns_by_dataset.items():
        lines.append(f"  subgraph {_quote('cluster_' + name)} {{")
        lines.append(f"    label = {_quote(name)}")
        lines += [
            f"    {_quote(str(each))} [label = {_quote(each.column_path)}]" for each in members
        ]
        lines.append("  }")
    for source, kind, target, masked in edges:
        end = target if target.column else columns_by_dataset[target.dataset][0]
        into = "" if target.column else f", lhead = {_quote('cluster_' + target.dataset)}"
        style = " [label = masked]" if masked else ""
        if kind is not DependencyKind.VALUE:
            style = f" [style = dashed, label = {_quote(kind.value)}{into}]"
        lines.append(f"  {_quote(str(source))} -> {_quote(str(end))}{style}")
    lines.insert(1, "  compound = true")
    return "\n".join([*lines, "}"]) + "\n"


def as_json(lineage: Lineage, columns: Iterable[Origin]) -> str:
    """What the columns are made from, with all that is between, for programs."""
    edges, columns_by_dataset = collect_edges(lineage, columns)
    document = {
        "format": "ssbt-lineage-1",
        "pipeline": lineage.pipeline,
        "datasets": [
            {
                "name": name,
                "source": lineage.nodes[name].is_source,
                "complete": not lineage.nodes[name].is_open,
                "columns": [
                    {"name": each.column}
                    | _path(each)
                    | {"type": lineage.nodes[name].type_of(each).sql}
                    | _tags(lineage, each)
                    | _neighbour_entries("written_by", lineage.neighbours.writers_of(each))
                    for each in members
                ],
            }
            for name, members in columns_by_dataset.items()
        ],
        "dependencies": [
            {
                "from": _end(source),
                "to": _end(target),
                "kind": kind.value,
            }
            | ({"masked": True} if masked else {})
            for source, kind, target, masked in edges
        ],
        "sinks": [
            {"name": name, "dataset": dataset}
            | _neighbour_entries("read_by", lineage.neighbours.readers_of(name))
            for name, dataset in lineage.sinks
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _neighbour_entries(key: str, ends: Iterable[NeighbourEndpoint]) -> dict[str, Any]:
    """The ends in other pipelines, if there are some."""
    entries = [
        {"pipeline": each.pipeline, "name": each.name}
        | ({"column": each.column} if each.column else {})
        for each in ends
    ]
    return {key: entries} if entries else {}


def _tags(lineage: Lineage, column: Origin) -> dict[str, Any]:
    tags = sorted(lineage.tags.tags_at(column))
    return {"tags": tags} if tags else {}


def _end(column: Origin) -> dict[str, Any]:
    """A column, or a field in it; or a dataset as a whole."""
    return (
        {"dataset": column.dataset}
        | ({"column": column.column} if column.column else {})
        | _path(column)
    )


def _path(column: Origin) -> dict[str, Any]:
    return {"path": list(column.path)} if column.path else {}


def _id(column: Origin) -> str:
    """A name that Mermaid takes for a column or a dataset, different for different ones."""
    names = [name for name in (column.dataset, column.column, *column.path) if name]
    text = "__".join(names)
    if _WORD.fullmatch(text) and text.count("__") == len(names) - 1 and text != "end":
        return text
    return "n" + "\0".join(names).encode().hex()


def _label(text: str) -> str:
    return '"' + text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;") + '"'


def _quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
