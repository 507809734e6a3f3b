"""Which characters a script may show as they are, and how wide they are.

The answers come from the Unicode database of version 3.2, which Python carries for internet names:
unlike the current one it is the same in every Python, and so are the scripts.
"""

from __future__ import annotations

from functools import cache
from unicodedata import ucd_3_2_0 as unicode

# Letters and marks that leave no trace on the screen.
_INVISIBLE = frozenset((0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0))
_INVISIBLE |= {*range(0x180B, 0x180E), *range(0xFE00, 0xFE10)}
# From here on, symbols are shown as small pictures, in a width that fonts and black dispute.
_PICTURES = 0x2300


@cache
def is_visible(char: str) -> bool:
    """Whether a person sees `char`, alone and in its place: no control, no astral character."""
    code = ord(char)
    if code < 0x7F:
        return code >= 0x20
    if code > 0xFFFF or code in _INVISIBLE:
        return False
    category = unicode.category(char)
    return category[0] in "LMNP" or category == "Sc" or (category[0] == "S" and code < _PICTURES)


@cache
def is_mark(char: str) -> bool:
    """Whether `char` is drawn upon the character before it."""
    return ord(char) >= 0x300 and unicode.category(char)[0] == "M"


def width(text: str) -> int:
    """The columns that `text` takes, as black counts them; only for text that is shown."""
    if text.isascii():
        return len(text)
    return sum(2 if unicode.east_asian_width(char) in "WF" else 1 for char in text)
