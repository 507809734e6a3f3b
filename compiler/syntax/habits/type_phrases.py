"""Types of several words, and with more than numbers in parentheses."""

from __future__ import annotations

import re

from ssbt.compiler.syntax.habits.phrases import Phrase, phrase

_WIDER = {
    "tinyint": "smallint",
    "smallint": "int",
    "mediumint": "int",
    "int": "bigint",
    "integer": "bigint",
    "bigint": "decimal(20,0)",
}


def _convert_unsigned(match: re.Match[str]) -> str:
    """The next type that holds all values of an unsigned one."""
    return _WIDER[match.group(1).casefold()]


TYPE_PHRASES: tuple[Phrase, ...] = (
    phrase(r"\bdouble\s+precision\b", "write `double`", "double", is_certain=True),
    phrase(
        r"\btimestamp(?:\s*\(\d\))?\s+with(?:\s+local)?\s+time\s+zone\b",
        "write `timestamp`, a moment",
        "timestamp",
        is_certain=True,
    ),
    phrase(r"\b(?:character|char)\s+varying\b", "write `varchar`", "varchar", is_certain=True),
    phrase(
        r"\b(tinyint|smallint|mediumint|int|integer|bigint)\s+unsigned\b",
        "there are no types without a sign: take the next one",
        _convert_unsigned,
        is_certain=True,
    ),
    phrase(r"\bn?varchar2?\s*\(\s*max\s*\)", "write `string`", "string", is_certain=True),
    phrase(
        r"\b(?:enum|set)\s*\((?:\s*'[^']*'\s*,?)+\)",
        "write `string`: what values there are is not declared",
        "string",
        is_certain=True,
    ),
)
