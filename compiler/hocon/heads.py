"""What the assignments to a key come to, before what is inside is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from ssbt.compiler.diagnostics.codes import configuration as codes
from ssbt.compiler.hocon.nodes import Branch, Leaf, ListNode, Node
from ssbt.compiler.hocon.problems import configuration_error

MAX_VALUES = 100_000
Layers: TypeAlias = Sequence[Node]
# What an assignment comes to: objects to be merged, the strongest last, or a value, or nothing.
Head: TypeAlias = list[Branch] | Leaf | ListNode | None


class ClosedBranches(list[Branch]):
    """Objects above something that is none, which hides whatever is below."""


def check_value_count(count: int, node: Node) -> None:
    """Raises ConfigurationError at a node with which there are too many values."""
    if count > MAX_VALUES:
        message = f"this configuration comes to more than {MAX_VALUES:,} values"
        raise configuration_error(node.span, message, codes.TOO_LARGE)


def children_of(branches: Sequence[Branch], key: str) -> list[Node]:
    """The assignments to a key in objects that are merged, the strongest last."""
    return [node for branch in branches for node in branch.fields.get(key, ())]
