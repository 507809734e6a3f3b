"""Constant expressions made at random, and what our evaluator and Spark say of them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
import json
from random import Random
from typing import TYPE_CHECKING, Any

from ssbt.compiler.ir.relations import Relation
from ssbt.compiler.resolve.declarations import TypingSettings
from ssbt.compiler.resolve.expressions.evaluation import Evaluator
from ssbt.compiler.resolve.query_context import ProgramLookup, QueryContext
from ssbt.compiler.resolve.report import Report
from ssbt.compiler.resolve.traps.failing_constants import CONSTANT_FAILS
from ssbt.compiler.resolve.traps.rules import build_view, find_traps
from ssbt.compiler.source import Source
from ssbt.compiler.syntax.ast import steps as s
from ssbt.compiler.syntax.parsing import parse_fragment
from ssbt.compiler.types.datatypes import DateType
from ssbt.compiler.types.folding.casts import date_text
from ssbt.compiler.types.folding.model import Failure, Outcome, Value
from tests.agreement.answers import none_found
from tests.agreement.asking import BATCH, SparkProbe, plain_errors

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_INTEGERS = ["0", "1", "-1", "7", "3", "-5", "100", "127Y", "-128Y", "32767S", "2147483647", "5L"]
_INTEGERS += ["-2147483648", "9223372036854775807L", "12345", "64", "31", "2", "-9"]
_DECIMALS = ["0.0", "1.5", "-2.50", "2.5", "0.005", "99999999999999999999.9999999999", "1.00BD"]
_DECIMALS += ["3.14159", "12345678901234567890123456789012345678", "0.1", "-0.01", "1BD"]
_DOUBLES = ["1.5D", "0.0D", "-2.5D", "1e3", "1e20", "2.675D", "1e-5", "0.1D", "1e308", "3D"]
_FLOATS = ["1.5F", "0.1F", "-2F", "3F"]
_TEXTS = [
    "''",
    "'a'",
    "'abc'",
    "' 12 '",
    "'12'",
    "'1.5'",
    "'-7'",
    "'+3'",
    "'1e3'",
    "'true'",
    "'No'",
]
_TEXTS += [
    "'2026-02-28'",
    "'2026-02-30'",
    "'1999-1-2'",
    "' 2024-02-29 x'",
    "'2024-02-29T1'",
    "'x,y'",
]
_TEXTS += [
    "'99999999999'",
    "'.5'",
    "'5.'",
    "'1d'",
    "'inf'",
    "'NaN'",
    "'-'",
    "'.'",
    "'a_c%'",
    "'A B'",
]
_TEXTS += [
    "'\\t4\\n'",
    "'T'",
    "'2026'",
    "'2026-13-01'",
    "'12345678901234567890123456789'",
    "'1E-3'",
]
_DATES = ["date '2026-01-31'", "date '2024-02-29'", "date '1969-12-31'", "date '2000-01-01'"]
_DATES += ["date '9999-12-31'", "date '0001-01-01'"]
_COMPARISONS = ["=", "!=", "<", "<=", ">", ">=", "<=>"]
_TYPES = ["int", "decimal", "double", "text", "bool", "date"]
_CASTS = ["tinyint", "smallint", "int", "bigint", "decimal(10,2)", "decimal(38,18)", "decimal(3,0)"]
_CASTS += ["double", "string", "boolean", "date"]
_CALLS = {
    "int": (
        "abs({int})|sign({int})|length({text})|instr({text}, {text})|locate({text}, {text})"
        "|locate({text}, {text}, {int})|ascii({text})|pmod({int}, {int})|year({date})|month({date})"
        "|day({date})|quarter({date})|dayofweek({date})|weekday({date})|dayofyear({date})"
        "|weekofyear({date})|datediff({date}, {date})|unix_date({date})|ceil({double})"
        "|floor({decimal})|floor({int})|factorial({int})|mod({int}, {int})|{int} div {int}"
        "|{decimal} div {decimal}|size(array({int}, {int}))|array({int}, {int})[{int}]"
        "|element_at(array({int}, {int}), {int})|octet_length({text})|bit_length({text})"
        "|find_in_set({text}, {text})|crc32({text})|int({text})|bigint({any})|round({int}, {int})"
        "|year({text})|datediff({text}, {date})|abs({text})|negative({int})|hash_none({int})"
    ),
    "decimal": (
        "abs({decimal})|round({decimal}, 1)|bround({decimal}, 0)|round({decimal})|ceil({decimal})"
    ),
    "double": (
        "abs({double})|sqrt({double})|round({double}, 2)|sign({decimal})|bround({double}, 1)"
        "|double({text})"
    ),
    "text": (
        "upper({text})|lower({text})|trim({text})|ltrim({text})|rtrim({text})|btrim({text})"
        "|substring({text}, {int})|substring({text}, {int}, {int})|left({text}, {int})"
        "|right({text}, {int})|lpad({text}, {int}, {text})|rpad({text}, 5)|repeat({text}, 3)"
        "|replace({text}, {text}, {text})|replace({text}, {text})|translate({text}, {text}, {text})"
        "|concat({text}, {any})|{text} || {any}|split_part({text}, ',', {int})|hex({int})"
        "|hex({text})"
        "|substring_index({text}, ',', {int})|md5({text})|sha1({text})|sha2({text}, 256)|bin({int})"
        "|char({int})|base64({text})|space(3)|string({any})|upper({int})"
    ),
    "bool": (
        "{text} like {text}|{text} like 'a%'|contains({text}, {text})|startswith({text}, {text})"
        "|endswith({text}, {text})|{any} is null|{any} is not null|isnull({any})"
        "|not {bool}|{bool} and {bool}|{bool} or {bool}|{int} between {int} and {any}"
        "|{any} in ({any}, {any})|{int} in ({int}, null, {int})|{text} not in ({text}, {text})"
        "|{date} > {text}|{int} = {text}|{decimal} < {text}|{double} >= {text}|{bool} = {text}"
        "|{any} is distinct from {any}|array_contains(array({int}, {int}), {int})|boolean({text})"
    ),
    "date": (
        "date_add({date}, {int})|date_sub({date}, {int})|{date} + {int}|{date} - {int}"
        "|add_months({date}, {int})|last_day({date})|next_day({date}, 'mon')"
        "|next_day({date}, {text})"
        "|make_date(2026, {int}, {int})|trunc({date}, 'month')|trunc({date}, {text})"
        "|trunc({date}, 'WEEK')|date({text})|date_from_unix_date({int})|to_none({text})"
    ),
}


# Refused by the analyser: nothing is evaluated.
_NOT_ANALYSED = ("DATATYPE_MISMATCH", "NON_FOLDABLE")


@dataclass(frozen=True)
class Theirs:
    """What Spark says: the value's text, or its error."""

    text: str | None
    error: str | None = None


