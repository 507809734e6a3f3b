"""The lines of one file that a diagnostic speaks of, with what it says at them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from ssbt.compiler.diagnostics.cells import sanitize
from ssbt.compiler.diagnostics.marks import PRIMARY, SECONDARY, Mark, mark_rows
from ssbt.compiler.diagnostics.style import Canvas, Row, Style
from ssbt.compiler.diagnostics.views import ClippedLine, clip_line, line_range

if TYPE_CHECKING:
    from ssbt.compiler.diagnostics.model import Label
    from ssbt.compiler.source import Source

_MAX_LANES = 2
_LANE_WIDTH = 2
_WHOLE_SPAN = 5
_ELIDED_SPAN_HEAD = 2


class Annotation(Struct, frozen=True):
    """A label whose place lies in the text: offsets `start` to `end` in lines `first` to `last`."""

    start: int
    end: int
    first: int
    last: int
    text: str
    style: Style
    sign: str


def annotate(source: Source, label: Label, style: Style, *, primary: bool) -> Annotation:
    """The label at the nearest place that the text has."""
    start = min(max(label.span.start, 0), len(source.text))
    end = min(max(label.span.end, start), len(source.text))
    first, _ = source.position(start)
    last, _ = source.position(max(start, end - 1))
    text, sign = sanitize(label.text), PRIMARY if primary else SECONDARY
    return Annotation(start, end, first, last, text, style, sign)


def visible_lines(annotations: Iterable[Annotation]) -> list[int]:
    """The numbers of the lines that a snippet shows, in order."""
    lines: set[int] = set()
    for item in annotations:
        lines |= {item.first, item.last}
        is_long = item.last - item.first >= _WHOLE_SPAN
        head = item.first + _ELIDED_SPAN_HEAD if is_long else item.last
        lines.update(range(item.first, head))
    alone_between = {line + 1 for line in lines if line + 2 in lines}
    return sorted(lines | alone_between)


def gutter_row(gutter: int, text: str = "") -> Row:
    """`12 | ` or, without a number, `   | `."""
    return ((f"{text:>{gutter}} | ", Style.NOTE),)


class Snippet:
    """The drawing of one file's part of a diagnostic, `width` columns wide in all."""

    def __init__(
        self, source: Source, annotations: list[Annotation], *, gutter: int, width: int
    ) -> None:
        self._source = source
        self._gutter = gutter
        spans = [item for item in annotations if item.last > item.first]
        self._lanes = tuple(sorted(spans, key=lambda item: item.start)[:_MAX_LANES])
        self._marks = [item for item in annotations if item not in self._lanes]
        self._annotations = annotations
        self._left = _LANE_WIDTH * len(self._lanes)
        self._right = max(width - gutter - 3, self._left + 8)

    def rows(self) -> Iterator[Row]:
        """The lines and the marks below each, from top to bottom."""
        previous = None
        for number in visible_lines(self._annotations):
            if previous is not None and number > previous + 1:
                yield self._elision_row(previous)
            yield from self._line_rows(number)
            previous = number

    def _line_rows(self, number: int) -> Iterator[Row]:
        active = {i for i, lane in enumerate(self._lanes) if lane.first < number <= lane.last}
        starting = [i for i, lane in enumerate(self._lanes) if lane.first == number]
        clipped = self._clip_line(number)
        canvas = self._draw_bars(active)
        for lane in [i for i in starting if self._begins_line(self._lanes[i])]:
            canvas.put(_LANE_WIDTH * lane, "/", self._lanes[lane].style)
        prefix = canvas.row()
        blanks = " " * (self._left - sum(len(text) for text, _ in prefix))
        text = ((blanks, Style.PLAIN), (clipped.text, Style.PLAIN))
        yield (*gutter_row(self._gutter, str(number)), *prefix, *text)
        yield from self._rows_below(number, clipped, active, starting)

    def _rows_below(
        self, number: int, clipped: ClippedLine, active: set[int], starting: list[int]
    ) -> Iterator[Row]:
        at_line_start = {i for i in starting if self._begins_line(self._lanes[i])}
        marks = [self._build_mark(item, clipped) for item in self._marks if item.first == number]
        for canvas in mark_rows(marks, self._left, self._right):
            yield self._with_bars(canvas, active | at_line_start)
        active |= at_line_start
        for i in starting:
            if i not in at_line_start:
                yield self._with_bars(
                    self._draw_arm(i, clipped.column(self._lanes[i].start)), active
                )
                active.add(i)
        for i, lane in enumerate(self._lanes):
            if lane.last == number:
                yield from self._end_rows(i, clipped, active)
                active.remove(i)

    def _end_rows(self, index: int, clipped: ClippedLine, active: set[int]) -> Iterator[Row]:
        """The row on which a span of several lines ends, and its label."""
        lane = self._lanes[index]
        column = max(clipped.column(lane.end) - 1, 0)
        start = self._left + column
        mark = Mark(start, start + 1, lane.text, lane.style, lane.sign)
        first, *rest = mark_rows([mark], self._left, self._right)
        arm = self._draw_arm(index, column)
        arm.draw(first)
        yield self._with_bars(arm, active)
        for canvas in rest:
            yield self._with_bars(canvas, active - {index})

    def _draw_arm(self, index: int, column: int) -> Canvas:
        """The line from a lane to the place where its span begins or ends."""
        lane, start = self._lanes[index], _LANE_WIDTH * index + 1
        canvas = Canvas()
        canvas.put(start, "_" * (self._left + column - start), lane.style)
        canvas.put(self._left + column, lane.sign, lane.style)
        return canvas

    def _build_mark(self, item: Annotation, clipped: ClippedLine) -> Mark:
        start = clipped.column(item.start)
        end = max(clipped.column(item.end), start + 1)
        return Mark(self._left + start, self._left + end, item.text, item.style, item.sign)

    def _clip_line(self, number: int) -> ClippedLine:
        line = line_range(self._source, number)
        places = [
            (item.sign, _visible_range(item, number, line))
            for item in self._annotations
            if number in (item.first, item.last)
        ] or [(SECONDARY, range(line.start, line.start))]
        visible = range(
            min(place.start for _, place in places), max(place.stop for _, place in places)
        )
        focus = min(places, key=lambda place: place[0] != PRIMARY)[1]
        return clip_line(self._source.text, line, visible, focus, self._right - self._left)

    def _begins_line(self, item: Annotation) -> bool:
        start = self._source.line_starts[item.first - 1]
        return not self._source.text[start : item.start].strip()

    def _draw_bars(self, active: Iterable[int]) -> Canvas:
        canvas = Canvas()
        for i in active:
            canvas.put(_LANE_WIDTH * i, "|", self._lanes[i].style)
        return canvas

    def _with_bars(self, canvas: Canvas, active: Iterable[int]) -> Row:
        canvas.draw(self._draw_bars(active))
        return (*gutter_row(self._gutter), *canvas.row())

    def _elision_row(self, previous: int) -> Row:
        """The row in place of the lines after line `before` that are not shown."""
        active = [i for i, lane in enumerate(self._lanes) if lane.first <= previous < lane.last]
        dots = f"{'...':<{self._gutter + 3}}"
        return ((dots, Style.NOTE), *self._draw_bars(active).row())


def _visible_range(item: Annotation, number: int, line: range) -> range:
    """What of an annotation has to be seen on one of its lines."""
    start, end = min(item.start, line.stop), min(item.end, line.stop)
    if item.first == item.last:
        return range(start, end)
    return range(start, start) if number == item.first else range(end, end)
