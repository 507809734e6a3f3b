"""Names in the order of what needs what, without recursion: chains may be long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
import re

from ssbt.compiler.resolve.expressions.walking import nodes
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import steps as s

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def behind_their_needs(
    wanted: Iterable[str], needs: Callable[[str], Iterable[str]]
) -> Iterator[str]:
    """The wanted names and all that they need, each behind what it needs; in a cycle, anyhow."""
    done: set[str] = set()
    opened: set[str] = set()
    waiting = list(wanted)[::-1]
    while waiting:
        name = waiting[-1]
        missing = []
        if name not in opened:
            opened.add(name)
            missing = [need for need in needs(name) if need not in opened]
        if missing:
            waiting += missing[::-1]
            continue
        waiting.pop()
        if name not in done:
            done.add(name)
            yield name


def named_datasets(node: d.Let) -> Iterator[str]:
    """The names, in lower case, that the query of a `let` may take datasets by."""
    for part in nodes(node.query):
        if isinstance(part, s.DatasetUse):
            yield part.name.text.casefold()
        elif isinstance(part, s.Sql):
            for text in part.query.parts:
                if isinstance(text, str):
                    yield from (name.casefold() for name in _PLACEHOLDER.findall(text))
