"""Laying out a part of a file: the declarations, and in queries the steps, that a range touches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.driver import format_source
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.parsing import parse_file
from ssbt.compiler.syntax.tokens import tokenize


@dataclass(frozen=True, slots=True)
class _Segment:
    """The head of a query or one of its steps, from the end of what is before it."""

    start: int
    end: int


def range_edits(source: Source, start: int, end: int) -> Iterator[Edit]:
    """The edits for two offsets; a declaration that does not parse is left as it is."""
    for node in parse_file(source).file.declarations:
        span = node.span
        if span.end < start or span.start > end or isinstance(node, d.BrokenDeclaration):
            continue
        old = source.text[span.start : span.end]
        new = _format_declaration(source, old)
        if new is None or new == old:
            continue
        edits = None
        if isinstance(node, d.Let | d.Transform):
            edits = _step_edits(source, span, new, (start, end))
        yield from edits if edits is not None else (Edit(span, new),)


def _format_declaration(source: Source, text: str) -> str | None:
    """A declaration laid out by itself; None where it does not parse."""
    # A last line break tells the formatter how lines end here.
    line_end = "\r\n" if "\r\n" in source.text else "\n"
    result, _ = format_source(Source(source.path, f"{text}{line_end}"))
    return result.rstrip("\r\n") if result is not None else None


def _step_edits(source: Source, span: Span, new: str, within: tuple[int, int]) -> list[Edit] | None:
    """The edits of the steps that a range touches; None where they cannot be distinguished."""
    old = source.text[span.start : span.end]
    old_segments, new_segments = _split_segments(old), _split_segments(new)
    if len(old_segments) != len(new_segments):
        return None
    start, end = (max(0, offset - span.start) for offset in within)
    touched = [
        (old_segment, new_segment)
        for old_segment, new_segment in zip(old_segments, new_segments, strict=True)
        if _first_visible(old, old_segment) <= end and start <= old_segment.end
    ]
    result = old
    for old_segment, new_segment in reversed(touched):
        new_part = new[new_segment.start : new_segment.end]
        result = f"{result[: old_segment.start]}{new_part}{result[old_segment.end :]}"
    # A comment that moves from one step to another belongs to both.
    if _format_declaration(source, result) != new:
        return None
    return [
        Edit(Span(span.path, span.start + old_segment.start, span.start + old_segment.end), text)
        for old_segment, new_segment in touched
        if (text := new[new_segment.start : new_segment.end])
        != old[old_segment.start : old_segment.end]
    ]


def _first_visible(text: str, segment: _Segment) -> int:
    part = text[segment.start : segment.end]
    return segment.start + len(part) - len(part.lstrip())


def _split_segments(text: str) -> list[_Segment]:
    """The head and the steps; comments between two of them belong to neither."""
    segments: list[_Segment] = []
    start, end, previous, depth = 0, 0, 0, 0
    for token in tokenize(text):
        if token.kind == "newline":
            continue
        if token.kind == "pipe" and depth == 0:
            segments.append(_Segment(start, end))
            start = previous
        depth += (token.kind == "open") - (token.kind == "close")
        previous = token.end
        if token.kind != "comment":
            end = token.end
    return [*segments, _Segment(start, end)]