class Maker:
    """Expressions of a seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def make(self, kind: str, depth: int) -> str:
        """An expression that has about the type."""
        pick = self.random.choice
        if kind == "any":
            kind = pick(_TYPES)
        if self.random.random() < 0.04:
            return "null"
        if depth <= 0:
            return self._literal(kind)
        roll = self.random.random()
        if roll < 0.45:
            template = pick(_CALLS[kind].split("|")).replace("||", "|")
            if "none" in template:
                return self._literal(kind)
            return f"({self._filled(template, depth)})"
        if roll < 0.6:
            return self._choice(kind, depth)
        if roll < 0.72:
            return f"cast({self.make('any', depth - 1)} as {self._target(kind)})"
        if kind == "bool":
            operator = pick(_COMPARISONS)
            other = pick(_TYPES) if roll < 0.8 else None
            left = pick(_TYPES)
            return (
                f"({self.make(left, depth - 1)} {operator} {self.make(other or left, depth - 1)})"
            )
        if kind in ("int", "decimal", "double"):
            operator = pick(
                ["+", "-", "*", "/", "%", "&", "<<"] if kind == "int" else list("+-*/%")
            )
            other = pick(["int", "decimal", "double", "text", kind, kind, kind])
            other = "int" if operator in ("&", "<<") else other
            return f"({self.make(kind, depth - 1)} {operator} {self.make(other, depth - 1)})"
        return self._literal(kind)

    def _filled(self, template: str, depth: int) -> str:
        while "{" in template:
            start, end = template.index("{"), template.index("}")
            part = self.make(template[start + 1 : end], depth - 1)
            template = f"{template[:start]}\0{part}\0{template[end + 1 :]}"
        return template.replace("\0", "")

    def _choice(self, kind: str, depth: int) -> str:
        one, two = self.make(kind, depth - 1), self.make(kind, depth - 1)
        test = self.make("bool", depth - 1)
        other = self.make("any", depth - 1)
        forms = [
            f"case when {test} then {one} else {two} end",
            f"case when {test} then {one} when true then {other} end",
            f"case {other} when {one} then {one} else {two} end",
            f"if({test}, {one}, {two})",
            f"coalesce({one}, {two})",
            f"coalesce({one}, {other})",
            f"nvl({one}, {two})",
            f"nullif({one}, {two})",
            f"nvl2({other}, {one}, {two})",
            f"greatest({one}, {two})",
            f"least({one}, {two}, {one})",
            f"try_cast({other} as {self._target(kind)})",
        ]
        return f"({self.random.choice(forms)})"

    def _target(self, kind: str) -> str:
        fitting = {
            "int": _CASTS[:4],
            "decimal": _CASTS[4:7],
            "text": ["string"],
            "bool": ["boolean"],
        }
        return self.random.choice(fitting.get(kind, [kind]))

    def _literal(self, kind: str) -> str:
        tables = {"int": _INTEGERS, "decimal": _DECIMALS, "double": [*_DOUBLES, *_FLOATS]}
        tables |= {"text": _TEXTS, "bool": ["true", "false"], "date": _DATES}
        return self.random.choice(tables[kind])


def expressions(count: int, first: int = 0) -> list[str]:
    """One expression of each seed."""
    results = []
    for seed in range(first, first + count):
        maker = Maker(seed)
        results.append(
            maker.make(maker.random.choice(_TYPES), maker.random.choice([1, 1, 2, 2, 3]))
        )
    return list(dict.fromkeys(results))


def our_answer(text: str, ansi: bool = True) -> tuple[Outcome, bool]:
    """What our evaluator says, and whether a finding says that the expression cannot be computed.

    None also where the expression is refused.
    """
    step = f"select {text} as x"
    actual = parse_fragment(Source("constant.ssbt", step), "step", 0, len(step))
    if not isinstance(actual.node, s.Select):
        return None, False
    report = Report()
    flow = QueryContext(
        Relation(()), {}, TypingSettings("4.1", ansi), report, ProgramLookup(*[none_found] * 5)
    )
    typing = flow.new_typer()
    item = actual.node.items[0].value
    typing.infer_type(item)
    if report.findings:
        return None, False
    refused = any(result.code is CONSTANT_FAILS for result in find_traps(build_view(item, typing)))
    return Evaluator(typing).evaluate(item), refused


class Judge:
    """Spark, asked for the values of constants."""

    def __init__(self, spark: SparkSession, ansi: bool) -> None:
        self.asked = SparkProbe(spark, ansi)

    def values(self, texts: list[str], alone: set[str]) -> dict[str, Theirs]:
        """Of each its text; `alone` are those that probably fail."""
        result: dict[str, Theirs] = {}
        many = [text for text in texts if text not in alone]
        with plain_errors(), self.asked.active():
            for start in range(0, len(many), BATCH):
                result |= self._several(many[start : start + BATCH])
            for text in sorted(alone):
                result |= self._several([text])
        return result

    def _several(self, texts: list[str]) -> dict[str, Theirs]:
        from py4j.protocol import Py4JJavaError

        columns = ", ".join(f"string({text})" for text in texts)
        try:
            row = self.asked.query(f"select to_json(array({columns}))").head()
        except Py4JJavaError as error:
            if len(texts) == 1:
                message = str(error.java_exception.getMessage())
                return {texts[0]: Theirs(None, message.replace("\n", " ")[:200])}
            half = len(texts) // 2
            return self._several(texts[:half]) | self._several(texts[half:])
        values = json.loads(row.getString(0))
        return {text: Theirs(value) for text, value in zip(texts, values, strict=True)}


def disagreement(outcome: Outcome, theirs: Theirs) -> str | None:
    """How our outcome differs from Spark's; what we do not know agrees with anything."""
    if outcome is None or any(word in (theirs.error or "") for word in _NOT_ANALYSED):
        return None
    if isinstance(outcome, Failure):
        return None if theirs.error else f"we: {outcome.reason}; Spark: {theirs.text}"
    if theirs.error:
        return f"we: {outcome.value!r}; Spark: {theirs.error}"
    if outcome.is_opaque:
        return "we: not null; Spark: null" if theirs.text is None else None
    same = _is_same(outcome, theirs.text)
    return None if same else f"we: {outcome.value!r} {outcome.type}; Spark: {theirs.text}"


def _is_same(value: Value, text: str | None) -> bool:
    content: Any = value.value
    if content is None or text is None:
        return content is None and text is None
    if isinstance(content, bool):
        return text == str(content).lower()
    if isinstance(content, int) and isinstance(value.type, DateType):
        return text == date_text(content)
    if isinstance(content, float):
        number = float(text.replace("Infinity", "inf"))
        return (
            number == content
            or (number != number and content != content)
            or (abs(number - content) <= 1e-6 * abs(content) and value.type.sql == "FLOAT")
        )
    if isinstance(content, Decimal):
        inputs = Decimal(text)
        return inputs == content and inputs.as_tuple().exponent == content.as_tuple().exponent
    return text == (content.decode() if isinstance(content, bytes) else str(content))
