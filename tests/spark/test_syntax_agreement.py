"""What Spark's own parser takes as an expression the compiler's takes too, and the other way round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from py4j.protocol import Py4JJavaError
import pytest

from ssbt.compiler.source import Source
from ssbt.compiler.syntax.parsing import parsed
from tests.spark.syntax_corpus import GROUPS

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
    except Py4JJavaError as error:
        assert "ParseException" in error.java_exception.getClass().getName(), text
        return False
    return True


def compiler_takes(text: str) -> bool:
    found = parsed(Source("a.ssbt", f"let x = from a |> select {text}"))
    return all(finding.severity.value != "error" for finding in found.findings)
