"""Text with places where a line may end, and the choice of those that do.

A text is a flat list of parts. What stands between `GROUP` and `END` either has all of its own
breaks or none of them, outer groups first, as in Oppen's "Prettyprinting" (1980): a group keeps to
one line where it fits, up to the next break behind it.
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


class Begins(Enum):
    """What the line behind a break begins with, which decides on blank lines and alignment."""

    PART = "part"
    UNIT = "unit"
    STEP = "step"
    CLOSING = "closing"
    DECLARATION = "declaration"


class Break(Struct, frozen=True):
    """A place where a line may end.

    `flat` is the text where it does not end; `before` is text that ends the line where it does;
    `hard` makes it end always.
    """

    flat: str = " "
    before: str = ""
    hard: bool = False
    begins: Begins = Begins.PART


SPACE = Break()
SOFT = Break("")
CLOSING = Break("", begins=Begins.CLOSING)
CLOSING_SPACE = Break(begins=Begins.CLOSING)


class Place(Struct, frozen=True):
    """The offset in the source of the text that follows."""

    offset: int


Part = str | Place | Mark | Nest | Break


class Line(Struct):
    """A line of the layout; `cells` are the places in `text` at which it can be aligned.

    `first` and `last` are the offsets of the first and the last place on it.
    """

    indent: int
    begins: Begins
    text: str = ""
    first: int = 0
    last: int = 0
    cells: tuple[int, ...] = ()


def laid_out(parts: Sequence[Part], comments: Sequence[int]) -> list[Line]:
    """The parts as lines. A group with a comment (their offsets, in order) behind its first break,
    or with a line end in its text, is broken, so that the comment has a line end to stand at."""
    measures = _Measures(parts, comments)
    printer = _Printer()
    for index, part in enumerate(parts):
        if isinstance(part, str):
            printer.text.append(part)
            printer.column = _column(printer.column, part)
        elif part is GROUP:
            printer.open(measures, index)
        else:
            printer.take(part)
    printer.end_line()
    return printer.lines


class _Measures:
    """For each part: which groups must break, and how wide everything is when nothing breaks."""

    def __init__(self, parts: Sequence[Part], comments: Sequence[int]) -> None:
        self.before = [0] * (len(parts) + 1)
        self.next_break = [len(parts)] * (len(parts) + 1)
        self.end_of: dict[int, int] = {}
        self.forced: set[int] = set()
        self._find_groups(parts, comments)
        for index, part in enumerate(parts):
            width = len(part) if isinstance(part, str) else 0
            width = len(part.flat) if isinstance(part, Break) else width
            self.before[index + 1] = self.before[index] + width
        for index in range(len(parts) - 1, -1, -1):
            found = isinstance(parts[index], Break)
            self.next_break[index] = index if found else self.next_break[index + 1]

    def _find_groups(self, parts: Sequence[Part], comments: Sequence[int]) -> None:
        # Of each open group: its index, the place before its first break, whether it must break.
        open_: list[list[int]] = []
        place = -1
        for index, part in enumerate(parts):
            if isinstance(part, Place):
                place = max(place, part.offset)
            elif part is GROUP:
                open_.append([index, -2, False])
            elif part is END:
                start, first_break, forced = open_.pop()
                behind = bisect_right(comments, first_break)
                if first_break != -2 and behind < len(comments) and comments[behind] < place:
                    forced = True
                self.end_of[start] = index
                if forced:
                    self.forced.add(start)
                    if open_:
                        open_[-1][2] = True
            elif open_ and isinstance(part, Break):
                if open_[-1][1] == -2:
                    open_[-1][1] = place
                open_[-1][2] |= part.hard
            elif open_ and (part is BROKEN or (isinstance(part, str) and "\n" in part)):
                open_[-1][2] = True

    def fits(self, index: int, room: int) -> bool:
        """Whether the group at `index`, and the text up to the next break behind it, fits."""
        stop = self.next_break[self.end_of[index]]
        return self.before[stop] - self.before[index] <= room


class _Printer:
    """The lines so far, and the one that is being written."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.text: list[str] = []
        self.column = 0
        self.indent = 0
        self.nests: list[int] = []
        self.broken = [True]
        self.line = Line(0, Begins.DECLARATION, first=-1)

    def open(self, measures: _Measures, index: int) -> None:
        """Begin a group."""
        room = WIDTH - self.column
        breaks = index in measures.forced or not measures.fits(index, room)
        self.broken.append(self.broken[-1] and breaks)

    def take(self, part: Part) -> None:
        """A part that is neither text nor the beginning of a group."""
        if isinstance(part, Place):
            if self.line.first < 0:
                self.line.first = part.offset
            self.line.last = max(self.line.last, part.offset)
        elif isinstance(part, Break):
            self._break(part)
        elif isinstance(part, Nest):
            self.nests.append(part.columns)
            self.indent += part.columns
        elif part is UNNEST:
            self.indent -= self.nests.pop()
        elif part is END:
            self.broken.pop()
        elif part is CELL and self.broken[-1]:
            self.line.cells += (len("".join(self.text)),)

    def _break(self, part: Break) -> None:
        if not (self.broken[-1] or part.hard):
            self.text.append(part.flat)
            self.column += len(part.flat)
            return
        self.text.append(part.before)
        self.end_line()
        self.line = Line(self.indent, part.begins, first=-1)
        self.column = self.indent

    def end_line(self) -> None:
        """Put the line being written behind the others."""
        self.line.text = "".join(self.text).rstrip(" ")
        self.text = []
        if self.line.text:
            self.lines.append(self.line)


def _column(column: int, text: str) -> int:
    """The column behind a text that begins at this one."""
    last_line = text.rpartition("\n")
    return len(last_line[2]) if last_line[1] else column + len(text)
