"""Whether two lists of rows are equal, and where they differ."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
import math
import re
from typing import Any

from pyspark.sql import DataFrame, Row
from pyspark.sql.types import (
    ArrayType,
    BinaryType,
    BooleanType,
    DataType,
    MapType,
    NullType,
    NumericType,
    StringType,
    StructField,
    StructType,
)

from ssbt.runtime.expectations.aligning import pairs

_RELATIVE, _ABSOLUTE = 1e-6, 1e-12
# Types whose values Python compares as Spark does; all others are compared as Spark writes them.
_AS_THEY_ARE = (BooleanType, BinaryType, NullType, NumericType, StringType)
Values = tuple[Any, ...]
# What does not stand for itself in a literal.
_SPECIAL = re.compile(r"[\\']|[^ -~\u00a1-\u024f]")
# Where a literal is cut, for none may hold the `${` of a parameter.
_CUT = re.compile(r"(?<=\$)(?=\{)")
_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True)
class Difference:
    """A row that is expected and one that came, or only one of the two.

    `place` is that of the expected row among all that are, from 0; of a row that only came it is
    that of the expected one before which it came, None where no order counts.
    """

    expected: Values | None
    got: Values | None
    place: int | None


def collected(df: DataFrame) -> list[Row]:
    """The rows, with dates, times, intervals and variants as text."""
    types = {field.name: _comparable(field.dataType) for field in df.schema}
    names = [f"`{name.replace('`', '``')}`" for name in types]
    pairs = zip(names, types.items(), strict=True)
    return df.select(*(df[q].cast(type_).alias(name) for q, (name, type_) in pairs)).collect()


def _comparable(data_type: DataType) -> DataType:
    match data_type:
        case ArrayType():
            return ArrayType(_comparable(data_type.elementType), data_type.containsNull)
        case MapType():
            key, value = _comparable(data_type.keyType), _comparable(data_type.valueType)
            return MapType(key, value, data_type.valueContainsNull)
        case StructType():
            fields = ((f.name, _comparable(f.dataType), f.nullable) for f in data_type)
            return StructType([StructField(*field) for field in fields])
    return data_type if isinstance(data_type, _AS_THEY_ARE) else StringType()


def differences(
    expected: Sequence[Values], got: Sequence[Values], *, ordered: bool
) -> list[Difference]:
    """The rows that differ; without an order, those that have no equal on the other side.

    Each is set beside the one that has most in common with it.
    """
    if ordered:
        return list(_aligned(expected, got))
    left = dict(enumerate(expected))
    came = [row for row in got if not _taken(row, left)]
    found = []
    for place, row in left.items():
        near = max(came, key=lambda each: _likeness(row, each), default=None)
        if near is not None and _likeness(row, near):
            came.remove(near)
            found.append(Difference(row, near, place))
        else:
            found.append(Difference(row, None, place))
    return found + [Difference(None, row, None) for row in came]


def _aligned(expected: Sequence[Values], got: Sequence[Values]) -> Iterator[Difference]:
    """The rows that differ when each is set beside its partner in the same order."""
    place = 0
    for left, right in pairs(expected, got, _likeness):
        if left is not None and right is not None:
            if not same(expected[left], got[right]):
                yield Difference(expected[left], got[right], left)
        elif left is not None:
            yield Difference(expected[left], None, left)
        elif right is not None:
            yield Difference(None, got[right], place)
        place = place if left is None else left + 1


def _taken(row: Values, waiting: dict[int, Values]) -> bool:
    """Whether an equal row was waiting, which then waits no more."""
    for place, each in waiting.items():
        if same(each, row):
            del waiting[place]
            return True
    return False


def _likeness(one: Values, other: Values) -> int:
    return sum(map(same, one, other))


def same(one: Any, other: Any) -> bool:
    """Equal values; floats may be off by a millionth, and NaN equals itself."""
    match one, other:
        case (float(), float()):
            close = math.isclose(one, other, rel_tol=_RELATIVE, abs_tol=_ABSOLUTE)
            return close or (math.isnan(one) and math.isnan(other))
        case (tuple(), tuple()) | (list(), list()):
            return len(one) == len(other) and all(map(same, one, other))
        case (dict(), dict()):
            return one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    return bool(one == other)


def shown(value: Any) -> str:
    """A value as the row of a test would have it."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            pieces = [f"'{_SPECIAL.sub(_escape, piece)}'" for piece in _CUT.split(value)]
            return f"concat({', '.join(pieces)})" if len(pieces) > 1 else pieces[0]
        case Decimal():
            return f"{value:f}"
        case bytes() | bytearray():
            return f"x'{value.hex()}'"
        case float() if not math.isfinite(value):
            return f"double('{value}')"
        case tuple() if len(value) == 1:
            return f"struct({shown(value[0])})"
        case tuple():
            return f"({', '.join(map(shown, value))})"
        case list():
            return f"array({', '.join(map(shown, value))})"
        case dict():
            items = (f"{shown(key)}, {shown(each)}" for key, each in value.items())
            return f"map({', '.join(items)})"
    return str(value)


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    point = ord(char)
    return f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}"
