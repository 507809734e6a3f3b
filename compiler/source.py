"""Source text and places in it.

Offsets count code points of the decoded text, from 0; lines and columns, which only people see,
count from 1.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

from msgspec import Struct

from ssbt.compiler.patterns import lazy_pattern

_LINE_END = lazy_pattern(r"\r\n|\r|\n")


class Span(Struct, frozen=True, order=True):
    """The half-open range `start <= offset < end` of the file called `path`."""

    path: str
    start: int
    end: int

    def to(self, other: Span) -> Span:
        """The span from the start of this one to the end of `other`, in the same file."""
        return Span(self.path, self.start, max(self.end, other.end))


class Source(Struct, frozen=True, dict=True):
    """A file's text under the name that people know it by (`-` is standard input)."""

    path: str
    text: str

    def __repr__(self) -> str:
        return f"Source(path={self.path!r})"

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """The offset at which each line begins; CR, LF and CRLF all end a line."""
        return (0, *(match.end() for match in _LINE_END.finditer(self.text)))

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of an offset."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of line `number` (from 1) without its line end."""
        start = self.line_starts[number - 1]
        is_last = number == len(self.line_starts)
        end = len(self.text) if is_last else self.line_starts[number]
        return self.text[start:end].rstrip("\r\n")


def count_common_start(first: str, second: str) -> int:
    """How many characters two texts have in common at the beginning."""
    low, high = 0, min(len(first), len(second))
    while low < high:
        middle = (low + high + 1) // 2
        if first[low:middle] == second[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def count_common_end(first: str, second: str) -> int:
    """How many characters two texts have in common at the end."""
    low, high = 0, min(len(first), len(second))
    while low < high:
        middle = (low + high + 1) // 2
        part = first[len(first) - middle : len(first) - low]
        if part == second[len(second) - middle : len(second) - low]:
            low = middle
        else:
            high = middle - 1
    return low
