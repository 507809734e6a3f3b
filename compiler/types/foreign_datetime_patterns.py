"""Patterns of dates and times in other languages: those of C and Python, Oracle and PostgreSQL."""

from __future__ import annotations

import re

from msgspec import Struct

from ssbt.compiler.patterns import lazy_pattern

_STRFTIME = {
    "Y": "yyyy", "y": "yy", "m": "MM", "b": "MMM", "h": "MMM", "B": "MMMM", "d": "dd", "e": "d",
    "j": "DDD", "a": "EEE", "A": "EEEE", "H": "HH", "k": "H", "I": "hh", "l": "h", "M": "mm",
    "S": "ss", "f": "SSSSSS", "p": "a", "z": "xx", "Z": "z", "T": "HH:mm:ss", "R": "HH:mm",
    "F": "yyyy-MM-dd", "D": "MM/dd/yy", "%": "%",
}  # fmt: skip
_STRFTIME_FIELD = lazy_pattern(r"%[-_0]?([A-Za-z%])")
_ORACLE = {
    "HH24": "HH", "HH12": "hh", "HH": "hh", "MI": "mm", "SS": "ss", "YYYY": "yyyy", "RRRR": "yyyy",
    "YY": "yy", "RR": "yy", "MONTH": "MMMM", "MON": "MMM", "MM": "MM", "DDD": "DDD", "DD": "dd",
    "AM": "a", "PM": "a", "TZH:TZM": "xxx",
}  # fmt: skip
_ORACLE_ONLY = lazy_pattern(
    r"HH24|HH12|(?<![A-Z])MI(?![A-Z])|RRRR|(?<![A-Z])MON(?:TH)?(?![A-Z])", re.I
)
_ORACLE_FIELD = lazy_pattern(
    "|".join(re.escape(each) for each in sorted(_ORACLE, key=len, reverse=True)) + r"|FF(\d?)", re.I
)


class Translation(Struct, frozen=True):
    """The pattern that Spark takes, and what shows that it was written in another language."""

    pattern: str
    reason: str


def translate_pattern(pattern: str) -> Translation | None:
    """The same in Spark's language; None for a pattern that is in none of the others."""
    return _translate_strftime(pattern) or _translate_oracle(pattern)


def blank_quoted(pattern: str) -> str:
    """The pattern with blanks for what is in quotes."""
    return re.sub(r"'(?:[^']|'')*'", lambda quoted: " " * len(quoted[0]), pattern)


def _translate_strftime(pattern: str) -> Translation | None:
    """A pattern in the language of C and Python, such as `%Y-%m-%d`."""
    plain = blank_quoted(pattern)
    if not _STRFTIME_FIELD.search(plain):
        return None
    pieces: list[str] = []
    offset = 0
    for field in _STRFTIME_FIELD.finditer(pattern):
        pieces += (_quote_text(pattern[offset : field.start()]), _STRFTIME.get(field[1], field[0]))
        offset = field.end()
    pieces.append(_quote_text(pattern[offset:]))
    return Translation("".join(pieces), "fields such as `%Y` are not those of Spark")


def _translate_oracle(pattern: str) -> Translation | None:
    """A pattern in the language of Oracle and PostgreSQL, such as `HH24:MI`."""
    match = _ORACLE_ONLY.search(blank_quoted(pattern))
    if not match:
        return None
    pieces: list[str] = []
    offset = 0
    for field in _ORACLE_FIELD.finditer(pattern):
        fraction = "S" * int(field[1] or 6) if field[1] is not None else ""
        correction = fraction or _ORACLE[field[0].upper()]
        pieces += (_quote_text(pattern[offset : field.start()].replace('"', "")), correction)
        offset = field.end()
    pieces.append(_quote_text(pattern[offset:].replace('"', "")))
    reason = f"fields such as `{match[0]}` are not those of Spark"
    return Translation("".join(pieces), reason)


def _quote_text(text: str) -> str:
    """Plain text between fields: its letters stand in quotes."""
    return re.sub(r"[A-Za-z]+", lambda word: f"'{word[0]}'", text.replace("'", ""))
