"""The text of literals; that Spark reads them back is shown in tests/spark."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
import math
import re

from hypothesis import given
from hypothesis import strategies as st
import pytest

from ssbt.runtime import literal

TEXTS = [
    ("DE", "STRING", "'DE'"),
    ('Köln 🚀 "x" `y` -- /* */ ;', "STRING", "'Köln 🚀 \"x\" `y` -- /* */ ;'"),
    ("O'Brien", "STRING", "CAST(X'4f27427269656e' AS STRING)"),
    ("a\\", "STRING", "CAST(X'615c' AS STRING)"),
    ("${spark.app.name}", "STRING", "CAST(X'247b737061726b2e6170702e6e616d657d' AS STRING)"),
    ("\0\n", "STRING", "CAST(X'000a' AS STRING)"),
    (None, "STRING", "CAST(NULL AS STRING)"),
    (True, "BOOLEAN", "TRUE"),
    (5, "TINYINT", "5Y"),
    (-5, "SMALLINT", "(-5S)"),
    (5, "INT", "5"),
    (-(2**63), "BIGINT", "(-9223372036854775808L)"),
    (1.5, "FLOAT", "1.5F"),
    (-0.0, "DOUBLE", "(-0.0D)"),
    (1e300, "DOUBLE", "1e+300D"),
    (3, "DOUBLE", "3.0D"),
    (-math.inf, "DOUBLE", "CAST('-inf' AS DOUBLE)"),
    (math.nan, "FLOAT", "CAST('nan' AS FLOAT)"),
    (Decimal("1E+3"), "DECIMAL(12,2)", "CAST('1000.00' AS DECIMAL(12,2))"),
    (Decimal("-0.01"), "DECIMAL(12,2)", "CAST('-0.01' AS DECIMAL(12,2))"),
    (7, "DECIMAL(3,0)", "CAST('7' AS DECIMAL(3,0))"),
    (date(2026, 1, 31), "DATE", "DATE'2026-01-31'"),
    (datetime(1, 2, 3, 4, 5), "TIMESTAMP", "TIMESTAMP_LTZ'0001-02-03 04:05:00'"),
    (
        datetime(2026, 1, 31, 1, 2, 3, 4, UTC),
        "TIMESTAMP",
        "TIMESTAMP_LTZ'2026-01-31 01:02:03.000004+00:00'",
    ),
    (datetime(2026, 1, 31), "TIMESTAMP_NTZ", "TIMESTAMP_NTZ'2026-01-31 00:00:00'"),
    (b"\xca\xfe", "BINARY", "X'cafe'"),
    (("a", "b'"), "ARRAY<STRING>", "CAST(array('a', CAST(X'6227' AS STRING)) AS ARRAY<STRING>)"),
    ((), "ARRAY<INT>", "CAST(array() AS ARRAY<INT>)"),
    ({"a": 1}, "MAP<STRING,BIGINT>", "CAST(map('a', 1L) AS MAP<STRING, BIGINT>)"),
    ({}, "MAP<INT, INT>", "CAST(map() AS MAP<INT, INT>)"),
    (None, "DECIMAL(12,2)", "CAST(NULL AS DECIMAL(12,2))"),
]


@pytest.mark.parametrize(("value", "spark_type", "text"), TEXTS)
def test_text(value: object, spark_type: str, text: str) -> None:
    assert literal(value, spark_type) == text


WRONG = [
    ("5", "INT", "'5' is no INT: Python type str"),
    (True, "INT", "True is no INT: Python type bool"),
    (2**31, "INT", "2147483648 is no INT: outside -2147483648 to 2147483647"),
    (1.5, "DECIMAL(3,1)", "1.5 is no DECIMAL(3,1): Python type float"),
    (
        Decimal("1.55"),
        "DECIMAL(3,1)",
        "Decimal('1.55') is no DECIMAL(3,1): more digits than it holds",
    ),
    (Decimal("NaN"), "DECIMAL(3,1)", "Decimal('NaN') is no DECIMAL(3,1): not a number"),
    (Decimal("Infinity"), "DECIMAL(3,1)", "more digits than it holds"),
    (datetime(2026, 1, 1), "DATE", "Python type datetime"),
    (datetime(2026, 1, 1, tzinfo=UTC), "TIMESTAMP_NTZ", "has a time zone"),
    ("\ud800", "STRING", "surrogates not allowed"),
    ("a", "ARRAY<STRING>", "Python type str"),
    (["a", 1], "ARRAY<STRING>", "Python type int"),
    ({"a": "1"}, "MAP<STRING, INT>", "Python type str"),
    ([], "MAP<STRING, INT>", "Python type list"),
    ({}, "ARRAY<INT>", "Python type dict"),
    (1, "STRING)--", "a parameter cannot have the type STRING)--"),
]


@pytest.mark.parametrize(("value", "spark_type", "message"), WRONG)
def test_wrong_value(value: object, spark_type: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        literal(value, spark_type)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_text_cannot_leave_its_quotes(value: str) -> None:
    text = literal(value, "STRING")
    assert re.fullmatch(r"'[^'\\$\n\r\0]*'|CAST\(X'([0-9a-f]{2})*' AS STRING\)", text)
