"""`F.lit` in scripts gives the value and the type that the constant has in SQL."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from pyspark.sql import functions as F
import pytest

from ssbt.compiler.driver import check_pipeline, emit_files
from tests.spark.syntax_corpus import GROUPS

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark
PIPELINE = """pipeline small {{}}

schema One {{ n: int }}

source a from parquet {{ path = "in", schema = One }}

let x = from a |> select {text} as y

sink x to noop {{}}
"""
MORE = ("'größe'", "'\\t'", "'\\\\'", "'a\"b'", "2147483647", "2147483648", "('a')")
CONSTANTS = {*GROUPS["literals"].splitlines(), *MORE} - {"", "'a", "b'"}


def code_of(text: str) -> str:
    """The code of the column that an expression becomes."""
    source = PIPELINE.format(text=text).encode()
    result = check_pipeline("small.ssbt", lambda path: source)
    if result.pipeline is None:
        return ""
    script = next(file.content.decode() for file in emit_files(result) if file.path == "small.py")
    calls = (node for node in ast.walk(ast.parse(script)) if isinstance(node, ast.Call))
    select = next(
        call
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr == "select"
    )
    return ast.unparse(select.args[0])


def test_constants(spark: SparkSession):
    codes = {text: code_of(text) for text in sorted(CONSTANTS)}
    native = {text: code for text, code in codes.items() if code.startswith("F.lit(")}
    assert {"true", "'größe'", "'${not a param'", "0", "2147483647", "('a')"} <= native.keys()
    assert not {"1L", "7S", "1Y", "2147483648", "3.14", "null", "'\\t'", "x'1F'"} & native.keys()
    spark.conf.set("spark.sql.variable.substitute", "false")
    rows = spark.range(1)
    for text, code in native.items():
        ours = rows.select(eval(code, {"F": F}))
        in_sql = rows.select(F.expr(text).alias("y"))
        assert (ours.schema, ours.collect()) == (in_sql.schema, in_sql.collect()), text
    spark.conf.unset("spark.sql.variable.substitute")
