"""Text to AST, with every mistake that can be distinguished.

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
from ssbt.compiler.syntax.building.declarations import DeclarationBuilder
from ssbt.compiler.syntax.engine import Engine, UnexpectedTokenError
from ssbt.compiler.syntax.tables import load_tables


class ParsedFile(Struct, frozen=True):
    """A file's AST, whole or with broken parts, and what was found on the way."""

    file: d.File
    findings: tuple[Diagnostic, ...]


class Fragment(Struct, frozen=True):
    """What came of a piece of text: a node, or None where it does not parse.

    `comments` are the offsets in the file at which they start and end. Of a text that does not
    parse, `stop` is how far it was understood, `is_unfinished` whether that is to its end, and
    `is_valid_prefix` whether the text up to there would parse.
    """

    node: Any
    findings: tuple[Diagnostic, ...]
    comments: tuple[tuple[int, int], ...] = ()
    stop: int = 0
    is_unfinished: bool = False
    is_valid_prefix: bool = False


DeclarationParser = Callable[[Source, int, int], Fragment]


def parse_file(
    source: Source,
    declaration_parser: DeclarationParser | None = None,
    *,
    is_broken: bool = False,
) -> ParsedFile:
    """The AST of a file. Never raises for what a file may contain.

    `declaration_parser` parses a piece of a file with mistakes, if one is known already. With
    `is_broken`, it is known that the file does not parse as a whole.
    """
    refusal = encoding.check_readable(source)
    if refusal is not None:
        return ParsedFile(d.File(Span(source.path, 0, 0), (), ()), (refusal,))
    bounds = encoding.body_bounds(source)
    whole = Fragment(None, ()) if is_broken else parse_fragment(source, "file", *bounds)
    declarations, findings, comment_bounds = whole.node, whole.findings, whole.comments
    if declarations is None:
        from ssbt.compiler.syntax.recovery import recover_declarations

        declarations, recovered_findings = recover_declarations(
            source, declaration_parser or parse_declaration
        )
        # The pieces may do where the whole does not; it is a mistake all the same.
        findings = tuple(recovered_findings)
        if not findings:
            findings = whole.findings or parse_fragment(source, "file", *bounds).findings
        comment_bounds = tuple(_find_comment_bounds(source)) if declarations else ()
    file = d.File(
        Span(source.path, 0, len(source.text)),
        declarations,
        _build_comments(source, comment_bounds),
    )
    return ParsedFile(file, tuple(findings))


def parse_declaration(source: Source, begin: int, end: int) -> Fragment:
    """A piece of a file, parsed as a declaration."""
    return parse_fragment(source, "declaration", begin, end)


def parse_expression(text: str) -> Any:
    """The expression that a text is; None where it is none."""
    source = Source("", f"where {text}")
    if any(sign in text for sign in "#\r\n"):
        return None
    fragment = parse_fragment(source, "step", 0, len(source.text))
    return None if fragment.findings or fragment.node is None else fragment.node.condition


def find_comments(source: Source) -> tuple[d.Comment, ...]:
    """The comments of a file, whether it parses or not."""
    return _build_comments(source, _find_comment_bounds(source))


def parse_fragment(
    source: Source, start: str, begin: int, end: int, text: str | None = None
) -> Fragment:
    """`source.text[begin:end]`, or `text` in its place, parsed as a `start`."""
    piece = source.text[begin:end] if text is None else text
    builder = DeclarationBuilder(source.path, begin, piece)
    engine = Engine(load_tables(), piece, source.path, begin)
    try:
        node = engine.parse(start, builder)
    except UnexpectedTokenError as error:
        from ssbt.compiler.syntax.syntax_errors import diagnose_syntax_error

        mistake = diagnose_syntax_error(source, start, begin, piece, error)
        # What was found inside it follows from it.
        findings = (*(each for each in builder.findings if not _holds(mistake, each)), mistake)
        stop = begin + error.offset
        return Fragment(None, findings, (), stop, error.is_at_end(), error.can_end())
    comments = tuple(
        (begin + comment_start, begin + comment_end)
        for comment_start, comment_end in engine.lexer.comments
    )
    return Fragment(node, tuple(builder.findings), comments)


def _holds(mistake: Diagnostic, finding: Diagnostic) -> bool:
    outer, inner = mistake.primary.span, finding.primary.span
    return outer.start <= inner.start and inner.end <= outer.end


def _build_comments(source: Source, bounds: Iterable[tuple[int, int]]) -> tuple[d.Comment, ...]:
    texts = ((start, source.text[start:end].rstrip()) for start, end in bounds)
    return tuple(d.Comment(Span(source.path, at, at + len(text)), text) for at, text in texts)


def _find_comment_bounds(source: Source) -> Iterator[tuple[int, int]]:
    """Where comments are, told without the grammar."""
    from ssbt.compiler.syntax.tokens import tokenize_file

    tokens = tokenize_file(source.text)
    return ((token.start, token.end) for token in tokens if token.kind == "comment")
