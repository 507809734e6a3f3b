"""Parsing a file that has mistakes, piece by piece.

The pieces are found without the grammar: a declaration begins with its keyword at the beginning
of a line, a step with `|>`, an entry after a new line or a comma in a block.
"""

from __future__ import annotations

from collections.abc import Iterator
import re

from msgspec import Struct
from msgspec.structs import replace

from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax import encoding
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.syntax.mistakes import DECLARATIONS
from ssbt.compiler.syntax.parsing import fragment
from ssbt.compiler.syntax.tokens import Token, tokens

_KEYWORDS = frozenset([*DECLARATIONS, "stream"])
_ENTRIES = {"schema": "schema_column", "expect": "expect_rule"}
_ENTRY = re.compile(r"(?:[^\W\d][\w.]*|`[^`\r\n]+`|\"[^\"\r\n]*\")\s*(?:[=:{]|\w+\s*\{)")
_HEAD = re.compile(r"(stream\s+source|\w+)\s+(?:([^\W\d]\w*)|`((?:[^`\r\n]|``)+)`)?", re.IGNORECASE)


class Piece(Struct, frozen=True):
    """A stretch of the file: offsets, and the tokens in it."""

    begin: int
    end: int
    tokens: tuple[Token, ...]


def recovered(source: Source) -> tuple[tuple[d.Declaration, ...], list[Diagnostic]]:
    """The declarations of a file that does not parse as a whole, and all its mistakes."""
    declarations: list[d.Declaration] = []
    findings: list[Diagnostic] = []
    for piece in _declarations(source):
        got = fragment(source, "declaration", piece.begin, piece.end)
        if got.node is not None:
            declarations.append(got.node)
            findings += got.findings
            continue
        node, inner = _repaired(source, piece)
        declarations.append(node)
        findings += inner or got.findings
    return tuple(declarations), findings


def _declarations(source: Source) -> Iterator[Piece]:
    """The file cut where declarations begin."""
    begin, end = encoding.body(source)
    shifted = [
        Token(t.kind, t.start + begin, t.end + begin, t.first)
        for t in tokens(source.text[begin:end])
    ]
    visible = [t for t in shifted if t.kind not in ("newline", "comment")]
    starts = [i for i, t in enumerate(visible) if _begins(source, visible, i)]
    if visible and (not starts or starts[0] != 0):
        starts.insert(0, 0)
    for number, index in enumerate(starts):
        last = starts[number + 1] if number + 1 < len(starts) else len(visible)
        inside = tuple(visible[index:last])
        yield Piece(inside[0].start, inside[-1].end, inside)


def _begins(source: Source, visible: list[Token], index: int) -> bool:
    """Whether a declaration begins here: its keyword, first on its line, before a name."""
    token = visible[index]
    if token.kind != "word" or not token.first:
        return False
    word = source.text[token.start : token.end].lower()
    if index + 1 >= len(visible):
        return False
    following = visible[index + 1]
    at_margin = token.start == 0 or source.text[token.start - 1] in "\r\n"
    if word not in _KEYWORDS:
        return at_margin and _looks_declared(source, visible[index + 1 : index + 3])
    if word in ("import", "test"):
        return following.kind in ("string", "open_string")
    if following.kind in ("word", "name"):
        return True
    # `source = …` is an option and `schema,` a column, unless nothing is before it on its line.
    return at_margin and following.kind == "open" and word != "transform"


def _looks_declared(source: Source, following: list[Token]) -> bool:
    """Whether the two tokens behind an unknown word are as in a declaration: `paid =`."""
    if len(following) < 2 or following[0].kind not in ("word", "name"):
        return False
    second = source.text[following[1].start : following[1].end].lower()
    return second in ("=", "{", ":", "from", "to", "(")


def _repaired(source: Source, piece: Piece) -> tuple[d.Declaration, list[Diagnostic]]:
    """A declaration with its broken parts left out, and their mistakes."""
    match = _HEAD.match(source.text, piece.begin, piece.end)
    keyword = " ".join(match.group(1).lower().split()) if match else ""
    if keyword in ("let", "transform"):
        return _repaired_query(source, piece, keyword)
    if keyword in ("pipeline", "schema", "source", "stream source", "sink", "connection", "expect"):
        return _repaired_block(source, piece, keyword)
    return _broken(source, piece), []


