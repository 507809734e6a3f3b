"""Conditions made at random over typed columns, and rows that hold the constants in them."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.resolve.declarations import TypingSettings
from ssbt.compiler.resolve.query_context import ProgramLookup, QueryContext
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.traps.rules import build_view
from ssbt.compiler.source import Source
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.parsing import parse_fragment
from ssbt.compiler.types.datatypes import UNKNOWN
from ssbt.compiler.types.ddl import parse_type
from tests.agreement.answers import none_found

if TYPE_CHECKING:
    from ssbt.compiler.resolve.traps.expression_view import ExpressionView

COLUMNS = {
    "a": "int",
    "b": "int",
    "c": "tinyint",
    "big": "bigint",
    "n": "decimal(6,2)",
    "m": "decimal(20,0)",
    "x": "double",
    "f": "float",
    "s": "string",
    "t": "string",
    "d": "date",
    "e": "date",
    "at": "timestamp",
    "nt": "timestamp_ntz",
    "ok": "boolean",
    "tags": "array<string>",
}
_POOLS = {
    "int": ["0", "1", "2", "3", "5", "7", "-1", "-5", "10", "100", "2147483647", "-2147483648"],
    "tinyint": ["0", "1", "2", "127", "-128", "-1", "7"],
    "bigint": ["0", "1", "-1", "9007199254740993", "9223372036854775807", "5"],
    "decimal": ["0", "0.01", "1.00", "1.01", "-1.5", "9999.99", "-9999.99", "2.5", "10"],
    "wide": ["0", "1", "-1", "99999999999999999999", "5"],
    "double": ["0D", "0.1D", "1D", "-1D", "1.5D", "'NaN'", "'Infinity'", "'-Infinity'", "1e300D"],
    "float": ["0F", "0.1F", "1F", "-1F", "'NaN'", "1.5F"],
    "string": [
        "''",
        "' '",
        "'a'",
        "'A'",
        "'ab'",
        "'abc'",
        "'b'",
        "'B'",
        "'a-b'",
        "'7'",
        "'007'",
        "'zz'",
        "'ß'",
        "'é'",
        "' a '",
        "'x'",
        "'ax'",
        "'%'",
        "'a,b'",
        "'New York'",
    ],
    "date": [
        "'2026-01-01'",
        "'2026-01-15'",
        "'2026-01-31'",
        "'2025-12-31'",
        "'1969-12-31'",
        "'0001-01-01'",
        "'9999-12-31'",
        "'2024-02-29'",
        "'2026-03-02'",
    ],
    "timestamp": [
        "'2026-01-01 00:00:00'",
        "'2026-01-15 10:00:00'",
        "'2025-12-31 23:59:59.999999'",
        "'1969-12-31 23:00:00'",
        "'2026-01-31 00:00:00.000001'",
        "'2026-02-01 00:00:00'",
    ],
    "boolean": ["true", "false"],
}
_KINDS = {
    "a": "int",
    "b": "int",
    "c": "tinyint",
    "big": "bigint",
    "n": "decimal",
    "m": "wide",
    "x": "double",
    "f": "float",
    "s": "string",
    "t": "string",
    "d": "date",
    "e": "date",
    "at": "timestamp",
    "nt": "timestamp",
    "ok": "boolean",
}
_ORDERS = ["=", "=", "!=", "<", "<=", ">", ">=", "<=>"]
# Expressions of a kind, which the compiler may know something of.
_CALLS = {
    "int": [
        *("month({d})", "dayofweek({d})", "weekday({d})", "quarter({d})", "hour({at})"),
        *("abs({c})", "{a} % 7", "pmod({a}, 7)", "pmod({a}, -7)", "mod({a}, -3)", "length({s})"),
        *("size(tags)", "size(split({s}, '-'))", "instr({s}, 'a')", "levenshtein({s}, {t})"),
        *("if({ok}, 1, 2)", "case when {a} > 1 then 5 when {a} < 0 then 7 end", "sign({a})"),
        *(
            "{a} & 7",
            "{c} * 2",
            "{c} * 10",
            "greatest({a}, 3)",
            "least({b}, 1)",
            "nullif({c}, 1)",
            "month({d}) + 1",
            "({a} % 10) * 2",
            "-({a} % 3)",
            "coalesce({a} % 5, 9)",
            "bit_count({a})",
        ),
        *("floor({n})", "ceil({n} % 3)", "width_bucket({x}, 0, 10, 3)", "crc32({s})", "{c} + 1"),
        *("find_in_set({s}, 'a,b')", "greatest({a} % 3, 1)", "nullif({a} % 3, 1)", "ascii({s})"),
        *(
            "cast({ok} as int)",
            "length(lpad({s}, 4, '0'))",
            "size(array({a}, {b}))",
            "{a} % 3 - {b} % 3",
        ),
        *("extract(dow from {d})", "cast({n} % 5 as int)", "round({n} % 2)", "dayofyear({d})"),
    ],
    "decimal": [
        "extract(second from {at})",
        "greatest({n}, 1.5)",
        "{n} % 3",
        "abs({n})",
        "{n} % 1 + 1",
        "-({n} % 2)",
        "cast({a} % 5 as decimal(5,1))",
        "round({n}, 1)",
        "({n} % 2) * ({n} % 2)",
    ],
    "double": [
        "abs({x})",
        "cast({a} % 5 as double)",
        "sqrt({x})",
        "sin({a})",
        "tanh({x})",
        "exp({x})",
        "cast({a} % 5 as double) * 0.1D",
        "sign({x})",
        "cos({x})",
        "-abs({x})",
    ],
    "string": [
        *(
            "upper({s})",
            "lower({s})",
            "trim({s})",
            "initcap({s})",
            "hex({a})",
            "hex({s})",
            "md5({s})",
        ),
        *(
            "lpad({s}, 3, '0')",
            "rpad({s}, 2, ' ')",
            "left({s}, 1)",
            "substring({s}, 1, 2)",
            "bin({a})",
        ),
        *("{s} || 'x'", "concat('a', {s})", "concat({s}, '-', {t})", "cast({ok} as string)"),
        *("cast({d} as string)", "cast({a} as string)", "cast({n} as string)", "dayname({d})"),
        *("date_format({at}, 'yyyy-MM-dd')", "date_format({d}, 'HH')", "split_part({s}, '-', 1)"),
        *("if({ok}, 'a', 'b')", "upper(if({ok}, 'a', 'b'))", "replace({s}, 'a', '')", "ltrim({s})"),
        *(
            "format_number({n}, 2)",
            "cast({at} as string)",
            "upper(md5({s}))",
            "substring_index({s}, '-', 1)",
        ),
        *(
            "cast({a} % 2 = 0 as string)",
            "cast({nt} as string)",
            "chr({a} % 99)",
            "cast({c} as string) || 'b'",
        ),
    ],
    "date": [
        "trunc({d}, 'month')",
        "trunc({d}, 'week')",
        "last_day({d})",
        "next_day({d}, 'TH')",
        "trunc({d}, 'year')",
        "trunc({d}, 'quarter')",
        "if({ok}, {d}, date '2026-01-01')",
    ],
    "timestamp": [
        "date_trunc('month', {at})",
        "date_trunc('day', {at})",
        "date_trunc('week', {nt})",
    ],
    "boolean": [
        "{s} like 'a%'",
        "{s} like '%a'",
        "startswith({s}, 'a')",
        "isnull({a})",
        "not {ok}",
    ],
}
_TEXTS_OF_CALLS = [
    "'true'",
    "'TRUE'",
    "'2026-01-01'",
    "'01.01.2026'",
    "'Thu'",
    "'Thursday'",
    "'FF'",
    "'ff'",
    "'5'",
    "'2.50'",
    "'00'",
    "'a-'",
    "'AB'",
    "'abx'",
    "'00a'",
    "'1'",
]


_CONSTANTS = {
    "int": [str(number) for number in range(-11, 32)],
    "decimal": ["-3", "-2.99", "-1.01", "0", "0.99", "1.99", "2.99", "3", "4", "5", "60"],
    "double": ["-1.5D", "-1D", "0D", "0.4D", "0.5D", "1D", "1.5D"],
    "string": [*_POOLS["string"], *_TEXTS_OF_CALLS],
}


class ConditionMaker:
    """Conditions of one seed, with subjects that come back."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        kinds = [
            "int",
            "int",
            "decimal",
            "double",
            "string",
            "string",
            "date",
            "timestamp",
            "boolean",
        ]
        self.subjects = [self._subject(self.random.choice(kinds)) for _ in range(2)]

    def make(self, depth: int = 2) -> str:
        """A condition of `and`, `or` and `not` over comparisons."""
        choice = self.random.random()
        if depth == 0 or choice < 0.25:
            return self._atom()
        if choice < 0.4:
            return f"not ({self.make(depth - 1)})"
        operator = self.random.choice(["and", "and", "or"])
        return f"({self.make(depth - 1)}) {operator} ({self.make(depth - 1)})"

    def _subject(self, kind: str) -> tuple[str, str]:
        if self.random.random() < 0.5:
            return kind, self._column(kind)
        return kind, self.random.choice(_CALLS[kind]).format(
            **{name: self._column(_KINDS[name], name) for name in _KINDS}
        )

    def _column(self, kind: str, name: str = "") -> str:
        if name:
            return name
        return self.random.choice([n for n, k in _KINDS.items() if k == kind])

    def _constant(self, kind: str) -> str:
        pool = _POOLS[kind]
        if kind == "string" and self.random.random() < 0.4:
            pool = _TEXTS_OF_CALLS
        if kind in ("int", "decimal") and self.random.random() < 0.1:
            pool = _POOLS["wide"] + _POOLS["bigint"] + ["1.5", "13", "'5'"]
        constant = self.random.choice(pool)
        if kind == "date":
            return f"date {constant}" if self.random.random() < 0.5 else constant
        if kind == "double" and constant.startswith("'"):
            return "2.5D"
        return constant

    def _atom(self) -> str:
        kind, subject = self.random.choice(self.subjects)
        choice = self.random.random()
        if kind == "boolean":
            tests = [
                subject,
                f"({subject}) is true",
                f"({subject}) is not false",
                f"({subject}) = false",
            ]
            return self.random.choice([*tests, f"({subject}) is null"])
        first, second = self._constant(kind), self._constant(kind)
        negation = self.random.choice(["", "", "not "])
        if choice < 0.1:
            return f"{subject} {negation}between {first} and {second}"
        if choice < 0.2:
            return f"{subject} {negation}in ({first}, {second}, {self._constant(kind)})"
        if choice < 0.27:
            return f"{subject} is {negation}null"
        if choice < 0.3:
            return f"{subject} is {negation}distinct from {first}"
        if choice < 0.38 and kind == "string":
            pattern = self.random.choice(["a%", "ab%", "%a", "A%", "a_", "a", "ab", "%-%", "_"])
            return f"{subject} {negation}like '{pattern}'"
        operator = self.random.choice(_ORDERS)
        others = [
            each for each_kind, each in self.subjects if each_kind == kind and each != subject
        ]
        if others and choice < 0.6:
            return f"{subject} {operator} {others[0]}"
        return f"{subject} {operator} {first}" if choice < 0.9 else f"{first} {operator} {subject}"


