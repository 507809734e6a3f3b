"""Parsing a file that is being typed: a declaration is parsed again only where its text changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, cast

from msgspec import Struct

from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax import encoding
from ssbt.compiler.syntax import splitting as cutting
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast.nodes import Node
from ssbt.compiler.syntax.parsing import (
    Fragment,
    ParsedFile,
    find_comments,
    parse_file,
    parse_fragment,
)


class _CachedDeclaration(Struct, frozen=True):
    """A declaration without mistakes, and the offset in the file at which it was parsed."""

    begin: int
    node: d.Declaration


class DeclarationCache:
    """The declarations of the last version of each file, by their text.

    The tree is that of `parsing.parsed`: where all pieces are declarations, so is the file, and
    these are its declarations. A mistake inside one is one of the file.
    """

    def __init__(self) -> None:
        self._files: dict[str, dict[str, _CachedDeclaration]] = {}

    def parse(self, source: Source) -> ParsedFile:
        """The AST of a file; see `parsing.parsed`."""
        if encoding.check_readable(source) is not None:
            return parse_file(source)
        version = _FileVersion(self._files.get(source.path, {}))
        result = version.parse_pieces(source)
        if result is None:
            parser = version.parse_declaration
            result = parse_file(source, parser, is_broken=version.is_broken)
        self._files[source.path] = version.declarations
        return result

    def forget(self, path: str) -> None:
        """Keep nothing of a file that was closed."""
        self._files.pop(path, None)


class _FileVersion:
    """One version of a file, after another one with the declarations `before`."""

    def __init__(self, previous: dict[str, _CachedDeclaration]) -> None:
        self._previous = previous
        self.declarations: dict[str, _CachedDeclaration] = {}
        self.is_broken = False

    def parse_pieces(self, source: Source) -> ParsedFile | None:
        """The file, None where a piece is no declaration.

        Afterwards, `is_broken` says that the file as a whole does not parse either.
        """
        nodes: list[d.Declaration] = []
        findings: list[Diagnostic] = []
        pieces = cutting.split_declarations(source)
        for piece in pieces:
            result = self.parse_declaration(source, piece.begin, piece.end)
            if result.node is None:
                following = next(pieces, None)
                if result.is_unfinished and following is not None:
                    result = parse_fragment(source, "file", piece.begin, following.end)
                # What comes before it parses: so does the file, up to the same place.
                self.is_broken = result.node is None and not result.is_unfinished
                return None
            nodes.append(result.node)
            findings += result.findings
        span = Span(source.path, 0, len(source.text))
        return ParsedFile(d.File(span, tuple(nodes), find_comments(source)), tuple(findings))

    def parse_declaration(self, source: Source, begin: int, end: int) -> Fragment:
        """What `fragment` makes of a piece of the file."""
        text = source.text[begin:end]
        cached = self.declarations.get(text) or self._previous.get(text)
        if cached is not None:
            node = shift_declaration(cached.node, begin - cached.begin)
        else:
            result = parse_fragment(source, "declaration", begin, end)
            if result.node is None or result.findings:
                return result
            node = result.node
        self.declarations[text] = _CachedDeclaration(begin, node)
        return Fragment(node, ())


def shift_declaration(node: d.Declaration, distance: int) -> d.Declaration:
    """The same declaration this many characters further on in its file."""
    return node if distance == 0 else cast("d.Declaration", _shift_node(node, distance))


def _shift_node(value: object, distance: int) -> object:
    if isinstance(value, Node):
        span = value.span
        shifted_span = Span(span.path, span.start + distance, span.end + distance)
        parts = [_shift_node(part, distance) for part in _field_reader(type(value))(value)]
        return type(value)(shifted_span, *parts)
    if type(value) is tuple:
        return tuple([_shift_node(part, distance) for part in value])
    return value


@cache
def _field_reader(node_type: type[Node]) -> Callable[[Node], list[Any]]:
    """Reads the fields of a node but for its place, which comes first."""
    names = node_type.__struct_fields__[1:]
    return lambda node: [getattr(node, name) for name in names]
