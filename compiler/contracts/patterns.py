"""Whether a pattern of dates reads what another one writes."""

from __future__ import annotations

from functools import cache
import re

from ssbt.compiler.patterns import lazy_pattern

_TOKEN = lazy_pattern(r"'((?:[^']|'')*)'|([A-Za-z])\2*|\[|\]|(.)", re.DOTALL)
_ZONE = "XxZ"
Token = tuple[str, int]


@cache
def can_read(read_pattern: str, written_pattern: str) -> bool:
    """Whether each text of the one pattern is read as the same by the other."""
    written_tokens = _tokenize(written_pattern.replace("[", "").replace("]", ""))
    return any(
        _can_read_tokens(each, written_tokens) for each in _expand_alternatives(read_pattern)
    )


def has_zone(pattern: str) -> bool:
    """Whether texts of a pattern say their time zone."""
    return any(letter in (*_ZONE, "V", "z", "O") for letter, count in _tokenize(pattern) if count)


def _tokenize(pattern: str) -> list[Token]:
    """Letters with their number; of literal characters the number is 0."""
    tokens: list[Token] = []
    for match in _TOKEN.finditer(pattern):
        quoted, letter, plain = match[1], match[2], match[3]
        if quoted is not None:
            tokens += [(each, 0) for each in (quoted.replace("''", "'") or "'")]
        elif letter:
            tokens.append(("y" if letter == "u" else letter, len(match[0])))
        elif plain:
            tokens.append((plain, 0))
        else:
            tokens.append((match[0], -1))
    return tokens


def _expand_alternatives(pattern: str) -> list[list[Token]]:
    """The pattern with each of its optional sections and without."""
    alternatives: list[list[Token]] = [[]]
    open_: list[list[list[Token]]] = []
    for token in _tokenize(pattern):
        if token == ("[", -1):
            open_.append([[*each] for each in alternatives])
        elif token == ("]", -1):
            alternatives = [*(open_.pop() if open_ else []), *alternatives]
        else:
            alternatives = [[*each, token] for each in alternatives]
    return alternatives


def _can_read_tokens(read_tokens: list[Token], written_tokens: list[Token]) -> bool:
    return len(read_tokens) == len(written_tokens) and all(
        map(_can_read_token, read_tokens, written_tokens)
    )


def _can_read_token(read_token: Token, written_token: Token) -> bool:
    (letter, count), (written_letter, written_count) = read_token, written_token
    if letter in _ZONE and written_letter in _ZONE and count and written_count:
        return True
    if letter != written_letter or bool(count) != bool(written_count):
        return False
    # One letter reads two digits, and of a fraction all digits up to the number of letters.
    is_wider = count == 1 and letter in "dHhmsM" and written_count <= 2
    return count == written_count or is_wider or (letter == "S" and count > written_count)
