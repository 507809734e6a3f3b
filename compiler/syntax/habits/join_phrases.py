"""Phrases of other languages in place of joins."""

from __future__ import annotations

from ssbt.compiler.syntax.habits.phrases import Phrase, phrase

JOIN_PHRASES: tuple[Phrase, ...] = (
    phrase(r"^(\s*)outer\s+join\b", "write `full join`", r"\1full join"),
    phrase(
        r"\bjoin\s*\(\s*(?:select|from|with)\b[\s\S]*",
        "a dataset stands here by its name: give the query one with `let`",
    ),
    phrase(
        r"\b(join\b[^|]*?\bon\s+[^,|]+?)\s*,\s*(?=\S)",
        "conditions are joined by `and`",
        r"\1 and ",
    ),
    phrase(
        r"^\s*asof\s+join\b.*",
        "the latest row before is found by a join on a range, and `|> aggregate max_by(…)`",
    ),
    phrase(
        r"\bjoin\s+(\w+(?:\s+as\s+\w+)?)\s+(on\s+[^|]+?|using\s*\([^()]*\))"
        r"\s+(left|right|full|semi|anti|cross)(?:\s+(?:outer\s+)?join)?\s*$",
        r"the kind of join stands before it: `\3 join \1 …`",
        r"\3 join \1 \2",
    ),
    phrase(
        r"^(\s*)join\s+(left|right|full|semi|anti|cross|inner)(?:\s+outer)?\s+(?=\w)",
        r"write `\2 join NAME`",
        r"\1\2 join ",
    ),
    phrase(r"^\s*left_?(semi|anti)\s+join\b", r"write `\1 join`", r"\1 join"),
    phrase(
        r"\bjoin\s+(\w+(?:\s+as\s+\w+)?)\s+where\b",
        "a join takes its condition with `on`",
        r"join \1 on",
    ),
    phrase(
        r"\bjoin\s+(\w+)\s+(on\s+.+?),?\s+how\s*=\s*['\"](left|right|full|semi|anti|cross)\w*['\"]",
        r"write `\3 join \1 …`",
        r"\3 join \1 \2",
    ),
    phrase(
        r"\b(?:left\s+)?(?:cross\s+)?join\s+(?:lateral|unnest)\b.*",
        "rows for the elements of a column: `|> explode COLUMN as NAME`",
    ),
)
