"""Lineage as text: a tree, Mermaid, Graphviz, and JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
import json
import re
from typing import Any

from msgspec import Struct

from ssbt.compiler.ir.provenance import Origin
from ssbt.compiler.lineage.dependencies import Kind
from ssbt.compiler.lineage.graph import Lineage
from ssbt.compiler.lineage.neighbours import OtherEnd

_LAST, _MORE, _DOWN, _NONE = "└─ ", "├─ ", "│  ", "   "
_AGAIN = ", as above"
_MASKED = ", masked"
_WORD = re.compile(r"\w+", re.ASCII)


def uses(lineage: Lineage, column: Origin) -> str:
    """A column, below it what depends on it, and how, in the order in which data flows."""
    branches = [
        _Branch(f"{_titled(lineage, each)}: {', '.join(k.value for k in Kind if k in kinds)}", [])
        for each, kinds in lineage.downstream(column).items()
    ]
    reached = {each.dataset for each in (column, *lineage.downstream(column))}
    for name, dataset in lineage.sinks:
        if dataset in reached:
            read = [_Branch(f"read by {each}", []) for each in lineage.neighbours.read(name)]
            branches.append(_Branch(f"sink {name}", read))
    return "\n".join([_titled(lineage, column), *_drawn(branches)]) + "\n"


class _Branch(Struct):
    text: str
    below: list[_Branch]


def tree(lineage: Lineage, column: Origin) -> str:
    """A column, below it what it is made from, down to the sources.

    What stands above already is not written again: neither what a column is made from, nor what the
    rows of a dataset depend on.
    """
    told: set[Origin | str] = set()
    lines = [_titled(lineage, column), *_drawn(_branches(lineage, column, told))]
    return "\n".join(lines) + "\n"


def _branches(lineage: Lineage, column: Origin, told: set[Origin | str]) -> list[_Branch]:
    return [
        *_value_branches(lineage, column, told),
        *_row_branches(lineage, column.dataset, told),
    ]


def _value_branches(lineage: Lineage, column: Origin, told: set[Origin | str]) -> Iterator[_Branch]:
    told.add(column)
    for origin, masked in _values(lineage, column):
        again = origin in told and bool(lineage.nodes[origin.dataset].values(origin))
        # What decides about the rows of a struct is told once, not of its fields.
        is_field = origin.dataset == column.dataset
        below = _value_branches if is_field else _branches
        text = _titled(lineage, origin) + _MASKED * masked + _AGAIN * again
        written = [_Branch(f"from {each}", []) for each in lineage.neighbours.written(origin)]
        yield _Branch(text, [] if again else [*below(lineage, origin, told), *written])


def _values(lineage: Lineage, column: Origin) -> Iterator[tuple[Origin, bool]]:
    """What a column is made from directly, and whether behind a mask."""
    for each in lineage.dependencies(column):
        if each.kind is Kind.VALUE:
            yield each.origin, each.masked


def _row_branches(lineage: Lineage, dataset: str, told: set[Origin | str]) -> list[_Branch]:
    """What decides about the rows of a dataset, and of those that they come from."""
    if dataset in told:
        return []
    told.add(dataset)
    node = lineage.nodes[dataset]
    kinds = {kind: [str(d.origin) for d in node.rows if d.kind is kind] for kind in Kind}
    branches = [_Branch(f"{kind.value}: {', '.join(c)}", []) for kind, c in kinds.items() if c]
    for given in node.inputs:
        below = _row_branches(lineage, given, told)
        if below:
            branches.append(_Branch(f"rows of {given}", below))
    return branches


def _drawn(branches: list[_Branch]) -> Iterator[str]:
    for branch in branches:
        is_last = branch is branches[-1]
        yield f"{_LAST if is_last else _MORE}{branch.text}"
        for line in _drawn(branch.below):
            yield f"{_NONE if is_last else _DOWN}{line}"


def _titled(lineage: Lineage, column: Origin) -> str:
    node = lineage.nodes[column.dataset]
    kind = ", source" if node.is_source else ""
    tags = "".join(f" @{tag}" for tag in sorted(lineage.tags.at(column)))
    return f"{column} ({node.type_of(column)}{kind}){tags}"


def mermaid(lineage: Lineage, columns: Iterable[Origin]) -> str:
    """A flow chart for Markdown: a box for each dataset, an arrow for each value."""
    lines = ["flowchart LR"]
    edges, shown = _edges(lineage, columns)
    for name, members in shown.items():
        lines.append(f"  subgraph {_id(Origin(name, ''))}[{_label(name)}]")
        lines += [f"    {_id(each)}[{_label(each.place)}]" for each in members]
        lines.append("  end")
    for source, kind, target, masked in edges:
        arrow = f'-. "{kind.value}" .->'
        if kind is Kind.VALUE:
            arrow = '-- "masked" -->' if masked else "-->"
        lines.append(f"  {_id(source)} {arrow} {_id(target)}")
    return "\n".join(lines) + "\n"


def graphviz(lineage: Lineage, columns: Iterable[Origin]) -> str:
    """A digraph for `dot`."""
    lines = ["digraph lineage {", "  rankdir = LR", "  node [shape = box]"]
    edges, shown = _edges(lineage, columns)
    for name, members in shown.items():
        lines.append(f"  subgraph {_quoted('cluster_' + name)} {{")
        lines.append(f"    label = {_quoted(name)}")
        lines += [f"    {_quoted(str(each))} [label = {_quoted(each.place)}]" for each in members]
        lines.append("  }")
    for source, kind, target, masked in edges:
        end = target if target.column else shown[target.dataset][0]
        into = "" if target.column else f", lhead = {_quoted('cluster_' + target.dataset)}"
        style = " [label = masked]" if masked else ""
        if kind is not Kind.VALUE:
            style = f" [style = dashed, label = {_quoted(kind.value)}{into}]"
        lines.append(f"  {_quoted(str(source))} -> {_quoted(str(end))}{style}")
    lines.insert(1, "  compound = true")
    return "\n".join([*lines, "}"]) + "\n"


def as_json(lineage: Lineage, columns: Iterable[Origin]) -> str:
    """What the columns are made from, with all that is between, for programs."""
    edges, shown = _edges(lineage, columns)
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
                    | _others("written_by", lineage.neighbours.written(each))
                    for each in members
                ],
            }
            for name, members in shown.items()
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
            {"name": name, "dataset": dataset} | _others("read_by", lineage.neighbours.read(name))
            for name, dataset in lineage.sinks
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _others(key: str, found: Iterable[OtherEnd]) -> dict[str, Any]:
    """The ends in other pipelines, if there are some."""
    others = [
        {"pipeline": each.pipeline, "name": each.name}
        | ({"column": each.column} if each.column else {})
        for each in found
    ]
    return {key: others} if others else {}


def _tags(lineage: Lineage, column: Origin) -> dict[str, Any]:
    tags = sorted(lineage.tags.at(column))
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


_Edge = tuple[Origin, Kind, Origin, bool]


def _edges(
    lineage: Lineage, columns: Iterable[Origin]
) -> tuple[list[_Edge], dict[str, list[Origin]]]:
    """The arrows behind columns and the columns they join, datasets in the order of the flow.

    An arrow to a dataset as a whole has no column at its end. The last of each is whether it goes
    through a mask.
    """
    edges: dict[_Edge, None] = {}
    members: dict[str, list[Origin]] = {}
    waiting, seen = list(columns), set[Origin]()
    while waiting:
        each = waiting.pop()
        if each in seen:
            continue
        seen.add(each)
        members.setdefault(each.dataset, []).append(each)
        for given in lineage.dependencies(each):
            target = each if given.kind is Kind.VALUE else Origin(each.dataset, "")
            edges[given.origin, given.kind, target, given.masked] = None
            waiting.append(given.origin)
    ordered = {
        name: sorted(members[name], key=_order(node.columns))
        for name, node in lineage.nodes.items()
        if name in members
    }
    places = {name: place for place, name in enumerate(lineage.nodes)}
    kinds = list(Kind)

    def place(edge: _Edge) -> tuple[int, str, int, int, str]:
        source, kind, target, _ = edge
        return (
            places[target.dataset],
            target.place,
            kinds.index(kind),
            places[source.dataset],
            source.place,
        )

    return sorted(edges, key=place), ordered


def _order(columns: Iterable[str]) -> Callable[[Origin], tuple[int, tuple[str, ...]]]:
    """Columns as they stand in the dataset, the fields in one behind it."""
    places = {name: place for place, name in enumerate(columns)}
    return lambda each: (places[each.column], each.path)


def _id(column: Origin) -> str:
    """A name that Mermaid takes for a column or a dataset, different for different ones."""
    names = [name for name in (column.dataset, column.column, *column.path) if name]
    text = "__".join(names)
    if _WORD.fullmatch(text) and text.count("__") == len(names) - 1 and text != "end":
        return text
    return "n" + "\0".join(names).encode().hex()


def _label(text: str) -> str:
    return '"' + text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;") + '"'


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
