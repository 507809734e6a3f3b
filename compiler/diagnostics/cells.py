"""How characters look on a terminal: what is shown for each, and how many columns it takes.

A source may hold anything. Nothing that a terminal would obey, or that would reorder or hide the
text around it, is passed on: it is replaced by a visible stand-in.
"""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import category, east_asian_width

TAB = "    "
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
ELLIPSIS = "…"

# Joiners and variation selectors go, so that the pieces of an emoji stand side by side: whether
# a terminal merges them, and how wide the result is, cannot be known from here.
_DROPPED = frozenset({0x200C, 0x200D, *range(0xFE00, 0xFE10)})
_HANGUL_MEDIALS = range(0x1160, 0x1200)
_SOFT_HYPHEN = 0xAD


def display_character(character: str) -> str:
    """What stands for one character of a source in a terminal."""
    number = ord(character)
    if number in _DROPPED:
        return ""
    if character.isprintable():
        return character
    if character == "\t":
        return TAB
    if number < 0x20:
        return chr(0x2400 + number)
    if number == 0x7F:
        return "\N{SYMBOL FOR DELETE}"
    if category(character) == "Zs":
        return " "
    return "-" if number == _SOFT_HYPHEN else REPLACEMENT


def character_width(character: str) -> int:
    """The columns that a character takes as `display_character`."""
    if character.isascii():
        return len(TAB) if character == "\t" else 1
    if ord(character) in _DROPPED or ord(character) in _HANGUL_MEDIALS:
        return 0
    if category(character) in ("Mn", "Me"):
        return 0
    return 2 if east_asian_width(character) in "WF" and character.isprintable() else 1


def sanitize(text: str) -> str:
    """A text of one line in which every character may be sent to a terminal."""
    return (
        text if text.isprintable() and text.isascii() else "".join(map(_sanitize_character, text))
    )


def display_width(text: str) -> int:
    """The columns that a visible text takes."""
    return len(text) if text.isascii() else sum(map(character_width, text))


def wrap(text: str, columns: int) -> Iterator[str]:
    """A visible text in lines of at most `columns`, broken at blanks, in a word only if it must."""
    line = ""
    for word in text.split(" "):
        candidate = f"{line} {word}" if line else word
        if display_width(candidate) <= columns:
            line = candidate
            continue
        if line:
            yield line
        *full, line = _split_word(word, columns)
        yield from full
    yield line


def _sanitize_character(character: str) -> str:
    return " " if character == "\t" else display_character(character)


def _split_word(word: str, columns: int) -> Iterator[str]:
    """A word cut so that each piece fits; one piece, perhaps empty, at the least."""
    start = used = 0
    for index, character in enumerate(word):
        if used + character_width(character) > columns and index > start:
            yield word[start:index]
            start, used = index, 0
        used += character_width(character)
    yield word[start:]
