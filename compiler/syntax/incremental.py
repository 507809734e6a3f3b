"""Parsing a file that is being typed: a declaration is parsed again only where its text changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, cast

from msgspec import Struct

from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax import cutting, encoding
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast.expressions import Node
from ssbt.compiler.syntax.parsing import Fragment, Parsed, comments, fragment, parsed


class _Parsed(Struct, frozen=True):
    """A declaration without mistakes, and the offset in the file at which it was parsed."""

    begin: int
    node: d.Declaration


class DeclarationCache:
    """The declarations of the last version of each file, by their text.

    The tree is that of `parsing.parsed`: where all pieces are declarations without a mistake, so
    is the file, and these are its declarations; a file with a mistake is parsed as a whole, too.
    """

    def __init__(self) -> None:
        self._files: dict[str, dict[str, _Parsed]] = {}

    def parsed(self, source: Source) -> Parsed:
        """The AST of a file; see `parsing.parsed`."""
        if encoding.refusal(source) is not None:
            return parsed(source)
        version = _Version(self._files.get(source.path, {}))
        result = version.clean(source) or parsed(source, version.declaration)
        self._files[source.path] = version.now
        return result

    def forget(self, path: str) -> None:
        """Keep nothing of a file that was closed."""
        self._files.pop(path, None)


class _Version:
    """One version of a file, after another one with the declarations `before`."""

    def __init__(self, before: dict[str, _Parsed]) -> None:
        self._before = before
        self.now: dict[str, _Parsed] = {}

    def clean(self, source: Source) -> Parsed | None:
        """The file, None where a piece has a mistake or is no declaration."""
        nodes: list[d.Declaration] = []
        for piece in cutting.declarations(source):
            got = self.declaration(source, piece.begin, piece.end)
            if got.node is None or got.findings:
                return None
            nodes.append(got.node)
        span = Span(source.path, 0, len(source.text))
        return Parsed(d.File(span, tuple(nodes), comments(source)), ())

    def declaration(self, source: Source, begin: int, end: int) -> Fragment:
        """What `fragment` makes of a piece of the file."""
        text = source.text[begin:end]
        known = self.now.get(text) or self._before.get(text)
        if known is not None:
            node = moved(known.node, begin - known.begin)
        else:
            got = fragment(source, "declaration", begin, end)
            if got.node is None or got.findings:
                return got
            node = got.node
        self.now[text] = _Parsed(begin, node)
        return Fragment(node, ())


def moved(node: d.Declaration, distance: int) -> d.Declaration:
    """The same declaration so many characters further on in its file."""
    return node if distance == 0 else cast("d.Declaration", _moved(node, distance))


def _moved(value: object, distance: int) -> object:
    if isinstance(value, Node):
        span = value.span
        place = Span(span.path, span.start + distance, span.end + distance)
        parts = [_moved(part, distance) for part in _parts_of(type(value))(value)]
        return type(value)(place, *parts)
    if type(value) is tuple:
        return tuple([_moved(part, distance) for part in value])
    return value


@cache
def _parts_of(kind: type[Node]) -> Callable[[Node], list[Any]]:
    """Reads the fields of a node but for its place, which comes first."""
    names = kind.__struct_fields__[1:]
    return lambda node: [getattr(node, name) for name in names]
