"""Random files of the language, for tests that hold of every file.

`Generator(seed)` gives the same texts for the same seed. A text is made of tokens; `written` puts
white space, line ends and comments between them, as people do and worse.
"""

from __future__ import annotations

from collections.abc import Callable
import random

Tokens = list[str]
NEW_LINE = "\n"

_PLAIN = ("a", "b", "id", "amount", "status", "orders", "customers", "x1", "_y", "Total", "größe")
_SOFT = (
    *("source", "sink", "schema", "mode", "test", "date", "timestamp", "filter", "first", "value"),
    *("window", "rows", "range", "over", "seed", "percent", "year", "month", "position", "trim"),
    *("default", "comment", "stream", "param", "secret", "let", "transform", "expect", "import"),
    *("by", "to", "given", "after", "every", "extract", "substring", "overlay", "cube", "explode"),
)
_QUOTED = ("`a b`", "`select`", "`x``y`", "`from`", "`order`", "`1st`", "`a.b`")
_NUMBERS = ("0", "1", "42", "3.14", ".5", "2.", "1e3", "1.5E-7", "10L", "7S", "1Y", "1.5D", "2F")
_STRINGS = (
    *("'a'", "''", "'it\\'s'", "'%x_'", "'a\\nb'", '"double"', "'Ünï 😀'", "r'a\\d'", "'#no'"),
    *("'a' 'b'", "'\\u00e9'", "'{{ x }}'", "'|>'", "'a\\\\'"),
)
_TYPES = (
    *("int", "bigint", "string", "boolean", "date", "timestamp", "double", "decimal(12,2)"),
    *("array<int>", "map<string, bigint>", "struct<a: int, b: string not null>", "varchar(10)"),
    *("array<struct<x:int,y:array<string>>>", "interval day to second", "interval year", "variant"),
    *("string collate UNICODE", "STRING", "struct<`a b` int comment 'c'>"),
)
_PHRASES = (
    "every 1 minute",
    "available now",
    "continuous 1 second",
    "real time",
    "real time 1 minute",
)
_JOINS = ("join", "left join", "LEFT  OUTER join", "full join", "semi join", "left anti join")
_TEXTS = ('"a"', '""', '"${p}/x"', '"a\\"b"', '"C:\\\\x"', '"$${x}"', '"""two\nlines"""', '"#"')


