"""Constants that end Spark's JVM, as Spark 4.1 with 1 GB did for each of these, and ordinary ones.

The kind: a constant that says how large a result is.
"""

from __future__ import annotations

import pytest

from ssbt.compiler.driver import check_pipeline

ENDING = (
    *("repeat(s, 2147483647)", "repeat('ab', 2147483647)", "repeat('0123456789', 100000001)"),
    *("lpad(s, 2147483647, 'x')", "rpad(s, 1000000001, ' ')", "lpad(s, 2000000000)"),
    *("space(2000000000)", "array_repeat(a, 2147483647)", "array_repeat('x', 1000000001)"),
    *("randstr(2000000000)", "sequence(1, 2147483647)"),
    *("approx_count_distinct(a, 0.00001)", "approx_count_distinct(a, 1e-4)"),
)
ORDINARY = (
    *("repeat(s, 1000000)", "repeat(s, 0)", "repeat(s, -1)", "repeat('', 2147483647)"),
    *("lpad(s, 20, 'x')", "rpad(s, 100000000, ' ')", "space(1000)", "array_repeat(a, 1000)"),
    *("randstr(32)", "sequence(1, 100000)", "repeat(s, cast(a as int))", "space(cast(a as int))"),
    *("approx_count_distinct(a, 0.01)", "approx_count_distinct(a, 0.001)"),
    "approx_count_distinct(a)",
)


def codes(expression: str) -> set[str]:
    step = "aggregate" if expression.startswith("approx") else "extend"
    text = (
        "pipeline p { }\nschema T { a: bigint, s: string }\n"
        'source t from parquet { path = "in", schema = T }\n'
        f"let x = from t |> {step} {expression} as r\nsink x to noop {{ }}\n"
    )
    result = check_pipeline("p.ssbt", lambda path: text.encode())
    return {each.code.number for each in result.findings if each.severity.value == "error"}


@pytest.mark.parametrize("expression", ENDING)
def test_sizes_that_end_a_jvm(expression: str) -> None:
    assert codes(expression) <= {"SSBT0417", "SSBT0430"}
    assert codes(expression)


@pytest.mark.parametrize("expression", ORDINARY)
def test_ordinary_sizes(expression: str) -> None:
    assert codes(expression) == set()
