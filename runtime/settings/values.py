"""Values of Spark's types: read from text or JSON, and held to the type's limits.

A mistake is a `ValueError` with the reason; nothing is rounded, cut or guessed in silence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Context, Decimal, Inexact, InvalidOperation
import json
import re
from typing import Any

_BITS = {"TINYINT": 7, "SMALLINT": 15, "INT": 31, "BIGINT": 63}
_NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?"
_DAY = r"\d{4}-\d\d-\d\d"
_MOMENT = rf"{_DAY}([ T]\d\d:\d\d(:\d\d(\.\d{{1,6}})?)?(Z|[+-]\d\d:\d\d)?)?"

# The Python types of a type's values, how its text looks (pattern, example), what reads the text.
_Kind = tuple[tuple[type, ...], str, str, Callable[[str], object]]
_REAL: _Kind = ((float, int), rf"{_NUMBER}|[+-]?(nan|inf|infinity)", "1.5", float)
_TIME: _Kind = ((datetime,), _MOMENT, "2026-01-31 10:05:00", datetime.fromisoformat)
_KINDS: dict[str, _Kind] = {
    "STRING": ((str,), "(?!)", '"text"', str),
    "BOOLEAN": ((bool,), "true|false", "true", lambda text: text.lower() == "true"),
    **dict.fromkeys(_BITS, ((int,), r"[+-]?\d{1,40}", "42", int)),  # int() is slow for millions
    **dict.fromkeys(("FLOAT", "DOUBLE"), _REAL),
    "DECIMAL": ((Decimal, int), _NUMBER, "1.50", Decimal),
    "DATE": ((date,), _DAY, "2026-01-31", date.fromisoformat),
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMP_NTZ"), _TIME),
    "BINARY": ((bytes,), "([0-9a-f]{2})*", "CAFE", bytes.fromhex),
}


@dataclass(frozen=True, slots=True)
class SparkType:
    """A type that a parameter can have; `str` gives its Spark SQL name."""

    name: str
    precision: int = 0
    scale: int = 0
    element: SparkType | None = None

    def __str__(self) -> str:
        if self.element:
            return f"ARRAY<{self.element}>"
        return f"DECIMAL({self.precision},{self.scale})" if self.precision else self.name


def parsed_type(text: str) -> SparkType:
    """The type that Spark SQL calls `text`."""
    name = "".join(text.split()).upper()
    if found := re.fullmatch(r"ARRAY<(.+)>", name):
        return SparkType("ARRAY", element=parsed_type(found[1]))
    if found := re.fullmatch(r"DECIMAL(?:\((\d\d?)(?:,(\d\d?))?\))?", name):
        return SparkType("DECIMAL", int(found[1] or 10), int(found[2] or 0))
    if name not in _KINDS:
        raise ValueError(f"a parameter cannot have the type {text}")
    return SparkType(name)


def parsed_value(raw: object, spark_type: SparkType) -> object:
    """The Python value for `raw`: text as a person writes it, or what a JSON file holds."""
    if spark_type.element:
        items = json.loads(raw, parse_float=Decimal) if isinstance(raw, str) else raw
        if not isinstance(items, list):
            raise ValueError("not a JSON list")
        return tuple(parsed_value(item, spark_type.element) for item in items)
    if isinstance(raw, str) and spark_type.name == "STRING":
        return raw
    _, pattern, example, read = _KINDS[spark_type.name]
    if not re.fullmatch(pattern, str(raw).strip(), re.ASCII | re.IGNORECASE):
        raise ValueError(f"not written like {example}")
    return fitted(read(str(raw).strip()), spark_type)


def fitted(value: Any, spark_type: SparkType) -> object:
    """`value` as the Python value that `spark_type` holds exactly."""
    name = spark_type.name
    if spark_type.element and isinstance(value, list | tuple):
        return tuple(fitted(item, spark_type.element) for item in value)
    # The exact class, for a bool is an int and a datetime is a date.
    if spark_type.element or type(value) not in _KINDS[name][0]:
        raise ValueError(f"Python type {type(value).__name__}")
    if name in _BITS and not -(1 << _BITS[name]) <= value < 1 << _BITS[name]:
        raise ValueError(f"outside {-(1 << _BITS[name])} to {(1 << _BITS[name]) - 1}")
    if name == "TIMESTAMP_NTZ" and value.tzinfo:
        raise ValueError("has a time zone")
    if name == "DECIMAL":
        try:
            exact = Context(prec=spark_type.precision, traps=[Inexact, InvalidOperation])
            value = Decimal(value).quantize(Decimal(1).scaleb(-spark_type.scale), context=exact)
        except (Inexact, InvalidOperation):
            raise ValueError("more digits than it holds") from None
        if value.is_nan():
            raise ValueError("not a number")
    return float(value) if name in ("FLOAT", "DOUBLE") else value
