"""Laying out a part of a file: the declarations, and in queries the steps, that a range touches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ssbt.compiler.diagnostics.model import Edit
from ssbt.compiler.driver import formatted
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax.ast import declarations as d
from ssbt.compiler.syntax.parsing import parsed
from ssbt.compiler.syntax.tokens import tokens


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The head of a query or one of its steps, from the end of what is before it."""

    start: int
    end: int


def range_edits(source: Source, start: int, end: int) -> Iterator[Edit]:
    """The edits for two offsets; a declaration that does not parse is left as it is."""
    for node in parsed(source).file.declarations:
        span = node.span
        if span.end < start or span.start > end or isinstance(node, d.BrokenDeclaration):
            continue
        old = source.text[span.start : span.end]
        new = _layout(source, old)
        if new is None or new == old:
            continue
        edits = None
        if isinstance(node, d.Let | d.Transform):
            edits = _step_edits(source, span, new, (start, end))
        yield from edits if edits is not None else (Edit(span, new),)


def _layout(source: Source, text: str) -> str | None:
    """A declaration laid out by itself; None where it does not parse."""
    # A last line break tells the formatter how lines end here.
    line_end = "\r\n" if "\r\n" in source.text else "\n"
    result, _ = formatted(Source(source.path, f"{text}{line_end}"))
    return result.rstrip("\r\n") if result is not None else None


def _step_edits(source: Source, span: Span, new: str, within: tuple[int, int]) -> list[Edit] | None:
    """The edits of the steps that a range touches; None where they cannot be told apart."""
    old = source.text[span.start : span.end]
    before, after = _stretches(old), _stretches(new)
    if len(before) != len(after):
        return None
    start, end = (max(0, offset - span.start) for offset in within)
    touched = [
        (one, other)
        for one, other in zip(before, after, strict=True)
        if _first_visible(old, one) <= end and start <= one.end
    ]
    result = old
    for one, other in reversed(touched):
        result = f"{result[: one.start]}{new[other.start : other.end]}{result[one.end :]}"
    # A comment that moves from one step to another belongs to both.
    if _layout(source, result) != new:
        return None
    return [
        Edit(Span(span.path, span.start + one.start, span.start + one.end), text)
        for one, other in touched
        if (text := new[other.start : other.end]) != old[one.start : one.end]
    ]


def _first_visible(text: str, stretch: _Stretch) -> int:
    part = text[stretch.start : stretch.end]
    return stretch.start + len(part) - len(part.lstrip())


def _stretches(text: str) -> list[_Stretch]:
    """The head and the steps; comments between two of them belong to neither."""
    found: list[_Stretch] = []
    start, end, previous, depth = 0, 0, 0, 0
    for token in tokens(text):
        if token.kind == "newline":
            continue
        if token.kind == "pipe" and depth == 0:
            found.append(_Stretch(start, end))
            start = previous
        depth += (token.kind == "open") - (token.kind == "close")
        previous = token.end
        if token.kind != "comment":
            end = token.end
    return [*found, _Stretch(start, end)]
