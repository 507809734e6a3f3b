"""The words of the language by what they are, for programs that colour text.

A test holds them to the grammar and to the names of the types.
"""

DECLARATIONS = (
    *("pipeline", "import", "param", "secret", "connection", "schema", "stream", "source", "let"),
    *("transform", "expect", "sink", "test"),
)
STEPS = (
    *("from", "where", "select", "extend", "set", "drop", "rename", "join", "aggregate"),
    *("distinct", "limit", "offset", "union", "intersect", "except", "minus"),
    *("pivot", "unpivot", "sample", "explode", "watermark", "deduplicate", "apply", "stateful"),
    *("sql", "inner", "left", "right", "full", "outer", "semi", "anti", "cross", "natural"),
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
# Keywords before `by` alone: elsewhere they are rather names.
BEFORE_BY = ("cluster", "distribute", "group", "order", "partition", "sort")
OPERATORS = (
    *("and", "or", "not", "between", "in", "like", "ilike", "rlike", "regexp", "is", "div"),
)
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
