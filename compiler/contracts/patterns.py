"""Whether a pattern of dates reads what another one writes."""

from __future__ import annotations

from functools import cache
import re

_TOKEN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|\[|\]|(.)", re.DOTALL)
_ZONE = "XxZ"
Token = tuple[str, int]


@cache
def reads(read: str, written: str) -> bool:
    """Whether each text of the one pattern is read as the same by the other."""
    wanted = _tokens(written.replace("[", "").replace("]", ""))
    return any(_fits(each, wanted) for each in _alternatives(read))


def has_zone(pattern: str) -> bool:
    """Whether texts of a pattern say their time zone."""
    return any(letter in (*_ZONE, "V", "z", "O") for letter, count in _tokens(pattern) if count)


def _tokens(pattern: str) -> list[Token]:
    """Letters with their number; of literal characters the number is 0."""
    found: list[Token] = []
    for match in _TOKEN.finditer(pattern):
        quoted, letter, plain = match[1], match[2], match[3]
        if quoted is not None:
            found += [(each, 0) for each in (quoted.replace("''", "'") or "'")]
        elif letter:
            found.append(("y" if letter == "u" else letter, len(match[0])))
        elif plain:
            found.append((plain, 0))
        else:
            found.append((match[0], -1))
    return found


def _alternatives(pattern: str) -> list[list[Token]]:
    """The pattern with each of its optional sections and without."""
    found: list[list[Token]] = [[]]
    open_: list[list[list[Token]]] = []
    for token in _tokens(pattern):
        if token == ("[", -1):
            open_.append([[*each] for each in found])
        elif token == ("]", -1):
            found = [*(open_.pop() if open_ else []), *found]
        else:
            found = [[*each, token] for each in found]
    return found


def _fits(read: list[Token], written: list[Token]) -> bool:
    return len(read) == len(written) and all(map(_is_read, read, written))


def _is_read(read: Token, written: Token) -> bool:
    (letter, count), (other, others) = read, written
    if letter in _ZONE and other in _ZONE and count and others:
        return True
    if letter != other or bool(count) != bool(others):
        return False
    # One letter reads two digits, and of a fraction all digits up to the number of letters.
    is_wider = count == 1 and letter in "dHhmsM" and others <= 2
    return count == others or is_wider or (letter == "S" and count > others)
