"""Phrases of other languages within expressions."""

from __future__ import annotations

import re

from ssbt.compiler.syntax.habits.phrases import Phrase, phrase

NAMES = r"[\w`]+(?:\s*,\s*[\w`]+)*"
OPERAND = r"(?:'[^']*'|\"[^\"]*\"|(?<![\w.`])[\w.`]+(?:\([^()]*\))?)"
TYPES = r"int|bigint|string|date|timestamp|boolean|double|float|binary|smallint|tinyint"


def _convert_dictionary(match: re.Match[str]) -> str | None:
    """`{'a': 1}` as a call of `map`."""
    pairs = [
        re.fullmatch(r"\s*('[^']*'|\"[^\"]*\"|\w+)\s*:\s*([^:]+?)\s*", pair)
        for pair in match.group(1).split(",")
    ]
    if None in pairs:
        return None
    return f"map({', '.join(f'{pair[1]}, {pair[2]}' for pair in pairs if pair)})"


def _without_separators(match: re.Match[str]) -> str:
    return match.group().replace(",", "")


def _convert_match(match: re.Match[str]) -> str | None:
    """`status match { case "A" => 1 case _ => 0 }` of Scala."""
    branches = [part.strip() for part in re.split(r"\bcase\b", match.group(2))]
    texts = []
    for branch in branches[1:]:
        value, arrow, result = (part.strip() for part in branch.partition("=>"))
        if branches[0] or not (value and arrow and result):
            return None
        texts.append(f"else {result}" if value == "_" else f"when {value} then {result}")
    return f"case {match.group(1)} {' '.join(texts)} end" if texts else None


