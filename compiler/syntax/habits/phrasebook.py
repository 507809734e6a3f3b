"""The phrases, by the rule of the grammar in whose place they are written."""

from __future__ import annotations

import re

from ssbt.compiler.syntax.habits.expression_phrases import EXPRESSION_PHRASES, NAMES, TYPES
from ssbt.compiler.syntax.habits.phrases import Phrase, phrase

_UNITS = {
    **dict.fromkeys(("ms", "millis"), "milliseconds"),
    **dict.fromkeys(("s", "sec", "secs"), "seconds"),
    **dict.fromkeys(("m", "min", "mins"), "minutes"),
    **dict.fromkeys(("h", "hr", "hrs"), "hours"),
    "d": "days",
}
_DURATION = rf"(\d+)\s*({'|'.join(sorted(_UNITS, key=len, reverse=True))})\b"
_LITERALS = (
    (r"[-+]?\d+", "int"),
    (r"[-+]?\d+\.\d+", "double"),
    (r"'[^']*'|\"[^\"]*\"", "string"),
    (r"true|false", "boolean"),
)


def _convert_duration(match: re.Match[str]) -> str:
    amount, unit = match.group(1), _UNITS[match.group(2).lower()]
    return f"{amount} {unit.removesuffix('s') if amount == '1' else unit}"


def _convert_percent(match: re.Match[str]) -> str:
    return f"sample {float(match.group(1)) * 100:g} percent"


# A query of SQL, with its clauses.
_SELECT = (
    r"^(?:let\s+(?P<name>\w+)\s*=|create\s+(?:or\s+replace\s+)?(?:\w+\s+)?(?:view|table)"
    r"\s+(?P<view>\w+)\s+as)\s*select\s+(?P<items>.+?)\s+from\s+(?P<from>\w+)"
    r"(?:\s+where\s+(?P<where>.+?))?(?:\s+group\s+by\s+(?P<group>.+?))?"
    r"(?:\s+having\s+(?P<having>.+?))?(?:\s+order\s+by\s+(?P<order>.+?))?"
    r"(?:\s+limit\s+(?P<limit>\d+))?\s*;?\s*$"
)


def _convert_query(match: re.Match[str]) -> str:
    """A query of SQL in the order in which its clauses are computed."""
    clauses = match.groupdict()
    lines = [f"let {clauses['name'] or clauses['view']} =", f"  from {clauses['from']}"]
    if clauses["where"]:
        lines.append(f"  |> where {clauses['where']}")
    if clauses["group"]:
        keys = [key.strip() for key in clauses["group"].split(",")]
        items = re.split(r",\s*(?![^()]*\))", clauses["items"])
        aggregates = ", ".join(item.strip() for item in items if item.strip() not in keys)
        lines.append(f"  |> aggregate {aggregates} group by {clauses['group']}")
    if clauses["having"]:
        lines.append(f"  |> where {clauses['having']}")
    if not clauses["group"] and clauses["items"].strip() != "*":
        lines.append(f"  |> select {clauses['items']}")
    lines += [f"  |> order by {clauses['order']}"] if clauses["order"] else []
    lines += [f"  |> limit {clauses['limit']}"] if clauses["limit"] else []
    return "\n".join(lines)


