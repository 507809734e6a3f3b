"""A coarse cut of the text, right even where the grammar is not obeyed.

It knows strings, names in backticks, comments, brackets, `|>` and words: enough to find where a
declaration, a step or an entry begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
import re
from typing import NamedTuple

from ssbt.compiler.patterns import lazy_pattern


class Token(NamedTuple):
    """A piece of text at `start` up to `end`; `is_first` when it is the first of its line.

    `kind` is one of word, number, string, name, comment, open, close, pipe, separator, newline,
    parameter, other, the unfinished ones, open_string and open_name, and those of other languages:
    foreign (a comment) and semicolon.
    """

    kind: str
    start: int
    end: int
    is_first: bool


_PATTERN = lazy_pattern(
    r"""
    [^\S\r\n]*+
    (?:
      (?P<newline>\r\n|\r|\n)
    | (?P<comment>\#[^\r\n]*)
    | (?P<foreign>--[^\r\n]*|(?<!:)//[^\r\n]*|/\*)
    | (?P<string>"{3}(?:[^"\\]|\\[\s\S]|"(?!""))*"{3}
                |"(?!"")(?:[^"\\\r\n]|\\[^\r\n]|"")*"|'(?:[^'\\\r\n]|\\[^\r\n]|'')*'
                |(?<!\w)[rR](?:'[^'\r\n]*'|"[^"\r\n]*"))
    | (?P<open_string>["'])
    | (?P<name>`(?:[^`\r\n]|``)+`)
    | (?P<open_name>`)
    | (?P<parameter>\$\{[^}$\r\n]*\})
    | (?P<open>[(\[{])
    | (?P<close>[)\]}])
    | (?P<pipe>\|>)
    | (?P<separator>,)
    | (?P<semicolon>;)
    | (?P<word>[^\W\d]\w*)
    | (?P<number>\d[\w.]*)
    | (?P<end>\Z)
    | (?P<other>[\s\S])
    )
    """,
    re.VERBOSE,
)
_LINE_END = lazy_pattern(r"[\r\n]|\Z")


def tokenize(text: str) -> Iterator[Token]:
    """Every token of the text, white space left out."""
    is_first = True
    position, is_closed = 0, True
    while position < len(text):
        for match in _PATTERN.finditer(text, position):
            kind = match.lastgroup
            assert kind is not None
            start, position = match.span(kind)
            if kind == "end":
                break
            is_block_comment = kind == "foreign" and text.startswith("/*", start)
            if is_block_comment:
                # What is never closed is looked for once.
                close = text.find("*/", position) if is_closed else -1
                is_closed = close >= 0
                line_end = _LINE_END.search(text, position)
                position = close + 2 if is_closed or line_end is None else line_end.start()
            yield Token(kind, start, position, is_first)
            is_first = kind == "newline"
            if is_block_comment:
                break


@lru_cache(maxsize=2)
def tokenize_file(text: str) -> tuple[Token, ...]:
    """`tokenize` of a whole file, which several look at one after the other."""
    return tuple(tokenize(text))
