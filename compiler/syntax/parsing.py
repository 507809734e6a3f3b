"""Text to AST, with every mistake that can be told apart.

A file without mistakes is parsed once. Where that fails, `recovery` cuts the file into
declarations, steps and entries, and each is parsed on its own, so that one mistake hides none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec import Struct

from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax import encoding
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.building.declarations import Builder
from ssbt.compiler.syntax.engine import Engine, StumbleError
from ssbt.compiler.syntax.mistakes import syntax_mistake
from ssbt.compiler.syntax.tables import tables


class Parsed(Struct, frozen=True):
    """A file's AST, whole or with broken parts, and what was found on the way."""

    file: d.File
    findings: tuple[Diagnostic, ...]


class Fragment(Struct, frozen=True):
    """What came of a piece of text: a node, or None where it does not parse.

    `comments` are the offsets in the file at which they start and end. Of a text that does not
    parse, `stop` is how far it was understood, `is_unfinished` whether that is to its end, and
    `is_followed` whether the text up to there would parse.
    """

    node: Any
    findings: tuple[Diagnostic, ...]
    comments: tuple[tuple[int, int], ...] = ()
    stop: int = 0
    is_unfinished: bool = False
    is_followed: bool = False


DeclarationReader = Callable[[Source, int, int], Fragment]


def parsed(source: Source, declaration: DeclarationReader | None = None) -> Parsed:
    """The AST of a file. Never raises for what a file may contain.

    `declaration` parses a piece of a file with mistakes, if something is known of its pieces.
    """
    refusal = encoding.refusal(source)
    if refusal is not None:
        return Parsed(d.File(Span(source.path, 0, 0), (), ()), (refusal,))
    whole = fragment(source, "file", *encoding.body(source))
    declarations, findings, places = whole.node, whole.findings, whole.comments
    if declarations is None:
        from ssbt.compiler.syntax.recovery import recovered

        declarations, found = recovered(source, declaration or read_declaration)
        # The pieces may do where the whole does not; it is a mistake all the same.
        findings = tuple(found) or whole.findings
        places = tuple(_comment_places(source)) if declarations else ()
    file = d.File(
        Span(source.path, 0, len(source.text)), declarations, _comment_nodes(source, places)
    )
    return Parsed(file, tuple(findings))


def read_declaration(source: Source, begin: int, end: int) -> Fragment:
    """A piece of a file, parsed as a declaration."""
    return fragment(source, "declaration", begin, end)


def comments(source: Source) -> tuple[d.Comment, ...]:
    """The comments of a file, whether it parses or not."""
    return _comment_nodes(source, _comment_places(source))


def fragment(source: Source, start: str, begin: int, end: int, text: str | None = None) -> Fragment:
    """`source.text[begin:end]`, or `text` in its place, parsed as a `start`."""
    piece = source.text[begin:end] if text is None else text
    builder = Builder(source.path, begin, piece)
    engine = Engine(tables(), piece, source.path, begin)
    try:
        node = engine.parsed(start, builder)
    except StumbleError as stumble:
        mistake = syntax_mistake(source, start, begin, piece, stumble)
        found = (*builder.findings, mistake)
        stop = begin + stumble.offset
        return Fragment(None, found, (), stop, stumble.is_at_end(), stumble.could_end())
    comments = tuple((begin + one, begin + other) for one, other in engine.lexer.comments)
    return Fragment(node, tuple(builder.findings), comments)


def _comment_nodes(source: Source, places: Iterable[tuple[int, int]]) -> tuple[d.Comment, ...]:
    texts = ((start, source.text[start:end].rstrip()) for start, end in places)
    return tuple(d.Comment(Span(source.path, at, at + len(text)), text) for at, text in texts)


def _comment_places(source: Source) -> Iterator[tuple[int, int]]:
    """Where comments are, told without the grammar."""
    from ssbt.compiler.syntax.tokens import tokens

    return ((token.start, token.end) for token in tokens(source.text) if token.kind == "comment")
