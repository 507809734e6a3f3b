"""Merging and looking up: from what files say to what holds.

Every key has a list of assignments, the last one strongest. Objects among them are merged, anything
else hides what is below it. A reference inside an assignment to the same key sees only what is
below that assignment, which is how `path = ${path} [more]` means what was there before.

Where two keys refer to each other, what they come to depends on which of them is looked up first,
and then kept: Lightbend's library takes them as Java's HashMap has them, and so does this module.
"""

from __future__ import annotations

from collections.abc import Sequence

from ssbt.compiler.diagnostics.codes import configuration as codes
from ssbt.compiler.diagnostics.suggestions import did_you_mean
from ssbt.compiler.hocon.heads import (
    ClosedBranches,
    Head,
    Layers,
    check_value_count,
    children_of,
)
from ssbt.compiler.hocon.java import java_order
from ssbt.compiler.hocon.joining import join_heads
from ssbt.compiler.hocon.nodes import (
    Branch,
    Concatenation,
    Leaf,
    ListNode,
    Node,
    Reference,
    is_delayed,
)
from ssbt.compiler.hocon.problems import ConfigurationError, configuration_error
from ssbt.compiler.hocon.undecided import check_decided
from ssbt.compiler.hocon.values import Items, Object, Scalar, Value
from ssbt.compiler.source import Span


def resolve_layers(layers: Sequence[Branch]) -> Object:
    """What the layers say together, the last one strongest; raises ConfigurationError."""
    assert layers
    check_decided(layers)
    value = _Resolver(layers).resolve_value(layers)
    assert isinstance(value, Object)
    return value


