"""Phrases of other languages within steps."""

from __future__ import annotations

from ssbt.compiler.syntax.habits.expression_phrases import NAMES
from ssbt.compiler.syntax.habits.phrases import Phrase, phrase
from ssbt.compiler.syntax.habits.step_conversions import (
    convert_percent,
)

# A count is a number or a parameter.
_COUNT = r"(\d+|\$\{\w+\})"
STEP_PHRASES: tuple[Phrase, ...] = (
    phrase(
        rf"^\s*limit\s+{_COUNT}\s+(?:rows?\s+)?with\s+ties",
        r"number the rows with `rank() over (order by …)`, and keep those up to \1",
    ),
    phrase(
        r"^\s*(?:connect\s+by|start\s+with)\b.*",
        "rows that refer to each other take one `join` for each level",
    ),
    phrase(
        r"\baggregate\s+distinct\s+count\s*\(",
        "write `count(distinct …)`",
        "aggregate count(distinct ",
    ),
    # Clauses of SQL are computed in an order of their own.
    phrase(
        rf"^(\s*)limit\s+{_COUNT}\s+offset\s+{_COUNT}",
        r"rows are left out before they are counted: `|> offset \3 |> limit \2`",
        r"\1offset \3 |> limit \2",
        is_certain=True,
    ),
    phrase(
        r"^(\s*)(select\s+[^|]+?)\s+where\s+([^|]+?)\s*$",
        r"rows are chosen before columns are computed: `|> where … |> select …`",
        r"\1where \3 |> \2",
        is_certain=True,
    ),
    phrase(
        r"^(\s*)(aggregate\s+[^|]+?)\s+where\s+((?:(?!\bas\b)[^|])+?)\s+(group\s+by\s[^|]+?)\s*$",
        r"rows are chosen before they become groups: `|> where … |> aggregate … \4`",
        r"\1where \3 |> \2 \4",
        is_certain=True,
    ),
    phrase(
        r"^\s*aggregate\s[^|]+?\swhere\s(?:(?!\bas\b)[^|])*$",
        "rows are chosen before they become groups: `|> where … |> aggregate …`; groups behind: "
        "`|> aggregate … |> where …`",
    ),
    phrase(
        r"^\s*(union|except|intersect)\b[^|]*?\b(where|limit|order\s+by)\b",
        r"a step begins with `|>`, and this one is for the rows of both; a `\2` for one of them "
        "stands in a `let` of its own",
    ),
    phrase(
        r"\border\s+by\s+(asc|desc)\s+([\w.]+)",
        r"the direction follows the column: `order by \2 \1`",
        r"order by \2 \1",
    ),
    phrase(
        rf"^(\s*)aggregate\s+group\s+by\s+({NAMES})\s*,?\s+(\w+\([^|]*?)\s*$",
        r"the keys come last: `aggregate … group by \2`",
        r"\1aggregate \3 group by \2",
    ),
    phrase(r"^\s*limit\s+(?:all|none|null)\b", "all rows come in any case: leave the step out"),
    phrase(
        r"\bnot\s+in\s+(?!\()(\w+)\s*$",
        r"rows that another dataset does not have: `|> anti join \1 on …`",
    ),
    phrase(
        r"(?:('[^']*'|\"[^\"]*\")\s+)in\s+(?!\()([\w.]+)\s*$",
        r"write `array_contains(\2, \1)`, or `contains(\2, \1)` in a text",
    ),
    phrase(
        r"\bin\s+(?!\()([^\W\d]\w*)\s*$",
        r"rows that another dataset has: `|> semi join \1 on …`; elements of a list: "
        r"`array_contains(\1, …)`; values stand in `in (…)`",
    ),
    phrase(
        r"\bas\s+(?:'(\w+)'|\"(\w+)\")(?=\s*(?:,|$))", r"a name takes no quotes: `\1\2`", r"as \1\2"
    ),
    phrase(
        r"\bas\s+(?:'([^'`]+)'|\"([^\"`]+)\")(?=\s*(?:,|$))",
        r"a name with other signs takes backticks: `` `\1\2` ``",
        r"as `\1\2`",
    ),
    phrase(
        r"\bas\s+([^\W\d]\w*)\s+([^\W\d]\w*)\s*$",
        r"a name of two words takes backticks, `` `\1 \2` ``, or a `_`: `\1_\2`",
    ),
    phrase(
        r"\bas\s+([^\W\d]\w*(?:-[^\W\d]\w*)+)\s*$",
        r"a name with other signs takes backticks, `` `\1` ``; if `-` subtracts, the name comes "
        "after `as`: `… as NAME`",
    ),
    phrase(
        r"^\s*pivot\s+(\w+)\s+values?\s*=?\s*(\w+)\s*$",
        r"write `pivot sum(\2) as NAME for \1 in ('…', '…')`",
    ),
    phrase(
        r"^\s*cast\s*\(?\s*(\w+)\s+as\s+([\w(), ]+?)\s*\)?\s*$",
        r"write `set \1 = cast(\1 as \2)`",
        r"set \1 = cast(\1 as \2)",
    ),
    phrase(
        r"^\s*apply\s+lambda\b",
        'a function stands in a file of its own: `apply "FILE.py:FUNCTION" returns SCHEMA`; a '
        "column is computed by `extend`",
    ),
    phrase(
        r"\bdeduplicate\s+(?:by|on)\s*\(([^()]*)\)",
        r"write `deduplicate by \1`",
        r"deduplicate by \1",
    ),
    phrase(
        rf"^(\s*)distinct\s+(?:by|on)\s+({NAMES})",
        r"one row of each comes by `|> deduplicate by \2`",
        r"\1deduplicate by \2",
    ),
    phrase(
        r"\b(\w+\([^()]*\))\s+where\s+([^|,]+?)(?=\s+as\s+\w+)",
        r"write `\1 filter (where \2)`",
        r"\1 filter (where \2)",
    ),
    phrase(
        r"\bdrop\s+if\s+exists\s+(?=\w)",
        "what columns there are is known: name those that there are",
        "drop ",
    ),
    phrase(r"\bselect\s+all\s+(?=[\w*])", "all rows stay in any case: leave it out", "select "),
    phrase(r"\bsql\s+'([^'\"]*)'", "the query stands in double quotes", r'sql "\1"'),
    phrase(
        r"^(\s*)set\s+(\w+)\s*([-+*/%])\s*(?=[\w.(])(?![^|,]*\sas\s)",
        r"write `set \2 = \2 \3 …`",
        r"\1set \2 = \2 \3 ",
    ),
    phrase(
        r"^(\s*)(?:dedup|dedupe|drop_?duplicates|distinct)\s+(?:by|on)\s+(?=\w)",
        "write `deduplicate by …`",
        r"\1deduplicate by ",
    ),
    phrase(
        rf"^(\s*)distinct\s+on\s*\(({NAMES})\)",
        r"write `deduplicate by \2`",
        r"\1deduplicate by \2",
    ),
    phrase(
        r"^(\s*)(union|intersect|except)((?:\s+(?:all|distinct))?)\s+by\s+position\b",
        "columns are matched by their names: leave `by position` out",
        r"\1\2\3",
    ),
    phrase(
        r"^\s*set\b[^|]*\swhere\b",
        "values of some rows: `set COLUMN = if(CONDITION, VALUE, COLUMN)`; a `where` drops the "
        "others",
    ),
    phrase(r"(?<=,)(\s*)columns?\s+(?=\w)", "the names alone are written", r"\1"),
    phrase(r"\b(limit|offset)\s+(\d+)\s+rows?\b", r"write `\1 \2`", r"\1 \2"),
    phrase(
        r"^(\s*)(aggregate|extend|select)\s*\(((?:[^()]|\([^()]*\))*)\)",
        r"a step takes no parentheses: `|> \2 …`",
        r"\1\2 \3",
    ),
    phrase(
        r"\b(union|intersect|except)(\s+all)?\s+\w+\s*,",
        r"each further dataset takes a step of its own: `|> \1\2 DATASET`",
    ),
    phrase(
        r"^\s*(?:head|take|top|fetch)\s*\(?\s*(\d+)\s*\)?\s*$", r"write `limit \1`", r"limit \1"
    ),
    phrase(
        r"(?<!group )(?<!order )(?<!sort )(?<=\s)by\s+(?=[\w`(])",
        "the keys come after `group by`",
        "group by ",
    ),
    phrase(r"\bpartition\s+(?!by\b)", "write `partition by`", "partition by "),
    phrase(
        r"\bselect\s+distinct\s+on\s*\(([^()]*)\)[^|]*",
        r"one row of each comes by `|> deduplicate by \1`; to choose which, number them with "
        "`row_number()`",
    ),
    phrase(
        r"\bdistinct\s*\(?\s*([\w`, ]+?)\s*\)?\s*$",
        r"whole rows are compared: `|> deduplicate by \1` keeps one row of each, "
        r"`|> select distinct \1` these columns",
    ),
    phrase(
        r"\bselect\s+top\s+\(?(\d+)\)?\s+([^|]+?)\s*$",
        r"write `|> limit \1` after it",
        r"select \2 |> limit \1",
        is_certain=True,
    ),
    phrase(
        r"\blimit\s+(\d+)\s*,\s*(\d+)",
        r"write `|> offset \1 |> limit \2`",
        r"offset \1 |> limit \2",
        is_certain=True,
    ),
    phrase(r"\bfetch\s+(?:first|next)\s+(\d+)\s+rows?\s+only", r"write `|> limit \1`", r"limit \1"),
    phrase(
        r"(?<=\s)having\b",
        "groups are filtered by the next step: `|> where …`",
        "|> where",
        is_certain=True,
    ),
    phrase(
        r"(?<=\s)qualify\b", "name the window function with `extend`, and filter with `|> where …`"
    ),
    phrase(
        r"^\s*select\s+[^|(\r\n]+?\s+from\s+\w+",
        "a query begins with `from`, and its steps follow: leave `from …` out here",
    ),
    phrase(
        r"\bselect\s+[^|\r\n]+?\s+group\s+by\b",
        "groups are made by `|> aggregate … group by …`; the keys come out by themselves",
    ),
    phrase(
        r"\brename\s+column\s+(\w+)\s+to\s+(\w+)", r"write `rename \1 as \2`", r"rename \1 as \2"
    ),
    phrase(r"\b(drop|rename)\s+columns?\s+(?=\w)", r"write `\1 NAME`", r"\1 "),
    phrase(
        r"\badd\s+(?:column\s+)?(\w+)\s*=\s*(.+?)\s*$",
        r"write `extend … as \1`",
        r"extend \2 as \1",
    ),
    phrase(rf"\busing\s+({NAMES})(?=\s*$)", r"write `using (\1)`", r"using (\1)"),
    phrase(
        r"\blateral\s+view\s+(outer\s+)?explode\(([^()]*)\)\s+\w+\s+as\s+(\w+)",
        r"write `explode \2 as \3`",
        r"explode \1\2 as \3",
    ),
    phrase(
        r"\b(?:cross|outer)\s+apply\b",
        "rows for the elements of a column: `|> explode COLUMN as NAME`",
    ),
    phrase(r"\bset\s+(\w+)\s*([-+*/])=\s*", r"write `set \1 = \1 \2 …`", r"set \1 = \1 \2 "),
    phrase(r"\bset\s+(.+)\s+as\s+(\w+)\s*$", r"write `set \2 = …`", r"set \2 = \1"),
    phrase(
        r"\b(extend|select)\s+([^\W\d]\w*)\s+as\s+(?!\w+\s*/)([^,]+?)\s*$",
        r"the name comes after `as`: `… as \2`",
        r"\1 \3 as \2",
    ),
    phrase(r"\b(extend|select)\s+(\w+)\s*:=\s*([^,]+?)\s*$", r"write `… as \2`", r"\1 \3 as \2"),
    phrase(
        r"\b(?:table)?sample\s*\(\s*(\d+(?:\.\d+)?)\s*percent\s*\)",
        r"write `sample \1 percent`",
        r"sample \1 percent",
    ),
    phrase(
        r"\bsample\s+(0?\.\d+)\s*$",
        "a share is given in percent: `sample 10 percent`",
        convert_percent,
    ),
    phrase(
        r"\bwatermark\s+for\s+(\w+)\s+as\s+\1\s*-\s*interval\s+'(\d+)'\s+(\w+)",
        r"write `watermark \1 delay \2 \3`",
        r"watermark \1 delay \2 \3",
    ),
    phrase(r"\bdelay\s+interval\s+", "write `delay 10 minutes`", "delay "),
    phrase(r"\bdelay\s+(?:interval\s+)?['\"](\d+ \w+)['\"]", r"write `delay \1`", r"delay \1"),
    phrase(
        r"^(\s*)(limit|rename|unpivot|pivot|explode|deduplicate|drop|offset|sample)\s*\((.*)\)\s*$",
        r"a step takes no parentheses: `|> \2 …`",
        r"\1\2 \3",
    ),
    phrase(
        r"^\s*explode\s+(?:outer\s+)?([\w.`]+)\s*$",
        r"the elements take a name: `explode \1 as NAME`",
    ),
    phrase(r"\bexplode\s+([\w.]+)\s+into\s+", r"write `explode \1 as …`", r"explode \1 as "),
    phrase(
        r"^\s*apply\s+(?:\w+|\"[^\"]*\")\s*$", 'write `apply "FILE.py:FUNCTION" returns SCHEMA`'
    ),
    phrase(r"^\s*sql\s+(?:select|with)\b", 'the query stands in quotes: `sql "…" returns SCHEMA`'),
    phrase(r"[\r\n]\s*\.\s*(\w+)\s*\(", r"steps begin with `|>`: `|> \1 …`"),
)
