"""Where the boxes of a graph stand: in columns, from left to right as data flows.

The steps are those of Sugiyama, Tagawa and Toda (1981): layers, an order in each that crosses few
lines, and then heights at which lines run straight. Lengths are pixels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise

from msgspec import Struct

BETWEEN_LAYERS = 90
BETWEEN_BOXES = 28
_SWEEPS = 12
# The height above which a line has no box: that of the point through which it passes a layer.
_PASSAGE = 8


class Size(Struct, frozen=True):
    """How large a box is, and how far below its top lines arrive and leave."""

    width: int
    height: int
    socket: int


class Point(Struct, frozen=True):
    """A place, from the left and from the top."""

    x: int
    y: int


class Layout(Struct, frozen=True):
    """The upper left corner of each box, two points of a line for each layer that it passes, whole
    width and height.
    """

    corners: Mapping[str, Point]
    passages: Mapping[tuple[str, str], tuple[Point, ...]]
    width: int
    height: int


class _Node(Struct, eq=False):
    """A box, or the place where a line passes a layer."""

    layer: int
    size: Size
    predecessors: list[_Node]
    successors: list[_Node]
    order: float = 0
    top: float = 0

    @property
    def socket(self) -> float:
        return self.top + self.size.socket


def lay_out(sizes: Mapping[str, Size], edges: Iterable[tuple[str, str]]) -> Layout:
    """Boxes by name; an edge leads from a box to a later one of `sizes`."""
    pairs = list(dict.fromkeys(edges))
    nodes = _build_nodes(sizes, pairs)
    lines = {(start, end): _route_line(nodes[start], nodes[end]) for start, end in pairs}
    layers = _group_layers([*nodes.values(), *(node for line in lines.values() for node in line)])
    _order_layers(layers)
    _assign_heights(layers)
    return _build_layout(nodes, lines, layers)


def _build_nodes(sizes: Mapping[str, Size], pairs: Sequence[tuple[str, str]]) -> dict[str, _Node]:
    inputs: dict[str, list[str]] = {name: [] for name in sizes}
    for start, end in pairs:
        inputs[end].append(start)
    layers: dict[str, int] = {}
    for name in sizes:
        layers[name] = max((layers[each] for each in inputs[name]), default=-1) + 1
    return {name: _Node(layers[name], size, [], []) for name, size in sizes.items()}


def _route_line(start: _Node, end: _Node) -> tuple[_Node, ...]:
    """The places where a line passes the layers between its ends."""
    between = range(start.layer + 1, end.layer)
    passages = tuple(_Node(layer, Size(0, _PASSAGE, _PASSAGE // 2), [], []) for layer in between)
    chain = (start, *passages, end)
    for left, right in pairwise(chain):
        left.successors.append(right)
        right.predecessors.append(left)
    return passages


def _group_layers(nodes: Iterable[_Node]) -> list[list[_Node]]:
    layers: dict[int, list[_Node]] = {}
    for node in nodes:
        layers.setdefault(node.layer, []).append(node)
    return [layers[number] for number in sorted(layers)]


def _order_layers(layers: list[list[_Node]]) -> None:
    """Each node near the mean place of its neighbours, seen from the left and from the right."""
    for layer in layers:
        _number_nodes(layer)
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        for layer in layers[1:] if forward else reversed(layers[:-1]):
            layer.sort(key=lambda node: _mean_order(node, forward=forward))
            _number_nodes(layer)


def _number_nodes(layer: list[_Node]) -> None:
    for index, node in enumerate(layer):
        node.order = index


def _mean_order(node: _Node, *, forward: bool) -> float:
    neighbours = node.predecessors if forward else node.successors
    if not neighbours:
        return node.order
    return sum(each.order for each in neighbours) / len(neighbours)


def _assign_heights(layers: list[list[_Node]]) -> None:
    for layer in layers:
        top = 0.0
        for node in layer:
            node.top = top
            top += node.size.height + BETWEEN_BOXES
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        for layer in layers if forward else reversed(layers):
            _straighten(layer, forward=forward)


def _straighten(layer: list[_Node], *, forward: bool) -> None:
    """Move the nodes of a layer towards their neighbours as far as the order leaves room."""
    desired = [_desired_top(node, forward=forward) for node in layer]
    tops = _resolve_overlaps(layer, desired)
    for node, top in zip(layer, tops, strict=True):
        node.top = top


def _desired_top(node: _Node, *, forward: bool) -> float:
    neighbours = (
        (node.predecessors if forward else node.successors) or node.predecessors or node.successors
    )
    if not neighbours:
        return node.top
    return sum(each.socket for each in neighbours) / len(neighbours) - node.size.socket


def _resolve_overlaps(layer: list[_Node], desired: list[float]) -> list[float]:
    """The tops nearest to those wanted: groups that would overlap move together to their mean."""
    groups: list[tuple[float, int, float]] = []
    offset = 0.0
    for node, top in zip(layer, desired, strict=True):
        # Measured without the nodes above, a group stands at one value.
        group = (top - offset, 1, top - offset)
        while groups and groups[-1][2] > group[2]:
            total, count, _ = groups.pop()
            total, count = total + group[0], count + group[1]
            group = (total, count, total / count)
        groups.append(group)
        offset += node.size.height + BETWEEN_BOXES
    tops, offset = [], 0.0
    values = [mean for _, count, mean in groups for _ in range(count)]
    for node, value in zip(layer, values, strict=True):
        tops.append(value + offset)
        offset += node.size.height + BETWEEN_BOXES
    return tops


def _build_layout(
    nodes: Mapping[str, _Node],
    lines: Mapping[tuple[str, str], tuple[_Node, ...]],
    layers: list[list[_Node]],
) -> Layout:
    widths = [max(node.size.width for node in layer) for layer in layers]
    lefts = list(accumulate((width + BETWEEN_LAYERS for width in widths), initial=0))
    highest = min((node.top for layer in layers for node in layer), default=0)

    def point(node: _Node, right: int = 0, down: int = 0) -> Point:
        return Point(lefts[node.layer] + right, round(node.top - highest) + down)

    def passage(node: _Node) -> tuple[Point, Point]:
        return point(node, 0, node.size.socket), point(node, widths[node.layer], node.size.socket)

    lowest = (point(node, down=node.size.height).y for layer in layers for node in layer)
    return Layout(
        {name: point(node) for name, node in nodes.items()},
        {
            ends: tuple(each for node in line for each in passage(node))
            for ends, line in lines.items()
        },
        max(0, lefts[-1] - BETWEEN_LAYERS),
        max(lowest, default=0),
    )
