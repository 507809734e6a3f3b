"""A file with room between its declarations, so that they stay in place while one of them grows.

What was made of a declaration holds its place, as offsets. In the padded text it is the same for an
unchanged declaration, wherever the real one has moved, so that nothing of it is made again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise, takewhile

from msgspec import Struct

from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.source import Source, Span
from ssbt.compiler.syntax.splitting import split_declarations

_LINE_END = lazy_pattern(r"\r\n|\r|\n")
# So much can be typed in a declaration before the whole file is laid out again.
_ROOM = 1_024
# The padding between two declarations is a line of spaces.
_MIN_PADDING = 2


class _Part(Struct, frozen=True):
    """A declaration with `lead` characters above it and the rest of its last line."""

    text: str
    lead: int

    @property
    def declaration(self) -> str:
        """The part without what is above the declaration."""
        return self.text[self.lead :]


class PaddedText(Struct, frozen=True):
    """The parts of a file, and where they begin in it and in the padded text.

    The declaration of each part begins at its anchor: what is above it grows upwards.
    """

    parts: tuple[_Part, ...]
    real_starts: tuple[int, ...]
    padded_starts: tuple[int, ...]
    anchors: tuple[int, ...]

    def build_text(self) -> str:
        """The parts with a line of spaces before each."""
        pieces: list[str] = []
        end = 0
        for part, start in zip(self.parts, self.padded_starts, strict=True):
            pieces += (" " * (start - end - 1), "\n", part.text)
            end = start + len(part.text)
        return "".join(pieces)

    def real_span(self, span: Span) -> Span:
        """The place in the file of one in the padded text."""
        return Span(span.path, self._real_offset(span.start), self._real_offset(span.end))

    def _real_offset(self, offset: int) -> int:
        index = max(bisect_right(self.padded_starts, offset) - 1, 0)
        inside = min(max(offset - self.padded_starts[index], 0), len(self.parts[index].text))
        return self.real_starts[index] + inside


def pad_source(source: Source, previous: PaddedText | None) -> PaddedText:
    """The padded text of a file, after that of an earlier version of it."""
    parts = tuple(_split_parts(source))
    real_starts = tuple(accumulate((len(part.text) for part in parts[:-1]), initial=0))
    anchors = _find_anchors(parts, previous) if previous is not None else None
    anchors = anchors or _lay_out(parts)
    starts = tuple(anchor - part.lead for anchor, part in zip(anchors, parts, strict=True))
    return PaddedText(parts, real_starts, starts, anchors)


def _split_parts(source: Source) -> Iterator[_Part]:
    """The file, cut at the end of the last line of each declaration but the last."""
    begin = 0
    pieces = [*split_declarations(source)]
    anchor = pieces[0].begin if pieces else 0
    for piece, following in pairwise(pieces):
        line_end = _LINE_END.search(source.text, piece.end, following.begin)
        if line_end is not None:
            yield _Part(source.text[begin : line_end.end()], anchor - begin)
            begin, anchor = line_end.end(), following.begin
    yield _Part(source.text[begin:], anchor - begin)


def _lay_out(parts: Sequence[_Part]) -> tuple[int, ...]:
    """Anchors that leave the same room before every part."""
    end, anchors = 0, []
    for part in parts:
        anchors.append(end + _ROOM + part.lead)
        end += _ROOM + len(part.text)
    return tuple(anchors)


def _find_anchors(parts: tuple[_Part, ...], previous: PaddedText) -> tuple[int, ...] | None:
    """Anchors by which all that is unchanged stays in place; None if there is no room."""
    old_parts, old_anchors = previous.parts, previous.anchors
    if len(parts) == len(old_parts):
        anchors = old_anchors
    else:
        head = _count_equal(parts, old_parts)
        rest = (parts[head:][::-1], old_parts[head:][::-1])
        tail = _count_equal(*rest)
        kept = old_anchors[:head], old_anchors[len(old_parts) - tail :]
        changed = parts[head : len(parts) - tail]
        start = kept[0][-1] - parts[head - 1].lead + len(parts[head - 1].text) if head else 0
        size = sum(len(part.text) for part in changed)
        limit = kept[1][0] - parts[-tail].lead if tail else start + size + _ROOM * len(changed)
        room = (limit - start - size) // (len(changed) + 1)
        ends = accumulate((room + len(part.text) for part in changed), initial=start)
        middle = (end + room + part.lead for end, part in zip(ends, changed, strict=False))
        anchors = (*kept[0], *middle, *kept[1])
    return anchors if _has_room(parts, anchors) else None


def _count_equal(parts: Sequence[_Part], others: Sequence[_Part]) -> int:
    """How many of the first parts have the same declarations."""
    pairs = zip(parts, others, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0].declaration == pair[1].declaration, pairs))


def _has_room(parts: Sequence[_Part], anchors: Sequence[int]) -> bool:
    """Whether the padding before each part is a line."""
    end = 0
    for part, anchor in zip(parts, anchors, strict=True):
        start = anchor - part.lead
        if start < end + _MIN_PADDING:
            return False
        end = start + len(part.text)
    return True
