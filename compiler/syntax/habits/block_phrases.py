"""Phrases of other languages within blocks: options of connectors, and columns of schemas."""

from __future__ import annotations

import re

from ssbt.compiler.syntax.habits.expression_phrases import NAMES
from ssbt.compiler.syntax.habits.phrases import Phrase, phrase

_UNITS = {
    **dict.fromkeys(("ms", "millis"), "milliseconds"),
    **dict.fromkeys(("s", "sec", "secs"), "seconds"),
    **dict.fromkeys(("m", "min", "mins"), "minutes"),
    **dict.fromkeys(("h", "hr", "hrs"), "hours"),
    "d": "days",
}
_DURATION = rf"(\d+)\s*({'|'.join(sorted(_UNITS, key=len, reverse=True))})\b"
_PYTHON_TYPES = {"long": "bigint", "integer": "int", "short": "smallint", "byte": "tinyint"}


def _convert_duration(match: re.Match[str]) -> str:
    amount, unit = match.group(1), _UNITS[match.group(2).lower()]
    return f"{amount} {unit.removesuffix('s') if amount == '1' else unit}"


def _convert_type(match: re.Match[str]) -> str:
    name = match.group(1).lower()
    return _PYTHON_TYPES.get(name, name)


ENTRY_PHRASES: tuple[Phrase, ...] = (
    phrase(
        r"\bschema\s*=\s*\{[^{}]*\}?",
        "a schema is declared by itself, `schema NAME { … }`, and named here: `schema = NAME`",
    ),
    phrase(r"\"\s*\+\s*\"", 'a text is one text: `"${name}/more"`', ""),
    phrase(rf"=\s*\(\s*({NAMES})\s*\)", r"a list is written `[\1]`", r"= [\1]"),
    phrase(_DURATION, "units are written out: `10 minutes`", _convert_duration),
    phrase(r"\bprocessingTime\s*\(\s*\"(\d+ \w+)\"\s*\)", r"write `every \1`", r"every \1"),
    phrase(
        r"\btrigger\s*=\s*\{?\s*\"?processingTime\"?\s*[:=]\s*\"(\d+ \w+)\"\s*\}?",
        r"write `trigger = every \1`",
        r"trigger = every \1",
    ),
)
COLUMN_PHRASES: tuple[Phrase, ...] = (
    phrase(
        r"\b(?:list|array|seq|repeated)\s*[\[(<]\s*(\w+)\s*[\])>]",
        r"write `array<\1>`",
        r"array<\1>",
        is_certain=True,
    ),
    phrase(r"\b(\w+)\s*\[\s*\]", r"write `array<\1>`", r"array<\1>", is_certain=True),
    phrase(
        r"\b(?:dict|map|object)\s*[\[(<]\s*(\w+)\s*,\s*(\w+)\s*[\])>]",
        r"write `map<\1, \2>`",
        r"map<\1, \2>",
        is_certain=True,
    ),
    phrase(r"\b(?:record|row|object)\s*<", "write `struct<NAME: TYPE>`", "struct<"),
    phrase(r"\b(?:struct|record|row)\s*[{(]([^{}()]*)[})]", r"write `struct<\1>`", r"struct<\1>"),
    phrase(
        r"\boptional\s*\[\s*(\w+)\s*\]",
        r"a column may be null unless it says `not null`: `\1`",
        r"\1",
        is_certain=True,
    ),
    phrase(r"\s*\?", "a column may be null unless it says `not null`", ""),
    phrase(r"\b(?:required|mandatory|notnull|non\s+null)\b", "write `not null`", "not null"),
    phrase(
        r"\s+(?:nullable|null|optional)\b", "a column may be null unless it says `not null`", ""
    ),
    phrase(
        r"\s+(?:primary\s+key|unique|references\b.*)",
        "keys are not declared: nothing here would hold them",
        "",
    ),
    phrase(r"\b(\w+)Type\s*\(\s*\)", "types are Spark SQL's words", _convert_type),
    phrase(r"\b(decimal|numeric)\s*<\s*(\d+)\s*,\s*(\d+)\s*>", r"write `\1(\2,\3)`", r"\1(\2,\3)"),
    phrase(r"^(?:\"(\w+)\"|'(\w+)')(?=\s*:)", "a name takes no quotes", r"\1\2"),
    phrase(
        r"^([^\W\d]\w*(?:-\w+)+)", r"a name with other signs takes backticks: `` `\1` ``", r"`\1`"
    ),
)