def conditions(count: int, first: int = 0) -> list[tuple[str, str]]:
    """Pairs of conditions that speak about the same."""
    results = []
    for seed in range(first, first + count):
        maker = ConditionMaker(seed)
        results.append((maker.make(), maker.make(1)))
    return list(dict.fromkeys(results))


def comparisons(count: int) -> list[str]:
    """Comparisons of each expression of `_CALLS` with constants in and around its range."""
    result = [
        f"{call.format(**{name: name for name in _KINDS})} {operator} {constant}"
        for kind, calls in _CALLS.items()
        for call in calls
        for constant in _CONSTANTS.get(kind, _POOLS[kind])
        for operator in ("=", "<", ">")
        if kind != "boolean" and "'N" not in constant and "'I" not in constant
    ]
    return Random(count).sample(result, min(count, len(result)))


def rows(count: int = 400, seed: int = 1) -> str:
    """A query of rows that hold the edges of each type, and nulls."""
    random = Random(seed)
    lines = [
        f"({', '.join(_cell(n, k, random) for n, k in COLUMNS.items())})" for _ in range(count)
    ]
    return f"select * from values {', '.join(lines)} as rows({', '.join(COLUMNS)})"


def _cell(name: str, type_: str, random: Random) -> str:
    if random.random() < 0.12:
        return f"cast(null as {type_})"
    if name == "tags":
        return random.choice(["array('a', 'b')", "cast(array() as array<string>)", "array('x')"])
    value = random.choice(_POOLS[_KINDS[name]])
    if name in ("a", "b") and random.random() < 0.6:
        value = str(random.randint(-20, 20))
    return f"cast({value} as {type_})"


def view_of(text: str) -> ExpressionView | None:
    """A condition over the columns, typed; None where it is refused."""
    step = f"select {text} as x"
    actual = parse_fragment(Source("condition.ssbt", step), "step", 0, len(step))
    if not isinstance(actual.node, s.Select):
        return None
    relation = Relation(
        tuple(Column(n, parse_type(k) or UNKNOWN, True) for n, k in COLUMNS.items())
    )
    report = Report()
    context = QueryContext(
        relation, {}, TypingSettings("4.1", True), report, ProgramLookup(*[none_found] * 5)
    )
    typer = context.new_typer()
    node = actual.node.items[0].value
    typer.infer_type(node)
    return None if report.findings else build_view(node, typer)
