"""The underlines below a line of source, and where their labels go."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from ssbt.compiler.diagnostics.cells import display_width, wrap
from ssbt.compiler.diagnostics.style import Canvas, Style

PRIMARY, SECONDARY = "^", "-"
_NARROWEST_LABEL = 16


class Mark(Struct, frozen=True):
    """An underline from column `start` to before `end`, at least one wide, and its label."""

    start: int
    end: int
    text: str
    style: Style
    sign: str

    def underline(self, canvas: Canvas) -> None:
        """Draw the underline, without the label."""
        canvas.put(self.start, self.sign * (self.end - self.start), self.style)


def mark_rows(marks: list[Mark], left: int, right: int) -> Iterator[Canvas]:
    """The rows under a line whose text stands in the columns from `left` to before `right`.

    All underlines share a row; the label of the last one follows it, the others hang below.
    Where that would leave too little room for a label, each underline gets rows of its own.
    """
    if not marks:
        return
    rows = _shared_rows(marks, left, right)
    if rows is not None:
        yield from rows
        return
    for mark in sorted(marks, key=lambda mark: (mark.start, mark.end)):
        canvas = Canvas()
        mark.underline(canvas)
        yield canvas
        yield from _hanging_rows(mark, _label_start(mark, left, right), right, ())


def _shared_rows(marks: list[Mark], left: int, right: int) -> list[Canvas] | None:
    underlines = Canvas()
    for mark in sorted(marks, key=lambda mark: mark.sign == PRIMARY):
        mark.underline(underlines)
    rows = [underlines]
    last = max(marks, key=lambda mark: (mark.end, mark.start))
    hanging = sorted((mark for mark in marks if mark.text), key=_hanging_order, reverse=True)
    if last.text and last.end + 1 + display_width(last.text) <= right:
        underlines.put(last.end + 1, last.text, last.style)
        hanging.remove(last)
    if hanging:
        connectors = Canvas()
        _draw_connectors(connectors, hanging)
        rows.append(connectors)
    while hanging:
        mark, *hanging = hanging
        earlier = [other for other in hanging if other.start < mark.start]
        leftmost = max((other.start + 2 for other in earlier), default=left)
        start = _label_start(mark, leftmost, right)
        if right - start < min(_NARROWEST_LABEL, display_width(mark.text)):
            return None
        rows.extend(_hanging_rows(mark, start, right, earlier))
    return rows


def _hanging_order(mark: Mark) -> tuple[int, bool, int]:
    return mark.start, mark.sign == PRIMARY, mark.end


def _label_start(mark: Mark, left: int, right: int) -> int:
    """Where the hanging label begins: under its mark, or as far to the left as it must."""
    return max(left, min(mark.start, right - display_width(mark.text)))


def _hanging_rows(
    mark: Mark, start: int, right: int, earlier: list[Mark] | tuple[()]
) -> list[Canvas]:
    rows = []
    for line in wrap(mark.text, max(right - start, 1)) if mark.text else ():
        canvas = Canvas()
        _draw_connectors(canvas, earlier)
        canvas.put(start, line, mark.style)
        rows.append(canvas)
    return rows


def _draw_connectors(canvas: Canvas, marks: list[Mark] | tuple[()]) -> None:
    # The leftmost is drawn last, the primary over any other.
    for mark in sorted(marks, key=lambda mark: mark.sign == PRIMARY):
        canvas.put(mark.start, "|", mark.style)
