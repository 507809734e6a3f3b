"""Whole phrases of other languages, each with how it is written here: a table, and its use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
import re

from msgspec import Struct

from ssbt.compiler.diagnostics.codes import syntax as codes
from ssbt.compiler.diagnostics.model import Diagnostic
from ssbt.compiler.syntax.trouble import Replacement, Trouble

# How far from the trouble a phrase may begin.
_NEAR = 300
_LONGEST_SHOWN = 40
Instead = str | Callable[[re.Match[str]], str] | None


class Phrase(Struct, frozen=True):
    """What is written elsewhere, the way out, and what stands `instead`, if that can be told.

    `help` may hold groups of the pattern, as `instead` does. What is `sure` need not make the piece
    whole: it may be several steps, or leave other mistakes.
    """

    pattern: re.Pattern[str]
    help: str
    instead: Instead = None
    sure: bool = False


def phrase(
    pattern: str, help_: str, instead: Instead = None, *, sure: bool = False, flags: int = 0
) -> Phrase:
    """A row of the table; patterns have no case."""
    return Phrase(re.compile(pattern, re.IGNORECASE | flags), help_, instead, sure)


def known_phrase(trouble: Trouble) -> Diagnostic | None:
    """A phrase of another language that holds the trouble."""
    from ssbt.compiler.syntax.habits.phrasebook import PHRASES

    for row in PHRASES.get(trouble.start, ()):
        for match in _around(row.pattern, trouble):
            found = _told(trouble, row, match)
            if found is not None:
                return found
    return None


def _around(pattern: re.Pattern[str], trouble: Trouble) -> Iterator[re.Match[str]]:
    """The phrases between whose ends, or at whose end, the parser stumbled."""
    begin = max(0, trouble.at - _NEAR)
    for match in pattern.finditer(trouble.piece, begin, trouble.at + _NEAR):
        if match.start() <= trouble.at <= match.end():
            yield match


def _told(trouble: Trouble, row: Phrase, match: re.Match[str]) -> Diagnostic | None:
    at, length = match.start(), match.end() - match.start()
    fix: Replacement | tuple[()] = ()
    if row.instead is not None:
        text = row.instead(match) if callable(row.instead) else match.expand(row.instead)
        if row.sure or trouble.mends((at, length, text)):
            fix = (at, length, text)
    shown = " ".join(match.group().split())
    if len(shown) > _LONGEST_SHOWN:
        shown = f"{shown[:_LONGEST_SHOWN]}…"
    told = "in the language" if " " in shown else "expected here"
    code, message = codes.UNEXPECTED_TOKEN, f"`{shown}` is not {told}"
    help_ = match.expand(row.help)
    length = len(match.group().rstrip())
    return trouble.found(code, message, help_, at=at, length=length, fix=fix)