EXPRESSION_PHRASES: tuple[Phrase, ...] = (
    phrase(
        rf"({OPERAND})\s+at\s+time\s+zone\s+({OPERAND})",
        r"the clock of another zone is `from_utc_timestamp(\1, \2)`, where the session is in UTC; "
        r"a timestamp itself has no zone",
    ),
    phrase(
        r"\barray\s*(?:<[\w<>, ]*>)?\s*\[([^\[\]]*)\]",
        r"an array is written `array(\1)`",
        r"array(\1)",
    ),
    phrase(
        rf"\bif\s*\(((?:[^()]|\([^()]*\))*)\)\s*({OPERAND})\s+else\s+({OPERAND})",
        r"write `if(\1, \2, \3)`",
        r"if(\1, \2, \3)",
    ),
    phrase(
        rf"(?<=\bextend )([^,?|]+?)\s*\?\s*({OPERAND})\s*:\s*({OPERAND})(?=\s*(?:as\b|,|$))",
        r"write `if(\1, \2, \3)`",
        r"if(\1, \2, \3)",
    ),
    phrase(
        rf"({OPERAND})\s*\?[?:]\s*({OPERAND})",
        r"write `coalesce(\1, \2)`",
        r"coalesce(\1, \2)",
    ),
    phrase(
        r"\binterval\s+('?-?\d+'?)\s*(?:as\b(?:\s+\w+)?|(?=[),])|$)",
        r"an interval has a unit: `interval \1 day`",
    ),
    phrase(r"=!=", "write `!=`", "!="),
    phrase(
        r"\$(?:\"(\w+)\"|'(\w+)')",
        r"a column is written by its name: `\1\2`",
        r"\1\2",
        is_certain=True,
    ),
    phrase(
        r"\b(rows|range)\s+(\d+)(?:\s+(preceding|following))?(?=\s*\))",
        r"a frame has two ends: `\1 between \2 preceding and current row`",
    ),
    phrase(
        r"(?<=[\w)])(\s+(?:not\s+)?i?like\s+)([\w%]*%[\w%]*)",
        r"a pattern stands in quotes: `'\2'`",
        r"\1'\2'",
    ),
    phrase(r",\s*(?=\))", "a list does not end with a comma: leave it out", ""),
    phrase(
        r"\bif\s+([^|]+?)\s+then\s+((?:(?!\belse\b)[^|])+?)(?:\s+end)?(?=\s+as\b)",
        r"write `if(\1, \2, null)`",
        r"if(\1, \2, null)",
    ),
    phrase(rf"\(\s*({TYPES})\s*\)\s*([\w.]+)", r"write `cast(\2 as \1)`", r"cast(\2 as \1)"),
    phrase(rf"({OPERAND})\s+mod\s+({OPERAND})", r"write `\1 % \2`", r"\1 % \2"),
    phrase(r"(?<![:.\w])([\w.]+)\s+is\s+(not\s+)?nan\b", r"write `\2isnan(\1)`", r"\2isnan(\1)"),
    phrase(
        r"\bis\s+(?:not\s+)?empty\b",
        "a text is empty if it is `= ''`, an array or map if `size(…) = 0`",
    ),
    phrase(r"([\w.]+)\s+not\s*=\s*(?=[\w'\"])", r"write `\1 != …`", r"\1 != "),
    phrase(
        rf"\bbetween\s*[(\[]\s*({OPERAND})\s*,\s*({OPERAND})\s*[)\]]",
        r"write `between \1 and \2`",
        r"between \1 and \2",
    ),
    phrase(
        rf"\bbetween\s+({OPERAND})\s*(?:to|,|\.\.)\s*({OPERAND})",
        r"write `between \1 and \2`",
        r"between \1 and \2",
    ),
    phrase(r"\bin\s+(\d+)\s*\.\.\s*(\d+)", r"write `between \1 and \2`", r"between \1 and \2"),
    phrase(
        r"([-+])\s*(\d+)\s+((?:year|month|week|day|hour|minute|second)s?)\b",
        r"write `\1 interval \2 \3`",
        r"\1 interval \2 \3",
        is_certain=True,
    ),
    phrase(r"\bas\s+(?:'(\w+)'|\"(\w+)\")", r"a name takes no quotes: `\1\2`", r"as \1\2"),
    phrase(
        r"\b(?:date_part|datepart)\s*\(\s*(?:'(\w+)'|(\w+))\s+from\b",
        r"the function with `from` is `extract(\1\2 from …)`",
        r"extract(\1\2 from",
    ),
    phrase(
        rf"({OPERAND})\s+(not\s+)?isin\s*(?:seq|list|array|set)?\s*\(",
        r"write `\1 \2in (…)`",
        r"\1 \2in (",
    ),
    phrase(
        r"\bextract\s*\(\s*(?:'(\w+)'|\"(\w+)\")\s+from\b",
        r"the field takes no quotes: `extract(\1\2 from …)`",
        r"extract(\1\2 from",
    ),
    phrase(
        r"([\w.]+)\s*->>?\s*'\$?\.?(\w+)'",
        r"a field of JSON text is `get_json_object(\1, '$.\2')`, a value of a map `\1['\2']`",
    ),
    phrase(r"\b(\w+)->([a-z_]\w*)\b(?!\s*[-+*/(])", r"a field is written `\1.\2`", r"\1.\2"),
    phrase(
        r",\s*case\s*=\s*(?:true|false)\b",
        "functions take no `case=`: whatever the case is `ilike '%…%'`, or `rlike '(?i)…'`",
    ),
    phrase(
        r"\s+on\s+overflow\s+(?:truncate|error)(?:\s+'[^']*')?(?:\s+with(?:out)?\s+count)?",
        "a text may be long: leave `on overflow` out",
        "",
    ),
    phrase(
        rf"({OPERAND})\s+match\s*\{{([^{{}}]*)\}}",
        "write `case VALUE when … then … else … end`",
        _convert_match,
    ),
    phrase(
        r"\bfilter\s*\(\s*(?!where\b)",
        "an aggregate takes `filter (where …)`",
        "filter (where ",
    ),
    phrase(
        r"\bover\s*\(\s*([\w.]+)\s+order\s+by\b",
        r"write `over (partition by \1 order by …)`",
        r"over (partition by \1 order by",
    ),
    phrase(
        r"\bover\s*\(\s*(order\s+by\s+[^()]+?)\s+(partition\s+by\s+[\w.]+(?:\s*,\s*[\w.]+)*)\s*\)",
        r"the keys stand before the order: `over (\2 \1)`",
        r"over (\2 \1)",
    ),
    phrase(
        r"\b(?:array_agg|collect_list|collect_set)\(([^()]*?)\s+order\s+by\s+[^()]*\)",
        "a list of an aggregate has no order: sort it behind, `array_sort(collect_list(…))`",
    ),
    phrase(
        r"\bfirst(?:_value)?\(\s*([\w.]+)\s+order\s+by\s+([\w.]+)\s*\)",
        r"write `min_by(\1, \2)`",
        r"min_by(\1, \2)",
    ),
    phrase(
        r"\blast(?:_value)?\(\s*([\w.]+)\s+order\s+by\s+([\w.]+)\s*\)",
        r"write `max_by(\1, \2)`",
        r"max_by(\1, \2)",
    ),
    phrase(
        r"\bif\s+(.+?)\s+then\s+(.+?)\s+else\s+(.+?)\s+end\b",
        r"write `case when … then … else … end`",
        r"case when \1 then \2 else \3 end",
    ),
    # ---- SQL of other dialects
    phrase(
        r"\bgroup_concat\(([^()]*?)\s+order\s+by\s+([^()]*?)\s+separator\s+('[^']*')\)",
        "the order comes after: `listagg(…, ';') within group (order by …)`",
        r"listagg(\1, \3) within group (order by \2)",
    ),
    phrase(r"\(\s*\+\s*\)", "rows without a partner stay by `|> left join DATASET on CONDITION`"),
    phrase(
        r"\bover\s*\(\s*([^\W\d]\w*)\s*\)",
        r"a window has no name: `over (partition by \1)`, if `\1` is a column",
    ),
    phrase(
        r"([\w.]+)\s*(?:@>|<@)\s*\S+",
        "write `array_contains(ARRAY, VALUE)`, or `arrays_overlap(ARRAY, OTHER)`",
    ),
    phrase(r"\$\$([^$'\\]*)\$\$", r"a text is written `'\1'`", r"'\1'"),
    phrase(
        r"(?<=[\s,])'(\w+),(\s*)'(\w+)(?=\s*$)",
        r"a column is written by its name: `\1`",
        r"\1,\2\3",
    ),
    phrase(r"\bis\s+not\s+in\b(?=\s*\()", "write `not in`", "not in"),
    phrase(
        r"\b(not\s+)?in\s*\[([^\[\]]*)\]", "the values stand in parentheses: `in (…)`", r"\1in (\2)"
    ),
    phrase(r"(?<=\s)isnull\b(?!\s*\()", "write `is null`", "is null"),
    phrase(r"(?<=\s)notnull\b(?!\s*\()", "write `is not null`", "is not null"),
    phrase(r"!~(?!\*)\s*", "write `not rlike`", "not rlike "),
    phrase(r"~\*\s*'", "write `rlike '(?i)…'`", "rlike '(?i)"),
    phrase(r"(?<=\s)~\s*(?=['\"])", "write `rlike`", "rlike "),
    phrase(r"\bsimilar\s+to\b", "write `like`, or `rlike` with a regular expression"),
    phrase(
        rf"({OPERAND})\s+contains\s+({OPERAND})", r"write `contains(\1, \2)`", r"contains(\1, \2)"
    ),
    phrase(
        rf"({OPERAND})\s+(start|end)s?\s*_?with\s+({OPERAND})",
        r"write `\2swith(\1, \3)`",
        r"\2swith(\1, \3)",
    ),
    phrase(
        r"\b(try_)?cast\s*\(\s*([\w.]+)\s*,\s*([\w(), ]+?)\s*\)",
        r"write `\1cast(\2 as \3)`",
        r"\1cast(\2 as \3)",
    ),
    phrase(r"\bextract\s*\(\s*(\w+)\s*,\s*", r"write `extract(\1 from …)`", r"extract(\1 from "),
    phrase(
        r"\b(?:string_agg|listagg)\(([^()]*?)\s+order\s+by\s+([^()]*)\)",
        "the order comes after: `listagg(…) within group (order by …)`",
        r"listagg(\1) within group (order by \2)",
    ),
    phrase(
        r"\bgroup_concat\(([^()]*?)\s+separator\s+('[^']*')\)",
        r"write `listagg(\1, \2)`",
        r"listagg(\1, \2)",
    ),
    phrase(r"(?<=\s)descending\b", "write `desc`", "desc"),
    phrase(r"(?<=\s)ascending\b", "write `asc`", "asc"),
    phrase(r"(nulls\s+(?:first|last))\s+(asc|desc)\b", r"write `\2 \1`", r"\2 \1"),
    phrase(r"\*\s*exclude\s*\(", "a star takes `except (…)`", "* except ("),
    phrase(
        rf"\*\s*(?:exclude|except)\s+({NAMES})", r"a star takes `except (\1)`", r"* except (\1)"
    ),
    phrase(
        r"\bgroup\s+by\s+(.+?)\s+with\s+(cube|rollup)\b",
        r"write `group by \2(\1)`",
        r"group by \2(\1)",
    ),
    phrase(r"\bwith\s+totals\b", "subtotals come with `group by rollup(…)`"),
    phrase(r"\bwith\s*\(\s*\w+\s*\)\s*", "leave the hint out: how to join is left to Spark", ""),
    phrase(r"\bfor\s+system_time\s+as\s+of\s+\S+\s*", "Spark has no such join: leave it out"),
    phrase(
        r"(?<![\w\])'\"])\[([^\[\]]*,[^\[\]]*)\]", r"an array is written `array(\1)`", r"array(\1)"
    ),
    phrase(r"(?<![\w\])'\"])\[('[^']*'|\d+|)\]", r"an array is written `array(\1)`", r"array(\1)"),
    phrase(r"\{([^{}]*:[^{}]*)\}", "a map is written `map('key', value)`", _convert_dictionary),
    phrase(r"\[(\w+)\]", r"an array is written `array(\1)`, a name in backticks: `` `\1` ``"),
    phrase(r"===", "write `=`", "=", is_certain=True),
    phrase(r"=>", "write `>=`", ">="),
    phrase(r"=<", "write `<=`", "<="),
    phrase(
        r"([\w.]+)\s*(>=?|<=?)\s*(\S+)\s+and\s+(?=[<>])",
        r"each comparison has two sides: `\1 \2 \3 and \1 …`",
        r"\1 \2 \3 and \1 ",
    ),
    phrase(
        r"\bcase\s+(?!when\b)([^|]+?)\s+then\b", r"write `case when \1 then`", r"case when \1 then"
    ),
    phrase(r"!==", "write `!=`", "!="),
    phrase(r"\s*&&\s*", "write `and`", " and ", is_certain=True),
    phrase(r"\s*\|\|\s*(?=!)", "conditions are joined by `or`", " or "),
    phrase(r"\s*\|\|\s*", "conditions are joined by `or`", " or "),
    phrase(r"\b\d{1,3}(?:,\d{3})+(?![\d,])", "a number has no signs in it", _without_separators),
    phrase(r"\$\d[\d.]*", "an amount is a plain number, and a parameter `${name}`"),
    phrase(r"\b\d+(?:\.\d+)?\s*%(?=\s*$)", "a share is a number: `0.1` for ten percent"),
    phrase(r"'(\w+)'(\w+)'", r"a quote in a text is doubled: `'\1''\2'`", r"'\1''\2'"),
    phrase(r"<\s+>", "write `!=`", "!="),
    phrase(r"([<>!])\s+=(?!=)", r"write `\1=`", r"\1="),
    phrase(r"\?\.(?=\w)", "what is null stays null: write `.`", "."),
)
