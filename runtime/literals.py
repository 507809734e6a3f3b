"""Python values as Spark SQL text."""

from __future__ import annotations

from datetime import datetime
import math
import re

from ssbt.runtime.values import SparkType, fitted, parsed_type

# What may stand between quotes as it is. Without quote and backslash it means the same whatever
# spark.sql.parser.escapedStringLiterals says; without `$`, Spark finds no `${...}` to substitute,
# which it does in SQL text before it parses.
_PLAIN_TEXT = re.compile(r"[^\x00-\x1f\x7f-\x9f'\\$\u2028\u2029]*")
_SUFFIX = {"TINYINT": "Y", "SMALLINT": "S", "INT": "", "BIGINT": "L", "FLOAT": "F", "DOUBLE": "D"}


def literal(value: object, spark_type: str) -> str:
    """Spark SQL text for `value` with exactly the type `spark_type`, to be put into an expression.

    Whatever the value holds, the text is one operand: it can end no string, start no comment and
    change no precedence. A value that the type does not hold raises `ValueError`.
    """
    parsed = parsed_type(spark_type)
    if value is None:
        return f"CAST(NULL AS {parsed})"
    try:
        return _text(fitted(value, parsed), parsed)
    except ValueError as error:
        raise ValueError(f"{value!r} as {parsed}: {error}") from None


def _text(value: object, spark_type: SparkType) -> str:
    name = spark_type.name
    match value:
        case tuple():
            items = ", ".join(_text(item, spark_type.element or spark_type) for item in value)
            return f"CAST(array({items}) AS {spark_type})"
        case bool():
            return str(value).upper()
        case bytes():
            return f"X'{value.hex().upper()}'"
        case str() if _PLAIN_TEXT.fullmatch(value):
            return f"'{value}'"
        case str():
            return f"CAST(X'{value.encode().hex().upper()}' AS STRING)"
        case datetime():
            # Spelled out, because spark.sql.timestampType decides what TIMESTAMP'...' means.
            word = "TIMESTAMP_LTZ" if name == "TIMESTAMP" else name
            return f"{word}'{value.isoformat(sep=' ')}'"
        case float() if not math.isfinite(value):
            return f"CAST('{value}' AS {name})"
        case int() | float():
            # In parentheses, or `a -` and `-1` together would begin a comment.
            text = f"{value}{_SUFFIX[name]}"
            return f"({text})" if text.startswith("-") else text
        case _:
            return f"CAST('{value:f}' AS {spark_type})" if name == "DECIMAL" else f"DATE'{value}'"
