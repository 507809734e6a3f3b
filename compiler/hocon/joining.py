"""Values side by side: texts, lists and objects that are written one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ssbt.compiler.diagnostics.codes import configuration as codes
from ssbt.compiler.hocon.heads import ClosedBranches, Head, Layers, check_value_count, children_of
from ssbt.compiler.hocon.nodes import Branch, Concatenation, Leaf, ListNode, Node
from ssbt.compiler.hocon.problems import configuration_error
from ssbt.compiler.source import Span
from ssbt.compiler.whole_numbers import parse_whole

MAX_TEXT_LENGTH = 1_000_000


def join_heads(
    node: Concatenation, heads: Sequence[Head], evaluate_layers: Callable[[Layers], Head]
) -> Head:
    """What pieces come to together; raises ConfigurationError where they do not fit.

    `evaluate_layers` gives what assignments come to: those in an object that stands for a list.
    """
    present = [head for head in heads if head is not None]
    if all(isinstance(head, Leaf) for head in present):
        return _join_texts(node, [head for head in present if isinstance(head, Leaf)])
    solid = [head for head in present if not (isinstance(head, Leaf) and head.is_space)]
    nouns = list(dict.fromkeys(map(_describe_head, solid)))
    if "a text" in nouns:
        raise configuration_error(node.span, f"{nouns[0]} and {nouns[1]} cannot be joined")
    result: Head = solid[0]
    for head in solid[1:]:
        result = _join_pair(node, result, head, evaluate_layers)
    return result


def _join_texts(node: Concatenation, leaves: list[Leaf]) -> Leaf | None:
    if len(leaves) <= 1:
        return leaves[0] if leaves else None
    text = "".join(leaf.text for leaf in leaves)
    if len(text) > MAX_TEXT_LENGTH:
        message = f"this text comes to more than {MAX_TEXT_LENGTH:,} characters"
        raise configuration_error(node.span, message, codes.TOO_LARGE)
    return Leaf(node.span, text, text)


def _join_pair(
    node: Concatenation, left: Head, right: Head, evaluate_layers: Callable[[Layers], Head]
) -> Head:
    if isinstance(left, list) and isinstance(right, list):
        check_value_count(len(left) + len(right), node)
        if isinstance(right, ClosedBranches):
            return right
        merged = [*left, *right]
        return ClosedBranches(merged) if isinstance(left, ClosedBranches) else merged
    left, right = _as_list(left, right, evaluate_layers), _as_list(right, left, evaluate_layers)
    if isinstance(left, ListNode) and isinstance(right, ListNode):
        check_value_count(len(left.items) + len(right.items), node)
        return ListNode(node.span, (*left.items, *right.items))
    message = f"{_describe_head(left)} and {_describe_head(right)} cannot be joined"
    raise configuration_error(node.span, message)


def _as_list(head: Head, other: Head, evaluate_layers: Callable[[Layers], Head]) -> Head:
    """An object whose keys are numbers is a list where the other one is a list."""
    if not isinstance(head, list) or not isinstance(other, ListNode):
        return head
    keys = {key for branch in head for key in branch.fields}
    indices = (parse_whole(key, 32) for key in keys if key.isdigit())
    numbers = sorted(number for number in indices if number is not None)
    if not numbers:
        return head
    heads = (evaluate_layers(children_of(head, str(number))) for number in numbers)
    nodes = (_as_node(each, other.span) for each in heads if each is not None)
    return ListNode(other.span, tuple(nodes))


def _as_node(head: list[Branch] | Leaf | ListNode, span: Span) -> Node:
    return Concatenation(span, tuple(head)) if isinstance(head, list) else head


def _describe_head(head: Head) -> str:
    if isinstance(head, list):
        return "an object"
    return "a list" if isinstance(head, ListNode) else "a text"
