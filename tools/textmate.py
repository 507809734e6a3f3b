"""Write the TextMate grammar of the VS Code extension from the words of the language.

`--check` writes nothing and exits with 1 where the file is another.
"""

from __future__ import annotations

import json
from pathlib import Path
import sys
from typing import Any

from ssbt.grammar import words

OUT = Path(__file__).parents[1] / "editors" / "vscode" / "syntaxes" / "ssbt.tmLanguage.json"
NAME = r"(?:[^\W\d]\w*|`(?:[^`]|``)+`)"


def grammar() -> dict[str, Any]:
    """The whole grammar."""
    return {
        "$schema": "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
        "name": "SSBT",
        "scopeName": "source.ssbt",
        "comment": "Made by tools/textmate.py; edit that.",
        "patterns": [{"include": f"#{name}"} for name in ORDER],
        "repository": {
            "comment": _match("comment.line.number-sign.ssbt", "#.*$"),
            "text": _text('"""', "string.quoted.triple.ssbt"),
            "double": _text('"', "string.quoted.double.ssbt"),
            "single": _single(),
            "parameter": _match("variable.parameter.ssbt", r"\$\{[^}]*\}"),
            "pipe": _match("keyword.operator.pipe.ssbt", r"\|>"),
            "tag": _match("entity.other.attribute-name.tag.ssbt", rf"@{NAME}"),
            "declaration": _declaration(),
            "quoted": _match("variable.other.quoted.ssbt", r"`(?:[^`]|``)+`"),
            "member": _match("variable.other.member.ssbt", r"(?<=\.)[^\W\d]\w*"),
            "entry": _match(
                "support.type.property-name.ssbt", r"(?:^|(?<=\{))\s*[^\W\d][\w.]*(?=\s*=[^=>])"
            ),
            "column": _match("variable.other.property.ssbt", r"[^\W\d]\w*(?=\s*:(?!:))"),
            "number": {
                "patterns": [_quantity(), _match("constant.numeric.ssbt", _NUMBER)],
            },
            "words": {"patterns": list(_words())},
            "function": _match("support.function.ssbt", r"[^\W\d]\w*(?=\s*\()"),
            "operator": _match("keyword.operator.ssbt", r"->|=>|::|\|\||[-+*/%=<>!&|^~]+"),
        },
    }


ORDER = (
    *("comment", "text", "double", "single", "parameter", "pipe", "tag", "declaration", "quoted"),
    *("member", "entry", "column", "number", "words", "function", "operator"),
)
_NUMBER = r"(?<!\w)(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?i:bd|[lsydf])?(?!\w)"
_PARAMETER = {"name": "variable.parameter.ssbt", "match": r"(?<!\$)\$\{[^}\"]*\}"}
_ESCAPE = {"name": "constant.character.escape.ssbt", "match": r"\\.|\$\$(?=\{)"}


def _match(name: str, pattern: str) -> dict[str, Any]:
    return {"name": name, "match": pattern}


def _text(quote: str, name: str) -> dict[str, Any]:
    """A string with parameters in it; one in single double quotes ends with its line."""
    is_long = len(quote) == 3
    return {
        "name": name,
        "begin": quote if is_long else f'{quote}(?!"")',
        "end": quote if is_long else f"{quote}|$",
        "patterns": [_PARAMETER, _ESCAPE],
    }


def _single() -> dict[str, Any]:
    return {
        "name": "string.quoted.single.ssbt",
        "begin": "(?i:(?<!\\w)[rx]\\s*)?'",
        "end": "'(?!')|$",
        "patterns": [{"name": "constant.character.escape.ssbt", "match": r"\\.|''"}],
    }


def _declaration() -> dict[str, Any]:
    return {
        "match": rf"^\s*(?i:(stream\s+source|{'|'.join(words.DECLARATION_WORDS)}))\s+"
        rf"(?!(?i:from|as|{'|'.join(words.OPERATORS)})(?!\w))({NAME})",
        "captures": {
            "1": {"name": "keyword.declaration.ssbt"},
            "2": {"name": "entity.name.type.ssbt"},
        },
    }


def _quantity() -> dict[str, Any]:
    units = "|".join(sorted(words.UNITS, reverse=True))
    return {
        "match": rf"(?<!\w)(\d+(?:\.\d+)?)[ \t]*(?i:({units}))(?!\w)",
        "captures": {
            "1": {"name": "constant.numeric.ssbt"},
            "2": {"name": "keyword.other.unit.ssbt"},
        },
    }


def _words() -> list[dict[str, Any]]:
    kinds = (
        ("constant.language.ssbt", words.CONSTANTS, ""),
        ("keyword.operator.word.ssbt", words.OPERATORS, ""),
        ("keyword.declaration.ssbt", words.DECLARATIONS_OF_TEXT, r'(?=\s*")'),
        ("storage.type.ssbt", words.TYPES, r"(?!\s*\((?!\s*\d))"),
        ("keyword.control.ssbt", words.BEFORE_BY, r"(?=\s+(?i:by)(?!\w))"),
        ("keyword.control.ssbt", words.STEP_WORDS, r"(?!\s*=)"),
        ("keyword.other.ssbt", words.CLAUSES, r"(?!\s*=)"),
    )
    return [
        _match(name, rf"(?<!\w)(?i:{'|'.join(sorted(set(given)))})(?!\w){behind}")
        for name, given, behind in kinds
    ]


def main() -> int:
    """Write the file, or compare it."""
    text = json.dumps(grammar(), indent=2) + "\n"
    if "--check" not in sys.argv[1:]:
        OUT.write_text(text, encoding="utf-8")
        return 0
    return int(not OUT.is_file() or OUT.read_text(encoding="utf-8") != text)


if __name__ == "__main__":
    sys.exit(main())
