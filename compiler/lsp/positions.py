"""Places as editors count them: lines from 0, and in a line the units of an encoding.

Lines end with CR, LF or CRLF and with nothing else, as in `Source`.
"""

from __future__ import annotations

from enum import Enum

from ssbt.compiler.diagnostics.views import line_range
from ssbt.compiler.source import Source


class Units(Enum):
    """What a `character` of a position is; UTF-16 unless client and server agree otherwise."""

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"

    def length(self, text: str) -> int:
        """The units of a text."""
        match self:
            case Units.UTF8:
                return len(text.encode("utf-8", "surrogatepass"))
            case Units.UTF16:
                return len(text) + sum(char > "\uffff" for char in text)
            case Units.UTF32:
                return len(text)


def position(source: Source, offset: int, units: Units) -> tuple[int, int]:
    """Line and character of an offset."""
    line, column = source.position(min(offset, len(source.text)))
    start = source.line_starts[line - 1]
    return line - 1, units.length(source.text[start : start + column - 1])


def offset(source: Source, line: int, character: int, units: Units) -> int:
    """The offset of a position; one after the end of its line or of the text is that end."""
    if line < 0:
        return 0
    if line >= len(source.line_starts):
        return len(source.text)
    offsets = line_range(source, line + 1)
    if units is Units.UTF32:
        return min(offsets.start + max(character, 0), offsets.stop)
    used = 0
    for index in offsets:
        if used >= character:
            return index
        used += units.length(source.text[index])
    return offsets.stop
