"""Phrases of other languages where a dataset is named, and within queries."""

from __future__ import annotations

from ssbt.compiler.syntax.habits.phrases import Phrase, phrase

DATASET_PHRASES: tuple[Phrase, ...] = (
    phrase(r"\{\{\s*ref\(\s*['\"](\w+)['\"]\s*\)\s*\}\}", r"write `\1`", r"\1"),
    phrase(
        r"\{\{\s*source\(\s*['\"]\w+['\"]\s*,\s*['\"](\w+)['\"]\s*\)\s*\}\}",
        r"declare a `source \1 from …`, and write `\1`",
        r"\1",
    ),
    phrase(
        r"\{\{\s*this\b[^{}]*\}\}",
        "what a sink has written is read by a `source` of the same place",
    ),
    phrase(
        r"\{%[\s\S]*?%\}",
        "there are no templates: what differs between runs is a `param`, and what is new since the "
        "last run is read by a `stream source`",
    ),
    phrase(
        r"\b(from|join)\s+(\w+)\s*,\s*(\w+)",
        "each further dataset comes in with a step: `|> join DATASET on CONDITION`",
    ),
    phrase(
        r"\b(?:from|join|all|union)\s+\w+\.\w+",
        "a dataset has a single name: that of its `source` or `let`",
    ),
    phrase(
        r"\b(join|from|all|union|except|intersect)\s+table\s+(?=\w)", r"write `\1 NAME`", r"\1 "
    ),
    phrase(
        r"\b(?:union|except|intersect)(?:\s+all)?\s+(?:\(\s*)?(?:select|from|values)\b\s*[\w*(]*",
        "a dataset stands here by its name: give the query one with `let`",
    ),
    phrase(r"\b(join|from|union|all)\s+(\w+)\s*\(\s*\)", r"write `\1 \2`", r"\1 \2"),
)
QUERY_PHRASES: tuple[Phrase, ...] = (
    *DATASET_PHRASES,
    phrase(
        r"(?:->|>>|=>|\|)\s*(?=(?:where|select|extend|set|drop|rename|join|left|right|full|semi|anti"
        r"|cross|aggregate|distinct|order|limit|offset|union|pivot|unpivot|sample|explode)\b)",
        "a step begins with `|>`",
        "|> ",
    ),
)