def _broken(source: Source, piece: Piece) -> d.BrokenDeclaration:
    match = _HEAD.match(source.text, piece.begin, piece.end)
    span = Span(source.path, piece.begin, piece.end)
    if match is None:
        return d.BrokenDeclaration(span, "", None)
    group = 2 if match.group(2) else 3
    keyword = " ".join(match.group(1).lower().split())
    if not match.group(group):
        return d.BrokenDeclaration(span, keyword, None)
    place = Span(source.path, match.start(group), match.end(group))
    name = e.Name(place, match.group(group).replace("``", "`"))
    return d.BrokenDeclaration(span, keyword, name)


def _repaired_query(
    source: Source, piece: Piece, keyword: str
) -> tuple[d.Declaration, list[Diagnostic]]:
    """A `let` or `transform`: its head and each of its steps on their own."""
    cuts = _depth_cuts(piece.tokens, "pipe")
    bounds = [piece.begin, *(t.start for t in cuts), piece.end]
    findings: list[Diagnostic] = []
    head = fragment(source, "declaration", bounds[0], bounds[1])
    findings += head.findings
    steps: list[s.Step] = []
    for token, end in zip(cuts, bounds[2:], strict=True):
        got = fragment(source, "step", token.end, end)
        findings += got.findings
        steps.append(got.node or s.BrokenStep(Span(source.path, token.end, end)))
    if head.node is None or not isinstance(head.node, d.Let | d.Transform):
        return _broken(source, piece), findings
    span = Span(source.path, piece.begin, piece.end)
    query = replace(head.node.query, span=span, steps=tuple(steps))
    return replace(head.node, span=span, query=query), findings


def _depth_cuts(inside: tuple[Token, ...], kind: str) -> list[Token]:
    """The tokens of this kind outside all brackets; one that nothing closes counts as none."""
    unclosed = len([t for t in inside if t.kind == "open"]) != len(
        [t for t in inside if t.kind == "close"]
    )
    depth, cuts = 0, []
    for token in inside:
        depth += (token.kind == "open") - (token.kind == "close")
        if token.kind == kind and (depth == 0 or unclosed):
            cuts.append(token)
    return cuts


def _repaired_block(
    source: Source, piece: Piece, keyword: str
) -> tuple[d.Declaration, list[Diagnostic]]:
    """A declaration with a block: its head with an empty block, and each entry on its own."""
    opening = next((t for t in piece.tokens if source.text[t.start] == "{"), None)
    if opening is None:
        return _broken(source, piece), []
    last = piece.tokens[-1]
    is_closed = last is not opening and source.text[last.start] == "}"
    end = last.start if is_closed else piece.end
    inner = "".join(c if c in "\r\n" else " " for c in source.text[opening.end : end])
    text = source.text[piece.begin : opening.end] + inner + ("}" if is_closed else "")
    head = fragment(source, "declaration", piece.begin, piece.begin + len(text), text)
    findings = list(head.findings)
    entries = []
    start = _ENTRIES.get(keyword, "entry")
    for begin, end_ in _entries(source, opening.end, end, _balanced(piece.tokens)):
        got = fragment(source, start, begin, end_)
        findings += got.findings
        if got.node is not None:
            entries.append(got.node)
        elif start == "entry":
            span = Span(source.path, begin, end_)
            entries.append(v.Entry(span, e.Name(span, ""), v.BrokenValue(span)))
    if head.node is None:
        return _broken(source, piece), findings
    field = {"schema": "columns", "expect": "rules"}.get(keyword, "entries")
    span = Span(source.path, piece.begin, piece.end)
    return replace(head.node, span=span, **{field: tuple(entries)}), findings


def _balanced(inside: tuple[Token, ...]) -> bool:
    depth = 0
    for token in inside:
        depth += (token.kind == "open") - (token.kind == "close")
        if depth < 0:
            return False
    return depth == 0


def _entries(source: Source, begin: int, end: int, balanced: bool) -> Iterator[tuple[int, int]]:
    """The stretches between new lines and commas at the depth of the block itself.

    Where a bracket has no partner the depth says nothing: an entry begins with each line that
    looks like the beginning of one.
    """
    depth = 0
    first: int | None = None
    last = begin
    for token in tokens(source.text[begin:end]):
        start = begin + token.start
        if balanced:
            is_cut = token.kind in ("newline", "separator") and depth == 0
        else:
            is_cut = token.first and _ENTRY.match(source.text, start) is not None
        if is_cut and first is not None:
            yield first, last
            first = None
        if token.kind in ("comment", "newline") or (is_cut and balanced):
            continue
        depth += (token.kind == "open") - (token.kind == "close")
        first = start if first is None else first
        last = begin + token.end
    if first is not None:
        yield first, last
