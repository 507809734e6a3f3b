"""Comments and blank lines between the lines of a layout, and the alignment of lines.

A comment behind something on its line stays behind it. A comment on a line of its own stays before
what follows it. A comment inside of what the layout puts on one line goes above that line.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from ssbt.compiler.source import Source
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.formatting.layout import Begins, Line

_COMPACT = (d.Param, d.Import, d.Secret)
_OPENING = ("{", "[", "(", "=")


class Row(Struct):
    """A line of the file to be; `comment` stands at its end, `cells` as in `Line`.

    `aligned` when it can be aligned with its neighbours, `blank` when an empty line is above it.
    """

    indent: int
    text: str
    cells: tuple[int, ...] = ()
    comment: str = ""
    aligned: bool = False
    blank: bool = False
    is_comment: bool = False


def woven(lines: Sequence[Line], file: d.File, source: Source) -> tuple[str, bool]:
    """The text of a file of which these are the lines, and whether a comment left its line."""
    weaver = _Weaver(file, source)
    for index, line in enumerate(lines):
        following = lines[index + 1] if index + 1 < len(lines) else None
        weaver.add(line, following)
    weaver.finish()
    rows = weaver.rows
    for run in _runs(rows):
        _align(run)
    return "".join(_text(row) for row in rows), weaver.has_moved


def _text(row: Row) -> str:
    blank = "\n" if row.blank else ""
    comment = f"  {row.comment}" if row.comment else ""
    return f"{blank}{' ' * row.indent}{row.text}{comment}\n"


class _Weaver:
    """The rows so far, and the comments that are to come."""

    def __init__(self, file: d.File, source: Source) -> None:
        self.rows: list[Row] = []
        self.source = source
        self.comments = deque(file.comments)
        self.compact = _compact_starts(file)
        self.has_moved = False

    def add(self, line: Line, following: Line | None) -> None:
        """The comments before a line and inside of it, and the line."""
        gap = self._comments_before(line.first)
        hoisted = self._comments_before(line.last)
        self.has_moved |= bool(hoisted)
        if self.rows and gap and not self._alone(gap[0].span.start):
            self.rows[-1].comment = gap.pop(0).text
        start = len(self.rows)
        below = line.indent + 2 if line.begins is Begins.CLOSING else line.indent
        blanks = line.begins is not Begins.PART
        for comment in gap:
            indent = below
            if line.begins is Begins.DECLARATION and len(self.rows) > 0:
                indent = self._indent_of_tail(comment)
            blank = blanks and self._below_blank(comment.span.start)
            self._row(Row(indent, comment.text, blank=blank, is_comment=True))
        own = len(self.rows)
        self.rows += [Row(below, c.text, is_comment=True) for c in hoisted]
        single = following is None or following.indent <= line.indent
        aligned = line.begins is Begins.UNIT and single and "\n" not in line.text
        self._row(Row(line.indent, line.text, line.cells, aligned=aligned))
        if blanks and line.begins is not Begins.CLOSING:
            first = self.rows[own]
            first.blank = self._may_be_blank(own) and self._below_blank(line.first)
        if line.begins is Begins.DECLARATION:
            self._separate(start, line.first)

    def finish(self) -> None:
        """The comments behind the last line."""
        rest = list(self.comments)
        if self.rows and rest and not self._alone(rest[0].span.start):
            self.rows[-1].comment = rest.pop(0).text
        for comment in rest:
            blank = self._below_blank(comment.span.start)
            indent = self._indent_of_tail(comment)
            self._row(Row(indent, comment.text, blank=blank, is_comment=True))

    def _row(self, row: Row) -> None:
        self.rows.append(row)
        row.blank = row.blank and self._may_be_blank(len(self.rows) - 1)

    def _may_be_blank(self, index: int) -> bool:
        """Whether an empty line may stand above a row: not at the top, nor of a block."""
        if index == 0:
            return False
        above = self.rows[index - 1]
        return above.is_comment or not above.text.endswith(_OPENING)

    def _comments_before(self, offset: int) -> list[d.Comment]:
        out = []
        while self.comments and self.comments[0].span.start < offset:
            out.append(self.comments.popleft())
        return out

    def _indent_of_tail(self, comment: d.Comment) -> int:
        """How far in a comment between declarations stands.

        One that the author set below the steps of a query stays there, such as a step that is
        taken out for a while.
        """
        above = self.rows[-1] if self.rows else None
        column = self.source.position(comment.span.start)[1]
        return above.indent if above is not None and above.indent and column > 1 else 0

    def _separate(self, start: int, first: int) -> None:
        """See that an empty line stands between a declaration and the one before it."""
        gap = self.rows[start:]
        own = next((i for i, row in enumerate(gap) if row.indent == 0), len(gap) - 1)
        if start == 0 or any(row.blank for row in gap[own:]) or first in self.compact:
            return
        gap[own].blank = True

    def _alone(self, offset: int) -> bool:
        """Whether nothing but white space is before this place on its line."""
        line = self.source.position(offset)[0]
        return not self.source.text[self.source.line_starts[line - 1] : offset].strip(_BLANK)

    def _below_blank(self, offset: int) -> bool:
        """Whether what begins at this place begins its line, and an empty line is above it."""
        line = self.source.position(offset)[0]
        before = self.source.text[self.source.line_starts[line - 1] : offset]
        if line == 1 or before.strip(_BLANK) not in ("", "|>"):
            return False
        return not self.source.line(line - 1).strip(_BLANK)


_BLANK = "\ufeff \t\v\f"


def _compact_starts(file: d.File) -> set[int]:
    """Where declarations start that may follow the one before without an empty line."""
    out = set()
    for before, here in zip(file.declarations, file.declarations[1:], strict=False):
        if isinstance(before, _COMPACT) and isinstance(here, _COMPACT):
            blocks = [n for n in (before, here) if isinstance(n, d.Param) and n.entries]
            if not blocks:
                out.add(here.span.start)
    return out


def _runs(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows that are aligned with each other: neighbours, without anything between them."""
    run: list[Row] = []
    for row in rows:
        goes_on = row.aligned and not row.blank and bool(run) and run[-1].indent == row.indent
        if not goes_on and run:
            yield run
            run = []
        if row.aligned:
            run.append(row)
    if run:
        yield run


def _align(run: list[Row]) -> None:
    """Pad the cells of these rows to the same widths, then their comments."""
    for cell in range(max(len(row.cells) for row in run)):
        having = [row for row in run if len(row.cells) > cell]
        width = max(row.cells[cell] for row in having)
        for row in having:
            _pad(row, cell, width)
    commented = [row for row in run if row.comment]
    width = max((len(row.text) for row in commented), default=0)
    for row in commented:
        row.text = row.text.ljust(width)


def _pad(row: Row, cell: int, width: int) -> None:
    at = row.cells[cell]
    padding = width - at
    row.text = row.text[:at] + " " * padding + row.text[at:]
    row.cells = tuple(c + padding if i >= cell else c for i, c in enumerate(row.cells))
