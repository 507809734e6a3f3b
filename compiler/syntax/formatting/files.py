"""The one canonical layout of a file.

The file is expanded into parts (`expressions`, `values`, `steps`, `declarations`), `layout`
chooses where lines end, and `weaving` puts comments and blank lines back and aligns what stands
below each other. Formatting a formatted file changes nothing.
"""

from __future__ import annotations

from ssbt.compiler.source import Source
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.ast import values as v
from ssbt.compiler.syntax.formatting import declarations as _declarations
from ssbt.compiler.syntax.formatting.expressions import EXPANSIONS, Parts
from ssbt.compiler.syntax.formatting.layout import (
    BROKEN,
    GROUP,
    Begins,
    Break,
    Part,
    Place,
    laid_out,
)
from ssbt.compiler.syntax.formatting.weaving import woven
from ssbt.compiler.syntax.names import declared_name, own_name
from ssbt.compiler.syntax.parsing import Parsed
from ssbt.compiler.syntax.parsing import parsed as parse
from ssbt.compiler.syntax.strings import raw_text

__all__ = ["formatted"]

assert _declarations  # It registers how declarations are expanded.
_MOVES = 4
_NEXT = Break(hard=True, begins=Begins.DECLARATION)


def formatted(parsed: Parsed, source: Source) -> str:
    """The canonical text of a file that parses without an error; comments are kept.

    `parsed` is what `parsing.parsed` made of `source`.
    """
    text, has_moved = _once(parsed, source)
    for _ in range(_MOVES if has_moved else 0):
        # A comment that moved may leave room, or need a line, where it now stands.
        before, again = text, Source(source.path, text)
        text, has_moved = _once(parse(again), again)
        if text == before:
            break
    return text


def _once(parsed: Parsed, source: Source) -> tuple[str, bool]:
    """The text, and whether a comment had to move out of what stands on one line."""
    parts: Parts = []
    for declaration in parsed.file.declarations:
        parts += [_NEXT, declaration] if parts else [declaration]
    comments = parsed.file.comments
    lines = laid_out(_expanded(parts, source), [comment.span.start for comment in comments])
    return woven(lines, parsed.file, source)


def _expanded(parts: Parts, source: Source) -> list[Part]:
    """The parts with every node replaced by its own parts, and its place before them."""
    out: list[Part] = []
    stack = parts[::-1]
    while stack:
        part = stack.pop()
        if not isinstance(part, e.Node):
            out.append(part)
            continue
        out.append(Place(part.span.start))
        inside = _own_expansion(part)
        if isinstance(part, v.BlockValue | v.ListValue) and _kept_broken(part, source):
            inside.insert(inside.index(GROUP) + 1, BROKEN)
        stack.extend(reversed(inside))
    return out


def _own_expansion(node: e.Node) -> Parts:
    """What `printing` makes of a node, but for names that only Spark needs in backticks."""
    if isinstance(node, e.ColumnName):
        first, *rest = (part.text for part in node.parts)
        return [".".join([own_name(first), *(declared_name(part) for part in rest)])]
    if isinstance(node, e.StringLiteral) and node.raw and (raw := raw_text(node.value)):
        return [raw]
    return EXPANSIONS[type(node)](node)


def _kept_broken(node: v.BlockValue | v.ListValue, source: Source) -> bool:
    """Whether the author began a new line behind the opening bracket."""
    inside = node.items if isinstance(node, v.ListValue) else node.entries
    if not inside:
        return False
    bracket = "[" if isinstance(node, v.ListValue) else "{"
    between = source.text[node.span.start : inside[0].span.start].partition(bracket)[2]
    return "\n" in between or "\r" in between
