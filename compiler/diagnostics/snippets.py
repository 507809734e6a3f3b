"""The lines of one file that a diagnostic speaks of, with what it says at them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from ssbt.compiler.diagnostics.cells import visible
from ssbt.compiler.diagnostics.marks import PRIMARY, SECONDARY, Mark, mark_rows
from ssbt.compiler.diagnostics.style import Canvas, Row, Style
from ssbt.compiler.diagnostics.views import View, line_range, view

if TYPE_CHECKING:
    from ssbt.compiler.diagnostics.model import Label
    from ssbt.compiler.source import Source

_MOST_LANES = 2
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


def annotation(source: Source, label: Label, style: Style, *, primary: bool) -> Annotation:
    """The label at the nearest place that the text has."""
    start = min(max(label.span.start, 0), len(source.text))
    end = min(max(label.span.end, start), len(source.text))
    first, _ = source.position(start)
    last, _ = source.position(max(start, end - 1))
    text, sign = visible(label.text), PRIMARY if primary else SECONDARY
    return Annotation(start, end, first, last, text, style, sign)


def shown_lines(annotations: Iterable[Annotation]) -> list[int]:
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
        self._lanes = tuple(sorted(spans, key=lambda item: item.start)[:_MOST_LANES])
        self._marks = [item for item in annotations if item not in self._lanes]
        self._annotations = annotations
        self._left = _LANE_WIDTH * len(self._lanes)
        self._right = max(width - gutter - 3, self._left + 8)

    def rows(self) -> Iterator[Row]:
        """The lines and the marks below each, from top to bottom."""
        before = None
        for number in shown_lines(self._annotations):
            if before is not None and number > before + 1:
                yield self._elided(before)
            yield from self._line(number)
            before = number

    def _line(self, number: int) -> Iterator[Row]:
        active = {i for i, lane in enumerate(self._lanes) if lane.first < number <= lane.last}
        begun = [i for i, lane in enumerate(self._lanes) if lane.first == number]
        shown = self._view(number)
        canvas = self._bars(active)
        for lane in [i for i in begun if self._begins_line(self._lanes[i])]:
            canvas.put(_LANE_WIDTH * lane, "/", self._lanes[lane].style)
        prefix = canvas.row()
        blanks = " " * (self._left - sum(len(text) for text, _ in prefix))
        text = ((blanks, Style.PLAIN), (shown.text, Style.PLAIN))
        yield (*gutter_row(self._gutter, str(number)), *prefix, *text)
        yield from self._below(number, shown, active, begun)

    def _below(self, number: int, shown: View, active: set[int], begun: list[int]) -> Iterator[Row]:
        by_itself = {i for i in begun if self._begins_line(self._lanes[i])}
        marks = [self._mark(item, shown) for item in self._marks if item.first == number]
        for canvas in mark_rows(marks, self._left, self._right):
            yield self._with_bars(canvas, active | by_itself)
        active |= by_itself
        for i in begun:
            if i not in by_itself:
                yield self._with_bars(self._arm(i, shown.column(self._lanes[i].start)), active)
                active.add(i)
        for i, lane in enumerate(self._lanes):
            if lane.last == number:
                yield from self._end(i, shown, active)
                active.remove(i)

    def _end(self, index: int, shown: View, active: set[int]) -> Iterator[Row]:
        """The row on which a span of several lines ends, and its label."""
        lane = self._lanes[index]
        column = max(shown.column(lane.end) - 1, 0)
        start = self._left + column
        mark = Mark(start, start + 1, lane.text, lane.style, lane.sign)
        first, *others = mark_rows([mark], self._left, self._right)
        arm = self._arm(index, column)
        arm.draw(first)
        yield self._with_bars(arm, active)
        for canvas in others:
            yield self._with_bars(canvas, active - {index})

    def _arm(self, index: int, column: int) -> Canvas:
        """The line from a lane to the place where its span begins or ends."""
        lane, start = self._lanes[index], _LANE_WIDTH * index + 1
        canvas = Canvas()
        canvas.put(start, "_" * (self._left + column - start), lane.style)
        canvas.put(self._left + column, lane.sign, lane.style)
        return canvas

    def _mark(self, item: Annotation, shown: View) -> Mark:
        start = shown.column(item.start)
        end = max(shown.column(item.end), start + 1)
        return Mark(self._left + start, self._left + end, item.text, item.style, item.sign)

    def _view(self, number: int) -> View:
        line = line_range(self._source, number)
        places = [
            (item.sign, _place(item, number, line))
            for item in self._annotations
            if number in (item.first, item.last)
        ] or [(SECONDARY, range(line.start, line.start))]
        wanted = range(
            min(place.start for _, place in places), max(place.stop for _, place in places)
        )
        focus = min(places, key=lambda place: place[0] != PRIMARY)[1]
        return view(self._source.text, line, wanted, focus, self._right - self._left)

    def _begins_line(self, item: Annotation) -> bool:
        start = self._source.line_starts[item.first - 1]
        return not self._source.text[start : item.start].strip()

    def _bars(self, active: Iterable[int]) -> Canvas:
        canvas = Canvas()
        for i in active:
            canvas.put(_LANE_WIDTH * i, "|", self._lanes[i].style)
        return canvas

    def _with_bars(self, canvas: Canvas, active: Iterable[int]) -> Row:
        canvas.draw(self._bars(active))
        return (*gutter_row(self._gutter), *canvas.row())

    def _elided(self, before: int) -> Row:
        """The row in place of the lines after line `before` that are not shown."""
        active = [i for i, lane in enumerate(self._lanes) if lane.first <= before < lane.last]
        dots = f"{'...':<{self._gutter + 3}}"
        return ((dots, Style.NOTE), *self._bars(active).row())


def _place(item: Annotation, number: int, line: range) -> range:
    """What of an annotation has to be seen on one of its lines."""
    start, end = min(item.start, line.stop), min(item.end, line.stop)
    if item.first == item.last:
        return range(start, end)
    return range(start, start) if number == item.first else range(end, end)
