"""Names in the order of what needs what, without recursion: chains may be long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.resolve.expressions.walking import nodes
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import steps as s

_PLACEHOLDER = lazy_pattern(r"\{(\w+)\}")


def order_by_dependencies(
    names: Iterable[str], find_dependencies: Callable[[str], Iterable[str]]
) -> Iterator[str]:
    """The wanted names and their dependencies, each after its own; in a cycle, in any order."""
    yielded: set[str] = set()
    visited: set[str] = set()
    stack = list(names)[::-1]
    while stack:
        name = stack[-1]
        unvisited = []
        if name not in visited:
            visited.add(name)
            unvisited = [
                dependency for dependency in find_dependencies(name) if dependency not in visited
            ]
        if unvisited:
            stack += unvisited[::-1]
            continue
        stack.pop()
        if name not in yielded:
            yielded.add(name)
            yield name


def referenced_datasets(node: d.Let) -> Iterator[str]:
    """The names, in lower case, that the query of a `let` may take datasets by."""
    for part in nodes(node.query):
        if isinstance(part, s.DatasetUse):
            yield part.name.text.casefold()
        elif isinstance(part, s.Sql):
            for text in part.query.parts:
                if isinstance(text, str):
                    yield from (name.casefold() for name in _PLACEHOLDER.findall(text))
