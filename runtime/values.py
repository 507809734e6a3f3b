"""Values of Spark's types: read from text or JSON, and held to the type's limits.

Every mistake is a `ValueError` whose message is the reason; nothing is rounded, cut or guessed in
silence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Context, Decimal, Inexact
import json
import math
import re

_BITS = {"TINYINT": 8, "SMALLINT": 16, "INT": 32, "BIGINT": 64}
_OTHERS = ("STRING", "BOOLEAN", "FLOAT", "DOUBLE", "DATE", "TIMESTAMP", "TIMESTAMP_NTZ", "BINARY")
_ALIASES = {"BYTE": "TINYINT", "SHORT": "SMALLINT", "INTEGER": "INT", "LONG": "BIGINT"}
_ALIASES |= {"REAL": "FLOAT", "TIMESTAMP_LTZ": "TIMESTAMP"}
_DECIMAL_TYPE = re.compile(r"(?:DECIMAL|DEC|NUMERIC)(?:\((\d{1,2})(?:,(\d{1,2}))?\))?")
_LARGEST_FLOAT = 3.4028234663852886e38
_LARGEST_ZONE_OFFSET = timedelta(hours=18)


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
    if name.startswith("ARRAY<") and name.endswith(">"):
        return SparkType("ARRAY", element=parsed_type(name[6:-1]))
    if found := _DECIMAL_TYPE.fullmatch(name):
        precision, scale = int(found[1] or 10), int(found[2] or 0)
        if 1 <= precision <= 38 and scale <= precision:
            return SparkType("DECIMAL", precision, scale)
    name = _ALIASES.get(name, name)
    if name not in _OTHERS and name not in _BITS:
        raise ValueError(f"a parameter cannot have the type {text}")
    return SparkType(name)


@dataclass(frozen=True, slots=True)
class _Shape:
    """How text for a family of types looks, in a pattern and in words, and how it is read."""

    pattern: str
    words: str
    read: Callable[[str], object]


_NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?"
_TIME = r"[ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?"
# At most 40 digits: int() takes seconds for millions of them.
_WHOLE = _Shape(r"[+-]?\d{1,40}", "a whole number", int)
_FLOAT = _Shape(rf"{_NUMBER}|[+-]?(nan|inf|infinity)", "a number", float)
_MOMENT = _Shape(
    rf"\d{{4}}-\d\d-\d\d({_TIME})?",
    "a timestamp such as 2026-01-31 10:05:00 or 2026-01-31T10:05:00Z",
    datetime.fromisoformat,
)
_SHAPES = {
    "BOOLEAN": _Shape("true|false", "true or false", lambda text: text.lower() == "true"),
    "DECIMAL": _Shape(_NUMBER, "a number", Decimal),
    "FLOAT": _FLOAT,
    "DOUBLE": _FLOAT,
    "DATE": _Shape(r"\d{4}-\d\d-\d\d", "a date such as 2026-01-31", date.fromisoformat),
    "TIMESTAMP": _MOMENT,
    "TIMESTAMP_NTZ": _MOMENT,
    "BINARY": _Shape(r"([0-9a-f]{2})*", "pairs of hexadecimal digits", bytes.fromhex),
    **dict.fromkeys(_BITS, _WHOLE),
}


def from_text(text: str, spark_type: SparkType) -> object:
    """The Python value that a person wrote as `text`; an array is written as a JSON list."""
    if spark_type.name == "STRING":
        return fitted(text, spark_type)
    if spark_type.element:
        try:
            return from_json(json.loads(text, parse_float=Decimal), spark_type)
        except json.JSONDecodeError:
            raise ValueError('is not a JSON list such as ["a", "b"]') from None
    shape = _SHAPES[spark_type.name]
    if not re.fullmatch(shape.pattern, text.strip(), re.ASCII | re.IGNORECASE):
        raise ValueError(f"is not {shape.words}")
    return fitted(shape.read(text.strip()), spark_type)


def from_json(value: object, spark_type: SparkType) -> object:
    """The Python value for a value of a JSON file, where text stands for any type but a list."""
    if spark_type.element:
        if not isinstance(value, list):
            raise ValueError('is not a JSON list such as ["a", "b"]')
        return tuple(from_json(item, spark_type.element) for item in value)
    if isinstance(value, str):
        return from_text(value, spark_type)
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    if is_number and spark_type.name in (*_BITS, "DECIMAL", "FLOAT", "DOUBLE"):
        return from_text(str(value), spark_type)
    return fitted(value, spark_type)


def fitted(value: object, spark_type: SparkType) -> object:
    """`value` as the Python value that `spark_type` holds exactly."""
    name = spark_type.name
    if spark_type.element and isinstance(value, tuple | list):
        return tuple(fitted(item, spark_type.element) for item in value)
    match value:
        case bool():
            if name == "BOOLEAN":
                return value
        case int() if name in _BITS:
            limit = 1 << (_BITS[name] - 1)
            if -limit <= value < limit:
                return value
            raise ValueError(f"is outside {name} ({-limit} to {limit - 1})")
        case Decimal() | int() if name == "DECIMAL":
            return _fitted_decimal(Decimal(value), spark_type.precision, spark_type.scale)
        case float() | int() if name in ("FLOAT", "DOUBLE"):
            if name == "FLOAT" and _LARGEST_FLOAT < abs(value) < math.inf:
                raise ValueError("is outside FLOAT")
            return float(value)
        case str() if name == "STRING":
            return _fitted_text(value)
        case bytes() if name == "BINARY":
            return value
        case datetime():
            if name in ("TIMESTAMP", "TIMESTAMP_NTZ"):
                return _fitted_moment(value, name)
        case date() if name == "DATE":
            return value
    raise ValueError(f"is {type(value).__name__}, which {spark_type} does not hold")


def _fitted_decimal(value: Decimal, precision: int, scale: int) -> Decimal:
    if not value.is_finite():
        raise ValueError("is not a finite number")
    if value and value.adjusted() >= precision - scale:
        raise ValueError(f"has more than {precision - scale} digits before the decimal point")
    try:
        exact = Context(prec=precision + 1, traps=[Inexact])
        return value.quantize(Decimal(1).scaleb(-scale), context=exact)
    except Inexact:
        raise ValueError(f"has more than {scale} digits after the decimal point") from None


def _fitted_text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("is not valid Unicode: it holds half of a surrogate pair") from None
    return value


def _fitted_moment(value: datetime, name: str) -> datetime:
    offset = value.utcoffset()
    if offset is not None and name == "TIMESTAMP_NTZ":
        raise ValueError("has a time zone, and TIMESTAMP_NTZ has none")
    if offset is not None and abs(offset) > _LARGEST_ZONE_OFFSET:
        raise ValueError("has a zone offset of more than 18 hours")
    return value
