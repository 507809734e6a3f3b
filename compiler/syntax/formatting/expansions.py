"""What nodes are expanded into: text, nodes, and places where a long line may end.

Each function that expands a kind of node, by one level, is registered here; nothing recurses, so
depth is no danger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from ssbt.compiler import line_breaking as layout
from ssbt.compiler.line_breaking import (
    CLOSING,
    END,
    GROUP,
    SOFT,
    SPACE,
    UNNEST,
    Nest,
    SourceOffset,
)
from ssbt.compiler.syntax.ast.nodes import Node

Part = layout.Part | Node
Parts = list[Part]
Expansion = Callable[[Any], Parts]
F = TypeVar("F", bound=Expansion)

EXPANSIONS: dict[type, Expansion] = {}


def register_expansion(node_type: type) -> Callable[[F], F]:
    """Register a function as the one that expands this kind of node."""

    def register(function: F) -> F:
        EXPANSIONS[node_type] = function
        return function

    return register


def join_groups(groups: Iterable[Parts]) -> Parts:
    """The groups with commas between them, each on a line of its own where lines end."""
    out: Parts = []
    for group in groups:
        out += [",", SPACE, *group] if out else group
    return out


def join_nodes(items: Iterable[Node]) -> Parts:
    """The nodes with commas between them."""
    return join_groups([node] for node in items)


def format_clause(keyword: str, parts: Parts) -> Parts:
    """A keyword and a list, which goes below it where it does not fit; a single item does not."""
    if SPACE not in parts:
        return [f"{keyword} ", *parts]
    return [GROUP, keyword, Nest(2), SPACE, *parts, UNNEST, END]


def bracket(opening: str, inner: Parts, closing: str = ")", end: int | None = None) -> Parts:
    """A group in brackets; `end` is the offset after the closing one, where it is known."""
    if not inner:
        return [opening, closing]
    offset: Parts = [] if end is None else [SourceOffset(end - len(closing))]
    return [GROUP, opening, Nest(2), SOFT, *inner, UNNEST, CLOSING, *offset, closing, END]
