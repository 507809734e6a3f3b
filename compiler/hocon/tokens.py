"""The tokens of HOCON, as Lightbend's implementation cuts them."""

from __future__ import annotations

from collections.abc import Iterator
import re
from typing import NamedTuple

from ssbt.compiler.hocon.problems import configuration_error
from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.source import Source, Span

_SPACE = r"[^\S\n]|[\ufeff\x1c-\x1f]"
_FORBIDDEN = r"""$"{}\[\]:=,+#`^?!@*&\\"""
_TOKEN = lazy_pattern(
    rf"""(?P<newline>\n)
    | (?P<space>(?:{_SPACE})+)
    | (?P<comment>(?:\#|//)[^\n]*)
    | (?P<lines>\"\"\"(?s:.*?)\"\"\"+)
    | (?P<text>(?!\"\"\")"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{{4}}))*")
    | (?P<append>\+=)
    | (?P<mark>[{{}}\[\],:=])
    | (?P<reference>\$\{{\??)
    | (?P<number>[0-9-][0-9eE+.-]*)
    | (?P<bare>(?:(?!//)(?!{_SPACE})[^{_FORBIDDEN}\n])+)""",
    re.VERBOSE,
)
_ESCAPE = lazy_pattern(r"\\(u[0-9a-fA-F]{4}|.)")
_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class Token(NamedTuple):
    """`kind` is newline, space, lines, text, append, mark, reference, number, bare or end."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def value(self) -> str:
        """What a text in quotes says; any other token as it is written."""
        if self.kind == "lines":
            return self.text[3:-3]
        return unescape(self.text[1:-1]) if self.kind == "text" else self.text


def tokenize(source: Source) -> Iterator[Token]:
    """All tokens but comments, with an `end` at the end; raises ConfigurationError."""
    position = 1 if source.text.startswith("\ufeff") else 0
    while position < len(source.text):
        match = _TOKEN.match(source.text, position)
        if match is None:
            raise _unreadable_error(source, position)
        kind = match.lastgroup or ""
        if kind != "comment":
            yield Token(kind, match.group(), position, match.end())
        position = match.end()
    yield Token("end", "", position, position)


def unescape(text: str) -> str:
    """The text with its escapes replaced."""

    def character(match: re.Match[str]) -> str:
        escape = match[1]
        return chr(int(escape[1:], 16)) if escape[0] == "u" else _LETTERS.get(escape, escape)

    # Two escapes may be the halves of one character.
    utf16_text = _ESCAPE.sub(character, text)
    return utf16_text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _unreadable_error(source: Source, position: int) -> Exception:
    character = source.text[position]
    span = Span(source.path, position, position + 1)
    if character == '"':
        return configuration_error(
            span, "this text has no end on its line, or an escape that there is not"
        )
    if character == "$":
        return configuration_error(span, "`$` begins `${name}`; any other stands in quotes")
    return configuration_error(span, f"`{character}` stands in quotes only")
