"""Where Spark makes numbers, dates or truth values of a text by itself: its plans, and our word.

The kind is every operator and function that takes a text beside, or in the place of, another
type. Expressions are made of columns of sixteen types and a few constants.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
import json
from random import Random
import re
from typing import Any

from ssbt.compiler.diagnostics.model import Severity
from ssbt.compiler.ir.relations import Column, Relation
from ssbt.compiler.resolve.declarations import TypingSettings
from ssbt.compiler.resolve.query_context import ProgramLookup, QueryContext
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.steps.queries import resolve_step
from ssbt.compiler.source import Source
from ssbt.compiler.syntax.parsing import parse_fragment
from ssbt.compiler.types.ddl import parse_type
from ssbt.compiler.types.functions import Function, find_function, function_names
from ssbt.compiler.types.functions.model import FunctionKind
from tests.agreement.answers import none_found
from tests.agreement.asking import SparkProbe, plain_errors

COLUMNS = {
    "s": "string",
    "a": "int",
    "l": "bigint",
    "n": "decimal(10,2)",
    "x": "double",
    "d": "date",
    "at": "timestamp",
    "ok": "boolean",
    "b": "binary",
    "ym": "interval year to month",
    "dt": "interval day to second",
    "texts": "array<string>",
    "nums": "array<int>",
    "dates": "array<date>",
    "sm": "map<string,string>",
    "nm": "map<int,double>",
    "ss": "struct<q:string>",
    "ns": "struct<q:int>",
}
TEXTS = {"s", "texts", "sm", "ss"}
CONSTANTS = ("1", "2.5", "'a'", "date '2026-01-01'")
BATCH = 40

# What Spark reads out of a text, and why that is not reported.
REASONS = {
    r"(bigint|binary|boolean|date|decimal|double|float|int|smallint|time|timestamp|tinyint)\(s\)": (
        "the name of the call says the type"
    ),
    r"(to_date|to_timestamp|to_timestamp_ltz|to_timestamp_ntz|to_time|try_to_\w+)\(.*": (
        "the function is there to read a text"
    ),
    r"session_window\(\w+, s\)": "the gap of a session is a text to Spark, and a column may be it",
    r".*date '2026-01-01'.*": "beside a constant that says its type, a date is meant",
}

_READ = re.compile(r'"(boolean|byte|short|integer|long|float|double|decimal|date|time|interval)')
_OPERATORS = ("+", "-", "*", "/", "%", "div", "&", "|", "^", "||", "<<", ">>>")
_COMPARISONS = ("=", "!=", "<", "<=", "<=>", "like")
_FORMS = (
    *("not {}", "-{}", "+{}", "~{}", "texts[{}]", "sm[{}]", "nm[{}]", "{} and ok", "ok or {}"),
    *(f"{{}} {operator} {{}}" for operator in (*_OPERATORS, *_COMPARISONS)),
    *("{} is distinct from {}", "case {} when {} then 1 end", "case when ok then {} else {} end"),
    *("{} in ({}, {})", "{} between {} and {}", "if(ok, {}, {})", "nullif({}, {})"),
    *("lag({}, 1, {}) over (order by a)", "transform(texts, e -> e + {})"),
)


@dataclass(frozen=True)
class Attempt:
    """An expression alone in its step."""

    text: str
    word: str = "select"


def attempts(most: int) -> Iterator[Attempt]:
    """Of each form and function, at most this many expressions that have a text in them."""
    for form in _FORMS:
        for places in _choose_cases(form, form.count("{}"), most * 3):
            yield Attempt(form.format(*places))
    for name in sorted(function_names()):
        function = find_function(name)
        assert function is not None
        if function.kind in (FunctionKind.SCALAR, FunctionKind.AGGREGATE):
            word = "aggregate" if function.kind is FunctionKind.AGGREGATE else "select"
            for count in _counts(function):
                for places in _choose_cases(name, count, most):
                    yield Attempt(f"{name}({', '.join(places)})", word)


def _counts(function: Function) -> Iterator[int]:
    last = min(function.maximum or function.minimum + 2, function.minimum + 2, 4)
    for count in range(max(1, function.minimum), last + 1):
        if function.arity_mismatch(count) is None:
            yield count


def _choose_cases(seed: str, count: int, most: int) -> Sequence[tuple[str, ...]]:
    choices = (*COLUMNS, *CONSTANTS)
    random = Random(f"{seed} {count}")
    if count > 2:
        drawn = {tuple(random.choice((*choices, "s")) for _ in range(count)) for _ in range(most)}
        return sorted(each for each in drawn if TEXTS & set(each))
    combined = [each for each in product(choices, repeat=count) if TEXTS & set(each)]
    return random.sample(combined, min(most, len(combined)))


def our_codes(attempt: Attempt) -> tuple[str, ...] | None:
    """The codes of what the compiler says; None if it refuses the expression."""
    columns = [Column(name, parse_type(ddl) or _never(ddl), True) for name, ddl in COLUMNS.items()]
    step = f"{attempt.word} {attempt.text} as y"
    actual = parse_fragment(Source("attempt.ssbt", step), "step", 0, len(step))
    report = Report()
    lookup = ProgramLookup(*[none_found] * 5)
    context = QueryContext(Relation(tuple(columns)), {}, TypingSettings("4.1"), report, lookup)
    if actual.node is None or resolve_step(actual.node, context) is None:
        return None
    findings = (*actual.findings, *report.findings)
    if any(each.severity is Severity.ERROR for each in findings):
        return None
    return tuple(each.code.number for each in findings)


def _never(ddl: str) -> Any:
    raise AssertionError(ddl)


def readings_of_spark(
    probe: SparkProbe, attempted: Sequence[Attempt]
) -> dict[Attempt, list[tuple[str, str]]]:
    """The columns of text that Spark casts, with the types; nothing for what Spark refuses."""
    probe.table(COLUMNS).createOrReplaceTempView("texts_read")
    readings: dict[Attempt, list[tuple[str, str]]] = {}
    with plain_errors(), probe.active():
        for word in ("select", "aggregate"):
            one_word = [each for each in attempted if each.word == word]
            plain = [each for each in one_word if " over (" not in each.text]
            for start in range(0, len(plain), BATCH):
                readings |= _ask(probe, plain[start : start + BATCH])
            for each in one_word:
                if each not in plain:
                    readings |= _ask(probe, [each])
    return readings


def _ask(probe: SparkProbe, batch: Sequence[Attempt]) -> dict[Attempt, list[tuple[str, str]]]:
    from py4j.protocol import Py4JJavaError

    names = {f"y{place}_": each for place, each in enumerate(batch)}
    items = ", ".join(f"{each.text} as {name}" for name, each in names.items())
    try:
        query = probe.query(f"select {items} from texts_read")
    except Py4JJavaError:
        if len(batch) == 1:
            return {}
        half = len(batch) // 2
        return _ask(probe, batch[:half]) | _ask(probe, batch[half:])
    plan = json.loads(query.queryExecution().analyzed().toJSON())
    if len(batch) == 1:
        return {batch[0]: sorted({each for tree in _trees(plan) for each in _casts(tree)})}
    readings: dict[Attempt, list[tuple[str, str]]] = {}
    for tree in _trees(plan):
        alias = tree[0].get("name")
        if alias in names:
            readings[names[alias]] = sorted(set(_casts(tree)))
    return readings


def _trees(plan: object) -> Iterator[list[dict[str, Any]]]:
    """The expressions of a plan, each its nodes from the root on."""
    if isinstance(plan, list):
        if plan and all(isinstance(each, dict) and "class" in each for each in plan):
            yield plan
        for each in plan:
            yield from _trees(each)
    elif isinstance(plan, dict):
        for each in plan.values():
            yield from _trees(each)


def _casts(tree: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """The casts of columns to types with less text in them."""
    for node, operand in pairwise(tree):
        for inner in _trees([value for key, value in node.items() if key != "class"]):
            yield from _casts(inner)
        # The operand of `between` is computed once, under another name.
        is_column = operand["class"].endswith((".AttributeReference", ".CommonExpressionRef"))
        if node["class"].endswith(".Cast") and is_column:
            source, target = (json.dumps(each["dataType"]) for each in (operand, node))
            if target.count('"string') < source.count('"string') and _READ.search(target):
                yield operand.get("name", "the operand"), target
