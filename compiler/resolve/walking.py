"""Walking an expression's nodes without recursion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from ssbt.compiler.syntax.ast import expressions as e


def nodes(root: e.Node) -> Iterator[e.Node]:
    """Every node below `root`, itself first."""
    waiting: list[object] = [root]
    while waiting:
        item = waiting.pop()
        if isinstance(item, tuple):
            waiting.extend(item)
        elif isinstance(item, e.Node):
            yield item
            waiting.extend(getattr(item, each.name) for each in fields(item) if each.name != "span")


def column_names(root: e.Node) -> Iterator[e.ColumnName]:
    """Every column name in an expression."""
    return (node for node in nodes(root) if isinstance(node, e.ColumnName))
