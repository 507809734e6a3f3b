"""Rows of styled text, and how they become plain text or text for a terminal with colours.

The escape codes are written by hand: importing rich would cost more than a whole check.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from ssbt.compiler.diagnostics.model import Severity


class Style(Enum):
    """What a piece of text is; the value is its ANSI "select graphic rendition" code."""

    PLAIN = ""
    HEADING = "1"
    ERROR = "1;31"
    WARNING = "1;33"
    NOTE = "1;34"
    HELP = "1;36"
    REMOVED = "31"
    ADDED = "32"


Row = tuple[tuple[str, Style], ...]

SEVERITY_STYLE = {Severity.ERROR: Style.ERROR, Severity.WARNING: Style.WARNING}


def paint_rows(rows: Iterable[Row], *, color: bool) -> str:
    """The rows as lines, each ended by a newline and without blanks at its end."""
    return "".join(f"{_paint_row(row, color)}\n" for row in rows)


def paint(text: str, style: Style, *, color: bool) -> str:
    """One piece of text."""
    return f"\x1b[{style.value}m{text}\x1b[0m" if color and style.value and text else text


def _paint_row(row: Row, color: bool) -> str:
    pieces = list(row)
    while pieces:
        text, style = pieces[-1]
        if stripped := text.rstrip(" "):
            pieces[-1] = (stripped, style)
            break
        pieces.pop()
    return "".join(paint(text, style, color=color) for text, style in pieces)


class Canvas:
    """A row that is drawn on: later strokes cover earlier ones."""

    def __init__(self) -> None:
        self._cells: dict[int, tuple[str, Style]] = {}

    def put(self, column: int, characters: str, style: Style) -> None:
        """Draw characters, each one column wide, from `column` (0 is the first) on."""
        for offset, character in enumerate(characters):
            self._cells[column + offset] = (character, style)

    def draw(self, other: Canvas) -> None:
        """Draw everything that is on another canvas."""
        self._cells.update(other._cells)

    def row(self) -> Row:
        """What was drawn, neighbours of one style joined."""
        pieces: list[tuple[str, Style]] = []
        for column in range(max(self._cells, default=-1) + 1):
            character, style = self._cells.get(column, (" ", Style.PLAIN))
            if pieces and pieces[-1][1] is style:
                pieces[-1] = (pieces[-1][0] + character, style)
            else:
                pieces.append((character, style))
        return tuple(pieces)
