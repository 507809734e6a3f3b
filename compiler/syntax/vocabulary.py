"""The words of the language, and those that people bring from other languages."""

from __future__ import annotations

STEPS = (
    *("where", "select", "extend", "set", "drop", "rename", "as", "join", "left join"),
    *("right join", "full join", "semi join", "anti join", "cross join", "aggregate"),
    *("distinct", "order by", "limit", "offset", "union", "intersect", "except", "pivot"),
    *("unpivot", "sample", "explode", "watermark", "deduplicate", "apply", "stateful", "sql"),
)
DECLARATIONS = (
    *("pipeline", "import", "param", "secret", "connection", "schema", "source", "let"),
    *("transform", "expect", "sink", "test"),
)
OTHER_STEPS = {
    "filter": "where",
    "having": "where",
    "map": "select",
    "project": "select",
    "derive": "extend",
    "withcolumn": "extend",
    "mutate": "extend",
    "group": "aggregate",
    "groupby": "aggregate",
    "summarize": "aggregate",
    "sort": "order by",
    "orderby": "order by",
    "order": "order by",
    "take": "limit",
    "head": "limit",
    "minus": "except",
    "dedup": "deduplicate",
}
OTHER_DECLARATIONS = {
    "var": "let",
    "def": "transform",
    "function": "transform",
    "table": "let",
    "view": "let",
    "with": "let",
    "parameter": "param",
    "struct": "schema",
    "type": "schema",
}
# Words that an expression cannot do without: a name of that spelling is hardly meant as one.
BETWEEN_OPERANDS = frozenset(
    (
        *("and", "or", "in", "is", "between", "like", "ilike", "rlike", "regexp", "div"),
        *("when", "then", "else", "end", "as", "from", "by", "asc", "desc", "on", "using"),
    )
)
# Signs that look like those of the language, from web pages and word processors.
LOOKALIKES = {
    **dict.fromkeys("\u201c\u201d\u201e\u201f\xab\xbb\u2033", '"'),
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\xb4", "'"),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
    "\u2264": "<=",
    "\u2265": ">=",
    "\u2260": "!=",
    "\xd7": "*",
    "\xf7": "/",
    "\uff08": "(",
    "\uff09": ")",
    "\uff0c": ",",
    "\u2026": "...",
}
# What a terminal of the grammar is called in a message.
_CALLED = {
    **dict.fromkeys(("NAME", "QUOTED_NAME"), "a name"),
    **dict.fromkeys(("SINGLE_QUOTED", "DOUBLE_QUOTED", "TRIPLE_QUOTED", "RAW_STRING"), "a string"),
    "NUMBER": "a number",
    "QUANTITY": "a duration such as `10 minutes`",
    "PARAMETER": "a parameter such as `${name}`",
    "SIGN": "an operator",
    "EQUAL": "`=`",
    "COLON": "`:`",
    "COMMA": "`,`",
    "DOT": "`.`",
    "AT": "`@`",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "LBRACE": "`{`",
    "RBRACE": "`}`",
    "LSQB": "`[`",
    "RSQB": "`]`",
    "LESS": "`<`",
    "MORE": "`>`",
    "__ANON_0": "`|>`",
    "IN_LIST": "`in (`",
    "COMMENT_KW": "`comment`",
    "NOT_NULL": "`not null`",
    "GENERIC": "a type",
    "INTERVAL_TYPE": "a type",
    "FRAME_UNIT": "`rows` or `range`",
    "SET_OPERATION": "`union`",
    "CALL_QUANTIFIER": "`distinct`",
    "CALL_NULLS": "`ignore nulls`",
}
# Among what could come, these tell a reader nothing: they could come nearly everywhere.
_NOISE = frozenset(
    (
        *("$END", "DOT", "COLLATE", "LSQB", "STAR", "SLASH", "CONCAT", "COMPARE", "SHIFT", "SIGN"),
        *("BAR", "HAT", "AMPERSAND", "PERCENT_SIGN", "DIV", "LESS", "MORE", "__ANON_1", "LIKE"),
        *("IS", "IN_LIST", "BETWEEN", "AND", "OR", "NOT"),
    )
)
_EXPRESSION = {"CASE", "CAST", "INTERVAL", "TYPED_LITERAL"}
_MOST = 5


def expectation(expected: set[str]) -> str:
    """What could stand somewhere, in a few words; nothing where too much could."""
    if expected >= _EXPRESSION:
        return "an expression"
    telling = expected - _NOISE or expected - {"$END"}
    called = sorted({_called(terminal) for terminal in telling}, key=lambda c: (c[:1] != "a", c))
    if not called or len(called) > _MOST:
        return ""
    return called[0] if len(called) == 1 else f"{', '.join(called[:-1])} or {called[-1]}"


def _called(terminal: str) -> str:
    return _CALLED.get(terminal, f"`{terminal.replace('_', ' ').lower()}`")
