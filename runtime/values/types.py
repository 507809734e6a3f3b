"""Values of Spark's types: read from text or JSON, and held to the type's limits.

A mistake is a `ValueError` with the reason; nothing is rounded, cut or guessed in silence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Context, Decimal, Inexact, InvalidOperation
from itertools import combinations
import json
import re
from typing import Any

from ssbt.runtime.values.intervals import Months, duration, duration_text, misfit, months

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
# Their readers know what their texts look like.
_INTERVALS: dict[str, _Kind] = {
    "YEAR MONTH": ((Months,), ".*", "1 year 6 months", months),
    "DAY HOUR MINUTE SECOND": ((timedelta,), ".*", "1 day 12 hours", duration),
}
for _family, _kind in _INTERVALS.items():
    _units = _family.split()
    _KINDS |= {f"INTERVAL {unit}": _kind for unit in _units}
    _KINDS |= {f"INTERVAL {one} TO {two}": _kind for one, two in combinations(_units, 2)}


@dataclass(frozen=True, slots=True)
class SparkType:
    """A type that a parameter can have; `str` gives its Spark SQL name.

    `element` is that of an array, or of a map's values; a map has a `key`, too.
    """

    name: str
    precision: int = 0
    scale: int = 0
    element: SparkType | None = None
    key: SparkType | None = None

    def __str__(self) -> str:
        if self.element:
            key = f"{self.key}, " if self.key else ""
            return f"{self.name}<{key}{self.element}>"
        return f"DECIMAL({self.precision},{self.scale})" if self.precision else self.name


def parsed_type(text: str) -> SparkType:
    """The type that Spark SQL calls `text`."""
    name = "".join(text.split()).upper()
    if found := re.fullmatch(r"ARRAY<(.+)>", name):
        return SparkType("ARRAY", element=parsed_type(found[1]))
    if found := re.fullmatch(r"MAP<(\w+(?:\(\d+(?:,\d+)?\))?),(.+)>", name):
        return SparkType("MAP", element=parsed_type(found[2]), key=parsed_type(found[1]))
    if found := re.fullmatch(r"DECIMAL(?:\((\d\d?)(?:,(\d\d?))?\))?", name):
        return SparkType("DECIMAL", int(found[1] or 10), int(found[2] or 0))
    if found := re.fullmatch(r"INTERVAL([A-Z]+?)(?:TO(YEAR|MONTH|HOUR|MINUTE|SECOND))?", name):
        name = f"INTERVAL {' TO '.join(filter(None, found.groups()))}"
    if name not in _KINDS:
        raise ValueError(f"a parameter cannot have the type {text}")
    return SparkType(name)


def parsed_value(raw: object, spark_type: SparkType) -> object:
    """The Python value for `raw`: text as a person writes it, or what a JSON file holds."""
    if spark_type.element:
        return _nested(raw, spark_type, spark_type.element)
    if isinstance(raw, str) and spark_type.name == "STRING":
        return raw
    _, pattern, example, read = _KINDS[spark_type.name]
    if not re.fullmatch(pattern, str(raw).strip(), re.ASCII | re.IGNORECASE):
        raise ValueError(f"not written like {example}")
    return fitted(read(str(raw).strip()), spark_type)


def _nested(raw: object, spark_type: SparkType, element: SparkType) -> object:
    items = json_content(raw) if isinstance(raw, str) else raw
    if spark_type.key is None:
        if not isinstance(items, list):
            raise ValueError("not a JSON list")
        return tuple(parsed_value(item, element) for item in items)
    if not isinstance(items, dict):
        raise ValueError("not a JSON object")
    keys = [parsed_value(key, spark_type.key) for key in items]
    if len(set(keys)) < len(keys):
        raise ValueError("a key stands there twice")
    values = (parsed_value(value, element) for value in items.values())
    return dict(zip(keys, values, strict=True))


def json_content(text: str) -> object:
    """What a JSON text holds, numbers with a point as decimals; raises `ValueError`."""
    # Decimal, so that 0.1 in the file is 0.1 in a DECIMAL parameter.
    return json.loads(text, parse_float=Decimal, object_pairs_hook=unique)


def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """The pairs as a dictionary; raises `ValueError` for a name that is there twice."""
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        twice = {name for name in names if names.count(name) > 1}
        raise ValueError(f"{', '.join(sorted(twice))} stands there twice")
    return dict(pairs)


def as_text(value: object) -> str:
    """A value as a person would write it."""
    match value:
        case bool():
            return str(value).lower()
        case bytes():
            return value.hex()
        case timedelta():
            return duration_text(value)
        case tuple():
            return f"[{', '.join(map(_item, value))}]"
        case dict():
            return f"{{{', '.join(f'{_quoted(k)}: {_item(v)}' for k, v in value.items())}}}"
    return str(value)


def _item(value: object) -> str:
    stands_alone = isinstance(value, int | float | Decimal | tuple | dict)
    stands_alone = stands_alone and not isinstance(value, Months)
    return as_text(value) if stands_alone else _quoted(value)


def _quoted(value: object) -> str:
    return json.dumps(as_text(value), ensure_ascii=False)


def fitted(value: Any, spark_type: SparkType) -> object:
    """`value` as the Python value that `spark_type` holds exactly."""
    name, element = spark_type.name, spark_type.element
    if element and spark_type.key and isinstance(value, dict):
        pairs = ((fitted(k, spark_type.key), fitted(v, element)) for k, v in value.items())
        return dict(pairs)
    if element and not spark_type.key and isinstance(value, list | tuple):
        return tuple(fitted(item, element) for item in value)
    # The exact class, for a bool is an int and a datetime is a date.
    if element or type(value) not in _KINDS[name][0]:
        raise ValueError(f"Python type {type(value).__name__}")
    if name in _BITS and not -(1 << _BITS[name]) <= value < 1 << _BITS[name]:
        raise ValueError(f"outside {-(1 << _BITS[name])} to {(1 << _BITS[name]) - 1}")
    if name.startswith("INTERVAL") and (why := misfit(value, name)):
        raise ValueError(why)
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
