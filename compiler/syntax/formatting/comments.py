"""Comments and blank lines between the lines of a layout, and the alignment of lines.

A comment behind something on its line stays after it. A comment on a line of its own stays before
what follows it. A comment inside what the layout puts on one line goes above that line.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from ssbt.compiler.line_breaking import Line, LineRole
from ssbt.compiler.source import Source
from ssbt.compiler.syntax.ast import declarations as d

_COMPACT = (d.Param, d.Import, d.Secret)
_OPENING = ("{", "[", "(", "=")


class OutputRow(Struct):
    """A line of the file to be; `comment` stands at its end, `cells` as in `Line`.

    `is_aligned` when it can be aligned with its neighbours, `has_blank_above` when an empty line is
    above it.
    """

    indent: int
    text: str
    cells: tuple[int, ...] = ()
    comment: str = ""
    is_aligned: bool = False
    has_blank_above: bool = False
    is_comment: bool = False


def insert_comments(lines: Sequence[Line], file: d.File, source: Source) -> tuple[str, bool]:
    """The text of a file of which these are the lines, and whether a comment left its line."""
    inserter = _CommentInserter(file, source)
    for index, line in enumerate(lines):
        following = lines[index + 1] if index + 1 < len(lines) else None
        inserter.add_line(line, following)
    inserter.finish()
    rows = inserter.rows
    for run in _aligned_runs(rows):
        _align_run(run)
    return "".join(_render_row(row) for row in rows), inserter.has_moved


def _render_row(row: OutputRow) -> str:
    blank = "\n" if row.has_blank_above else ""
    comment = f"  {row.comment}" if row.comment else ""
    return f"{blank}{' ' * row.indent}{row.text}{comment}\n"


class _CommentInserter:
    """The rows so far, and the comments that are to come."""

    def __init__(self, file: d.File, source: Source) -> None:
        self.rows: list[OutputRow] = []
        self.source = source
        self.comments = deque(file.comments)
        self.compact_starts = _compact_starts(file)
        self.has_moved = False

    def add_line(self, line: Line, following: Line | None) -> None:
        """The comments before a line and inside it, and the line."""
        gap = self._take_comments_before(line.first)
        hoisted = self._take_comments_before(line.last)
        self.has_moved |= bool(hoisted)
        if self.rows and gap and not self._is_first_on_line(gap[0].span.start):
            self.rows[-1].comment = gap.pop(0).text
        start = len(self.rows)
        comment_indent = line.indent + 2 if line.role is LineRole.CLOSING else line.indent
        can_have_blanks = line.role is not LineRole.PART
        for comment in gap:
            indent = comment_indent
            if line.role is LineRole.DECLARATION and len(self.rows) > 0:
                indent = self._tail_indent(comment)
            has_blank = can_have_blanks and self._is_below_blank(comment.span.start)
            self._append_row(
                OutputRow(indent, comment.text, has_blank_above=has_blank, is_comment=True)
            )
        line_index = len(self.rows)
        self.rows += [OutputRow(comment_indent, c.text, is_comment=True) for c in hoisted]
        is_single_line = following is None or following.indent <= line.indent
        is_aligned = line.role is LineRole.UNIT and is_single_line and "\n" not in line.text
        self._append_row(OutputRow(line.indent, line.text, line.cells, is_aligned=is_aligned))
        if can_have_blanks and line.role is not LineRole.CLOSING:
            first = self.rows[line_index]
            first.has_blank_above = self._can_have_blank_above(line_index) and self._is_below_blank(
                line.first
            )
        if line.role is LineRole.DECLARATION:
            self._separate(start, line.first)

    def finish(self) -> None:
        """The comments after the last line."""
        rest = list(self.comments)
        if self.rows and rest and not self._is_first_on_line(rest[0].span.start):
            self.rows[-1].comment = rest.pop(0).text
        for comment in rest:
            has_blank = self._is_below_blank(comment.span.start)
            indent = self._tail_indent(comment)
            self._append_row(
                OutputRow(indent, comment.text, has_blank_above=has_blank, is_comment=True)
            )

    def _append_row(self, row: OutputRow) -> None:
        self.rows.append(row)
        row.has_blank_above = row.has_blank_above and self._can_have_blank_above(len(self.rows) - 1)

    def _can_have_blank_above(self, index: int) -> bool:
        """Whether an empty line may stand above a row: not at the top, nor of a block."""
        if index == 0:
            return False
        above = self.rows[index - 1]
        return above.is_comment or not above.text.endswith(_OPENING)

    def _take_comments_before(self, offset: int) -> list[d.Comment]:
        comments = []
        while self.comments and self.comments[0].span.start < offset:
            comments.append(self.comments.popleft())
        return comments

    def _tail_indent(self, comment: d.Comment) -> int:
        """How far in a comment between declarations stands.

        One that the author set below the steps of a query stays there, such as a step that is
        taken out for a while.
        """
        above = self.rows[-1] if self.rows else None
        column = self.source.position(comment.span.start)[1]
        return above.indent if above is not None and above.indent and column > 1 else 0

    def _separate(self, start: int, first: int) -> None:
        """See that an empty line is between a declaration and the one before it."""
        gap = self.rows[start:]
        declaration_index = next((i for i, row in enumerate(gap) if row.indent == 0), len(gap) - 1)
        if (
            start == 0
            or any(row.has_blank_above for row in gap[declaration_index:])
            or first in self.compact_starts
        ):
            return
        gap[declaration_index].has_blank_above = True

    def _is_first_on_line(self, offset: int) -> bool:
        """Whether nothing but white space is before this place on its line."""
        line = self.source.position(offset)[0]
        return not self.source.text[self.source.line_starts[line - 1] : offset].strip(
            _BLANK_CHARACTERS
        )

    def _is_below_blank(self, offset: int) -> bool:
        """Whether what begins at this place begins its line, and an empty line is above it."""
        line = self.source.position(offset)[0]
        prefix = self.source.text[self.source.line_starts[line - 1] : offset]
        if line == 1 or prefix.strip(_BLANK_CHARACTERS) not in ("", "|>"):
            return False
        return not self.source.line(line - 1).strip(_BLANK_CHARACTERS)


_BLANK_CHARACTERS = "\ufeff \t\v\f"


def _compact_starts(file: d.File) -> set[int]:
    """Where declarations start that may follow the one before without an empty line."""
    starts = set()
    for previous, declaration in zip(file.declarations, file.declarations[1:], strict=False):
        if isinstance(previous, _COMPACT) and isinstance(declaration, _COMPACT):
            blocks = [n for n in (previous, declaration) if isinstance(n, d.Param) and n.entries]
            if not blocks:
                starts.add(declaration.span.start)
    return starts


def _aligned_runs(rows: Iterable[OutputRow]) -> Iterator[list[OutputRow]]:
    """Rows that are aligned with each other: neighbours, without anything between them."""
    run: list[OutputRow] = []
    for row in rows:
        goes_on = (
            row.is_aligned
            and not row.has_blank_above
            and bool(run)
            and run[-1].indent == row.indent
        )
        if not goes_on and run:
            yield run
            run = []
        if row.is_aligned:
            run.append(row)
    if run:
        yield run


def _align_run(run: list[OutputRow]) -> None:
    """Pad the cells of these rows to the same widths, then their comments."""
    for cell in range(max(len(row.cells) for row in run)):
        rows_with_cell = [row for row in run if len(row.cells) > cell]
        width = max(row.cells[cell] for row in rows_with_cell)
        for row in rows_with_cell:
            _pad_cell(row, cell, width)
    commented = [row for row in run if row.comment]
    width = max((len(row.text) for row in commented), default=0)
    for row in commented:
        row.text = row.text.ljust(width)


def _pad_cell(row: OutputRow, cell: int, width: int) -> None:
    at = row.cells[cell]
    padding = width - at
    row.text = row.text[:at] + " " * padding + row.text[at:]
    row.cells = tuple(c + padding if i >= cell else c for i, c in enumerate(row.cells))
