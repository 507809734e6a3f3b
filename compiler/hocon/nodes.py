"""What a HOCON file says, before anything is merged or looked up.

Two nodes are never equal: a place under evaluation is known by its identity.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from ssbt.compiler.source import Span

Plain: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A text, number, boolean or null; `text` is how it was written, which concatenation uses.

    `is_space` stands for white space between two pieces of a value.
    """

    span: Span
    value: Plain
    text: str
    is_space: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """`${path}` or `${?path}`; inside an included file its path may begin at the `prefix`.

    `owner_path` is the path of the value that it stands in, and of the list where it is an item of
    one.
    """

    span: Span
    path: tuple[str, ...]
    optional: bool
    prefix: tuple[str, ...] = ()
    owner_path: tuple[str, ...] = ()
    is_item: bool = False

    def is_inside(self, path: tuple[str, ...]) -> bool:
        """Whether it stands in the object or list at a path, not only in an assignment to it."""
        is_below = self.owner_path[: len(path)] == path
        return is_below and (self.is_item or len(self.owner_path) > len(path))


@dataclass(frozen=True, slots=True, eq=False)
class ListNode:
    """`[a, b]`."""

    span: Span
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Concatenation:
    """Values side by side: a text in pieces, or objects or lists that are joined."""

    span: Span
    pieces: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """An object: for each key what is assigned to it, in the order of the text.

    `keys` tells where each key stands, the last time.
    """

    span: Span
    fields: dict[str, list[Node]] = field(default_factory=dict)
    keys: dict[str, Span] = field(default_factory=dict)

    def add(self, key: str, nodes: Iterable[Node], span: Span) -> None:
        """Assign to a key once more."""
        self.fields.setdefault(key, []).extend(nodes)
        self.keys[key] = span

    def ensure_branch(self, key: str, span: Span) -> Branch:
        """The object at a key, as it was assigned last, or a new one."""
        nodes = self.fields.get(key, ())
        last = nodes[-1] if nodes else None
        if isinstance(last, Branch):
            self.keys[key] = span
            return last
        branch = Branch(span)
        self.add(key, (branch,), span)
        return branch

    def merge(self, other: Branch) -> None:
        """Assign whatever `other` assigns."""
        for key, nodes in other.fields.items():
            self.add(key, nodes, other.keys[key])


Node: TypeAlias = Leaf | Reference | ListNode | Concatenation | Branch


def is_delayed(node: Node) -> bool:
    """Whether what it says is known only when references have been looked up."""
    return isinstance(node, Reference) or (
        isinstance(node, Concatenation) and any(map(is_delayed, node.pieces))
    )


def has_references(node: Node) -> bool:
    """Whether there is a reference anywhere in it."""
    children: Iterable[Node] = ()
    if isinstance(node, Branch):
        children = (each for nodes in node.fields.values() for each in nodes)
    elif isinstance(node, ListNode):
        children = node.items
    elif isinstance(node, Concatenation):
        children = node.pieces
    return isinstance(node, Reference) or any(map(has_references, children))
