"""A coarse cut of the text, right even where the grammar is not obeyed.

It knows strings, names in backticks, comments, brackets, `|>` and words: enough to find where a
declaration, a step or an entry begins.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
import re

from msgspec import Struct

from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.source import count_common_end, count_common_start


class Token(Struct, frozen=True, gc=False):
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


class _CutText(Struct, frozen=True):
    """A text and its tokens; `by_line` if it has no comment that may go on in the next line.

    It may have texts of several lines: where the next version has none, they are what changed.
    """

    text: str
    tokens: tuple[Token, ...]
    by_line: bool


# Of an editor, the file as it is and as it is parsed.
_last_texts: deque[_CutText] = deque(maxlen=2)


def tokenize_file(text: str) -> tuple[Token, ...]:
    """`tokenize` of a whole file, which several look at one after the other.

    Of a text that was changed in some lines, only these are cut again.
    """
    last_texts = tuple(_last_texts)
    for last in last_texts:
        if last.text == text:
            return last.tokens
    tokens = None
    by_line = [last for last in last_texts if last.by_line] if '"""' not in text else []
    if by_line:
        nearest = max(by_line, key=lambda last: count_common_start(text, last.text))
        tokens = _cut_changed_lines(text, nearest)
    is_by_line = tokens is not None
    if tokens is None:
        tokens = tuple(tokenize(text))
        is_by_line = not _has_block_comment(text, tokens)
    _last_texts.append(_CutText(text, tokens, is_by_line))
    return tokens


def _cut_changed_lines(text: str, last: _CutText) -> tuple[Token, ...] | None:
    """The tokens of a text that has lines in common with an earlier one, at its ends.

    None if a token of the lines between may go on after them.
    """
    begin = text.rfind("\n", 0, count_common_start(text, last.text)) + 1
    unchanged = count_common_end(text[begin:], last.text[begin:])
    end = text.find("\n", len(text) - unchanged) + 1 or len(text)
    changed = _move(tokenize(text[begin:end]), begin)
    if _has_block_comment(text, changed):
        return None
    distance = len(last.text) - len(text)
    head = bisect_left(last.tokens, begin, key=_start)
    tail = bisect_left(last.tokens, end + distance, key=_start)
    return (*last.tokens[:head], *changed, *_move(last.tokens[tail:], -distance))


def _has_block_comment(text: str, tokens: Iterable[Token]) -> bool:
    return any(t.kind == "foreign" and text.startswith("/*", t.start) for t in tokens)


def _move(tokens: Iterable[Token], distance: int) -> Sequence[Token]:
    if distance == 0:
        return tuple(tokens)
    return [Token(t.kind, t.start + distance, t.end + distance, t.is_first) for t in tokens]


def _start(token: Token) -> int:
    return token.start
