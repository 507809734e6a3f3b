"""Text to AST, with every mistake that can be told apart.

A file without mistakes is parsed once. Where that fails, `recovery` cuts the file into
declarations, steps and entries, and each is parsed on its own, so that one mistake hides none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
import os
from pathlib import Path
from typing import Any

from lark import Lark, LarkError
from lark.exceptions import UnexpectedInput, VisitError

from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax import encoding
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.building import Builder
from ssbt.compiler.syntax.mistakes import syntax_mistake

STARTS = ["file", "declaration", "step", "entry", "schema_column", "expect_rule"]


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
    parser, builder = _parser()
    piece = source.text[begin:end] if text is None else text
    builder.begin(source.path, begin, piece)
    try:
        node = builder.transform(parser.parse(piece, start=start))
    except UnexpectedInput as error:
        mistake = syntax_mistake(source, start, begin, piece, error)
        return Fragment(None, (*builder.findings, mistake))
    except VisitError as error:
        raise error.orig_exc from error
    return Fragment(node, tuple(builder.findings))


@cache
def _parser() -> tuple[Lark, Builder]:
    """The parser and the builder that it reduces into, made once a process."""
    builder = Builder()
    grammar = (files("ssbt.grammar") / "ssbt.lark").read_text(encoding="utf-8")
    options: dict[str, Any] = {
        "parser": "lalr",
        "start": STARTS,
        "propagate_positions": True,
        "maybe_placeholders": True,
    }
    try:
        # Lark saves its tables there and reads them back when grammar and versions agree.
        return Lark(grammar, cache=str(_tables()), **options), builder
    except (OSError, LarkError):
        return Lark(grammar, **options), builder


def _tables() -> Path:
    """The file of the saved parser, below the user's cache folder."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(root) / "ssbt"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "parser.lark"


def _comments(source: Source) -> Iterator[d.Comment]:
    """The comments of a file, in order."""
    from ssbt.compiler.syntax.tokens import tokens

    if "#" not in source.text:
        return
    for token in tokens(source.text):
        if token.kind == "comment":
            span = Span(source.path, token.start, token.end)
            yield d.Comment(span, source.text[token.start : token.end].rstrip())
