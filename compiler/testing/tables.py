"""Rows that differ, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ssbt.compiler.diagnostics.cells import display_width, visible
from ssbt.compiler.diagnostics.style import Row, Style
from ssbt.compiler.testing.results import Difference

_MOST_ROWS = 50
Cells = Sequence[str] | None


def heading(difference: Difference) -> str:
    """What differs, in a line."""
    count = len(difference.rows)
    rows = f"{count} row{'s' * (count > 1)}"
    after = f" after micro-batch {difference.after}" if difference.after is not None else ""
    others = f", {difference.equal} as expected" if difference.equal else ""
    where = f"{difference.place}: " if difference.place else ""
    return f"{where}`{difference.dataset}`{after} differs in {rows}{others}"


def table(difference: Difference) -> Iterator[Row]:
    """The expected rows at the left, those that came at the right; `^` marks what differs."""
    columns = [visible(name) for name in difference.columns]
    rows = [(_shown(expected), _shown(got)) for expected, got, _ in difference.rows[:_MOST_ROWS]]
    widths = [_widths(columns, [row[side] for row in rows]) for side in (0, 1)]
    left = sum(widths[0]) + 2 * max(len(columns) - 1, 0)
    left = max(left, len("expected"))
    yield (("  " + "expected".ljust(left) + "  | got", Style.HEADING),)
    head = (("  ", Style.PLAIN), *_side(columns, None, widths[0], left, Style.PLAIN))
    yield (*head, ("  | ", Style.PLAIN), *_side(columns, None, widths[1], 0, Style.PLAIN))
    for expected, got in rows:
        yield (
            ("  ", Style.PLAIN),
            *_side(expected, got, widths[0], left, Style.REMOVED),
            ("  | ", Style.PLAIN),
            *_side(got, expected, widths[1], 0, Style.ADDED),
        )
        if expected is not None and got is not None:
            yield (
                ("  ", Style.PLAIN),
                *_marks(expected, got, widths[0], left, Style.REMOVED),
                ("  | ", Style.PLAIN),
                *_marks(got, expected, widths[1], 0, Style.ADDED),
            )
    if len(difference.rows) > _MOST_ROWS:
        yield ((f"  … and {len(difference.rows) - _MOST_ROWS} more", Style.PLAIN),)


def _widths(columns: Sequence[str], rows: Iterable[Cells]) -> list[int]:
    lines = [columns, *(row for row in rows if row is not None)]
    return [max(map(display_width, column)) for column in zip(*lines, strict=True)]


def _shown(cells: Cells) -> list[str] | None:
    return [visible(cell) for cell in cells] if cells is not None else None


def _marks(
    cells: Sequence[str], other: Sequence[str], widths: Sequence[int], least: int, style: Style
) -> Iterator[tuple[str, Style]]:
    """Signs below the cells that the other side has not."""
    pairs = zip(cells, other, strict=True)
    marks = ["" if cell == each else "^" * max(display_width(cell), 1) for cell, each in pairs]
    return _side(marks, ["" for _ in cells], widths, least, style)


def _side(
    cells: Cells, other: Cells, widths: Sequence[int], least: int, style: Style
) -> Iterator[tuple[str, Style]]:
    """The cells of one side; `style` for those that the other side has not."""
    used = 0
    for place, cell in enumerate(cells or ()):
        is_last = place == len(widths) - 1
        room = widths[place] - display_width(cell) + (0 if is_last else 2)
        differs = other is None or other[place] != cell
        yield cell, style if differs else Style.PLAIN
        yield " " * room, Style.PLAIN
        used += display_width(cell) + room
    if cells is None:
        yield "(none)", Style.PLAIN
        used += len("(none)")
    yield " " * max(least - used, 0), Style.PLAIN
