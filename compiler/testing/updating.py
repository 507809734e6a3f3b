"""What to change in a file of tests so that a test expects the rows that came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.testing.results import Difference

_BLANK = " \t"
_REST_OF_ROW = lazy_pattern(r"[ \t]*,?[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n)?")
_COMMA = lazy_pattern(r"\s*,")


class CannotUpdateError(Exception):
    """Why an expectation is to be changed by hand; the text is for people."""


def compute_edits(
    test: d.Test, differences: Iterable[Difference], source: Source
) -> Iterator[Edit]:
    """The edits of `source` by which the test expects what came; rows that are equal stay.

    Raises CannotUpdateError.
    """
    clauses = [
        clause for clause in test.clauses if isinstance(clause, d.Rows) and clause.clause == "then"
    ]
    for difference in differences:
        clause = clauses[difference.then]
        if clause.file is not None:
            path = "".join(map(str, clause.file.parts))
            raise CannotUpdateError(f"change the rows of `{difference.dataset}` in {path} yourself")
        yield from _RowEditor(clause, source).compute_edits(difference)


class _RowEditor:
    """The rows of one `then` in its file."""

    def __init__(self, clause: d.Rows, source: Source) -> None:
        self._clause, self._text, self._path = clause, source.text, source.path
        self._line_end = "\r\n" if "\r\n" in source.text else "\n"

    def compute_edits(self, difference: Difference) -> Iterator[Edit]:
        new_rows: list[Sequence[str]] = []
        written_rows = self._clause.rows
        for expected, actual, index in difference.rows:
            if expected is None and index is not None and index < len(written_rows):
                yield self._insert_before(written_rows[index], actual or ())
            elif expected is None or index is None:
                new_rows.append(actual or ())
            elif actual is None:
                yield self._remove_row(self._clause.rows[index])
            else:
                yield from self._edit_row(self._clause.rows[index], expected or (), actual)
        if new_rows:
            yield self._append_rows([f"({', '.join(cells)})" for cells in new_rows])

    def _edit_row(
        self, row: d.Row, expected: Sequence[str], actual: Sequence[str]
    ) -> Iterator[Edit]:
        """Other values in a row; what is written for those that are equal stays."""
        for value, expected_value, actual_value in zip(row.values, expected, actual, strict=True):
            if expected_value != actual_value:
                if "${" in self._text[value.span.start : value.span.end]:
                    dataset = self._clause.dataset.text
                    raise CannotUpdateError(
                        f"a value that `{dataset}` should have is made from a parameter: "
                        "write it yourself"
                    )
                yield Edit(value.span, actual_value)

    def _insert_before(self, row: d.Row, cells: Sequence[str]) -> Edit:
        """A further row before another."""
        start = row.span.start
        line = max(self._text.rfind(sign, 0, start) for sign in "\r\n") + 1
        between = self._text[line:start]
        end = " " if between.strip(_BLANK) else f"{self._line_end}{between}"
        return Edit(Span(self._path, start, start), f"({', '.join(cells)}){end}")

    def _remove_row(self, row: d.Row) -> Edit:
        """Leave a row out, with its line and the comment at its end if it has one of its own."""
        start, end = row.span.start, row.span.end
        line = max(self._text.rfind(sign, 0, start) for sign in "\r\n") + 1
        row_end = _REST_OF_ROW.match(self._text, end)
        assert row_end is not None
        is_alone = not self._text[line:start].strip(_BLANK) and row_end[0][-1:] in ("\r", "\n")
        if is_alone:
            return Edit(Span(self._path, line, row_end.end()), "")
        comma = _COMMA.match(self._text, end)
        return Edit(Span(self._path, start, comma.end() if comma else end), "")

    def _append_rows(self, rows: Sequence[str]) -> Edit:
        """Further rows, each on a line before the closing brace."""
        end = self._clause.span.end - 1
        start = len(self._text[:end].rstrip(_BLANK))
        is_on_line = self._text[start - 1] not in "\r\n"
        indent = self._indent()
        lines = [f"{indent}  {row}{self._line_end}" for row in rows]
        first = self._line_end if is_on_line else ""
        return Edit(Span(self._path, start, end), f"{first}{''.join(lines)}{indent}")

    def _indent(self) -> str:
        """The blanks before the clause."""
        start = self._clause.span.start
        line = self._text[max(self._text.rfind(sign, 0, start) for sign in "\r\n") + 1 : start]
        return line[: len(line) - len(line.lstrip(_BLANK))]
