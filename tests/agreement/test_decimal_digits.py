"""Operators and pairs of decimals: SSBT0446 is reported where Spark loses digits, and only there.

Each column `t0`, `t1`, … holds the smallest number of its type, so that a cut digit shows as
another value. Few quotients are exact: one is lost if the smallest number divided by one is another
number, or if Spark gives it fewer digits than its operands have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Context, Decimal
from itertools import product
from typing import TYPE_CHECKING

import pytest

from ssbt.compiler.driver import check_pipeline
from tests.memory_files import read_files

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.spark

DECIMALS = (
    *((1, 0), (5, 5), (10, 2), (20, 10), (30, 15)),
    *((38, 0), (38, 2), (38, 4), (38, 18), (38, 37)),
)
# Whole numbers are decimals to Spark where they meet one.
WHOLE = {"tinyint": (3, 0), "int": (10, 0), "bigint": (20, 0)}
TYPES = (*DECIMALS, *WHOLE.values())
KINDS = (*(f"decimal({p},{s})" for p, s in DECIMALS), *WHOLE)
EXACT = Context(prec=100)
Exact = Callable[[Decimal, Decimal], Decimal]

ARITHMETIC: dict[str, Exact] = {
    "{x} + {y}": EXACT.add,
    "{x} * {y}": EXACT.multiply,
    "{x} % {y}": EXACT.remainder,
    "try_add({x}, {y})": EXACT.add,
    "try_multiply({x}, {y})": EXACT.multiply,
    "mod({x}, {y})": EXACT.remainder,
    "pmod({x}, {y})": EXACT.remainder,
}
QUOTIENTS = ("{x} / {y}", "try_divide({x}, {y})")
# Each with a column; what cannot be divided without a rest is not asked for its value.
CONSTANTS = (
    *("3", "7", "8", "10", "100", "0.5", "0.01", "1.10", "0.000001", "1000000"),
    "0.12345678901234567890123456789012345678",
)
WITH_CONSTANTS: dict[str, Exact] = {
    "{x} + {c}": EXACT.add,
    "{x} * {c}": EXACT.multiply,
    "{c} * {x}": EXACT.multiply,
    "{x} % {c}": EXACT.remainder,
    "pmod({x}, {c})": EXACT.remainder,
}
# Of one row; no digit is ever lost, though a sum can be too large.
AGGREGATES = (
    *("sum({x})", "avg({x})", "mean({x})", "try_sum({x})", "try_avg({x})", "min({x})"),
    *("max({x})", "any_value({x})", "first({x})", "sum(distinct {x})", "avg(distinct {x})"),
)
# Both of them alone: what is left of a number without itself is 0, with any digits.
DIFFERENCES = ("{x} - {y}", "try_subtract({x}, {y})")
# What gives the one or the other, by a condition that is put in.
CHOICES = {
    "if({b}, {x}, {y})": ("yes", "no"),
    "case when {b} then {x} else {y} end": ("yes", "no"),
    "case {b} when true then {x} else {y} end": ("yes", "no"),
    "nvl2({b}, {x}, {y})": ("yes", "nothing"),
    "decode({b}, true, {x}, {y})": ("yes", "no"),
    "array({x}, {y})[{b}]": ("0", "1"),
    "map(0, {x}, 1, {y})[{b}]": ("0", "1"),
    "coalesce(if({b}, {x}, null), {y})": ("yes", "no"),
    "nvl(if({b}, {x}, null), {y})": ("yes", "no"),
    "greatest(if({b}, {x}, null), if({b}, null, {y}))": ("yes", "no"),
    "least(if({b}, {x}, null), if({b}, null, {y}))": ("yes", "no"),
}
# What says that the smallest number is zero, if its digits are cut.
COMPARISONS = (
    *("{x} = {zero_y}", "{zero_y} <=> {x}", "not {x} > {zero_y}", "{x} in ({zero_y})"),
    *("{x} between {zero_y} and {zero_y}", "case {x} when {zero_y} then true else false end"),
    *("nullif({x}, {zero_y}) is null", "array_contains(array({x}), {zero_y})"),
)
ENOUGH_TO_COMPARE = 4


@dataclass(frozen=True)
class Asked:
    """An expression, what Spark is asked for it, and what that is if no digit is lost.

    `digits` are those after the point that its type should have.
    """

    text: str
    values: tuple[str, ...]
    exact: tuple[object, ...]
    compares: bool = False
    digits: int = 0


def questions() -> Iterator[Asked]:
    for (x, (_, sx)), (y, (_, sy)) in product(enumerate(TYPES), repeat=2):
        names = {"x": f"t{x}", "y": f"t{y}", "zero_y": f"z{y}"}
        one, other = Decimal(1).scaleb(-sx), Decimal(1).scaleb(-sy)
        for form, compute in ARITHMETIC.items():
            text = form.format(**names)
            yield Asked(text, (text,), (compute(one, other),))
        for form in DIFFERENCES:
            sides = form.format(x=f"t{x}", y=f"z{y}"), form.format(x=f"z{x}", y=f"t{y}")
            yield Asked(form.format(**names), sides, (one, -other))
        for form, conditions in CHOICES.items():
            values = tuple(form.format(b=b, **names) for b in conditions)
            yield Asked(values[0], values, (one, other))
        for form in COMPARISONS:
            text = form.format(**names)
            reverse = form.format(x=f"t{y}", zero_y=f"z{x}")
            yield Asked(text, (text, reverse), (False, False), compares=True)
        yield from quotients(x, y)
    for x in range(len(TYPES)):
        yield from with_constants(x)


def quotients(x: int, y: int) -> Iterator[Asked]:
    """The smallest number through one, and whole quotients of the smallest numbers."""
    (_, sx), (q, sy) = TYPES[x], TYPES[y]
    unit, other = Decimal(1).scaleb(-sx), Decimal(1).scaleb(-sy)
    # Two whole numbers are divided as doubles.
    is_decimal = min(x, y) < len(DECIMALS)
    for form in QUOTIENTS:
        text = form.format(x=f"t{x}", y=f"t{y}")
        value = form.format(x=f"t{x}", y=f"o{y}")
        digits = max(sx, sy) if is_decimal else 0
        yield Asked(text, (value,), (EXACT.divide(unit, one(q, sy)),), digits=digits)
    # The result is a BIGINT, in which larger ones have no place.
    divisor, name = (other, f"t{y}") if sy - sx < 19 else (one(q, sy), f"o{y}")
    whole = EXACT.divide_int(unit, divisor)
    yield Asked(f"t{x} div t{y}", (f"t{x} div {name}",), (whole,))


def with_constants(x: int) -> Iterator[Asked]:
    """A column and a constant, each on either side."""
    p, s = TYPES[x]
    unit = Decimal(1).scaleb(-s)
    for constant in CONSTANTS:
        number = Decimal(constant)
        for form, compute in WITH_CONSTANTS.items():
            text = form.format(x=f"t{x}", c=constant)
            yield Asked(text, (text,), (compute(unit, number),))
        is_decimal = x < len(DECIMALS) or "." in constant
        digits = max(s, places(number)) if is_decimal else 0
        quotient = EXACT.divide(unit, number)
        text = f"t{x} / {constant}"
        has_end = len(quotient.as_tuple().digits) < EXACT.prec
        if has_end and is_decimal:
            yield Asked(text, (text,), (quotient,), digits=digits)
        else:
            yield Asked(text, (), (), digits=digits)
        yield Asked(
            f"{constant} / t{x}",
            (f"{constant} / o{x}",),
            (EXACT.divide(number, one(p, s)),),
            digits=digits,
        )


def one(precision: int, scale: int) -> Decimal:
    """One, or a tenth where the type has no place for one."""
    return Decimal(1) if precision > scale else Decimal("0.1")


def places(number: Decimal) -> int:
    """The digits after the point, without zeros at the end."""
    exponent = number.normalize(EXACT).as_tuple().exponent
    assert isinstance(exponent, int)
    return max(0, -exponent)


def our_findings(texts: list[str], word: str = "select") -> set[str]:
    """The expressions that are reported in a step of this word."""
    columns = [f"t{n}: {kind}, z{n}: {kind}" for n, kind in enumerate(KINDS)]
    head = (
        f"pipeline p {{ }}\nschema T {{ yes: boolean, no: boolean, nothing: boolean, "
        f"{', '.join(columns)} }}\n"
        'source t from parquet { path = "t", schema = T }\n'
        f"let r = from t |> {word}\n"
    )
    items = ",\n".join(f"{text} as c{n}" for n, text in enumerate(texts))
    source = f"{head}{items}\nsink r to noop {{ }}\n"
    findings = check_pipeline("main.ssbt", read_files({"main.ssbt": source})).findings
    first = head.count("\n")
    lines = {
        source.count("\n", 0, each.primary.span.start) - first
        for each in findings
        if each.code.number == "SSBT0446"
    }
    assert [each.message for each in findings if each.severity.name == "ERROR"] == []
    return {texts[line] for line in lines}


def test_lost_digits(spark: SparkSession):
    sample = list(questions())
    texts = [text for each in sample for text in each.values]
    texts += [f"typeof({each.text})" for each in sample if each.digits]
    table, inputs = numbers(spark), list[object]()
    for start in range(0, len(texts), 400):
        part = texts[start : start + 400]
        inputs += table.selectExpr(*(f"{t} as c{n}" for n, t in enumerate(part))).collect()[0]
    findings = our_findings([each.text for each in sample])
    values_by_text = dict(zip(texts, inputs, strict=True))
    wrong, lost_count = [], 0
    for each in sample:
        results = tuple(values_by_text[text] for text in each.values)
        is_lost = results != each.exact
        if each.digits:
            type_ = str(values_by_text[f"typeof({each.text})"])
            is_lost |= int(type_.rstrip(")").rpartition(",")[2]) < each.digits
            results = (*results, type_)
        lost_count += is_lost
        if is_lost != (each.text in findings) and not (
            each.compares and is_lost and few(each.text)
        ):
            wrong.append(f"{each.text}: {results}, not {each.exact}; reported: {not is_lost}")
    print(f"\ndecimals: {len(sample):,}, of which {lost_count:,} lose digits")
    assert wrong == []
    assert 1_000 < lost_count < len(sample) / 2


def test_aggregates_lose_no_digit(spark: SparkSession):
    """Of one row, whose value is the smallest number."""
    units = {f"t{n}": Decimal(1).scaleb(-s) for n, (_, s) in enumerate(TYPES)}
    units_by_text = {
        form.format(x=name): unit for form in AGGREGATES for name, unit in units.items()
    }
    inputs = (
        numbers(spark)
        .selectExpr(*(f"{t} as c{n}" for n, t in enumerate(units_by_text)))
        .collect()[0]
    )
    wrong = [
        text
        for text, value in zip(units_by_text, inputs, strict=True)
        if value != units_by_text[text]
    ]
    assert wrong == []
    assert our_findings(list(units_by_text), "aggregate") == set()


def numbers(spark: SparkSession) -> DataFrame:
    """One row: of each type the smallest number, zero and one."""
    columns = ["true as yes", "false as no", "cast(null as boolean) as nothing"]
    for n, ((p, s), kind) in enumerate(zip(TYPES, KINDS, strict=True)):
        values = {"t": f"{Decimal(1).scaleb(-s):f}", "z": "0", "o": f"{one(p, s):f}"}
        columns += [f"cast('{value}' as {kind}) as {name}{n}" for name, value in values.items()]
    return spark.sql(f"select {', '.join(columns)}")


def few(text: str) -> bool:
    """Whether a comparison keeps the four digits with which it is not reported."""
    numbers = [int(part) for part in "".join(c if c.isdigit() else " " for c in text).split()]
    (p, s), (q, t) = TYPES[numbers[0]], TYPES[numbers[1]]
    whole = max(p - s, q - t)
    return min(max(s, t), 38 - whole) >= ENOUGH_TO_COMPARE
