"""Python values as Spark SQL text."""

from datetime import date, datetime, timedelta
from decimal import Decimal
import math
import re

from ssbt.runtime.values.intervals import Months
from ssbt.runtime.values.types import SparkType, as_text, fit_value, parse_type

# What may are between quotes as it is: without quote and backslash it means the same whatever
# spark.sql.parser.escapedStringLiterals says, and without `$` there is no `${name}`, which Spark
# replaces in SQL text before it parses.
_PLAIN = re.compile(r"[^\x00-\x1f\x7f-\x9f'\\$\u2028\u2029\ud800-\udfff]*")
_SUFFIXES = {"TINYINT": "Y", "SMALLINT": "S", "BIGINT": "L", "FLOAT": "F", "DOUBLE": "D"}


def literal(value: object, spark_type: str) -> str:
    """Spark SQL text for `value` with exactly the type `spark_type`, to be put into an expression.

    Whatever the value holds, the text is one operand: it can end no string, begin no comment and
    change no precedence. Raises `ValueError` for a value that the type does not hold exactly.
    """
    parsed = parse_type(spark_type)
    if value is None:
        return f"CAST(NULL AS {parsed})"
    try:
        return _literal_text(fit_value(value, parsed), parsed)
    except ValueError as error:
        raise ValueError(f"{value!r} is no {parsed}: {error}") from None


def _literal_text(value: object, spark_type: SparkType) -> str:
    match value:
        case tuple() if spark_type.element:
            items = ", ".join(_literal_text(item, spark_type.element) for item in value)
            return f"CAST(array({items}) AS {spark_type})"
        case dict() if spark_type.element and spark_type.key:
            key, element = spark_type.key, spark_type.element
            items = ", ".join(
                f"{_literal_text(k, key)}, {_literal_text(v, element)}" for k, v in value.items()
            )
            return f"CAST(map({items}) AS {spark_type})"
        case bool():
            return str(value).upper()
        case str():
            is_plain = _PLAIN.fullmatch(value)
            return f"'{value}'" if is_plain else f"CAST(X'{value.encode().hex()}' AS STRING)"
        case bytes():
            return f"X'{value.hex()}'"
        case Months() | timedelta():
            return _interval_literal(value, spark_type)
        case Decimal():
            return f"CAST('{value:f}' AS {spark_type})"
        case int() | float() if math.isfinite(value):
            # In parentheses, or `a -` and `-1` together would begin a comment.
            text = f"{value}{_SUFFIXES.get(spark_type.name, '')}"
            return f"({text})" if text.startswith("-") else text
        case datetime():
            # _LTZ, because spark.sql.timestampType decides what TIMESTAMP alone means.
            word = "TIMESTAMP_NTZ" if spark_type.name == "TIMESTAMP_NTZ" else "TIMESTAMP_LTZ"
            return f"{word}'{value}'"
        case date():
            return f"DATE'{value}'"
    return f"CAST('{value}' AS {spark_type})"  # not a number, or infinite


def _interval_literal(value: timedelta | Months, spark_type: SparkType) -> str:
    unit = "YEAR TO MONTH" if isinstance(value, Months) else "DAY TO SECOND"
    text = f"INTERVAL '{as_text(value)}' {unit}"
    return text if spark_type.name == f"INTERVAL {unit}" else f"CAST({text} AS {spark_type})"


def option_text(value: object) -> str:
    """The value of an option or a property as text."""
    return str(value).lower() if isinstance(value, bool) else str(value)
