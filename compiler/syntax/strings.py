"""What string literals mean, and how they are written.

In expressions they are Spark's (see `SparkParserUtils.unescapeSQLString`); in blocks they have
the same escapes, and `${name}` stands for a parameter, `$${` for a plain `${`.
"""

from __future__ import annotations

from collections.abc import Sequence
import re

from msgspec import Struct

from ssbt.compiler.patterns import lazy_pattern

_ESCAPE = lazy_pattern(
    r"\\(?:u(?P<high>[Dd][89ABab][0-9A-Fa-f]{2})\\u(?P<low>[Dd][C-Fc-f][0-9A-Fa-f]{2})"
    r"|u(?P<four>[0-9A-Fa-f]{4})|U(?P<eight>[0-9A-Fa-f]{8})|(?P<octal>[01][0-7]{2})"
    r"|(?P<other>[\s\S]))"
)
_DOUBLED = lazy_pattern(r"(\\[\s\S])|''|\"\"")
_SIMPLE = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}
_KEPT_ESCAPES = "%_"
_MEANINGFUL_ESCAPES = {*_SIMPLE, *_KEPT_ESCAPES, "\\", "'", '"'}
PARAMETER = lazy_pattern(r"\$\$\{|\$\{\s*(?:([^\W\d]\w*)|`((?:[^`\r\n]|``)+)`)\s*\}")


class Parameter(Struct, frozen=True):
    """A `${name}` between pieces of text, as it is written."""

    text: str


class BadEscapeError(ValueError):
    """An escape that stands for no character; `offset` is its place in the body of the literal."""

    def __init__(self, offset: int, text: str) -> None:
        super().__init__(text)
        self.offset = offset
        self.text = text


def escape_doubled_quotes(body: str, quote: str) -> str:
    """The body of a literal with its quote, where it is doubled, as the escape of that meaning."""
    if quote * 2 not in body:
        return body
    return _DOUBLED.sub(lambda m: f"\\{quote}" if m.group() == quote * 2 else m.group(), body)


def find_idle_escapes(body: str) -> list[tuple[int, str]]:
    """The escapes that mean nothing but their own character, such as `\\d`, with their offsets.

    Spark drops the backslash silently, which turns a regular expression into another.
    """
    if "\\" not in body:
        return []
    return [
        (match.start(), match.group())
        for match in _ESCAPE.finditer(body)
        if match["other"] is not None and match["other"] not in _MEANINGFUL_ESCAPES
    ]


def unescape(body: str) -> str:
    """The characters that the body of a literal stands for.

    `\\%` and `\\_` keep their backslash, as in Spark: they are for `like`.
    """

    def decode_escape(match: re.Match[str]) -> str:
        other, high = match["other"], match["high"]
        if other is not None:
            return f"\\{other}" if other in _KEPT_ESCAPES else _SIMPLE.get(other, other)
        if high is not None:
            # As in Java, two escapes may be the halves of one character.
            low = int(match["low"], 16)
            return chr(0x10000 + (int(high, 16) - 0xD800) * 0x400 + low - 0xDC00)
        octal = match["octal"]
        point = int(octal, 8) if octal else int(match["four"] or match["eight"], 16)
        # A lone surrogate cannot be encoded: neither the script nor Spark could hold it.
        if point > 0x10FFFF or 0xD800 <= point <= 0xDFFF:
            raise BadEscapeError(match.start(), match.group())
        return chr(point)

    return _ESCAPE.sub(decode_escape, body) if "\\" in body else body


def quote_string(value: str, quote: str = "'") -> str:
    """A literal of Spark SQL that means `value`, on one line.

    `$` before `{` is written as an escape because Spark replaces `${…}` in SQL text before it
    parses it, inside literals too.
    """
    out = []
    for index, char in enumerate(value):
        following = value[index + 1] if index + 1 < len(value) else ""
        if char == "\\":
            # `\%` and `\_` are kept by Spark as they are; doubling their backslash changes nothing.
            out.append("\\\\")
        elif char == quote:
            out.append(f"\\{quote}")
        elif char in _LINE_ESCAPES:
            out.append(_LINE_ESCAPES[char])
        elif char == "$" and following == "{":
            out.append("\\u0024")
        elif not char.isprintable() and char != " ":
            point = ord(char)
            out.append(f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}")
        else:
            out.append(char)
    return quote + "".join(out) + quote


def raw_text(value: str) -> str | None:
    """The raw literal that means `value`; None where none can, or none can be read."""
    quote = next((each for each in "'\"" if each not in value), None)
    # A raw string has no way to keep Spark from replacing `${…}`.
    if quote is None or "${" in value or not value.isprintable():
        return None
    return f"r{quote}{value}{quote}"


def double_quote(pieces: Sequence[str | Parameter]) -> str:
    """A block's string with these pieces, on one line."""
    return f'"{_escape_pieces(pieces, _LINE_ESCAPES)}"'


def triple_quote(pieces: Sequence[str | Parameter]) -> str:
    """A block's string with these pieces, in which line ends stand as they are."""
    return f'"""{_escape_pieces(pieces, _CARRIAGE_RETURN_ESCAPE)}"""'


def _escape_pieces(pieces: Sequence[str | Parameter], escapes: dict[str, str]) -> str:
    out = []
    for index, piece in enumerate(pieces):
        if isinstance(piece, Parameter):
            out.append(piece.text)
            continue
        text = _NOT_PLAIN.sub(lambda match: _escape_character(match.group(), escapes), piece)
        text = text.replace("${", "$${")
        if text.endswith("$") and index + 1 < len(pieces):
            # `$${name}` would be the plain text `${name}`.
            text = text[:-1] + "\\u0024"
        out.append(text)
    return "".join(out)


def _escape_character(char: str, escapes: dict[str, str]) -> str:
    if char in escapes:
        return escapes[char]
    if char in _LAYOUT_CHARACTERS:
        return char
    if char in _ESCAPED_CHARACTERS:
        return f"\\{char}"
    point = ord(char)
    return f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}"


_LINE_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_CARRIAGE_RETURN_ESCAPE = {"\r": "\\r"}
_LAYOUT_CHARACTERS = "\n\t"
_ESCAPED_CHARACTERS = '"\\'
# Characters that nobody can see, and those that a string cannot hold bare.
_NOT_PLAIN = lazy_pattern(
    r'["\\\x00-\x1f\x7f-\xa0\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]'
)
