"""What Spark's parser takes as an expression the compiler's takes too, and the other way round."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyspark.errors import ParseException
import pytest

from ssbt.compiler.source import Source
from ssbt.compiler.syntax.parsing import parse_file
from tests.spark.syntax_corpus import GROUPS
from tests.unit.emit.sql_lines import flat_sql, long_expressions, sql_lines

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark


def expressions(group: str) -> list[str]:
    """The expressions of a group; one spans two lines."""
    text = GROUPS[group].replace("'a\nb'", "'a\0b'")
    return [line.replace("\0", "\n") for line in text.splitlines() if line]


def spark_takes(spark: SparkSession, text: str) -> bool:
    parser = spark._jsparkSession.sessionState().sqlParser()
    try:
        parser.parseExpression(text)
    except ParseException:
        return False
    return True


def compiler_takes(text: str) -> bool:
    result = parse_file(Source("a.ssbt", f"let x = from a |> select {text}"))
    return all(finding.severity.value != "error" for finding in result.findings)


# Where the two differ, and why.
ONLY_SPARK = {
    "'a\nb'": "a string ends on its line: a forgotten quote is told there",
    "interval (1 + 1) day": "the parts of an interval are numbers: `make_interval` takes others",
}
ONLY_HERE = {
    "interval 1 year 2 months 3 days 4 hours 5 minutes 6 seconds": "refused when types are told",
    "transform(arr, (`x`) -> x * 2)": "written without the parentheses in the script",
    "first_value(i ignore nulls) over (order by n)": "written behind the parentheses in the script",
}


@pytest.mark.parametrize("group", GROUPS)
def test_expressions(spark: SparkSession, group: str):
    every = expressions(group)
    here = {text for text in every if compiler_takes(text)}
    there = {text for text in every if spark_takes(spark, text)}
    assert there - here == ONLY_SPARK.keys() & set(every)
    assert here - there == ONLY_HERE.keys() & set(every)


@pytest.mark.parametrize("group", GROUPS)
def test_lines_of_a_script_mean_what_one_line_does(spark: SparkSession, group: str):
    parser = spark._jsparkSession.sessionState().sqlParser()
    for expression in filter(lambda text: spark_takes(spark, text), long_expressions(group)):
        one_line, lines = flat_sql(expression), "".join(sql_lines(expression, 8))
        assert lines != one_line
        # Each alias has a number of its own.
        parsed, expected = (
            re.sub(r"#\d+", "", parser.parseExpression(text).toString())
            for text in (lines, one_line)
        )
        assert parsed == expected, expression
