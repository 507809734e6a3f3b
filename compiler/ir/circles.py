"""Circles in a graph: ways from a node back to it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import TypeVar

Edge = TypeVar("Edge")
_Ways = Mapping[Hashable, list[tuple[Hashable, Edge]]]


def find_circles(
    nodes: Iterable[Hashable], edges: Iterable[tuple[Hashable, Hashable, Edge]]
) -> Iterator[tuple[Edge, ...]]:
    """The edges of the shortest circle through each node that is in none of those before.

    `edges` have the nodes that each leads from and to. The time it takes grows with their number
    where there are few circles.
    """
    ways: dict[Hashable, list[tuple[Hashable, Edge]]] = {}
    for start, end, edge in edges:
        ways.setdefault(start, []).append((end, edge))
    ways = _only_in_circles(ways)
    reported: set[Hashable] = set()
    for node in nodes:
        circle = _shortest_circle(node, ways) if node in ways and node not in reported else []
        reported.update(start for start, _ in circle)
        if circle:
            yield tuple(edge for _, edge in circle)


def _only_in_circles(ways: _Ways[Edge]) -> dict[Hashable, list[tuple[Hashable, Edge]]]:
    """The graph without what leads into no circle, leaf by leaf."""
    sources: dict[Hashable, list[Hashable]] = {}
    open_ways = {start: len(each) for start, each in ways.items()}
    for start, each in ways.items():
        for end, _ in each:
            sources.setdefault(end, []).append(start)
    leaves = [end for end in sources if end not in ways]
    while leaves:
        for start in sources.get(leaves.pop(), ()):
            open_ways[start] -= 1
            if not open_ways[start]:
                leaves.append(start)
    kept = {start for start, count in open_ways.items() if count}
    return {
        start: [way for way in ways[start] if way[0] in kept] for start in ways if start in kept
    }


def _shortest_circle(start: Hashable, ways: _Ways[Edge]) -> list[tuple[Hashable, Edge]]:
    """Each node of the circle with the edge that leads on; nothing where there is no way back."""
    arrivals: dict[Hashable, tuple[Hashable, Edge]] = {}
    waiting = [start]
    for node in waiting:
        for end, edge in ways.get(node, ()):
            if end in arrivals:
                continue
            arrivals[end] = node, edge
            if end == start:
                return _trace_back(start, arrivals)
            waiting.append(end)
    return []


def _trace_back(
    start: Hashable, arrivals: Mapping[Hashable, tuple[Hashable, Edge]]
) -> list[tuple[Hashable, Edge]]:
    circle = [arrivals[start]]
    while circle[-1][0] != start:
        circle.append(arrivals[circle[-1][0]])
    return circle[::-1]
