"""What string literals mean, and how they are written.

In expressions they are Spark's (see `SparkParserUtils.unescapeSQLString`); in blocks they have
the same escapes, and `${name}` stands for a parameter, `$${` for a plain `${`.
"""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([01][0-7]{2})|([\s\S]))")
_SIMPLE = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}
_KEPT = "%_"
PARAMETER = re.compile(r"\$\$\{|\$\{\s*(?:([^\W\d]\w*)|`((?:[^`\r\n]|``)+)`)\s*\}")


class BadEscapeError(ValueError):
    """An escape that stands for no character; `offset` is its place in the body of the literal."""

    def __init__(self, offset: int, text: str) -> None:
        super().__init__(text)
        self.offset = offset
        self.text = text


def unescaped(body: str) -> str:
    """The characters that the body of a literal stands for.

    `\\%` and `\\_` keep their backslash, as in Spark: they are for `like`.
    """

    def character(match: re.Match[str]) -> str:
        four, eight, octal, other = match.groups()
        if other is not None:
            return f"\\{other}" if other in _KEPT else _SIMPLE.get(other, other)
        point = int(octal, 8) if octal else int(four or eight, 16)
        # A lone surrogate cannot be encoded: neither the script nor Spark could hold it.
        if point > 0x10FFFF or 0xD800 <= point <= 0xDFFF:
            raise BadEscapeError(match.start(), match.group())
        return chr(point)

    return _ESCAPE.sub(character, body) if "\\" in body else body


def escaped(value: str) -> str:
    """A single-quoted literal of Spark SQL that means `value`, on one line.

    `$` before `{` is written as an escape because Spark replaces `${…}` in SQL text before it
    parses it, inside literals too.
    """
    out = []
    for index, char in enumerate(value):
        following = value[index + 1] if index + 1 < len(value) else ""
        if char == "\\":
            # `\%` and `\_` are kept by Spark as they are; doubling their backslash changes nothing.
            out.append("\\\\")
        elif char == "'":
            out.append("\\'")
        elif char in _WRITTEN:
            out.append(_WRITTEN[char])
        elif char == "$" and following == "{":
            out.append("\\u0024")
        elif not char.isprintable() and char != " ":
            point = ord(char)
            out.append(f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}")
        else:
            out.append(char)
    return "'" + "".join(out) + "'"


_WRITTEN = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
