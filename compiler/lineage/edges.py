"""The arrows of a lineage, from each column to those that are made from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from ssbt.compiler.ir.provenance import Origin
from ssbt.compiler.lineage.dependencies import DependencyKind
from ssbt.compiler.lineage.graph import Lineage

Edge: TypeAlias = tuple[Origin, DependencyKind, Origin, bool]


def collect_edges(
    lineage: Lineage, columns: Iterable[Origin]
) -> tuple[list[Edge], dict[str, list[Origin]]]:
    """The arrows behind columns and the columns they join, datasets in the order of the flow.

    An arrow to a dataset as a whole has no column at its end. The last of each is whether it goes
    through a mask.
    """
    edges: dict[Edge, None] = {}
    members: dict[str, list[Origin]] = {}
    waiting, visited = list(columns), set[Origin]()
    while waiting:
        column = waiting.pop()
        if column in visited:
            continue
        visited.add(column)
        members.setdefault(column.dataset, []).append(column)
        for dependency in lineage.dependencies(column):
            target = (
                column if dependency.kind is DependencyKind.VALUE else Origin(column.dataset, "")
            )
            edges[dependency.origin, dependency.kind, target, dependency.masked] = None
            waiting.append(dependency.origin)
    ordered = {
        name: sorted(members[name], key=_column_order(node.columns))
        for name, node in lineage.nodes.items()
        if name in members
    }
    return sorted(edges, key=_edge_order(lineage)), ordered


def _edge_order(lineage: Lineage) -> Callable[[Edge], tuple[int, str, int, int, str]]:
    """Arrows by what they lead to, those of values first, then by where they begin."""
    places = {name: place for place, name in enumerate(lineage.nodes)}
    kinds = list(DependencyKind)

    def sort_key(edge: Edge) -> tuple[int, str, int, int, str]:
        source, kind, target, _ = edge
        return (
            places[target.dataset],
            target.column_path,
            kinds.index(kind),
            places[source.dataset],
            source.column_path,
        )

    return sort_key


def _column_order(columns: Iterable[str]) -> Callable[[Origin], tuple[int, tuple[str, ...]]]:
    """Columns as they stand in the dataset, the fields in one after it."""
    places = {name: place for place, name in enumerate(columns)}
    return lambda each: (places[each.column], each.path)
