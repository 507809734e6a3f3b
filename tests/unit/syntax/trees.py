"""Syntax trees compared and walked, without recursion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast.nodes import Node


def difference(left: Any, right: Any) -> str | None:
    """Where two trees first say something else, spans and comments aside; None if nowhere."""
    stack: list[tuple[Any, Any, str]] = [(left, right, "")]
    while stack:
        one, other, path = stack.pop()
        if type(one) is not type(other):
            return f"{path}: {one!r} and {other!r}"
        if isinstance(one, tuple):
            if len(one) != len(other):
                return f"{path}: {one!r} and {other!r}"
            stack += [
                (a, b, f"{path}[{i}]") for i, (a, b) in enumerate(zip(one, other, strict=True))
            ]
        elif isinstance(one, Struct):
            for field in one.__struct_fields__:
                if field not in ("span", "comments"):
                    pair = getattr(one, field), getattr(other, field)
                    stack.append((*pair, f"{path}.{field}"))
        elif one != other:
            return f"{path}: {one!r} and {other!r}"
    return None


def nodes(root: Any) -> Iterator[tuple[Node, Node | None]]:
    """Every node of a tree with the node that it is directly inside."""
    stack: list[tuple[Any, Node | None]] = [(root, None)]
    while stack:
        here, parent = stack.pop()
        if isinstance(here, tuple):
            stack += [(item, parent) for item in here]
        elif isinstance(here, Node):
            yield here, parent
            values = (getattr(here, field) for field in here.__struct_fields__)
            stack += [(value, here) for value in values if not isinstance(value, Span)]
