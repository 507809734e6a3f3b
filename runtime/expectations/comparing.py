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

from ssbt.runtime.expectations.aligning import align_rows

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

    `expected_index` counts the expected rows from 0. For a row that only came, it is that of the
    expected one before which it came, None where no order counts.
    """

    expected: Values | None
    actual: Values | None
    expected_index: int | None


def collect_rows(df: DataFrame) -> list[Row]:
    """The rows, with dates, times, intervals and variants as text."""
    types = {field.name: _comparable(field.dataType) for field in df.schema}
    names = [f"`{name.replace('`', '``')}`" for name in types]
    quoted_types = zip(names, types.items(), strict=True)
    return df.select(
        *(df[q].cast(type_).alias(name) for q, (name, type_) in quoted_types)
    ).collect()


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


def compare_rows(
    expected: Sequence[Values], actual: Sequence[Values], *, ordered: bool
) -> list[Difference]:
    """The rows that differ; without an order, those that have no equal on the other side.

    Each is set beside the one that has most in common with it.
    """
    if ordered:
        return list(_compare_in_order(expected, actual))
    unmatched = dict(enumerate(expected))
    unexpected = [row for row in actual if not _take_equal(row, unmatched)]
    result = []
    for index, row in unmatched.items():
        closest = max(unexpected, key=lambda each: _count_equal(row, each), default=None)
        if closest is not None and _count_equal(row, closest):
            unexpected.remove(closest)
            result.append(Difference(row, closest, index))
        else:
            result.append(Difference(row, None, index))
    return result + [Difference(None, row, None) for row in unexpected]


def _compare_in_order(expected: Sequence[Values], actual: Sequence[Values]) -> Iterator[Difference]:
    """The rows that differ when each is set beside its partner in the same order."""
    index = 0
    for left, right in align_rows(expected, actual, _count_equal):
        if left is not None and right is not None:
            if not values_equal(expected[left], actual[right]):
                yield Difference(expected[left], actual[right], left)
        elif left is not None:
            yield Difference(expected[left], None, left)
        elif right is not None:
            yield Difference(None, actual[right], index)
        index = index if left is None else left + 1


def _take_equal(row: Values, candidates: dict[int, Values]) -> bool:
    """Whether an equal row was waiting, which then waits no more."""
    for index, each in candidates.items():
        if values_equal(each, row):
            del candidates[index]
            return True
    return False


def _count_equal(one: Values, other: Values) -> int:
    return sum(map(values_equal, one, other))


def values_equal(one: Any, other: Any) -> bool:
    """Equal values; floats may be off by a millionth, and NaN equals itself."""
    match one, other:
        case (float(), float()):
            close = math.isclose(one, other, rel_tol=_RELATIVE, abs_tol=_ABSOLUTE)
            return close or (math.isnan(one) and math.isnan(other))
        case (tuple(), tuple()) | (list(), list()):
            return len(one) == len(other) and all(map(values_equal, one, other))
        case (dict(), dict()):
            return one.keys() == other.keys() and all(values_equal(one[k], other[k]) for k in one)
    return bool(one == other)


def render_value(value: Any) -> str:
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
            return f"struct({render_value(value[0])})"
        case tuple():
            return f"({', '.join(map(render_value, value))})"
        case list():
            return f"array({', '.join(map(render_value, value))})"
        case dict():
            items = (f"{render_value(key)}, {render_value(each)}" for key, each in value.items())
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
