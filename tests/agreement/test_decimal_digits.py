"""Operators and pairs of decimals: SSBT0446 is reported where Spark loses digits, and only there.

Each column holds the smallest number of its type, so that a cut digit shows as another value.
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
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

TYPES = (
    *((1, 0), (5, 5), (10, 2), (20, 10), (30, 15)),
    *((38, 0), (38, 2), (38, 4), (38, 18), (38, 37)),
)
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
    """An expression, what Spark is asked for it, and what that is if no digit is lost."""

    text: str
    values: tuple[str, ...]
    exact: tuple[object, ...]
    compares: bool = False


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


def our_findings(texts: list[str]) -> set[str]:
    """The expressions that are reported."""
    columns = [f"t{n}: decimal({p},{s}), z{n}: decimal({p},{s})" for n, (p, s) in enumerate(TYPES)]
    head = (
        f"pipeline p {{ }}\nschema T {{ yes: boolean, no: boolean, nothing: boolean, "
        f"{', '.join(columns)} }}\n"
        'source t from parquet { path = "t", schema = T }\nlet r = from t |> select\n'
    )
    items = ",\n".join(f"{text} as c{n}" for n, text in enumerate(texts))
    source = f"{head}{items}\nsink r to noop {{ }}\n"
    found = check_pipeline("main.ssbt", read_files({"main.ssbt": source})).findings
    first = head.count("\n")
    lines = {
        source.count("\n", 0, each.primary.span.start) - first
        for each in found
        if each.code.number == "SSBT0446"
    }
    assert not [each for each in found if each.severity.name == "ERROR"]
    return {texts[line] for line in lines}


def test_lost_digits(spark: SparkSession):
    asked = list(questions())
    columns = ["true as yes", "false as no", "cast(null as boolean) as nothing"]
    for n, (p, s) in enumerate(TYPES):
        unit = f"{Decimal(1).scaleb(-s):f}"
        columns += [f"cast('{unit}' as decimal({p},{s})) as t{n}"]
        columns += [f"cast(0 as decimal({p},{s})) as z{n}"]
    table = spark.sql(f"select {', '.join(columns)}")
    texts = [text for each in asked for text in each.values]
    given: list[object] = []
    for start in range(0, len(texts), 400):
        part = texts[start : start + 400]
        given += table.selectExpr(*(f"{t} as c{n}" for n, t in enumerate(part))).collect()[0]
    found = our_findings([each.text for each in asked])
    values = iter(given)
    wrong, lost_count = [], 0
    for each in asked:
        results = [next(values) for _ in each.values]
        is_lost = tuple(results) != each.exact
        lost_count += is_lost
        if is_lost != (each.text in found) and not (each.compares and is_lost and few(each.text)):
            wrong.append(f"{each.text}: {results}, not {each.exact}; reported: {not is_lost}")
    assert wrong == []
    assert 500 < lost_count < len(asked) / 2


def few(text: str) -> bool:
    """Whether a comparison keeps the four digits with which it is not reported."""
    numbers = [int(part) for part in "".join(c if c.isdigit() else " " for c in text).split()]
    (p, s), (q, t) = TYPES[numbers[0]], TYPES[numbers[1]]
    whole = max(p - s, q - t)
    return min(max(s, t), 38 - whole) >= ENOUGH_TO_COMPARE
