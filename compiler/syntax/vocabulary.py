"""The words that people bring from other languages, and what the grammar's are called."""

from __future__ import annotations

from ssbt.grammar.words import OPERATORS

# Words for steps elsewhere.
OTHER_STEPS = {
    **dict.fromkeys(("filter", "having"), "where"),
    **dict.fromkeys(("map", "project", "keep"), "select"),
    **dict.fromkeys(
        (
            "derive",
            "mutate",
            "assign",
            "add",
            "withcolumn",
            "withcolumns",
            "with_column",
            "with_columns",
        ),
        "extend",
    ),
    **dict.fromkeys(("withcolumnrenamed", "withcolumnsrenamed"), "rename"),
    **dict.fromkeys(("agg", "summarize", "summarise"), "aggregate"),
    **dict.fromkeys(("sort", "sortby", "sort_by", "orderby", "order_by", "order"), "order by"),
    **dict.fromkeys(("take", "head", "top", "fetch"), "limit"),
    "skip": "offset",
    **dict.fromkeys(("remove", "delete", "exclude"), "drop"),
    "unique": "distinct",
    "lookup": "left join",
    **dict.fromkeys(("lateral", "unnest", "flatten"), "explode"),
    "tablesample": "sample",
    "melt": "unpivot",
    # Those of data frames keep what is there twice.
    **dict.fromkeys(("unionall", "unionbyname", "concat", "append"), "union all"),
    **dict.fromkeys(("minus", "subtract"), "except"),
    "exceptall": "except all",
    "intersectall": "intersect all",
    "outer": "full join",
    "crossjoin": "cross join",
    "straight_join": "join",
    "merge": "join",
    **dict.fromkeys(("leftsemi", "left_semi"), "semi join"),
    **dict.fromkeys(("leftanti", "left_anti"), "anti join"),
    "leftouter": "left join",
    "update": "set",
    "withwatermark": "watermark",
    **dict.fromkeys(("dedup", "dropduplicates", "drop_duplicates"), "deduplicate"),
}
# How steps are written, where other languages write theirs in another way.
STEP_FORMS = {
    "aggregate": "|> aggregate sum(…) as NAME group by KEY",
    "cross join": "|> cross join DATASET",
    "deduplicate": "|> deduplicate by COLUMN",
    "except": "|> except DATASET",
    "except all": "|> except all DATASET",
    "intersect all": "|> intersect all DATASET",
    "explode": "|> explode COLUMN as NAME",
    "extend": "|> extend … as NAME",
    "join": "|> join DATASET on CONDITION",
    "limit": "|> limit 10",
    "order by": "|> order by COLUMN desc",
    "rename": "|> rename OLD as NEW",
    "sample": "|> sample 10 percent",
    "select": "|> select COLUMN, … as NAME",
    "set": "|> set COLUMN = …",
    "union all": "|> union all DATASET",
    "unpivot": "|> unpivot VALUE for NAME in (COLUMNS)",
    "watermark": "|> watermark COLUMN delay 10 minutes",
    "where": "|> where CONDITION",
}
# Words for what is no step here.
_TUNING_ADVICE = (
    "how the work is done is left to Spark: its settings stand in `pipeline { spark { … } }`"
)
_PYTHON_ADVICE = (
    "Python of your own stands in a module, and comes in with "
    '`|> apply "FILE.py:FUNCTION" returns SCHEMA`'
)
NON_STEPS = {
    **dict.fromkeys(
        ("write", "save", "sink", "insert"),
        "a dataset goes out with `sink NAME to CONNECTOR { … }`",
    ),
    **dict.fromkeys(
        ("repartition", "cache", "persist", "checkpoint", "broadcast", "hint"),
        _TUNING_ADVICE,
    ),
    **dict.fromkeys(("coalesce", "unpersist", "hints", "distribute", "cluster"), _TUNING_ADVICE),
    **dict.fromkeys(
        ("show", "display", "print", "collect", "topandas", "printschema", "describe"),
        "rows are shown by `sink NAME to console { }`, and a `test` says what they must be",
    ),
    "qualify": "name the window function with `|> extend … as NAME`, and filter with `|> where …`",
    "sort_values": "write `|> order by COLUMN desc`",
    "dropna": "write `|> where COLUMN is not null`",
    "fillna": "write `|> set COLUMN = coalesce(COLUMN, …)`",
    "todf": "columns are renamed by `|> rename OLD as NEW`",
    **dict.fromkeys(
        ("mapinpandas", "applyinpandas", "mappartitions", "foreach", "pipe", "rdd", "eval"),
        _PYTHON_ADVICE,
    ),
    "foreachbatch": "a dataset goes out with `sink NAME to CONNECTOR { … }`",
    **dict.fromkeys(
        ("rollup", "cube"), "write `|> aggregate … group by rollup(a, b)`, or `cube(…)`"
    ),
    "astype": "write `|> set COLUMN = cast(COLUMN as TYPE)`",
    **dict.fromkeys(("reset_index", "set_index"), "rows have no index: leave it out"),
    **dict.fromkeys(
        ("iloc", "tail", "last"), "rows have no places: `|> order by COLUMN desc |> limit 10`"
    ),
    **dict.fromkeys(
        ("explain", "schema", "dtypes", "columns", "info"),
        "`ssbtc lineage` and the editor show columns and their types",
    ),
    **dict.fromkeys(
        ("pivot_table", "crosstab", "unstack"),
        "write `|> pivot sum(…) as NAME for COLUMN in ('…') group by KEY`",
    ),
    "loc": "rows are chosen by `|> where CONDITION`, columns by `|> select COLUMN, …`",
    "value_counts": "write `|> aggregate count(*) as number_of_rows group by COLUMN`",
    "connect": "rows that refer to each other take one `join` for each level",
    "stack": "write `|> unpivot VALUE for NAME in (COLUMNS)`",
    "delete": "write `|> where not (…)`: what stays is said",
    "values": "constant rows come from a source, or from the `given` of a `test`",
    "with": "a query gets its name by a `let` of its own",
    "group": "the keys are a part of `aggregate`: `|> aggregate sum(…) as NAME group by KEY`",
}
_GROUP_ADVICE = NON_STEPS["group"]
NON_STEPS |= dict.fromkeys(("groupby", "group_by"), _GROUP_ADVICE)
# Statements of SQL and of Python, and what there is in their place.
_PARAMETER_ADVICE = "a value given when the job runs is declared: `param NAME: TYPE = DEFAULT`"
_SINK_ADVICE = "a dataset goes out with `sink NAME to CONNECTOR { … }`"
NON_DECLARATIONS = {
    **dict.fromkeys(("set", "declare"), _PARAMETER_ADVICE),
    **dict.fromkeys(("merge", "update", "delete", "truncate", "copy", "upsert"), _SINK_ADVICE),
    **dict.fromkeys(
        ("use", "alter", "drop", "grant", "begin", "commit", "analyze", "optimize", "refresh"),
        "a pipeline only reads, computes and writes; what else there is to do is done elsewhere",
    ),
    "enum": "the values of a parameter are said by `check NAME one of (…)`, those of a column by "
    "an `expect`",
    **dict.fromkeys(("if", "for", "while", "try", "return", "print", "class"), _PYTHON_ADVICE),
}
# What else a declaration is called, the likeliest first.
OTHER_DECLARATIONS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("create", "replace", "table"), ("let", "source", "schema")),
    **dict.fromkeys(("var", "val", "view", "with", "dataset"), ("let", "param")),
    **dict.fromkeys(("def", "function", "macro"), ("transform",)),
    **dict.fromkeys(("parameter", "variable", "const", "argument"), ("param", "let")),
    **dict.fromkeys(("struct", "type", "record"), ("schema",)),
    **dict.fromkeys(("read", "input"), ("source",)),
    **dict.fromkeys(("write", "insert", "output"), ("sink",)),
    "include": ("import",),
}
# How declarations are written.
DECLARATION_FORMS = {
    "import": 'import "FILE.ssbt"',
    "let": "let NAME = from DATASET |> …",
    "param": "param NAME: TYPE = DEFAULT",
    "schema": "schema NAME { COLUMN: TYPE }",
    "sink": "sink DATASET to CONNECTOR { … }",
    "source": "source NAME from CONNECTOR { … }",
    "transform": "transform NAME(PARAMETER: SCHEMA) = from PARAMETER |> …",
}
# Words with which a query begins elsewhere.
QUERY_WORDS = ("select", "from")
# Words with which SQL goes on after an expression.
OTHER_CLAUSES = {
    "group": "groups are made by the next step: `|> aggregate … group by …`",
    "having": "the groups are filtered by the next step: `|> where …`",
    "qualify": "name the window function with `extend`, and filter with `|> where …`",
    **dict.fromkeys(
        ("over", "window"), "a window is written out: `over (partition by … order by …)`"
    ),
    "filter": "an aggregate takes `filter (where …)`",
    "within": "an aggregate takes `within group (order by …)`",
    **dict.fromkeys(("exclude", "except"), "a star takes `except (…)`"),
    "replace": "`|> set …` replaces columns",
    "lateral": "write `|> explode … as …`",
    "tablesample": "write `|> sample …`",
    "fetch": "write `|> limit …`",
    "in": "the values stand in parentheses: `in (…)`",
    "contains": "write `contains(…, …)`",
    "matches": "write `rlike`",
}
# Words that an expression cannot do without: a name of that spelling is hardly meant as one.
BETWEEN_OPERANDS = frozenset(
    (
        *(word for word in OPERATORS if word != "not"),
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
_DESCRIPTIONS = {
    **dict.fromkeys(("CONDITION_NAME", "NAME", "QUOTED_NAME"), "a name"),
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
    "ONE_OF": "`one of (`",
    "COMMENT_KW": "`comment`",
    "NOT_NULL": "`not null`",
    "GENERIC": "a type",
    "INTERVAL_TYPE": "a type",
    "FRAME_UNIT": "`rows` or `range`",
    "SET_OPERATION": "`union`",
    "CALL_QUANTIFIER": "`distinct`",
    "CALL_NULLS": "`ignore nulls`",
    "EXCEPT_COLUMNS": "`except (`",
}
# Terminals that only hold their neighbours together.
_JOINING_TERMINALS = frozenset(
    (
        *("AS", "BY", "COLON", "COMMA", "DELAY", "ELSE", "END", "EQUAL", "FOR", "FROM", "GROUP_BY"),
        *("ON", "PARTITION_BY", "PERCENT", "THEN", "TO", "WHEN", "__ANON_0"),
    )
)
# Among what could come, these tell a reader nothing: they could come nearly everywhere.
_UNINFORMATIVE = frozenset(
    (
        *("$END", "DOT", "COLLATE", "LSQB", "STAR", "SLASH", "CONCAT", "COMPARE", "SHIFT", "SIGN"),
        *("BAR", "HAT", "AMPERSAND", "PERCENT_SIGN", "DIV", "LESS", "MORE", "__ANON_1", "LIKE"),
        *("IS", "IN_LIST", "ONE_OF", "BETWEEN", "AND", "OR", "NOT"),
    )
)
_EXPRESSION_TERMINALS = {"CASE", "CAST", "INTERVAL", "TYPED_LITERAL"}
# Behind an operand an operator can come, and with it these.
_OPERATOR_COMPANIONS = frozenset(("COLON", "EQUAL", "LPAR", "ARROW"))
_MAXIMUM_DESCRIPTIONS = 5


def describe_expected(expected: frozenset[str]) -> str:
    """What could stand somewhere, in a few words; nothing where too much could."""
    if expected >= _EXPRESSION_TERMINALS:
        return "an expression"
    informative = expected - _UNINFORMATIVE or expected - {"$END"}
    behind_operand = "COMPARE" in expected
    if behind_operand:
        informative = expected - _UNINFORMATIVE - _OPERATOR_COMPANIONS
    descriptions = {_describe_terminal(terminal) for terminal in informative}
    if behind_operand:
        descriptions.add("`and`" if "AND" in expected and "OR" not in expected else "an operator")
    ordered = sorted(descriptions, key=lambda c: (c[:1] != "a", c))
    if not ordered or len(ordered) > _MAXIMUM_DESCRIPTIONS:
        return ""
    return ordered[0] if len(ordered) == 1 else f"{', '.join(ordered[:-1])} or {ordered[-1]}"


def _describe_terminal(terminal: str) -> str:
    return _DESCRIPTIONS.get(terminal, f"`{terminal.replace('_', ' ').lower()}`")


def joining_word(terminal: str, expected: frozenset[str]) -> str:
    """How a terminal is written that only joins what is around it; nothing for any other.

    Words that say something of their own, brackets and operators are not to be guessed.
    """
    if terminal not in _JOINING_TERMINALS or (terminal == "EQUAL" and "COMPARE" in expected):
        return ""
    return _describe_terminal(terminal).strip("`")


def is_beginning(word: str, expected: frozenset[str]) -> bool:
    """Whether a word begins one of the terminals that are written with several."""
    prefix = f"`{word.lower()} "
    return bool(word) and any(
        _describe_terminal(terminal).startswith(prefix) for terminal in expected
    )
