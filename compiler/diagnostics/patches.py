"""A fix as the lines that it takes away and the lines that it puts in their place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from ssbt.compiler.diagnostics.fixes import apply_edits
from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.diagnostics.style import Row, Style
from ssbt.compiler.diagnostics.views import clip_line
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

_LINE = lazy_pattern(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_MAX_LINES = 6


class Hunk(Struct, frozen=True):
    """Edits whose lines adjoin: those of the lines from `first` to before `end`."""

    first: int
    end: int
    edits: tuple[Edit, ...]


def group_hunks(source: Source, edits: Iterable[Edit]) -> list[Hunk]:
    """The parts of the file that edits change, from top to bottom."""
    groups: list[Hunk] = []
    for edit in sorted(edits, key=lambda edit: (edit.span.start, edit.span.end)):
        first, _ = source.position(min(edit.span.start, len(source.text)))
        last, _ = source.position(min(max(edit.span.start, edit.span.end - 1), len(source.text)))
        if groups and first <= groups[-1].end:
            previous = groups.pop()
            groups.append(
                Hunk(previous.first, max(previous.end, last + 1), (*previous.edits, edit))
            )
        else:
            groups.append(Hunk(first, last + 1, (edit,)))
    return groups


def patch_rows(source: Source, edits: Iterable[Edit], gutter: int, width: int) -> Iterator[Row]:
    """The lines of a fix, `12 - old` above `12 + new`, clipped to `width` columns."""
    for hunk in group_hunks(source, edits):
        start = source.line_starts[hunk.first - 1]
        is_last = hunk.end > len(source.line_starts)
        end = len(source.text) if is_last else source.line_starts[hunk.end - 1]
        old_text = source.text[start:end]
        new_text = apply_edits(old_text, (_shift_edit(edit, -start) for edit in hunk.edits))
        focus = hunk.edits[0].span.start - start
        room = width - gutter - 3
        for sign, text, style in (("-", old_text, Style.REMOVED), ("+", new_text, Style.ADDED)):
            lines = _line_ranges(text)
            for index, line in enumerate(lines[:_MAX_LINES]):
                position = min(max(focus, line.start), line.stop)
                visible_text = clip_line(
                    text, line, range(position, position), range(position, position), room
                ).text
                number = f"{hunk.first + index:>{gutter}} "
                yield (number, Style.NOTE), (f"{sign} {visible_text}", style)
            if len(lines) > _MAX_LINES:
                yield ((f"{'...':<{gutter + 1}}{sign}", Style.NOTE),)


def _shift_edit(edit: Edit, offset: int) -> Edit:
    span = edit.span
    return Edit(Span(span.path, span.start + offset, span.end + offset), edit.text)


def _line_ranges(text: str) -> Sequence[range]:
    """Where the lines of a text are, their ends left out; no text has no lines."""
    ranges = []
    for match in _LINE.finditer(text):
        if match.group():
            end = match.end()
            while end > match.start() and text[end - 1] in "\r\n":
                end -= 1
            ranges.append(range(match.start(), end))
    return ranges
