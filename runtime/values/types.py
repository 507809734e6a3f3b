"""Values of Spark's types: read from text or JSON, and held to the type's limits.

A mistake is a `ValueError` with the reason; nothing is rounded, cut or guessed silently.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Context, Decimal, Inexact, InvalidOperation
from itertools import combinations
import json
import math
import re
from typing import Any

from ssbt.runtime.values.intervals import (
    Months,
    describe_misfit,
    parse_duration,
    parse_months,
    render_duration,
)

_BITS = {"TINYINT": 7, "SMALLINT": 15, "INT": 31, "BIGINT": 63}
_NUMBER = r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?"
_DAY = r"\d{4}-\d\d-\d\d"
_MOMENT = rf"{_DAY}([ T]\d\d:\d\d(:\d\d(\.\d{{1,6}})?)?(Z|[+-]\d\d:\d\d)?)?"

# A number that is outside every type, which Python's `int` would not read or take long for.
_MOST_DIGITS = 40
_LARGEST_FLOAT = 3.4028234663852886e38


def _read_whole(text: str) -> int:
    digits = text.lstrip("+-").lstrip("0") or "0"
    number = int(digits) if len(digits) <= _MOST_DIGITS else 10**_MOST_DIGITS
    return -number if text.startswith("-") else number


def _read_real(text: str) -> float:
    """Raises `ValueError` for a number that would become infinite."""
    number = float(text)
    if math.isinf(number) and "inf" not in text.lower():
        raise ValueError("outside the range of DOUBLE")
    return number


def _read_decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError("more digits than it holds") from None


# The Python types of a type's values, how its text looks (pattern, example), what reads the text.
_TypeReader = tuple[tuple[type, ...], str, str, Callable[[str], object]]
_REAL: _TypeReader = ((float, int), rf"{_NUMBER}|[+-]?(nan|inf|infinity)", "1.5", _read_real)
_TIME: _TypeReader = ((datetime,), _MOMENT, "2026-01-31 10:05:00", datetime.fromisoformat)
_READERS: dict[str, _TypeReader] = {
    "STRING": ((str,), "(?!)", '"text"', str),
    "BOOLEAN": ((bool,), "true|false", "true", lambda text: text.lower() == "true"),
    **dict.fromkeys(_BITS, ((int,), r"[+-]?\d+", "42", _read_whole)),
    **dict.fromkeys(("FLOAT", "DOUBLE"), _REAL),
    "DECIMAL": ((Decimal, int), _NUMBER, "1.50", _read_decimal),
    "DATE": ((date,), _DAY, "2026-01-31", date.fromisoformat),
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMP_NTZ"), _TIME),
    "BINARY": ((bytes,), "([0-9a-f]{2})*", "CAFE", bytes.fromhex),
}
# Their readers know what their texts look like.
_INTERVALS: dict[str, _TypeReader] = {
    "YEAR MONTH": ((Months,), ".*", "1 year 6 months", parse_months),
    "DAY HOUR MINUTE SECOND": ((timedelta,), ".*", "1 day 12 hours", parse_duration),
}
for _family, _kind in _INTERVALS.items():
    _units = _family.split()
    _READERS |= {f"INTERVAL {unit}": _kind for unit in _units}
    _READERS |= {f"INTERVAL {one} TO {two}": _kind for one, two in combinations(_units, 2)}


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


def parse_type(text: str) -> SparkType:
    """The type that Spark SQL calls `text`."""
    name = "".join(text.split()).upper()
    if match := re.fullmatch(r"ARRAY<(.+)>", name):
        return SparkType("ARRAY", element=parse_type(match[1]))
    if match := re.fullmatch(r"MAP<(\w+(?:\(\d+(?:,\d+)?\))?),(.+)>", name):
        return SparkType("MAP", element=parse_type(match[2]), key=parse_type(match[1]))
    if match := re.fullmatch(r"DECIMAL(?:\((\d\d?)(?:,(\d\d?))?\))?", name):
        return SparkType("DECIMAL", int(match[1] or 10), int(match[2] or 0))
    if match := re.fullmatch(r"INTERVAL([A-Z]+?)(?:TO(YEAR|MONTH|HOUR|MINUTE|SECOND))?", name):
        name = f"INTERVAL {' TO '.join(filter(None, match.groups()))}"
    if name not in _READERS:
        raise ValueError(f"a parameter cannot have the type {text}")
    return SparkType(name)


def parse_value(raw: object, spark_type: SparkType) -> object:
    """The Python value for `raw`: text as a person writes it, or what a JSON file holds."""
    if spark_type.element:
        return _parse_nested(raw, spark_type, spark_type.element)
    if isinstance(raw, str) and spark_type.name == "STRING":
        return raw
    _, pattern, example, read = _READERS[spark_type.name]
    if not re.fullmatch(pattern, str(raw).strip(), re.ASCII | re.IGNORECASE):
        raise ValueError(f"not written like {example}")
    return fit_value(read(str(raw).strip()), spark_type)


def _parse_nested(raw: object, spark_type: SparkType, element: SparkType) -> object:
    items = json_content(raw) if isinstance(raw, str) else raw
    if spark_type.key is None:
        if not isinstance(items, list):
            raise ValueError("not a JSON list")
        return tuple(parse_value(item, element) for item in items)
    if not isinstance(items, dict):
        raise ValueError("not a JSON object")
    keys = [parse_value(key, spark_type.key) for key in items]
    if len(set(keys)) < len(keys):
        raise ValueError("a key stands there twice")
    values = (parse_value(value, element) for value in items.values())
    return dict(zip(keys, values, strict=True))


def json_content(text: str) -> object:
    """What a JSON text holds, numbers with a point as decimals; raises `ValueError`."""
    # Decimal, so that 0.1 in the file is 0.1 in a DECIMAL parameter.
    return json.loads(
        text, parse_float=_read_decimal, parse_int=_json_whole, object_pairs_hook=unique_pairs
    )


def _json_whole(text: str) -> int | Decimal:
    return int(text) if len(text) <= _MOST_DIGITS else Decimal(text)


def unique_pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """The pairs as a dictionary; raises `ValueError` for a name that is there twice."""
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        duplicates = {name for name in names if names.count(name) > 1}
        raise ValueError(f"{', '.join(sorted(duplicates))} stands there twice")
    return dict(pairs)


def as_text(value: object) -> str:
    """A value as a person would write it."""
    match value:
        case bool():
            return str(value).lower()
        case bytes():
            return value.hex()
        case timedelta():
            return render_duration(value)
        case tuple():
            return f"[{', '.join(map(_item_text, value))}]"
        case dict():
            return f"{{{', '.join(f'{_quote(k)}: {_item_text(v)}' for k, v in value.items())}}}"
    return str(value)


def _item_text(value: object) -> str:
    is_unquoted = isinstance(value, int | float | Decimal | tuple | dict)
    is_unquoted = is_unquoted and not isinstance(value, Months)
    return as_text(value) if is_unquoted else _quote(value)


def _quote(value: object) -> str:
    return json.dumps(as_text(value), ensure_ascii=False)


def fit_value(value: Any, spark_type: SparkType) -> object:
    """`value` as the Python value that `spark_type` holds exactly."""
    name, element = spark_type.name, spark_type.element
    if element and spark_type.key and isinstance(value, dict):
        pairs = ((fit_value(k, spark_type.key), fit_value(v, element)) for k, v in value.items())
        return dict(pairs)
    if element and not spark_type.key and isinstance(value, list | tuple):
        return tuple(fit_value(item, element) for item in value)
    # The exact class, for a bool is an int and a datetime is a date.
    if element or type(value) not in _READERS[name][0]:
        raise ValueError(f"Python type {type(value).__name__}")
    if name in _BITS and not -(1 << _BITS[name]) <= value < 1 << _BITS[name]:
        raise ValueError(f"outside {-(1 << _BITS[name])} to {(1 << _BITS[name]) - 1}")
    if name == "FLOAT" and _LARGEST_FLOAT < abs(value) < math.inf:
        raise ValueError("outside the range of FLOAT")
    if name.startswith("INTERVAL") and (reason := describe_misfit(value, name)):
        raise ValueError(reason)
    if name == "TIMESTAMP_NTZ" and value.tzinfo:
        raise ValueError("has a time zone")
    if name == "DECIMAL":
        try:
            context = Context(prec=spark_type.precision, traps=[Inexact, InvalidOperation])
            value = Decimal(value).quantize(Decimal(1).scaleb(-spark_type.scale), context=context)
        except (Inexact, InvalidOperation):
            raise ValueError("more digits than it holds") from None
        if value.is_nan():
            raise ValueError("not a number")
    return float(value) if name in ("FLOAT", "DOUBLE") else value
