"""A line of a source as a terminal of a certain width can show it."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from msgspec import Struct

from ssbt.compiler.diagnostics.cells import ELLIPSIS, character_width, display_character

if TYPE_CHECKING:
    from ssbt.compiler.source import Source


class ClippedLine(Struct, frozen=True):
    """What is shown of a line: `columns[i]` is where the character at offset `first + i` stands.

    `columns` has one entry more than there are characters: the place after the last one.
    """

    text: str
    first: int
    columns: tuple[int, ...]

    def column(self, offset: int) -> int:
        """The display column, from 0, of an offset; the nearest shown one if it was clipped."""
        last = len(self.columns) - 1
        if offset < self.first:
            return max(0, self.columns[0] - 1)
        return self.columns[min(offset - self.first, last)]


def line_range(source: Source, number: int) -> range:
    """The offsets of line `number` (from 1) without its line end.

    Unlike `Source.line` it copies nothing: a line may have millions of characters.
    """
    starts = source.line_starts
    start = starts[number - 1]
    end = starts[number] if number < len(starts) else len(source.text)
    while end > start and source.text[end - 1] in "\r\n":
        end -= 1
    return range(start, end)


def clip_line(text: str, line: range, visible: range, focus: range, columns: int) -> ClippedLine:
    """The line, clipped to `columns` around the `wanted` offsets, or if they do not fit, `focus`.

    The time it takes depends on `columns`, not on the length of the line.
    """
    # One column stays free for a caret after the last character, one each for two ellipses.
    room = max(columns - 3, 1)
    max_distance = 4 * room
    near = range(
        max(line.start, focus.start - max_distance), min(line.stop, focus.start + max_distance)
    )
    widths = _character_widths(text, near)
    if near == line and sum(widths) <= columns - 1:
        return _cut_line(text, near, line, widths)
    part = _contained_range(near, visible)
    if part is None or _total_width(widths, near, part) > room:
        part = range(focus.start, focus.start)
    part = _widen(near, widths, part, room)
    start = part.start - near.start
    return _cut_line(text, part, line, widths[start : start + len(part)])


def _contained_range(near: range, visible: range) -> range | None:
    inside = near.start <= visible.start and visible.stop <= near.stop
    return visible if inside else None


def _total_width(widths: list[int], near: range, part: range) -> int:
    return sum(widths[part.start - near.start : part.stop - near.start])


def _widen(near: range, widths: list[int], part: range, room: int) -> range:
    """As much around `kept` as fits: a third to its left, the rest to its right, then either."""
    spare = room - _total_width(widths, near, part)
    sums = (0, *accumulate(widths))
    start, stop = part.start - near.start, part.stop - near.start

    def leftmost(budget: int) -> int:
        index = start
        while index > 0 and sums[start] - sums[index - 1] <= budget:
            index -= 1
        return index

    def rightmost(budget: int) -> int:
        return max(stop, bisect_right(sums, sums[stop] + budget) - 1)

    right = rightmost(spare - (sums[start] - sums[leftmost(spare // 3)]))
    left = leftmost(spare - (sums[right] - sums[stop]))
    return range(near.start + left, near.start + right)


def _cut_line(text: str, part: range, line: range, widths: list[int]) -> ClippedLine:
    prefix = ELLIPSIS if part.start > line.start else ""
    suffix = ELLIPSIS if part.stop < line.stop else ""
    characters = _display_characters(text, part)
    columns = tuple(accumulate(widths, initial=len(prefix)))
    return ClippedLine(f"{prefix}{characters}{suffix}", part.start, columns)


def _is_signature(text: str, offset: int) -> bool:
    """Whether this is the byte-order mark of the file, which is no mistake and shown to nobody."""
    return offset == 0 and text[0] == "\ufeff"


def _is_plain(characters: str) -> bool:
    """Whether each is shown as it is, in one column; most lines are so, and it is fast to see."""
    return characters.isascii() and characters.isprintable()


def _character_widths(text: str, part: range) -> list[int]:
    if _is_plain(text[part.start : part.stop]):
        return [1] * len(part)
    return [_character_width(text, offset) for offset in part]


def _display_characters(text: str, part: range) -> str:
    characters = text[part.start : part.stop]
    if _is_plain(characters):
        return characters
    return "".join(_display_character(text, offset) for offset in part)


def _character_width(text: str, offset: int) -> int:
    return 0 if _is_signature(text, offset) else character_width(text[offset])


def _display_character(text: str, offset: int) -> str:
    return "" if _is_signature(text, offset) else display_character(text[offset])
