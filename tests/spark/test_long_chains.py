"""Chains of operators as long as the compiler takes them: Spark parses, plans and computes them.

The kind: operators that follow each other without brackets, of which Spark 4.1 takes 500, and runs
out of its stack at 800. Each operator, with values for which the result is a value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ssbt.compiler.syntax.building.nodes import MAXIMUM_CHAIN, MAXIMUM_DEPTH
from tests.spark.test_connector_rows import module

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

OPERATORS = {
    **dict.fromkeys(("+", "-", "*", "/", "%", "div", "&", "|", "^", "<<", ">>", ">>>"), "a"),
    "||": "s",
    **dict.fromkeys(("=", "!=", "<=>", "and", "or"), "ok"),
}
PIPELINE = """\
pipeline chains { }
schema Row { a: int, s: string, ok: boolean }
source rows from parquet { path = "in", schema = Row }
"""


@pytest.mark.timeout(600)
def test_chains_of_each_operator(spark: SparkSession) -> None:
    text = PIPELINE
    for number, (operator, operand) in enumerate(OPERATORS.items()):
        links = MAXIMUM_DEPTH if operator == "!=" else MAXIMUM_CHAIN
        chain = f" {operator} ".join([operand] * (links + 1))
        text += f"let r{number} = from rows |> extend {chain} as r\nsink r{number} to noop {{ }}\n"
    functions = module(text)
    rows = spark.sql("select id, 1 as a, 's' as s, true as ok from range(2)").where("id >= 0")
    results = [functions[f"r{number}"](rows).collect()[0]["r"] for number in range(len(OPERATORS))]
    # 1 + 1 + …, 1 - 1 - …
    assert results[:2] == [MAXIMUM_CHAIN + 1, 1 - MAXIMUM_CHAIN]
    assert results[[*OPERATORS].index("||")] == "s" * (MAXIMUM_CHAIN + 1)
    assert results[-2:] == [True, True]
