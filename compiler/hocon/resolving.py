"""Merging and looking up: from what files say to what holds.

Every key has a list of assignments, the last one strongest. Objects among them are merged, anything
else hides what is below it. A reference inside of an assignment to the same key sees only what is
below that assignment, which is how `path = ${path} [more]` means what was there before.

Where two keys refer to each other, what they come to depends on which of them is looked up first,
and then kept: Lightbend's library takes them as Java's HashMap has them, and so does this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from msgspec import Struct

from ssbt.compiler.diagnostics.codes import configuration as codes
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.hocon.java import java_order
from ssbt.compiler.hocon.nodes import (
    Branch,
    Concatenation,
    Leaf,
    ListNode,
    Node,
    Plain,
    Reference,
    is_delayed,
)
from ssbt.compiler.hocon.problems import MistakeError, mistake
from ssbt.compiler.source import Span

MOST_VALUES = 100_000
LONGEST_TEXT = 1_000_000
_Layers: TypeAlias = Sequence[Node]
# What an assignment comes to: objects to be merged, the strongest last, or a value, or nothing.
_Head: TypeAlias = list[Branch] | Leaf | ListNode | None


class _Closed(list[Branch]):
    """Objects above something that is none, which hides whatever is below."""


class Scalar(Struct, frozen=True):
    """A value and where it was written."""

    value: Plain
    text: str
    span: Span


class Items(Struct, frozen=True):
    """A list."""

    items: tuple[Value, ...]
    span: Span


class Object(Struct, frozen=True):
    """An object; `span` is where its strongest part begins, `keys` tell where each key stands."""

    fields: dict[str, Value]
    span: Span
    keys: dict[str, Span]


Value: TypeAlias = Scalar | Items | Object


def resolved(layers: Sequence[Branch]) -> Object:
    """What the layers say together, the last one strongest; raises MistakeError."""
    assert layers
    value = _Resolver(layers).value(layers)
    assert isinstance(value, Object)
    return value


class _Resolver:
    """One resolution; `under_way` are the assignments being looked up, by identity."""

    def __init__(self, root: Sequence[Branch]) -> None:
        self._root = root
        self._under_way: set[int] = set()
        self._open: set[int] = set()
        self._values = 0
        self._heads: dict[tuple[str, ...], _Head] = {}

    def value(self, layers: _Layers, path: tuple[str, ...] | None = ()) -> Value | None:
        """What assignments to one key come to, with all that is inside; None for nothing.

        `path` leads to the key, None where there is none: inside of a list.
        """
        self._count(layers[-1])
        delayed = [id(each) for each in layers if isinstance(each, Reference | Concatenation)]
        if self._open.intersection(delayed):
            raise mistake(layers[-1].span, "this value contains itself", codes.BAD_REFERENCE)
        self._open.update(delayed)
        head = self._kept_head(path, layers) if path else self._head(layers)
        found: Value | None
        if isinstance(head, Leaf):
            found = Scalar(head.value, head.text, head.span)
        elif isinstance(head, ListNode):
            items = (self.value([item], None) for item in head.items)
            found = Items(tuple(each for each in items if each is not None), head.span)
        elif head is None:
            found = None
        else:
            keys = dict.fromkeys(key for branch in head for key in branch.fields)
            inner = {
                key: self.value(_children(head, key), None if path is None else (*path, key))
                for key in sorted(keys, key=java_order(len(keys)))
            }
            fields = {key: each for key in keys if (each := inner[key]) is not None}
            places = {key: place for branch in head for key, place in branch.keys.items()}
            found = Object(fields, head[-1].span, places)
        self._open.difference_update(delayed)
        return found

    def _count(self, node: Node) -> None:
        self._values += 1
        self._limit(self._values, node)

    def _limit(self, count: int, node: Node) -> None:
        if count > MOST_VALUES:
            message = f"this configuration comes to more than {MOST_VALUES:,} values"
            raise mistake(node.span, message, codes.TOO_LARGE)

    def _below(self, layers: _Layers) -> _Layers:
        """Without the assignment that is being looked up, and what is above it."""
        for index, each in enumerate(layers):
            if id(each) in self._under_way:
                return layers[:index]
        return layers

    def _head(self, layers: _Layers) -> _Head:
        branches: list[Branch] = []
        for layer in reversed(self._below(layers)):
            found = self._evaluated(layer)
            if isinstance(found, list):
                branches = [*found, *branches]
                if isinstance(found, _Closed):
                    return _Closed(branches)
            elif found is not None:
                return _Closed(branches) if branches else found
        return branches or None

    def _evaluated(self, node: Node) -> _Head:
        if isinstance(node, Branch):
            return [node]
        if isinstance(node, Leaf | ListNode):
            return node
        self._count(node)
        self._under_way.add(id(node))
        try:
            if isinstance(node, Reference):
                return self._referred(node)
            return self._joined(node)
        finally:
            self._under_way.discard(id(node))

    def _referred(self, node: Reference) -> _Head:
        paths = dict.fromkeys(((*node.prefix, *node.path), node.path))
        for path in paths:
            found = self._around(node, path) if node.is_inside(path) else self._at(path)
            if found is not None:
                return found
        if node.optional:
            return None
        raise self._unresolved(node)

    def _around(self, node: Reference, path: tuple[str, ...]) -> _Head:
        """What a reference is to that stands inside of it: as Lightbend's library has it, nothing.

        Unless it stands in something that is joined or merged, which is looked up without itself.
        """
        layers: _Layers = self._root
        is_whole = True
        for depth, key in enumerate(node.place, 1):
            layers = self._layers_of(layers, key)
            if depth < len(path):
                continue
            for layer in filter(is_delayed, layers):
                if depth == len(path) and layer is not node and _is_within(node.span, layer.span):
                    return self._without(layer, path)
                is_whole &= depth == len(node.place)
        if not is_whole or (len(layers) > 1 and (not node.is_item or any(map(is_delayed, layers)))):
            return self._at(path)
        if node.optional:
            return None
        raise mistake(node.span, "this value contains itself", codes.BAD_REFERENCE)

    def _without(self, layer: Node, path: tuple[str, ...]) -> _Head:
        """What a key was before an assignment to it."""
        is_new = id(layer) not in self._under_way
        self._under_way.add(id(layer))
        try:
            return self._at(path)
        finally:
            if is_new:
                self._under_way.discard(id(layer))

    def _at(self, path: tuple[str, ...]) -> _Head:
        layers: _Layers = self._root
        whole = True
        for key in path:
            whole = whole and not self._is_under_way(layers)
            layers = self._layers_of(layers, key)
            if not layers:
                return None
        return self._kept_head(path, layers) if whole else self._head(layers)

    def _kept_head(self, path: tuple[str, ...], layers: _Layers) -> _Head:
        """What a key comes to, looked up once: unless a part of it is being looked up."""
        if self._is_under_way(layers):
            return self._head(layers)
        if path not in self._heads:
            self._heads[path] = self._head(layers)
        return self._heads[path]

    def _is_under_way(self, layers: _Layers) -> bool:
        return any(id(each) in self._under_way for each in layers)

    def _layers_of(self, layers: _Layers, key: str) -> _Layers:
        """The assignments to a key inside of an object, no more evaluated than decides it."""
        found: list[Node] = []
        for layer in reversed(self._below(layers)):
            if found and isinstance(found[0], Leaf | ListNode):
                break
            head = self._evaluated(layer)
            if isinstance(head, list):
                found = [*_children(head, key), *found]
            elif head is not None:
                break
        return found

    def _unresolved(self, node: Reference) -> MistakeError:
        name = ".".join(node.path)
        if self._under_way - {id(node)}:
            message = f"`${{{name}}}` is not there, or leads back to itself"
        else:
            message = f"there is no `{name}` in this configuration"
        known = sorted({key for branch in self._root for key in _paths(branch)})
        near = did_you_mean(name, known)
        help_ = [f"did you mean `${{{near}}}`?"] if near else []
        if len(node.path) == 1 and name.isupper():
            help_.append(
                "variables of the environment are not read when compiling; "
                f"`SSBT_PARAM_{name}` gives a parameter its value when the job runs"
            )
        instead = f"${{{near}}}" if near else ""
        code = codes.BAD_REFERENCE
        return mistake(node.span, message, code, help=tuple(help_), instead=instead)

    # ---- values side by side

    def _joined(self, node: Concatenation) -> _Head:
        heads = [self._evaluated(piece) for piece in node.pieces]
        present = [head for head in heads if head is not None]
        if all(isinstance(head, Leaf) for head in present):
            return self._text(node, [head for head in present if isinstance(head, Leaf)])
        solid = [head for head in present if not (isinstance(head, Leaf) and head.is_space)]
        nouns = list(dict.fromkeys(map(_noun, solid)))
        if "a text" in nouns:
            raise mistake(node.span, f"{nouns[0]} and {nouns[1]} cannot be joined")
        joined: _Head = solid[0]
        for head in solid[1:]:
            joined = self._pair(node, joined, head)
        return joined

    def _text(self, node: Concatenation, leaves: list[Leaf]) -> Leaf | None:
        if len(leaves) <= 1:
            return leaves[0] if leaves else None
        text = "".join(leaf.text for leaf in leaves)
        if len(text) > LONGEST_TEXT:
            message = f"this text comes to more than {LONGEST_TEXT:,} characters"
            raise mistake(node.span, message, codes.TOO_LARGE)
        return Leaf(node.span, text, text)

    def _pair(self, node: Concatenation, left: _Head, right: _Head) -> _Head:
        if isinstance(left, list) and isinstance(right, list):
            self._limit(len(left) + len(right), node)
            if isinstance(right, _Closed):
                return right
            return _Closed([*left, *right]) if isinstance(left, _Closed) else [*left, *right]
        left, right = self._as_list(left, right), self._as_list(right, left)
        if isinstance(left, ListNode) and isinstance(right, ListNode):
            self._limit(len(left.items) + len(right.items), node)
            return ListNode(node.span, (*left.items, *right.items))
        message = f"{_noun(left)} and {_noun(right)} cannot be joined"
        raise mistake(node.span, message)

    def _as_list(self, head: _Head, other: _Head) -> _Head:
        """An object whose keys are numbers is a list where the other one is a list."""
        if not isinstance(head, list) or not isinstance(other, ListNode):
            return head
        keys = {key for branch in head for key in branch.fields}
        numbers = sorted(int(key) for key in keys if key.isascii() and key.isdigit())
        if not numbers:
            return head
        found = (self._head(_children(head, str(number))) for number in numbers)
        nodes = (_as_node(each, other.span) for each in found if each is not None)
        return ListNode(other.span, tuple(nodes))


def _is_within(inner: Span, outer: Span) -> bool:
    return inner.path == outer.path and outer.start <= inner.start and inner.end <= outer.end


def _as_node(head: list[Branch] | Leaf | ListNode, span: Span) -> Node:
    return Concatenation(span, tuple(head)) if isinstance(head, list) else head


def _children(branches: Sequence[Branch], key: str) -> list[Node]:
    return [node for branch in branches for node in branch.fields.get(key, ())]


def _noun(head: _Head) -> str:
    if isinstance(head, list):
        return "an object"
    return "a list" if isinstance(head, ListNode) else "a text"


def _paths(branch: Branch, above: str = "") -> set[str]:
    found = set()
    for key, nodes in branch.fields.items():
        found.add(f"{above}{key}")
        for node in nodes:
            if isinstance(node, Branch):
                found |= _paths(node, f"{above}{key}.")
    return found