_DATASETS: tuple[Phrase, ...] = (
    phrase(r"\{\{\s*ref\(\s*['\"](\w+)['\"]\s*\)\s*\}\}", r"write `\1`", r"\1"),
    phrase(
        r"\{\{\s*source\(\s*['\"]\w+['\"]\s*,\s*['\"](\w+)['\"]\s*\)\s*\}\}",
        r"declare a `source \1 from …`, and write `\1`",
        r"\1",
    ),
    phrase(
        r"\b(from|join)\s+(\w+)\s*,\s*(\w+)",
        "each further dataset comes in with a step: `|> join DATASET on CONDITION`",
    ),
    phrase(
        r"\b(?:from|join|all|union)\s+\w+\.\w+",
        "a dataset has one name: that of its `source` or `let`",
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
_STEPS: tuple[Phrase, ...] = (
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
        r"\bjoin\s+(\w+(?:\s+as\s+\w+)?)\s+(on\s+[^|]+?|using\s*\([^()]*\))"
        r"\s+(left|right|full|semi|anti|cross)(?:\s+(?:outer\s+)?join)?\s*$",
        r"the kind of join stands before it: `\3 join \1 …`",
        r"\3 join \1 \2",
    ),
    phrase(
        r"\bnot\s+in\s+(?!\()(\w+)\s*$",
        r"rows that another dataset does not have: `|> anti join \1 on …`",
    ),
    phrase(
        r"\bin\s+(?!\()([^\W\d]\w*)\s*$",
        r"rows that another dataset has: `|> semi join \1 on …`; values stand in `in (…)`",
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
        r"a name with other signs takes backticks, `` `\1` ``; if `-` subtracts, the name stands "
        "behind `as`: `… as NAME`",
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
        r"^(\s*)join\s+(left|right|full|semi|anti|cross|inner)(?:\s+outer)?\s+(?=\w)",
        r"write `\2 join NAME`",
        r"\1\2 join ",
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
    phrase(r"^\s*left_?(semi|anti)\s+join\b", r"write `\1 join`", r"\1 join"),
    phrase(
        r"(?<!group )(?<!order )(?<!sort )(?<=\s)by\s+(?=[\w`(])",
        "the keys stand behind `group by`",
        "group by ",
    ),
    phrase(r"\bpartition\s+(?!by\b)", "write `partition by`", "partition by "),
    phrase(
        r"\bselect\s+distinct\s+on\s*\(([^()]*)\)\s*\w*",
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
        r"write `|> limit \1` behind it",
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
    phrase(
        r"\bjoin\s+(\w+(?:\s+as\s+\w+)?)\s+where\b",
        "a join takes its condition with `on`",
        r"join \1 on",
    ),
    phrase(rf"\busing\s+({NAMES})(?=\s*$)", r"write `using (\1)`", r"using (\1)"),
    phrase(
        r"\bjoin\s+(\w+)\s+(on\s+.+?),?\s+how\s*=\s*['\"](left|right|full|semi|anti|cross)\w*['\"]",
        r"write `\3 join \1 …`",
        r"\3 join \1 \2",
    ),
    phrase(
        r"\blateral\s+view\s+(outer\s+)?explode\(([^()]*)\)\s+\w+\s+as\s+(\w+)",
        r"write `explode \2 as \3`",
        r"explode \1\2 as \3",
    ),
    phrase(
        r"\b(?:left\s+)?(?:cross\s+)?join\s+(?:lateral|unnest)\b.*",
        "rows for the elements of a column: `|> explode COLUMN as NAME`",
    ),
    phrase(
        r"\b(?:cross|outer)\s+apply\b",
        "rows for the elements of a column: `|> explode COLUMN as NAME`",
    ),
    phrase(r"\bset\s+(\w+)\s*([-+*/])=\s*", r"write `set \1 = \1 \2 …`", r"set \1 = \1 \2 "),
    phrase(r"\bset\s+(.+)\s+as\s+(\w+)\s*$", r"write `set \2 = …`", r"set \2 = \1"),
    phrase(
        r"\b(extend|select)\s+([^\W\d]\w*)\s+as\s+(?!\w+\s*/)([^,]+?)\s*$",
        r"the name stands behind `as`: `… as \2`",
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
        "a share is told in percent: `sample 10 percent`",
        _convert_percent,
    ),
    phrase(
        r"\bwatermark\s+for\s+(\w+)\s+as\s+\1\s*-\s*interval\s+'(\d+)'\s+(\w+)",
        r"write `watermark \1 delay \2 \3`",
        r"watermark \1 delay \2 \3",
    ),
    phrase(r"\bdelay\s+interval\s+", "write `delay 10 minutes`", "delay "),
    phrase(r"\bdelay\s+(?:interval\s+)?['\"](\d+ \w+)['\"]", r"write `delay \1`", r"delay \1"),
    phrase(
        r"\bwithWatermark\(\s*['\"](\w+)['\"]\s*,\s*['\"](\d+ \w+)['\"]\s*\)",
        r"write `watermark \1 delay \2`",
        r"watermark \1 delay \2",
    ),
    phrase(
        r"\bwithColumn\(\s*['\"](\w+)['\"]\s*,\s*(.+)\)\s*$",
        r"write `extend … as \1`",
        r"extend \2 as \1",
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
_QUERIES: tuple[Phrase, ...] = (
    *_DATASETS,
    phrase(
        r"(?:->|>>|=>|\|)\s*(?=(?:where|select|extend|set|drop|rename|join|left|right|full|semi|anti"
        r"|cross|aggregate|distinct|order|limit|offset|union|pivot|unpivot|sample|explode)\b)",
        "a step begins with `|>`",
        "|> ",
    ),
)
_OPENED = (r"\(", r"\)", r"\[", r"\]")
_DECLARATIONS: tuple[Phrase, ...] = (
    phrase(
        _SELECT,
        "the steps follow the dataset: `from … |> where … |> select …`",
        _convert_query,
        flags=re.DOTALL,
    ),
    phrase(
        r"^create\s+(?:or\s+replace\s+)?(?:\w+\s+)?(?:view|table)\s+(\w+)\s+as\b",
        r"write `let \1 = from …`",
    ),
    phrase(
        r"^create\s+(?:\w+\s+)*table\s+(?:if\s+not\s+exists\s+)?(\w+)\s*\(",
        r"columns are a `schema \1 { … }`, and its data a `source` or a `sink`",
    ),
    phrase(r"^with\s+(\w+)\s+as\s*\(", r"each query takes a `let` of its own: `let \1 = from …`"),
    phrase(
        r"^insert\s+(?:into|overwrite)\b",
        "a dataset goes out with `sink DATASET to CONNECTOR { … }`",
    ),
    phrase(r"^(schema\s+\w+)\s+as\s*(?=\{)", r"write `\1 { … }`", r"\1 "),
    phrase(r"^source\s+stream\s+", "write `stream source NAME`", "stream source "),
    phrase(
        r"^(?:streaming\s+source|stream(?:ing)?(?!\s+source))\s+",
        "write `stream source NAME`",
        "stream source ",
    ),
    phrase(
        r"\b(from\s+\w+|to\s+\w+|^schema\s+\w+)\s*[(\[]([\s\S]*)[)\]]\s*$",
        "a block stands in braces: `{ … }`",
        r"\1 {\2}",
        is_certain=True,
    ),
    phrase(r"\b(from|to)\s+\"(\w+)\"(?=\s*\{)", r"a connector takes no quotes: `\2`", r"\1 \2"),
    phrase(
        r"\b(from|to)\s+(\w+)\s+(\"[^\"]*\")\s*$",
        r"write `\1 \2 { path = \3 }`",
        r"\1 \2 { path = \3 }",
    ),
    phrase(r"^pipeline\s+\"(\w+)\"", r"a name takes no quotes: `pipeline \1`", r"pipeline \1"),
    phrase(r"^test\s+(\w+)", r'a test takes its name in quotes: `test "\1"`', r'test "\1"'),
    phrase(
        r"^(pipeline\s+\w+|sink\s+.*\bto\s+\w+(?:\s+as\s+\w+)?)\s*$",
        "a block is missing: `{ … }`",
        r"\1 { }",
    ),
    phrase(
        r"\b([^\W\d]\w*(?:-\w+)+)", r"a name with other signs takes backticks: `` `\1` ``", r"`\1`"
    ),
    phrase(
        r"^sink\s+(\w+)\s+from\s+(\w+)\s+to\s+(\w+)",
        r"write `sink \2 to \3 as \1`",
        r"sink \2 to \3 as \1",
    ),
    phrase(r"^sink\s+(?=\()", "a sink takes a dataset by its name: give the query one with `let`"),
    phrase(r"^sink\s+to\s+", "a sink names the dataset that it writes: `sink NAME to …`"),
    *(
        phrase(
            rf"^param\s+(\w+)\s*=\s*({literal})(?![\w.])",
            rf"write `param \1: {type_} = \2`",
            rf"param \1: {type_} = \2",
        )
        for literal, type_ in _LITERALS
    ),
    phrase(r"^param\s+(\w+)\s*(?:=|\{)", r"write `param \1: TYPE = DEFAULT`"),
    phrase(rf"^param\s+({TYPES})\s+(\w+)", r"write `param \2: \1`", r"param \2: \1"),
    phrase(
        r"^param\s+(\w+)\s*:\s*(\w+)\s+default\s+", r"write `param \1: \2 = …`", r"param \1: \2 = "
    ),
    phrase(
        r"\$([A-Z_]+)\b",
        r"a value from outside comes when the job runs, by `SSBT_PARAM_\1`: leave it out",
    ),
    phrase(r"^let\s+(\w+)\s*\{([\s\S]*)\}\s*$", r"write `let \1 = from …`", r"let \1 =\2"),
    phrase(
        r"^transform\s+([^{]*?)\s*\{([\s\S]*)\}\s*$",
        "write `transform NAME(…) = from …`",
        r"transform \1 =\2",
    ),
    phrase(r"^transform\s+(\w+)\s*\(\s*(\w+)\s*\)", r"a parameter has a schema: `\1(\2: SCHEMA)`"),
    phrase(r"^let\s+\w+\s*=\s*(\w+)\s*\.\s*(\w+)\s*\(", r"a query is written `from \1 |> \2 …`"),
    phrase(r"^from\s+(\"[^\"]+\")\s+import\s+.*$", r"write `import \1`", r"import \1"),
    phrase(
        r"^(?:import\s+(?!\S+\.ssbt)\w+(?:\.\w+)*(?:\s+as\s+\w+)?|from\s+[\w.]+\s+import\b.*)$",
        'Spark\'s functions are there as they are; declarations come by `import "FILE.ssbt"`',
    ),
    phrase(
        r"^secret\s+(\w+)\s*=\s*.*$",
        r"its value is given when the job runs, by `SSBT_SECRET_\1`; here stands `secret \1`",
        r"secret \1",
    ),
    phrase(
        r"^\{\{[\s\S]*?\}\}|^\{%[\s\S]*?%\}",
        "there are no templates: what differs is a `param`, and settings stand in `pipeline`",
    ),
    phrase(r"^(\w+)\s*=\s*(?=from\b)", r"write `let \1 = from …`", r"let \1 = "),
    phrase(r"^(\w+)\s*\.\s*write\b.*$", r"a dataset goes out with `sink \1 to CONNECTOR { … }`"),
    *_QUERIES,
)
_ENTRIES: tuple[Phrase, ...] = (
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
_PYTHON_TYPES = {"long": "bigint", "integer": "int", "short": "smallint", "byte": "tinyint"}


def _convert_type(match: re.Match[str]) -> str:
    name = match.group(1).lower()
    return _PYTHON_TYPES.get(name, name)


_COLUMNS: tuple[Phrase, ...] = (
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
PHRASES: dict[str, tuple[Phrase, ...]] = {
    "step": (*_STEPS, *_DATASETS, *EXPRESSION_PHRASES),
    "declaration": _DECLARATIONS,
    "file": _DECLARATIONS,
    "entry": _ENTRIES,
    "schema_column": _COLUMNS,
}
