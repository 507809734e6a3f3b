"""The one canonical layout of a file.

The file is expanded into parts (`expressions`, `values`, `steps`, `declarations`), `layout`
chooses where lines end, and `weaving` puts comments and blank lines back and aligns what stands
below each other. Formatting a formatted file changes nothing.
"""

from __future__ import annotations

from ssbt.compiler.line_breaking import (
    BROKEN,
    GROUP,
    UNNEST,
    Break,
    LineRole,
    Nest,
    Part,
    SourceOffset,
    lay_out,
)
from ssbt.compiler.source import Source
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.syntax.ast.nodes import Node
from ssbt.compiler.syntax.formatting import declarations as _declarations
from ssbt.compiler.syntax.formatting import expressions as _expressions
from ssbt.compiler.syntax.formatting.comments import insert_comments
from ssbt.compiler.syntax.formatting.expansions import EXPANSIONS, Parts
from ssbt.compiler.syntax.names import declared_name, ssbt_name_text
from ssbt.compiler.syntax.parsing import ParsedFile, parse_file
from ssbt.compiler.syntax.strings import quote_string, raw_text

__all__ = ["format_file"]

# They register how declarations and expressions are expanded.
assert _declarations
assert _expressions
_MAXIMUM_PASSES = 4
_NEXT_PIECE = Break(hard=True)
_NEXT_DECLARATION = Break(hard=True, role=LineRole.DECLARATION)


def format_file(parsed: ParsedFile, source: Source) -> str:
    """The canonical text of a file that parses without an error; comments are kept.

    `parsed` is what `parsing.parsed` made of `source`.
    """
    text, has_moved = _format_once(parsed, source)
    for _ in range(_MAXIMUM_PASSES if has_moved else 0):
        # A comment that moved may leave room, or need a line, where it now stands.
        previous_text, reformatted_source = text, Source(source.path, text)
        text, has_moved = _format_once(parse_file(reformatted_source), reformatted_source)
        if text == previous_text:
            break
    return text


def _format_once(parsed: ParsedFile, source: Source) -> tuple[str, bool]:
    """The text, and whether a comment had to move out of what is on one line."""
    parts: Parts = []
    for declaration in parsed.file.declarations:
        parts += [_NEXT_DECLARATION, declaration] if parts else [declaration]
    comments = parsed.file.comments
    lines = lay_out(_expand_parts(parts, source), [comment.span.start for comment in comments])
    return insert_comments(lines, parsed.file, source)


def _expand_parts(parts: Parts, source: Source) -> list[Part]:
    """The parts with every node replaced by its own parts, and its place before them."""
    out: list[Part] = []
    stack = parts[::-1]
    while stack:
        part = stack.pop()
        if not isinstance(part, Node):
            out.append(part)
            continue
        out.append(SourceOffset(part.span.start))
        inner = _expand_node(part)
        if isinstance(part, v.BlockValue | v.ListValue) and _is_kept_broken(part, source):
            inner.insert(inner.index(GROUP) + 1, BROKEN)
        stack.extend(reversed(inner))
    return out


def _expand_node(node: Node) -> Parts:
    """What `printing` makes of a node, but for names that only Spark needs in backticks."""
    if isinstance(node, e.ColumnName):
        first, *rest = (part.text for part in node.parts)
        return [".".join([ssbt_name_text(first), *(declared_name(part) for part in rest)])]
    if isinstance(node, e.StringLiteral):
        return _expand_string(node)
    return EXPANSIONS[type(node)](node)


def _expand_string(node: e.StringLiteral) -> Parts:
    """A string as it was written: raw, or as neighbouring literals on one line or on several.

    Neighbours are never made one: that would hide a comma that was forgotten between them.
    """
    if not node.pieces:
        return [_piece_text(node.value, node.raw)]
    first, *others = node.pieces
    parts: Parts = [Nest(2), _piece_text(first.value, first.raw)]
    for piece in others:
        parts += [_NEXT_PIECE if piece.starts_line else " ", _piece_text(piece.value, piece.raw)]
    return [*parts, UNNEST]


def _piece_text(value: str, is_raw: bool) -> str:
    return (raw_text(value) if is_raw else None) or quote_string(value)


def _is_kept_broken(node: v.BlockValue | v.ListValue, source: Source) -> bool:
    """Whether the author began a new line after the opening bracket."""
    items = node.items if isinstance(node, v.ListValue) else node.entries
    if not items:
        return False
    bracket = "[" if isinstance(node, v.ListValue) else "{"
    gap = source.text[node.span.start : items[0].span.start].partition(bracket)[2]
    return "\n" in gap or "\r" in gap
