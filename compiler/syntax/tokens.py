"""A coarse cut of the text, right even where the grammar is not obeyed.

It knows strings, names in backticks, comments, brackets, `|>` and words: enough to find where a
declaration, a step or an entry begins.
"""

from __future__ import annotations

from collections.abc import Iterator
import re
from typing import NamedTuple


class Token(NamedTuple):
    """A piece of text at `start` up to `end`; `first` when it is the first of its line.

    `kind` is one of word, number, string, name, comment, open, close, pipe, separator, newline,
    parameter, other, and the unfinished ones: open_string, open_name.
    """

    kind: str
    start: int
    end: int
    first: bool


_PATTERN = re.compile(
    r"""
      (?P<newline>\r\n|\r|\n)
    | (?P<space>[^\S\r\n]+)
    | (?P<comment>\#[^\r\n]*)
    | (?P<string>"{3}(?:[^"\\]|\\[\s\S]|"(?!""))*"{3}
                |"(?!"")(?:[^"\\\r\n]|\\[^\r\n])*"|'(?:[^'\\\r\n]|\\[^\r\n]|'')*')
    | (?P<open_string>["'])
    | (?P<name>`(?:[^`\r\n]|``)+`)
    | (?P<open_name>`)
    | (?P<parameter>\$\{[^}$\r\n]*\})
    | (?P<open>[(\[{])
    | (?P<close>[)\]}])
    | (?P<pipe>\|>)
    | (?P<separator>,)
    | (?P<word>[^\W\d]\w*)
    | (?P<number>\d[\w.]*)
    | (?P<other>[\s\S])
    """,
    re.VERBOSE,
)


def tokens(text: str) -> Iterator[Token]:
    """Every token of the text, white space left out."""
    first = True
    for match in _PATTERN.finditer(text):
        kind = match.lastgroup
        if kind == "space":
            continue
        assert kind is not None
        yield Token(kind, match.start(), match.end(), first)
        first = kind == "newline"
