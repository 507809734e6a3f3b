"""Phrases of Python, and of languages like it, within expressions."""

from __future__ import annotations

import re

from ssbt.compiler.syntax.habits.expression_phrases import OPERAND
from ssbt.compiler.syntax.habits.interpolation import (
    WAY_OUT,
    convert_f_string,
    convert_s_string,
)
from ssbt.compiler.syntax.habits.phrases import Phrase, phrase


def _convert_bytes(match: re.Match[str]) -> str:
    return f"x'{match.group(1).encode().hex().upper()}'"


PYTHON_PHRASES: tuple[Phrase, ...] = (
    phrase(
        r"\b(not\s+)?in\s*\{([^{}:]*)\}",
        "the values stand in parentheses: `in (…)`",
        r"\1in (\2)",
    ),
    phrase(r"\\[ \t]*(?=[\r\n])", "an expression goes on by itself: leave it out", ""),
    phrase(
        r"\bany\s*\(\s*([^()]+?)\s+for\s+(\w+)\s+in\s+([\w.]+)\s*\)",
        r"write `exists(\3, \2 -> …)`",
        r"exists(\3, \2 -> \1)",
    ),
    phrase(
        r"\ball\s*\(\s*([^()]+?)\s+for\s+(\w+)\s+in\s+([\w.]+)\s*\)",
        r"write `forall(\3, \2 -> …)`",
        r"forall(\3, \2 -> \1)",
    ),
    phrase(
        rf"({OPERAND})\s+if\s+((?:(?!\b(?:else|then|if)\b)[^|,])+?)(?=\s+as\b)",
        r"write `if(\2, \1, null)`",
        r"if(\2, \1, null)",
    ),
    phrase(r"\bis\s+None\b", "write `is null`", "is null"),
    phrase(r"\bis\s+not\s+None\b", "write `is not null`", "is not null"),
    phrase(r"\bis\s+not\s+(?=['\"\d])", "write `!=`", "!= "),
    phrase(r"\bis\s+(?=['\"\d])", "write `=`", "= "),
    phrase(rf"({OPERAND})\s*\*\*\s*({OPERAND})", r"write `power(\1, \2)`", r"power(\1, \2)"),
    phrase(
        r"\b(?:f|fr|rf)(?P<quote>['\"])(?P<text>(?:(?!(?P=quote))[^\r\n])*)(?P=quote)",
        WAY_OUT,
        convert_f_string,
    ),
    phrase(r"\bs\"(?P<text>[^\"\r\n]*)\"", WAY_OUT, convert_s_string),
    phrase(r"\b[nue](?=['\"])", "a text is written without a letter before it", ""),
    phrase(r"\bb'([\x20-\x7e]*?)'", "bytes are written `x'1F'`", _convert_bytes),
    phrase(r'"""([^"\\\r\n\']*)"""', r"a text is written `'\1'`", r"'\1'"),
    phrase(r"\blambda\s+(\w+)\s*:", r"write `\1 -> …`", r"\1 ->"),
    phrase(r"\blambda\s+((?:\w+\s*,\s*)+\w+)\s*:", r"write `(\1) -> …`", r"(\1) ->"),
    phrase(
        r"\[\s*(.+?)\s+for\s+(\w+)\s+in\s+([\w.]+)\s*\]",
        r"write `transform(\3, \2 -> …)`",
        r"transform(\3, \2 -> \1)",
    ),
    phrase(
        rf"\bif\s+([^(|]+?)\s+then\s+({OPERAND})\s+else\s+({OPERAND})(?:\s+end\b)?",
        r"write `if(\1, \2, \3)`",
        r"if(\1, \2, \3)",
    ),
    phrase(
        rf"(?!(?:select|extend|set|where|aggregate)\b)({OPERAND})\s+if\s+(.+?)\s+else\s+({OPERAND})",
        r"write `if(CONDITION, \1, \3)`",
        r"if(\2, \1, \3)",
    ),
    phrase(
        r"([\w.]+)\[\d*:\d*\]",
        r"a part of a text is `substring(\1, 1, 3)`, of an array `slice(\1, 1, 3)`",
    ),
    phrase(
        r"\b(\w+)\s+order\s+by\b(?=[^|]*\))", "the order comes after: `within group (order by …)`"
    ),
)
