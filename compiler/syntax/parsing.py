"""Text to AST, with every mistake that can be told apart.

A file without mistakes is parsed once. Where that fails, `recovery` cuts the file into
declarations, steps and entries, and each is parsed on its own, so that one mistake hides none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax import encoding
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.building import Builder
from ssbt.compiler.syntax.engine import Engine, Stumble
from ssbt.compiler.syntax.mistakes import syntax_mistake
from ssbt.compiler.syntax.tables import tables


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file's AST, whole or with broken parts, and what was found on the way."""

    file: d.File
    findings: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Fragment:
    """What came of a piece of text: a node, or None where it does not parse."""

    node: Any
    findings: tuple[Diagnostic, ...]


def parsed(source: Source) -> Parsed:
    """The AST of a file. Never raises for what a file may contain."""
    refusal = encoding.refusal(source)
    if refusal is not None:
        return Parsed(d.File(Span(source.path, 0, 0), (), ()), (refusal,))
    whole = fragment(source, "file", *encoding.body(source))
    if whole.node is None:
        from ssbt.compiler.syntax.recovery import recovered

        declarations, findings = recovered(source)
    else:
        declarations, findings = whole.node, list(whole.findings)
    span = Span(source.path, 0, len(source.text))
    comments = tuple(_comments(source))
    return Parsed(d.File(span, declarations, comments), tuple(findings))


def fragment(source: Source, start: str, begin: int, end: int, text: str | None = None) -> Fragment:
    """`source.text[begin:end]`, or `text` in its place and of its length, parsed as a `start`."""
    piece = source.text[begin:end] if text is None else text
    builder = Builder(source.path, begin, piece)
    engine = Engine(tables(), piece, source.path, begin)
    try:
        node = engine.parsed(start, builder)
    except Stumble as stumble:
        mistake = syntax_mistake(source, start, begin, piece, stumble)
        return Fragment(None, (*builder.findings, mistake))
    return Fragment(node, tuple(builder.findings))


def _comments(source: Source) -> Iterator[d.Comment]:
    """The comments of a file, in order."""
    from ssbt.compiler.syntax.tokens import tokens

    if "#" not in source.text:
        return
    for token in tokens(source.text):
        if token.kind == "comment":
            span = Span(source.path, token.start, token.end)
            yield d.Comment(span, source.text[token.start : token.end].rstrip())
