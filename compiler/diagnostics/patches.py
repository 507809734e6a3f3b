"""A fix as the lines that it takes away and the lines that it puts in their place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from ssbt.compiler.diagnostics.fixes import edited
from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.diagnostics.style import Row, Style
from ssbt.compiler.diagnostics.views import view
from ssbt.compiler.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_MOST_LINES = 6


class Hunk(Struct, frozen=True):
    """Edits whose lines adjoin: those of the lines from `first` to before `end`."""

    first: int
    end: int
    edits: tuple[Edit, ...]


def hunks(source: Source, edits: Iterable[Edit]) -> list[Hunk]:
    """The parts of the file that edits change, from top to bottom."""
    found: list[Hunk] = []
    for edit in sorted(edits, key=lambda edit: (edit.span.start, edit.span.end)):
        first, _ = source.position(min(edit.span.start, len(source.text)))
        last, _ = source.position(min(max(edit.span.start, edit.span.end - 1), len(source.text)))
        if found and first <= found[-1].end:
            before = found.pop()
            found.append(Hunk(before.first, max(before.end, last + 1), (*before.edits, edit)))
        else:
            found.append(Hunk(first, last + 1, (edit,)))
    return found


def patch_rows(source: Source, edits: Iterable[Edit], gutter: int, width: int) -> Iterator[Row]:
    """The lines of a fix, `12 - old` above `12 + new`, clipped to `width` columns."""
    for hunk in hunks(source, edits):
        start = source.line_starts[hunk.first - 1]
        is_last = hunk.end > len(source.line_starts)
        end = len(source.text) if is_last else source.line_starts[hunk.end - 1]
        old = source.text[start:end]
        new = edited(old, (_moved(edit, -start) for edit in hunk.edits))
        focus = hunk.edits[0].span.start - start
        room = width - gutter - 3
        for sign, text, style in (("-", old, Style.REMOVED), ("+", new, Style.ADDED)):
            lines = _lines(text)
            for index, line in enumerate(lines[:_MOST_LINES]):
                at = min(max(focus, line.start), line.stop)
                shown = view(text, line, range(at, at), range(at, at), room).text
                number = f"{hunk.first + index:>{gutter}} "
                yield (number, Style.NOTE), (f"{sign} {shown}", style)
            if len(lines) > _MOST_LINES:
                yield ((f"{'...':<{gutter + 1}}{sign}", Style.NOTE),)


def _moved(edit: Edit, by: int) -> Edit:
    span = edit.span
    return Edit(Span(span.path, span.start + by, span.end + by), edit.text)


def _lines(text: str) -> Sequence[range]:
    """Where the lines of a text are, their ends left out; no text has no lines."""
    found = []
    for match in _LINE.finditer(text):
        if match.group():
            end = match.end()
            while end > match.start() and text[end - 1] in "\r\n":
                end -= 1
            found.append(range(match.start(), end))
    return found
