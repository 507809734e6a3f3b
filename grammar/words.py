"""The words of the language by what they are: the one list besides the grammar.

Colouring (Pygments, TextMate), recovery, messages, completion and the quoting of names take their
words from here; tests hold them to the grammar and to the names of the types.
"""

DECLARATIONS = (
    *("pipeline", "import", "param", "secret", "connection", "schema", "source", "let"),
    *("transform", "expect", "sink", "maintain", "test"),
)
# The words that a declaration may begin with.
DECLARATION_WORDS = ("stream", *DECLARATIONS)
# Declarations whose keyword is followed by a text, not by a name.
DECLARATIONS_OF_TEXT = ("import", "test")
# Declarations that are a head and a block of entries, each of which stands for itself.
DECLARATIONS_OF_ENTRIES = (
    *("pipeline", "connection", "schema", "source", "stream", "expect", "sink", "maintain"),
)
# How steps begin, each in its plainest spelling.
# As names of entries they begin a condition: CONDITION_NAME in the grammar.
CONDITION_NAMES = ("replace", "delete_when", "constraint")
STEPS = (
    *("where", "select", "extend", "set", "drop", "rename", "as", "join", "left join"),
    *("right join", "full join", "semi join", "anti join", "cross join", "aggregate"),
    *("distinct", "order by", "limit", "offset", "union", "intersect", "except", "pivot"),
    *("unpivot", "sample", "explode", "watermark", "deduplicate", "apply", "stateful", "sql"),
)
JOINS = tuple(step for step in STEPS if step.endswith("join"))
SET_OPERATIONS = ("union", "intersect", "except")
# Steps whose word is a keyword only before a text, a dataset's name or a number.
STEPS_OF_TEXT = ("apply", "stateful", "sql")
STEPS_BEFORE_PARENTHESES = tuple(
    step
    for step in STEPS
    if " " not in step and step not in (*STEPS_OF_TEXT, *SET_OPERATIONS, "sample")
)
CLAUSES = (
    *("after", "all", "any", "as", "asc", "available", "both", "by", "case", "check", "clock"),
    *("collate", "comment", "continuous", "current", "default", "delay", "desc", "else"),
    *("end", "escape", "every", "fails", "filter", "first", "following", "for", "given"),
    *("grouping", "ignore", "include", "last", "leading", "now", "nulls", "of", "on", "one"),
    *("over", "percent", "placing", "position", "preceding", "range", "real", "replacement"),
    *("respect", "returns", "row", "rows", "seed", "sets", "some", "then", "to", "trailing"),
    *("unbounded", "using", "when", "with", "within", "without", "zone"),
)
# The words in steps: `as` and `by` stand in clauses as well, `order` only before `by`.
STEP_WORDS = (
    *("from", *(step for step in STEPS if " " not in step and step != "as"), "minus"),
    *("inner", "left", "right", "full", "outer", "semi", "anti", "cross", "natural"),
)
# Keywords before `by` alone: elsewhere they are rather names.
BEFORE_BY = ("cluster", "distribute", "group", "order", "partition", "sort")
OPERATORS = (
    *("and", "or", "not", "between", "in", "like", "ilike", "rlike", "regexp", "is", "div"),
)
# Words after a name that show that it is an item of a list, not the keyword of a declaration.
WORDS_AFTER_ITEMS = (*OPERATORS, "as", "asc", "collate", "desc", "for")
# Options whose value is a condition, in the blocks of sinks; elsewhere they are names.
CONDITION_OPTIONS = ("constraint", "delete_when", "replace")
CONSTANTS = ("null", "true", "false", "unknown")
TYPES = (
    *("boolean", "tinyint", "byte", "smallint", "short", "int", "integer", "bigint", "long"),
    *("float", "real", "double", "string", "binary", "date", "timestamp", "timestamp_ltz"),
    *("timestamp_ntz", "interval", "variant", "void", "decimal", "dec", "numeric", "char"),
    *("character", "varchar", "time", "array", "map", "struct"),
)
# Words of the grammar that are names of functions.
FUNCTIONS = ("cast", "try_cast", "extract", "overlay", "substr", "substring", "trim")
UNITS = (
    *("microsecond", "millisecond", "second", "minute", "hour", "day", "week", "month", "year"),
    *("microseconds", "milliseconds", "seconds", "minutes", "hours", "days", "weeks", "months"),
    *("years", "ms", "s", "b", "kb", "mb", "gb", "tb", "kib", "mib", "gib", "tib", "byte", "bytes"),
)