class _Resolver:
    """One resolution; `_active` are the assignments being looked up, by identity."""

    def __init__(self, root: Sequence[Branch]) -> None:
        self._root = root
        self._active: set[int] = set()
        self._open: set[int] = set()
        self._values = 0
        self._heads: dict[tuple[str, ...], Head] = {}

    def resolve_value(self, layers: Layers, path: tuple[str, ...] | None = ()) -> Value | None:
        """What assignments to one key come to, with all that is inside; None for nothing.

        `path` leads to the key, None where there is none: inside a list.
        """
        self._count_value(layers[-1])
        delayed = [id(each) for each in layers if isinstance(each, Reference | Concatenation)]
        if self._open.intersection(delayed):
            raise configuration_error(
                layers[-1].span, "this value contains itself", codes.BAD_REFERENCE
            )
        self._open.update(delayed)
        head = self._cached_head(path, layers) if path else self._evaluate_layers(layers)
        result: Value | None
        if isinstance(head, Leaf):
            result = Scalar(head.value, head.text, head.span)
        elif isinstance(head, ListNode):
            items = (self.resolve_value([item], None) for item in head.items)
            result = Items(tuple(each for each in items if each is not None), head.span)
        elif head is None:
            result = None
        else:
            keys = dict.fromkeys(key for branch in head for key in branch.fields)
            children = {
                key: self.resolve_value(
                    children_of(head, key), None if path is None else (*path, key)
                )
                for key in sorted(keys, key=java_order(len(keys)))
            }
            fields = {key: each for key in keys if (each := children[key]) is not None}
            key_spans = {key: span for branch in head for key, span in branch.keys.items()}
            result = Object(fields, head[-1].span, key_spans)
        self._open.difference_update(delayed)
        return result

    def _count_value(self, node: Node) -> None:
        self._values += 1
        check_value_count(self._values, node)

    def _layers_below(self, layers: Layers) -> Layers:
        """Without the assignment that is being looked up, and what is above it."""
        for index, each in enumerate(layers):
            if id(each) in self._active:
                return layers[:index]
        return layers

    def _evaluate_layers(self, layers: Layers) -> Head:
        branches: list[Branch] = []
        for layer in reversed(self._layers_below(layers)):
            head = self._evaluate(layer)
            if isinstance(head, list):
                branches = [*head, *branches]
                if isinstance(head, ClosedBranches):
                    return ClosedBranches(branches)
            elif head is not None:
                return ClosedBranches(branches) if branches else head
        return branches or None

    def _evaluate(self, node: Node) -> Head:
        if isinstance(node, Branch):
            return [node]
        if isinstance(node, Leaf | ListNode):
            return node
        self._count_value(node)
        self._active.add(id(node))
        try:
            if isinstance(node, Reference):
                return self._look_up(node)
            heads = [self._evaluate(piece) for piece in node.pieces]
            return join_heads(node, heads, self._evaluate_layers)
        finally:
            self._active.discard(id(node))

    def _look_up(self, node: Reference) -> Head:
        paths = dict.fromkeys(((*node.prefix, *node.path), node.path))
        for path in paths:
            self._check_hidden_value(node, path)
            head = (
                self._look_up_from_inside(node, path)
                if node.is_inside(path)
                else self._look_up_path(path)
            )
            if head is not None:
                return head
        if node.optional:
            return None
        raise self._unresolved_error(node)

    def _check_hidden_value(self, node: Reference, path: tuple[str, ...]) -> None:
        """Refuse a reference into the object that it stands in, if that replaces a text or list.

        Lightbend's library merges the two late, and an optional reference into them is lost.
        """
        layers: Layers = self._root
        for key, owner_key in zip(path[:-1], node.owner_path, strict=False):
            if key != owner_key:
                return
            layers = self._find_assignments(layers, key)
            hidden = isinstance(layers[0], Leaf | ListNode) if layers else False
            if hidden and any(isinstance(each, Branch) for each in layers[1:]):
                message = (
                    "this value contains itself, by way of an object that replaces another value"
                )
                raise configuration_error(node.span, message, codes.BAD_REFERENCE)

    def _look_up_from_inside(self, node: Reference, path: tuple[str, ...]) -> Head:
        """What a reference is to that stands inside it: as Lightbend's library has it, nothing.

        Unless it stands in something that is joined or merged, which is looked up without itself.
        """
        layers: Layers = self._root
        is_whole = True
        for depth, key in enumerate(node.owner_path, 1):
            layers = self._find_assignments(layers, key)
            if depth < len(path):
                continue
            for layer in filter(is_delayed, layers):
                if depth == len(path) and layer is not node and _is_within(node.span, layer.span):
                    return self._look_up_without(layer, path)
                is_whole &= depth == len(node.owner_path)
        if not is_whole or (len(layers) > 1 and (not node.is_item or any(map(is_delayed, layers)))):
            return self._look_up_path(path)
        if node.optional:
            return None
        raise configuration_error(node.span, "this value contains itself", codes.BAD_REFERENCE)

    def _look_up_without(self, layer: Node, path: tuple[str, ...]) -> Head:
        """What a key was before an assignment to it."""
        is_new = id(layer) not in self._active
        self._active.add(id(layer))
        try:
            return self._look_up_path(path)
        finally:
            if is_new:
                self._active.discard(id(layer))

    def _look_up_path(self, path: tuple[str, ...]) -> Head:
        layers: Layers = self._root
        is_cacheable = True
        for key in path:
            is_cacheable = is_cacheable and not self._is_active(layers)
            layers = self._find_assignments(layers, key)
            if not layers:
                return None
        return self._cached_head(path, layers) if is_cacheable else self._evaluate_layers(layers)

    def _cached_head(self, path: tuple[str, ...], layers: Layers) -> Head:
        """What a key comes to, looked up once: unless a part of it is being looked up."""
        if self._is_active(layers):
            return self._evaluate_layers(layers)
        if path not in self._heads:
            self._heads[path] = self._evaluate_layers(layers)
        return self._heads[path]

    def _is_active(self, layers: Layers) -> bool:
        return any(id(each) in self._active for each in layers)

    def _find_assignments(self, layers: Layers, key: str) -> Layers:
        """The assignments to a key inside an object, no more evaluated than decides it."""
        assignments: list[Node] = []
        for layer in reversed(self._layers_below(layers)):
            if assignments and isinstance(assignments[0], Leaf | ListNode):
                break
            head = self._evaluate(layer)
            if isinstance(head, list):
                assignments = [*children_of(head, key), *assignments]
            elif head is not None:
                break
        return assignments

    def _unresolved_error(self, node: Reference) -> ConfigurationError:
        name = ".".join(node.path)
        if self._active - {id(node)}:
            message = f"`${{{name}}}` is not there, or leads back to itself"
        else:
            message = f"there is no `{name}` in this configuration"
        known_paths = sorted({key for branch in self._root for key in _collect_paths(branch)})
        near = did_you_mean(name, known_paths)
        help_ = [f"did you mean `${{{near}}}`?"] if near else []
        if len(node.path) == 1 and name.isupper():
            help_.append(
                "variables of the environment are not read when compiling; "
                f"`SSBT_PARAM_{name}` gives a parameter its value when the job runs"
            )
        instead = f"${{{near}}}" if near else ""
        code = codes.BAD_REFERENCE
        return configuration_error(node.span, message, code, help=tuple(help_), instead=instead)


def _is_within(inner: Span, outer: Span) -> bool:
    return inner.path == outer.path and outer.start <= inner.start and inner.end <= outer.end


def _collect_paths(branch: Branch, prefix: str = "") -> set[str]:
    paths = set()
    for key, nodes in branch.fields.items():
        paths.add(f"{prefix}{key}")
        for node in nodes:
            if isinstance(node, Branch):
                paths |= _collect_paths(node, f"{prefix}{key}.")
    return paths
