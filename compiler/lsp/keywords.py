"""The keywords that may stand at a place, as the grammar has them."""

from __future__ import annotations

from collections.abc import Iterator

from ssbt.compiler.lsp.completion_items import CompletionItem
from ssbt.compiler.lsp.cursor import Cursor
from ssbt.grammar.words import DECLARATION_WORDS, JOINS

# Terminals that stand for several spellings.
_SPELLINGS = {
    "JOIN": JOINS,
    "SET_OPERATION": ("union", "union all", "intersect", "except"),
    "STEP_DISTINCT": ("distinct",),
    "LIKE": ("like", "ilike", "rlike"),
    "IN_LIST": ("in",),
    "CAST": ("cast", "try_cast"),
    "TYPED_LITERAL": ("date", "timestamp", "timestamp_ntz", "time"),
    "CALL_QUANTIFIER": ("distinct",),
    "CALL_NULLS": ("ignore nulls", "respect nulls"),
    "FRAME_UNIT": ("rows", "range"),
    "FRAME_WORDS": ("unbounded preceding", "unbounded following", "current row"),
    "FRAME_SIDE": ("preceding", "following"),
    "TRIM_SIDE": ("both", "leading", "trailing"),
    "QUANTIFIER": ("any", "all"),
    "COMMENT_KW": ("comment",),
    "EXCEPT_COLUMNS": ("except",),
    "PHRASE": ("available now", "real time"),
    "STREAM": ("stream source",),
}
# What the catalogue of functions has as well, what needs more than its own word, and signs.
_SILENT = frozenset(
    (
        *("NAME", "QUOTED_NAME", "NUMBER", "PARAMETER", "SINGLE_QUOTED", "DOUBLE_QUOTED"),
        *("TRIPLE_QUOTED", "RAW_STRING", "HEX", "QUANTITY", "GENERIC", "INTERVAL_TYPE", "ZONELESS"),
        *("SIGN", "EQUAL", "COLON", "COMMA", "DOT", "AT", "LPAR", "RPAR", "LBRACE", "RBRACE"),
        *("LSQB", "RSQB", "LESS", "MORE", "COMPARE", "SHIFT", "BAR", "HAT", "AMPERSAND", "CONCAT"),
        *("STAR", "SLASH", "PERCENT_SIGN", "TILDE", "BANG", "LAMBDA_OPEN", "INTERVAL_SIGN"),
        *("EXTRACT", "TRIM", "SUBSTRING", "POSITION", "OVERLAY", "UNKNOWN", "$END"),
    )
)
_DECLARATIONS = frozenset(word.upper() for word in DECLARATION_WORDS)


def keyword_items(cursor: Cursor) -> Iterator[CompletionItem]:
    """The keywords; those of declarations only at the beginning of a line."""
    for terminal in sorted(cursor.terminals - _SILENT):
        if terminal.startswith("__") or (terminal in _DECLARATIONS and not cursor.starts_line):
            continue
        for text in _SPELLINGS.get(terminal, (terminal.replace("_", " ").lower(),)):
            yield CompletionItem(text, "keyword")
