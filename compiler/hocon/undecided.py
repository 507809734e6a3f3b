"""References whose value depends on what is looked up first: refused.

Two keys lead to each other, at least one of them into the other: one has several assignments, and
one is an object. Or an item of a list refers into its own list, as into an object. Lightbend's
library then keeps what it has found of one key while it was looking for the other, in an order of
its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ssbt.compiler.diagnostics.codes import configuration as codes
from ssbt.compiler.hocon.nodes import (
    Branch,
    Concatenation,
    ListNode,
    Node,
    Reference,
    is_delayed,
)
from ssbt.compiler.hocon.problems import configuration_error

Path = tuple[str, ...]
_MOST_COMPARISONS = 1_000_000


def check_decided(layers: Sequence[Branch]) -> None:
    """Refuse a reference whose value is not decided; raises ConfigurationError."""
    _Check(layers).run()


class _Check:
    def __init__(self, layers: Sequence[Branch]) -> None:
        self._layers = layers
        self._references = [each for layer in layers for each in _iterate_references(layer)]
        # By a key that they stand in, or below, and the key that they refer to, or into.
        self._by_keys: dict[tuple[Path, str], list[Reference]] = {}
        self._assignments: dict[Path, list[Node]] = {}
        self._comparisons = 0

    def run(self) -> None:
        for each in self._references:
            for path in _paths(each):
                for key in _beginnings(each.owner_path):
                    self._by_keys.setdefault((key, path[0]), []).append(each)
        for each in self._references:
            for path in _paths(each):
                if self._leads_into_own_list(each, path):
                    message = "this value contains itself, by way of the list that it stands in"
                    raise configuration_error(each.span, message, codes.BAD_REFERENCE)
                other = self._find_counterpart(each, path)
                if other is not None:
                    name, other_name = ".".join(each.path), ".".join(other.path)
                    message = (
                        f"this value contains itself: `${{{name}}}` and `${{{other_name}}}` lead to"
                        " each other, by way of an object and of a value that replaces another"
                    )
                    raise configuration_error(each.span, message, codes.BAD_REFERENCE)

    def _leads_into_own_list(self, reference: Reference, path: Path) -> bool:
        owner = reference.owner_path
        is_into = len(path) > len(owner) and path[: len(owner)] == owner
        return reference.is_item and is_into and len(self._list_assignments(owner)) > 1

    def _find_counterpart(self, reference: Reference, path: Path) -> Reference | None:
        """A reference back from what one leads to, if the two together are not decided."""
        owner = reference.owner_path
        common = next(
            (n for n, (a, b) in enumerate(zip(owner, path, strict=False)) if a != b), None
        )
        if common is None or not self._is_undecided(owner[: common + 1], path[: common + 1]):
            return None
        for key in (path, *_beginnings(path[:-1])):
            for other in self._by_keys.get((key, owner[0]), ()):
                if key != path and other.owner_path != key:
                    continue
                self._comparisons += 1
                if self._comparisons > _MOST_COMPARISONS:
                    message = "there are too many references between two keys"
                    raise configuration_error(reference.span, message, codes.TOO_LARGE)
                is_into = other.owner_path != path
                if any(
                    _is_related(each, owner) and (is_into or each != owner)
                    for each in _paths(other)
                ):
                    return other
        return None

    def _is_undecided(self, first: Path, second: Path) -> bool:
        """Whether one of two keys has several assignments, with references, one is an object."""
        both = [self._list_assignments(key) for key in (first, second)]
        is_merged = any(len(nodes) > 1 and any(map(is_delayed, nodes)) for nodes in both)
        return is_merged and any(isinstance(node, Branch) for nodes in both for node in nodes)

    def _list_assignments(self, path: Path) -> list[Node]:
        """The assignments to a key, as they are written."""
        if path not in self._assignments:
            above: Sequence[Node] = self._list_assignments(path[:-1]) if path[:-1] else self._layers
            self._assignments[path] = [
                node
                for branch in above
                if isinstance(branch, Branch)
                for node in branch.fields.get(path[-1], ())
            ]
        return self._assignments[path]


def _paths(reference: Reference) -> Iterator[Path]:
    """Where a reference may lead, in an included file to a path below another, too."""
    yield reference.path
    if reference.prefix:
        yield (*reference.prefix, *reference.path)


def _beginnings(path: Path) -> list[Path]:
    return [path[:length] for length in range(1, len(path) + 1)]


def _is_related(one: Path, other: Path) -> bool:
    length = min(len(one), len(other))
    return one[:length] == other[:length]


def _iterate_references(root: Node) -> Iterator[Reference]:
    pending: list[Node] = [root]
    while pending:
        node = pending.pop()
        match node:
            case Reference():
                yield node
            case Concatenation():
                pending += reversed(node.pieces)
            case ListNode():
                pending += reversed(node.items)
            case Branch():
                fields = [each for nodes in node.fields.values() for each in nodes]
                pending += reversed(fields)
