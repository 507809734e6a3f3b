"""Where spans lie, counted in every way that a machine may ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from ssbt.compiler.patterns import lazy_pattern

if TYPE_CHECKING:
    from ssbt.compiler.diagnostics.model import Diagnostic
    from ssbt.compiler.source import Source, Span

_SURROGATE = lazy_pattern("[\ud800-\udfff]")


class Position(Struct, frozen=True):
    """`offset` in code points and `byte` in UTF-8, from 0; line and column from 1."""

    offset: int
    byte: int
    line: int
    column: int


class Location(Struct, frozen=True):
    """From `start` to before `end`."""

    start: Position
    end: Position


def locate_spans(
    diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source]
) -> dict[Span, Location]:
    """The place of each span that the diagnostics name and whose source is known."""
    by_path: dict[str, set[Span]] = {}
    for diagnostic in diagnostics:
        for span in _spans(diagnostic):
            by_path.setdefault(span.path, set()).add(span)
    return {
        span: location
        for path, spans in by_path.items()
        if path in sources
        for span, location in _locate(sources[path], spans)
    }


def replace_surrogates(text: str) -> str:
    """The text without lone surrogates, which many a JSON reader refuses."""
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


def _spans(diagnostic: Diagnostic) -> Iterator[Span]:
    yield diagnostic.primary.span
    yield from (label.span for label in diagnostic.secondary)
    yield from (edit.span for edit in diagnostic.fix)


def _locate(source: Source, spans: Iterable[Span]) -> Iterator[tuple[Span, Location]]:
    ranges = {span: _clamp(span, len(source.text)) for span in spans}
    offsets = {offset for pair in ranges.values() for offset in pair}
    positions = {
        offset: Position(offset, byte, *source.position(offset))
        for offset, byte in _byte_offsets(source.text, sorted(offsets))
    }
    for span, (start, end) in ranges.items():
        yield span, Location(positions[start], positions[end])


def _clamp(span: Span, length: int) -> tuple[int, int]:
    start = min(max(span.start, 0), length)
    return start, min(max(span.end, start), length)


def _byte_offsets(text: str, offsets: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Each offset, of an ascending row, with the number of bytes before it: one pass in all."""
    previous = count = 0
    for offset in offsets:
        count += len(text[previous:offset].encode("utf-8", "surrogatepass"))
        previous = offset
        yield offset, count
