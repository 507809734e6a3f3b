"""Where spans lie, counted in every way that a machine may ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
import re
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from ssbt.compiler.diagnostics.model import Diagnostic
    from ssbt.compiler.source import Source, Span

_SURROGATE = re.compile("[\ud800-\udfff]")


class Position(Struct, frozen=True):
    """`offset` in code points and `byte` in UTF-8, from 0; line and column from 1."""

    offset: int
    byte: int
    line: int
    column: int


class Place(Struct, frozen=True):
    """From `start` to before `end`."""

    start: Position
    end: Position


def places(diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source]) -> dict[Span, Place]:
    """The place of each span that the diagnostics name and whose source is known."""
    by_path: dict[str, set[Span]] = {}
    for diagnostic in diagnostics:
        for span in _spans(diagnostic):
            by_path.setdefault(span.path, set()).add(span)
    return {
        span: place
        for path, spans in by_path.items()
        if path in sources
        for span, place in _placed(sources[path], spans)
    }


def well_formed(text: str) -> str:
    """The text without lone surrogates, which many a JSON reader refuses."""
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


def _spans(diagnostic: Diagnostic) -> Iterator[Span]:
    yield diagnostic.primary.span
    yield from (label.span for label in diagnostic.secondary)
    yield from (edit.span for edit in diagnostic.fix)


def _placed(source: Source, spans: Iterable[Span]) -> Iterator[tuple[Span, Place]]:
    ranges = {span: _clamped(span, len(source.text)) for span in spans}
    offsets = {offset for pair in ranges.values() for offset in pair}
    positions = {
        offset: Position(offset, byte, *source.position(offset))
        for offset, byte in _bytes(source.text, sorted(offsets))
    }
    for span, (start, end) in ranges.items():
        yield span, Place(positions[start], positions[end])


def _clamped(span: Span, length: int) -> tuple[int, int]:
    start = min(max(span.start, 0), length)
    return start, min(max(span.end, start), length)


def _bytes(text: str, offsets: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Each offset, of an ascending row, with the number of bytes before it: one pass in all."""
    before = count = 0
    for offset in offsets:
        count += len(text[before:offset].encode("utf-8", "surrogatepass"))
        before = offset
        yield offset, count
