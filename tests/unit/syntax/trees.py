"""Syntax trees compared and walked, without recursion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast.expressions import Node


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
        elif is_dataclass(one):
            for field in fields(one):
                if field.name not in ("span", "comments"):
                    pair = getattr(one, field.name), getattr(other, field.name)
                    stack.append((*pair, f"{path}.{field.name}"))
        elif one != other:
            return f"{path}: {one!r} and {other!r}"
    return None


def nodes(root: Any) -> Iterator[tuple[Node, Node | None]]:
    """Every node of a tree with the node that it is directly inside of."""
    stack: list[tuple[Any, Node | None]] = [(root, None)]
    while stack:
        here, parent = stack.pop()
        if isinstance(here, tuple):
            stack += [(item, parent) for item in here]
        elif isinstance(here, Node):
            yield here, parent
            values = (getattr(here, field.name) for field in fields(here))
            stack += [(value, here) for value in values if not isinstance(value, Span)]
