"""The contextual lexer: a terminal is tried only where the automaton could go on with it."""

from __future__ import annotations

from functools import cache
import re

from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.syntax.tables import Tables

END = "$END"
_SPACE = lazy_pattern(r"(?:\s+|#[^\r\n]*)*")
_COMMENT = lazy_pattern(r"#[^\r\n]*")
_WORD = lazy_pattern(r"[^\W\d]\w*")
_compile_pattern = cache(re.compile)


@cache
def _compile_keyword(word: str, pattern: str) -> tuple[re.Pattern[str], bool]:
    """What matches a keyword, or only what has to follow it, which is the same for many."""
    start = f"(?i:{word}"
    if pattern.startswith(f"{start}(?="):
        return _compile_pattern(f"(?i:{pattern.removeprefix(start)}"), True
    return _compile_pattern(pattern), False


class Lexeme(str):
    """The text of a terminal, its `type` and its offset in the parsed text."""

    __slots__ = ("start_pos", "type")
    type: str
    start_pos: int

    def __new__(cls, type_: str, text: str, start_pos: int) -> Lexeme:
        lexeme = super().__new__(cls, text)
        lexeme.type, lexeme.start_pos = type_, start_pos
        return lexeme


class Lexer:
    """The terminals of a text, one at a time, and the comments between them."""

    def __init__(self, tables: Tables, text: str) -> None:
        self.tables = tables
        self.text = text
        self.position = 0
        self.comments: list[tuple[int, int]] = []

    def skip_ignored(self) -> None:
        """Go on to the next terminal."""
        match = _SPACE.match(self.text, self.position)
        assert match is not None
        start, self.position = self.position, match.end()
        if "#" in match.group():
            comments = _COMMENT.finditer(self.text, start, self.position)
            self.comments += (comment.span() for comment in comments)

    def match_terminal(self, among: dict[str, int] | None) -> tuple[str, int] | None:
        """The terminal at the position, one of `among` or any, and where it ends."""
        text, position = self.text, self.position
        word = _WORD.match(text, position)
        if word is None:
            for name, pattern in self.tables.signs.get(text[position : position + 1], ()):
                if among is None or name in among:
                    match = _compile_pattern(pattern).match(text, position)
                    if match is not None:
                        return name, match.end()
            return None
        lower = word.group().lower()
        for name, keyword in self.tables.words.get(lower, ()):
            if among is None or name in among:
                if keyword is None:
                    return name, word.end()
                compiled, follows = _compile_keyword(lower, keyword)
                match = compiled.match(text, word.end() if follows else position)
                if match is not None:
                    return name, match.end()
        return ("NAME", word.end()) if among is None or "NAME" in among else None
