"""Text with places where a line may end, and the choice of those that do.

A text is a flat list of parts. What is between `GROUP` and `END` either has all of its own
breaks or none of them, outer groups first, as in Oppen's "Prettyprinting" (1980): a group keeps to
one line where it fits, up to the next break after it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from enum import Enum

from msgspec import Struct

WIDTH = 100


class Mark(Enum):
    """A part that is no text: the bounds of a group, the end of a `Nest`, a place to align at,
    and the author's wish that the group be broken."""

    GROUP = "group"
    END = "end"
    UNNEST = "unnest"
    CELL = "cell"
    BROKEN = "broken"


GROUP, END, UNNEST, CELL, BROKEN = Mark


class Nest(Struct, frozen=True):
    """Lines that begin before the matching `UNNEST` stand further to the right by `columns`."""

    columns: int


class LineRole(Enum):
    """What the line after a break begins with, which decides on blank lines and alignment."""

    PART = "part"
    UNIT = "unit"
    STEP = "step"
    CLOSING = "closing"
    DECLARATION = "declaration"


class Break(Struct, frozen=True):
    """A place where a line may end.

    `flat` is the text where it does not end; `line_end` is text that ends the line where it does;
    `hard` makes it end always.
    """

    flat: str = " "
    line_end: str = ""
    hard: bool = False
    role: LineRole = LineRole.PART


SPACE = Break()
SOFT = Break("")
CLOSING = Break("", role=LineRole.CLOSING)
CLOSING_SPACE = Break(role=LineRole.CLOSING)


class SourceOffset(Struct, frozen=True):
    """The offset in the source of the text that follows."""

    offset: int


Part = str | SourceOffset | Mark | Nest | Break


class Line(Struct):
    """A line of the layout; `cells` are the places in `text` at which it can be aligned.

    `first` and `last` are the offsets of the first and the last place on it.
    """

    indent: int
    role: LineRole
    text: str = ""
    first: int = 0
    last: int = 0
    cells: tuple[int, ...] = ()


def lay_out(parts: Sequence[Part], comments: Sequence[int] = (), width: int = WIDTH) -> list[Line]:
    """The parts as lines, of at most `width` where it can be.

    A group with a comment (their offsets, in order) after its first break, or with a line end in
    its text, is broken, so that the comment has a line end to stand at.
    """
    measures = _GroupMeasures(parts, comments)
    printer = _Printer(width)
    for index, part in enumerate(parts):
        if isinstance(part, str):
            printer.text.append(part)
            printer.column = _column_after(printer.column, part)
        elif part is GROUP:
            printer.open_group(measures, index)
        else:
            printer.print_part(part)
    printer.end_line()
    return printer.lines


class _GroupMeasures:
    """For each part: which groups must break, and how wide everything is when nothing breaks."""

    def __init__(self, parts: Sequence[Part], comments: Sequence[int]) -> None:
        self.widths_before = [0] * (len(parts) + 1)
        self.next_break = [len(parts)] * (len(parts) + 1)
        self.group_ends: dict[int, int] = {}
        self.forced_groups: set[int] = set()
        self._measure_groups(parts, comments)
        for index, part in enumerate(parts):
            width = len(part) if isinstance(part, str) else 0
            width = len(part.flat) if isinstance(part, Break) else width
            self.widths_before[index + 1] = self.widths_before[index] + width
        for index in range(len(parts) - 1, -1, -1):
            is_break = isinstance(parts[index], Break)
            self.next_break[index] = index if is_break else self.next_break[index + 1]

    def _measure_groups(self, parts: Sequence[Part], comments: Sequence[int]) -> None:
        # Of each open group: its index, the place before its first break, whether it must break.
        open_groups: list[list[int]] = []
        offset = -1
        for index, part in enumerate(parts):
            if isinstance(part, SourceOffset):
                offset = max(offset, part.offset)
            elif part is GROUP:
                open_groups.append([index, -2, False])
            elif part is END:
                start, first_break, is_forced = open_groups.pop()
                comment_index = bisect_right(comments, first_break)
                if (
                    first_break != -2
                    and comment_index < len(comments)
                    and comments[comment_index] < offset
                ):
                    is_forced = True
                self.group_ends[start] = index
                if is_forced:
                    self.forced_groups.add(start)
                    if open_groups:
                        open_groups[-1][2] = True
            elif open_groups and isinstance(part, Break):
                if open_groups[-1][1] == -2:
                    open_groups[-1][1] = offset
                open_groups[-1][2] |= part.hard
            elif open_groups and (part is BROKEN or (isinstance(part, str) and "\n" in part)):
                open_groups[-1][2] = True

    def fits(self, index: int, room: int) -> bool:
        """Whether the group at `index`, and the text up to the next break after it, fits."""
        stop = self.next_break[self.group_ends[index]]
        return self.widths_before[stop] - self.widths_before[index] <= room


class _Printer:
    """The lines so far, and the one that is being written."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.lines: list[Line] = []
        self.text: list[str] = []
        self.column = 0
        self.indent = 0
        self.nests: list[int] = []
        self.broken = [True]
        self.line = Line(0, LineRole.DECLARATION, first=-1)

    def open_group(self, measures: _GroupMeasures, index: int) -> None:
        """Begin a group."""
        room = self.width - self.column
        breaks = index in measures.forced_groups or not measures.fits(index, room)
        self.broken.append(self.broken[-1] and breaks)

    def print_part(self, part: Part) -> None:
        """A part that is neither text nor the beginning of a group."""
        if isinstance(part, SourceOffset):
            if self.line.first < 0:
                self.line.first = part.offset
            self.line.last = max(self.line.last, part.offset)
        elif isinstance(part, Break):
            self._print_break(part)
        elif isinstance(part, Nest):
            self.nests.append(part.columns)
            self.indent += part.columns
        elif part is UNNEST:
            self.indent -= self.nests.pop()
        elif part is END:
            self.broken.pop()
        elif part is CELL and self.broken[-1]:
            self.line.cells += (len("".join(self.text)),)

    def _print_break(self, part: Break) -> None:
        if not (self.broken[-1] or part.hard):
            self.text.append(part.flat)
            self.column += len(part.flat)
            return
        self.text.append(part.line_end)
        self.end_line()
        self.line = Line(self.indent, part.role, first=-1)
        self.column = self.indent

    def end_line(self) -> None:
        """Put the line being written after the others."""
        self.line.text = "".join(self.text).rstrip(" ")
        self.text = []
        if self.line.text:
            self.lines.append(self.line)


def _column_after(column: int, text: str) -> int:
    """The column after a text that begins at this one."""
    last_line = text.rpartition("\n")
    return len(last_line[2]) if last_line[1] else column + len(text)
