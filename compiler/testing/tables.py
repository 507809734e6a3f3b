"""Rows that differ, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ssbt.compiler.diagnostics.cells import display_width, sanitize
from ssbt.compiler.diagnostics.style import Row, Style
from ssbt.compiler.testing.results import Difference

_MAX_ROWS = 50
Cells = Sequence[str] | None


def heading(difference: Difference) -> str:
    """What differs, in a line."""
    count = len(difference.rows)
    rows = f"{count} row{'s' * (count > 1)}"
    batch_text = f" after micro-batch {difference.after}" if difference.after is not None else ""
    equal_text = f", {difference.equal} as expected" if difference.equal else ""
    location = f"{difference.place}: " if difference.place else ""
    return f"{location}`{difference.dataset}`{batch_text} differs in {rows}{equal_text}"


def render_table(difference: Difference) -> Iterator[Row]:
    """The expected rows at the left, those that came at the right; `^` marks what differs."""
    columns = [sanitize(name) for name in difference.columns]
    rows = [
        (_escape_cells(expected), _escape_cells(actual))
        for expected, actual, _ in difference.rows[:_MAX_ROWS]
    ]
    widths = [_widths(columns, [row[side] for row in rows]) for side in (0, 1)]
    left_width = sum(widths[0]) + 2 * max(len(columns) - 1, 0)
    left_width = max(left_width, len("expected"))
    yield (("  " + "expected".ljust(left_width) + "  | got", Style.HEADING),)
    head = (("  ", Style.PLAIN), *_render_side(columns, None, widths[0], left_width, Style.PLAIN))
    yield (*head, ("  | ", Style.PLAIN), *_render_side(columns, None, widths[1], 0, Style.PLAIN))
    for expected, actual in rows:
        yield (
            ("  ", Style.PLAIN),
            *_render_side(expected, actual, widths[0], left_width, Style.REMOVED),
            ("  | ", Style.PLAIN),
            *_render_side(actual, expected, widths[1], 0, Style.ADDED),
        )
        if expected is not None and actual is not None:
            yield (
                ("  ", Style.PLAIN),
                *_render_marks(expected, actual, widths[0], left_width, Style.REMOVED),
                ("  | ", Style.PLAIN),
                *_render_marks(actual, expected, widths[1], 0, Style.ADDED),
            )
    if len(difference.rows) > _MAX_ROWS:
        yield ((f"  … and {len(difference.rows) - _MAX_ROWS} more", Style.PLAIN),)


def _widths(columns: Sequence[str], rows: Iterable[Cells]) -> list[int]:
    lines = [columns, *(row for row in rows if row is not None)]
    return [max(map(display_width, column)) for column in zip(*lines, strict=True)]


def _escape_cells(cells: Cells) -> list[str] | None:
    return [sanitize(cell) for cell in cells] if cells is not None else None


def _render_marks(
    cells: Sequence[str],
    other_cells: Sequence[str],
    widths: Sequence[int],
    min_width: int,
    style: Style,
) -> Iterator[tuple[str, Style]]:
    """Signs below the cells that the other side has not."""
    pairs = zip(cells, other_cells, strict=True)
    marks = ["" if cell == each else "^" * max(display_width(cell), 1) for cell, each in pairs]
    return _render_side(marks, ["" for _ in cells], widths, min_width, style)


def _render_side(
    cells: Cells, other_cells: Cells, widths: Sequence[int], min_width: int, style: Style
) -> Iterator[tuple[str, Style]]:
    """The cells of one side; `style` for those that the other side has not."""
    used = 0
    for index, cell in enumerate(cells or ()):
        is_last = index == len(widths) - 1
        room = widths[index] - display_width(cell) + (0 if is_last else 2)
        differs = other_cells is None or other_cells[index] != cell
        yield cell, style if differs else Style.PLAIN
        yield " " * room, Style.PLAIN
        used += display_width(cell) + room
    if cells is None:
        yield "(none)", Style.PLAIN
        used += len("(none)")
    yield " " * max(min_width - used, 0), Style.PLAIN
