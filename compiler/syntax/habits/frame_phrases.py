"""Phrases of data frames in place of steps; `frame_steps` has those whose arguments tell more."""

from __future__ import annotations

from ssbt.compiler.syntax.habits.phrases import Phrase, phrase
from ssbt.compiler.syntax.habits.step_conversions import convert_join, convert_select_expr

FRAME_PHRASES: tuple[Phrase, ...] = (
    phrase(
        r"\b(?:map|filter|flatMap|foreach|reduce|apply)\s*\(\s*\(?\w+(?:\s*,\s*\w+)*\)?\s*"
        r"(?:=>|->)",
        "columns are computed by their names: `|> select …`, `|> where …`; Python of your own "
        'comes in by `|> apply "FILE.py:FUNCTION" returns SCHEMA`',
    ),
    phrase(r"^(\s*)loc\s*\[([^\[\],]+)\]\s*$", "write `|> where …`", r"\1where \2"),
    phrase(
        r"^\s*na\s*\.\s*(?:fill|drop|replace)\b.*",
        "write `|> set COLUMN = coalesce(COLUMN, …)`, or `|> where COLUMN is not null`",
    ),
    phrase(
        r"\bgroup_?by\(.*\)\s*\.\s*pivot\(.*",
        "write `|> pivot sum(…) as NAME for COLUMN in ('…', '…') group by KEY`",
    ),
    phrase(
        r"\bmatch_recognize\b[\s\S]*",
        "rows are compared with those before them by `lag(…) over (…)`; a pattern over many takes "
        "a processor of your own, by the step `stateful`",
    ),
    phrase(
        r"^(\s*)count\s*(?:\(\s*\*?\s*\))?\s*$",
        "rows are counted by `|> aggregate count(*) as n`",
        r"\1aggregate count(*) as n",
    ),
    phrase(
        r"\b(?:join|merge)\s*\(([\s\S]*)\)\s*$",
        "a join is a step: `left join NAME on CONDITION`, `join NAME using (KEY)`",
        convert_join,
    ),
    phrase(
        r"\bselect_?expr\s*\(([\s\S]*)\)",
        "items are written without quotes: `select amount * 2 as twice, id`",
        convert_select_expr,
    ),
    phrase(
        r"\bwithWatermark\(\s*['\"](\w+)['\"]\s*,\s*['\"](\d+ \w+)['\"]\s*\)",
        r"write `watermark \1 delay \2`",
        r"watermark \1 delay \2",
    ),
    phrase(
        r"\bwithColumn\(\s*['\"](\w+)['\"]\s*,\s*(.+)\)\s*$",
        r"write `extend … as \1`",
        r"extend \2 as \1",
        is_certain=True,
    ),
    phrase(
        r"\bwithColumnRenamed\(\s*['\"](\w+)['\"]\s*,\s*['\"](\w+)['\"]\s*\)",
        r"write `rename \1 as \2`",
        r"rename \1 as \2",
    ),
    phrase(
        r"\bdrop_?duplicates\(\s*\[?\s*['\"](\w+)['\"]\s*\]?\s*\)",
        r"write `deduplicate by \1`",
        r"deduplicate by \1",
    ),
)