class Generator:
    """Random pieces of the language, as tokens."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.depth = 0

    # ---- helpers

    def one(self, *choices: Callable[[], Tokens]) -> Tokens:
        """One of several kinds."""
        return self.random.choice(choices)()

    def maybe(self, tokens: Tokens, chance: float = 0.5) -> Tokens:
        return tokens if self.random.random() < chance else []

    def several(
        self, make: Callable[[], Tokens], low: int = 1, high: int = 4, separator: str = ","
    ) -> Tokens:
        """Some of a kind, with a separator between them."""
        out: Tokens = []
        for index in range(self.random.randint(low, high)):
            out += [separator] if index else []
            out += make()
        return out

    def name(self) -> Tokens:
        pool = self.random.choice((_PLAIN, _PLAIN, _SOFT, _QUOTED))
        return [self.random.choice(pool)]

    def plain(self) -> Tokens:
        return [self.random.choice(_PLAIN)]

    # ---- files and declarations

    def file(self, declarations: int = 6) -> str:
        """The text of a whole file."""
        tokens: Tokens = []
        for _ in range(declarations):
            tokens += [*self.declaration(), NEW_LINE]
        return self.written(tokens)

    def declaration(self) -> Tokens:
        return self.one(
            *(self.pipeline, self.import_, self.param, self.secret, self.connection, self.schema),
            *(self.source, self.let, self.let, self.let, self.transform, self.expect, self.sink),
            self.maintain,
            *(self.test, self.schema_from),
        )

    def pipeline(self) -> Tokens:
        return ["pipeline", *self.name(), *self.block()]

    def import_(self) -> Tokens:
        return ["import", '"shared/a.ssbt"']

    def param(self) -> Tokens:
        default = self.maybe(["=", *self.expression()])
        check = self.maybe(["check", *self.condition()])
        block = self.maybe(self.block(), 0.1)
        return ["param", *self.name(), ":", *self.type(), *default, *check, *block]

    def condition(self) -> Tokens:
        """What a parameter must be: parts that may say `one of`."""
        out = self.one(self.expression, self.one_of)
        while self.random.random() < 0.2:
            out += [self.random.choice(("and", "OR")), *self.one(self.predicate, self.one_of)]
        return out

    def one_of(self) -> Tokens:
        words = [*self.maybe(["not"], 0.2), self.random.choice(("one of (", "ONE  of("))]
        return [*self.binary(3), *words, *self.several(self.expression), ")"]

    def secret(self) -> Tokens:
        # A word that begins a declaration would need backticks before the next one.
        return ["secret", *self.plain()]

    def connection(self) -> Tokens:
        return ["connection", *self.name(), ":", *self.name(), *self.block()]

    def schema(self) -> Tokens:
        return ["schema", *self.name(), *self.braced(self.schema_column)]

    def schema_from(self) -> Tokens:
        origin = self.one(
            lambda: ['"order.avsc"'],
            lambda: ['"order.desc"', *self.block()],
            lambda: ["registry", *self.block()],
        )
        return ["schema", *self.name(), "from", *origin]

    def schema_column(self) -> Tokens:
        clauses = [
            self.maybe(["not null"]),
            self.maybe(["default", *self.primary()], 0.2),
            self.maybe(["comment 'what it is'"], 0.2),
            self.maybe(["@", *self.plain()], 0.2),
        ]
        self.random.shuffle(clauses)
        return [*self.name(), ":", *self.type(), *(token for c in clauses for token in c)]

    def source(self) -> Tokens:
        stream = self.maybe(["stream"], 0.2)
        return [*stream, "source", *self.name(), "from", *self.name(), *self.block()]

    def let(self) -> Tokens:
        return ["let", *self.name(), "=", *self.query()]

    def transform(self) -> Tokens:
        parameters = self.several(lambda: [*self.name(), ":", *self.name()], high=3)
        return ["transform", *self.name(), "(", *parameters, ")", "=", *self.query()]

    def expect(self) -> Tokens:
        return ["expect", *self.name(), *self.braced(self.expect_rule)]

    def expect_rule(self) -> Tokens:
        return [*self.name(), ":", *self.expression(), "else", *self.plain()]

    def maintain(self) -> Tokens:
        return ["maintain", *self.name(), *self.block()]

    def sink(self) -> Tokens:
        part = self.maybe([".", *self.name()], 0.2)
        alias = self.maybe(["as", *self.name()], 0.2)
        return ["sink", *self.name(), *part, "to", *self.name(), *alias, *self.block()]

    def test(self) -> Tokens:
        clauses: Tokens = []
        for _ in range(self.random.randint(0, 3)):
            clauses += self.one(self.rows, self.rows_from, self.fails)
        return ["test", '"it works"', "{", *clauses, "}"]

    def rows(self) -> Tokens:
        head = self.random.choice((["given"], ["then"], ["then", "after 2"]))
        columns = self.maybe(["(", *self.several(self.name), ")"])
        rows: Tokens = []
        for _ in range(self.random.randint(0, 3)):
            row = self.several(self.primary, high=3)
            rows += ["(", *row, ")", *self.maybe([","], 0.2)]
        return [*head, *self.plain(), *columns, "{", *rows, "}"]

    def rows_from(self) -> Tokens:
        return ["given", *self.plain(), "from", '"orders.csv"']

    def fails(self) -> Tokens:
        return ["then", "fails with", '"no such row"']

    # ---- blocks

    def braced(self, unit: Callable[[], Tokens]) -> Tokens:
        """Units in braces, with a comma or a line end between them."""
        out: Tokens = ["{"]
        for index in range(self.random.randint(0, 4)):
            out += [self.random.choice((",", NEW_LINE))] if index else []
            out += unit()
        return [*out, *self.maybe([","], 0.1 if len(out) > 1 else 0), "}"]

    def block(self) -> Tokens:
        self.depth += 1
        out = self.braced(self.entry) if self.depth < 5 else ["{", "}"]
        self.depth -= 1
        return out

    def entry(self) -> Tokens:
        name = self.one(self.name, self.name, lambda: ["a", ".", "b"], lambda: ['"spark.x"'])
        if self.random.random() < 0.15:
            return [*name, *self.block()]
        return [*name, "=", *self.value()]

    def value(self) -> Tokens:
        return self.one(
            lambda: [self.random.choice(_TEXTS)],
            lambda: [self.random.choice(_NUMBERS)],
            lambda: ["-", "5"],
            lambda: [self.random.choice(("true", "FALSE"))],
            lambda: [self.random.choice(("10 minutes", "64 MB", "1.5 hours", "2s"))],
            lambda: [
                self.random.choice(("every 1 minute", "available now", "continuous 1 second"))
            ],
            self.name,
            lambda: ["${p}"],
            self.list_value,
            lambda: [*self.maybe(self.plain()), *self.block()],
        )

    def list_value(self) -> Tokens:
        self.depth += 1
        items = self.several(self.value, 0, 4) if self.depth < 5 else []
        self.depth -= 1
        return ["[", *items, *self.maybe([","], 0.2 if items else 0), "]"]

    # ---- queries

    def query(self) -> Tokens:
        out = ["from", *self.dataset()]
        for _ in range(self.random.randint(0, 4)):
            out += ["|>", *self.step()]
        return out

    def dataset(self) -> Tokens:
        use = self.plain()
        if self.random.random() < 0.15:
            use = [*self.plain(), "(", *self.several(self.plain, high=2), ")"]
        return [*use, *self.maybe(["as", *self.name()], 0.2)]

    def step(self) -> Tokens:
        return self.one(*(getattr(self, f"step_{kind}") for kind in STEPS))

    def items(self) -> Tokens:
        return [*self.several(self.item), *self.maybe([","], 0.1)]

    def item(self) -> Tokens:
        return [*self.expression(), *self.maybe(["as", *self.name()])]

    def columns(self) -> Tokens:
        return self.several(self.column)

    def step_where(self) -> Tokens:
        return ["where", *self.expression()]

    def step_select(self) -> Tokens:
        return ["select", *self.maybe(["distinct"], 0.2), *self.items()]

    def step_extend(self) -> Tokens:
        return ["extend", *self.items()]

    def step_set(self) -> Tokens:
        return ["set", *self.several(lambda: [*self.column(), "=", *self.expression()])]

    def step_drop(self) -> Tokens:
        return ["drop", *self.columns()]

    def step_rename(self) -> Tokens:
        return ["rename", *self.several(lambda: [*self.column(), "as", *self.name()])]

    def step_as(self) -> Tokens:
        return ["as", *self.name()]

    def step_join(self) -> Tokens:
        condition = self.one(
            list,
            lambda: ["on", *self.expression()],
            lambda: ["using", "(", *self.several(self.name), ")"],
        )
        return [self.random.choice(_JOINS), *self.dataset(), *condition]

    def step_aggregate(self) -> Tokens:
        grouping = self.one(
            list,
            lambda: ["group by", *self.items()],
            lambda: ["group by", "rollup", "(", *self.columns(), ")"],
            lambda: ["group by", "grouping sets", "(", "(", "a", ",", "b", ")", ",", "a", ")"],
            lambda: ["group by", *self.item(), ",", "cube", "(", "(", "a", ",", "b", ")", ")"],
            lambda: ["group by", "grouping sets", "(", "rollup", "(", "a", ")", ",", "(", ")", ")"],
            lambda: ["group by all"],
        )
        return [
            "aggregate",
            *(self.items() if not grouping else self.maybe(self.items())),
            *grouping,
        ]

    def step_distinct(self) -> Tokens:
        return ["distinct"]

    def step_order_by(self) -> Tokens:
        return ["order by", *self.several(self.sort_key)]

    def step_limit(self) -> Tokens:
        return [self.random.choice(("limit", "offset")), self.random.choice(("10", "${n}"))]

    def step_union(self) -> Tokens:
        words = ("union", "union all", "intersect", "except", "minus", "union all by name")
        return [self.random.choice(words), *self.plain()]

    def step_pivot(self) -> Tokens:
        values = self.several(lambda: [*self.primary(), *self.maybe(["as", *self.name()])])
        keys = self.maybe(["group by", *self.items()])
        return ["pivot", *self.items(), "for", *self.column(), "in (", *values, ")", *keys]

    def step_unpivot(self) -> Tokens:
        nulls = self.maybe(["include nulls"])
        columns = self.several(self.item)
        return ["unpivot", *nulls, *self.plain(), "for", *self.plain(), "in (", *columns, ")"]

    def step_sample(self) -> Tokens:
        replacement = self.maybe(["with replacement"])
        return ["sample", "10.5", "percent", *replacement, *self.maybe(["seed", "7"])]

    def step_explode(self) -> Tokens:
        names = self.one(self.name, lambda: ["(", *self.several(self.name, 2, 2), ")"])
        position = self.maybe(["with position", "as", *self.name()], 0.3)
        outer = self.maybe(["outer "], 0.3)
        return ["explode", *outer, *self.column(), "as", *names, *position]

    def step_transform(self) -> Tokens:
        return [*self.plain(), "(", *self.maybe(self.several(self.dataset, high=2)), ")"]

    def step_apply(self) -> Tokens:
        return ["apply", '"m.py:f"', "returns", *self.name()]

    def step_sql(self) -> Tokens:
        return ["sql", self.random.choice(_TEXTS), "returns", *self.name()]

    def step_watermark(self) -> Tokens:
        return ["watermark", *self.column(), "delay", "10  minutes"]

    def step_deduplicate(self) -> Tokens:
        by = self.maybe(["by", *self.columns()])
        return ["deduplicate", *by, *self.maybe(["within watermark"])]

    def step_stateful(self) -> Tokens:
        block = self.maybe(self.block())
        return ["stateful", '"m.py:P"', "by", *self.columns(), "returns", *self.name(), *block]

    # ---- expressions

    def expression(self) -> Tokens:
        """Any expression."""
        return self.binary(0)

    def binary(self, level: int) -> Tokens:
        """An expression of operators that bind at least as strongly as this level."""
        if level == len(OPERATORS):
            return self.signed()
        if level == 2:
            return [*self.maybe([self.random.choice(("not", "NOT", "!"))], 0.1), *self.predicate()]
        out = self.binary(level + 1)
        while self.random.random() < (0.07 if self.depth < 3 else 0):
            out += [self.random.choice(OPERATORS[level]), *self.binary(level + 1)]
        return out

    def predicate(self) -> Tokens:
        operand = self.binary(3)
        if self.random.random() > 0.15 or self.depth > 3:
            return operand
        return (
            [*operand, *self.maybe(["not"], 0.2), *self.one(*self._tests())]
            if (self.random.random() < 0.7)
            else [*operand, "is", *self.maybe(["not"]), *self.one(*self._states())]
        )

    def _tests(self) -> list[Callable[[], Tokens]]:
        return [
            lambda: ["between", *self.binary(3), "and", *self.binary(3)],
            lambda: ["in (", *self.several(self.expression), ")"],
            lambda: [self.random.choice(("like", "ILIKE", "rlike")), *self.binary(3)],
            lambda: ["like", "'a'", "escape '!'"],
            lambda: [
                "like",
                self.random.choice(("any (", "all (")),
                *self.several(self.primary),
                ")",
            ],
        ]

    def patterns(self) -> Tokens:
        return self.several(self.primary)

    def _states(self) -> list[Callable[[], Tokens]]:
        return [
            lambda: [self.random.choice(("null", "true", "FALSE", "unknown"))],
            lambda: ["distinct from", *self.binary(3)],
        ]

    def signed(self) -> Tokens:
        return [*self.maybe([self.random.choice("-+~")], 0.05), *self.primary()]

    def primary(self) -> Tokens:
        self.depth += 1
        leaves = (self.column, self.column, self.column, self.literal, self.literal, self.parameter)
        nested = (self.parenthesised, self.case, self.cast, self.postfix, self.call, self.call)
        result = self.one(*leaves) if self.depth > 3 else self.one(*leaves, *leaves, *nested)
        self.depth -= 1
        return result

    def column(self) -> Tokens:
        return self.one(self.name, self.name, lambda: [*self.plain(), ".", *self.name()])

    def literal(self) -> Tokens:
        return self.one(
            lambda: [self.random.choice(_NUMBERS)],
            lambda: [self.random.choice(_STRINGS)],
            lambda: [self.random.choice(("null", "true", "FALSE", "x'1f'", "X'AB'"))],
            lambda: [self.random.choice(("date '2026-01-01'", "TIMESTAMP '2026-01-01 10:00:00'"))],
            lambda: [self.random.choice(_INTERVALS)],
        )

    def parameter(self) -> Tokens:
        return [self.random.choice(("${p}", "${ min_amount }", "${`a b`}"))]

    def parenthesised(self) -> Tokens:
        return ["(", *self.several(self.expression, high=self.random.choice((1, 1, 1, 3))), ")"]

    def case(self) -> Tokens:
        branches: Tokens = []
        for _ in range(self.random.randint(1, 3)):
            branches += ["when", *self.expression(), "then", *self.expression()]
        otherwise = self.maybe(["else", *self.expression()])
        return ["case", *self.maybe(self.column(), 0.3), *branches, *otherwise, "end"]

    def type(self) -> Tokens:
        return [self.random.choice(_TYPES)]

    def cast(self) -> Tokens:
        word = self.random.choice(("cast(", "try_cast("))
        return [word, *self.expression(), "as", *self.type(), ")"]

    def postfix(self) -> Tokens:
        base = self.one(self.column, self.parenthesised, self.call)
        return self.one(
            lambda: [*base, "[", *self.expression(), "]"],
            lambda: [*base, "::", "string"],
            lambda: [*base, "collate", "UNICODE"],
            lambda: ["a", "[", "0", "]", ".", *self.plain()],
            lambda: ["v", ":", *self.plain()],
        )

    def call(self) -> Tokens:
        return self.one(*(getattr(self, f"call_{kind}") for kind in CALLS))

    def call_plain(self) -> Tokens:
        function = self.random.choice(("coalesce", "Concat", "round", "f", "date", "cat.db.f"))
        return [*_dotted(function), "(", *self.maybe(self.several(self.expression, high=3)), ")"]

    def call_aggregate(self) -> Tokens:
        words = ["filter(where", *self.expression(), ")"]
        inner = [*self.maybe(["distinct "], 0.3), *self.expression()]
        return [self.random.choice(("sum", "first")), "(", *inner, ")", *self.maybe(words, 0.3)]

    def call_star(self) -> Tokens:
        return ["count", "(", "*", ")"]

    def call_window(self) -> Tokens:
        partition = self.maybe(["partition by", *self.several(self.expression, high=2)])
        order = ["order by", *self.several(self.sort_key, high=2)]
        frame = self.maybe([self.random.choice(_FRAMES)])
        nulls = self.maybe(["ignore nulls"], 0.2)
        return ["lag", "(", *self.column(), ")", *nulls, "over(", *partition, *order, *frame, ")"]

    def call_lambda(self) -> Tokens:
        head = self.one(lambda: ["x", "->"], lambda: ["(x, y) ->"])
        return ["transform", "(", *self.column(), ",", *head, *self.expression(), ")"]

    def call_named(self) -> Tokens:
        return ["mask", "(", *self.column(), ",", "upperChar", "=>", "'A'", ")"]

    def call_words(self) -> Tokens:
        return self.one(
            lambda: ["extract(", "year", "from", *self.expression(), ")"],
            lambda: ["trim(", "both", "'x'", "from", *self.column(), ")"],
            lambda: ["substring(", *self.column(), "from", "1", "for", "2", ")"],
            lambda: ["position(", "'a'", "in", *self.column(), ")"],
            lambda: ["overlay(", *self.column(), "placing", "'x'", "from", "1", ")"],
        )

    def call_within(self) -> Tokens:
        return [
            "percentile_cont",
            "(",
            "0.5",
            ")",
            "within group (",
            "order by",
            *self.sort_key(),
            ")",
        ]

    def sort_key(self) -> Tokens:
        direction = self.maybe([self.random.choice(("asc", "desc", "DESC"))])
        nulls = self.maybe([self.random.choice(("nulls first", "NULLS LAST"))], 0.3)
        return [*self.expression(), *direction, *nulls]

    # ---- white space

    def written(self, tokens: Tokens, comments: float = 0.03) -> str:
        """The text of these tokens, with white space, line ends and comments between them."""
        out: list[str] = []
        for token in tokens:
            out += [token, self.space(comments)]
            if token == NEW_LINE and self.random.random() < 0.3:
                out.append("\n")
        return "".join(out)

    def space(self, comments: float) -> str:
        """White space, sometimes with a comment."""
        if self.random.random() < comments:
            lead = self.random.choice((" ", "\n  ", "\n\n", "  "))
            return f"{lead}# {self.random.choice(_COMMENTS)} {self.random.randint(0, 999)}\n"
        return self.random.choice((" ", " ", " ", " ", " ", "  ", "\n", "\n    ", "\t"))


def _dotted(name: str) -> Tokens:
    first, *rest = name.split(".")
    out = [first]
    for part in rest:
        out += [".", part]
    return out


_COMMENTS = ("why", "TODO: 'quotes'", "let x = from y", "# twice", "ümlaut {", "|> where a")
_INTERVALS = (
    *("interval 1 day", "interval 1 year 2 months", "interval -3 hours", "interval '2' weeks"),
    *("interval '1-2' year to month", "interval '1 day'", "INTERVAL 5 minutes -2 seconds"),
)
_FRAMES = (
    *("rows between unbounded preceding and current row", "rows 2 preceding"),
    *(
        "range between interval 1 day preceding and current row",
        "rows between 1 preceding and 1 following",
    ),
)
OPERATORS = (
    ("or", "OR"),
    ("and", "AND"),
    (),
    ("=", "==", "<>", "!=", "<=>", "<", ">", "<=", ">="),
    ("|",),
    ("^",),
    ("&",),
    ("<<", ">>", ">>>"),
    ("+", "-", "||"),
    ("*", "/", "%", "div"),
)
STEPS = (
    *("where", "select", "extend", "set", "drop", "rename", "as", "join", "aggregate", "distinct"),
    *("order_by", "limit", "union", "pivot", "unpivot", "sample", "explode", "transform", "apply"),
    *("sql", "watermark", "deduplicate", "stateful"),
)
CALLS = ("plain", "plain", "aggregate", "star", "window", "lambda", "named", "words", "within")
