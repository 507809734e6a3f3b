"""Functions that count, and fields of dates: whole numbers between two bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from ssbt.compiler.resolve.traps.expression_view import (
    function_name,
    operands,
    without_parentheses,
)
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.datatypes import (
    ArrayType,
    BinaryType,
    DateType,
    DecimalType,
    IntegralType,
    MapType,
    StringType,
    TimestampNTZType,
    TimestampType,
)
from ssbt.compiler.types.folding.model import Value
from ssbt.compiler.types.ranges.model import ValueRange, number_range, type_range
from ssbt.compiler.types.ranges.spans import hull_of

if TYPE_CHECKING:
    from ssbt.compiler.resolve.ranges.range_finder import FindRange, RangeFinder

POSITIONS = ("instr", "locate", "position", "charindex", "array_position", "find_in_set")
_LENGTHS = ("length", "char_length", "character_length", "octet_length", "bit_length", "len")
_TEXT_LENGTHS = ("length", "char_length", "character_length", "len")
_BOUNDS: Mapping[str, tuple[int, int | None]] = {
    **dict.fromkeys(POSITIONS, (0, None)),
    **dict.fromkeys(("day", "dayofmonth"), (1, 31)),
    "month": (1, 12),
    "quarter": (1, 4),
    "hour": (0, 23),
    "minute": (0, 59),
    "second": (0, 59),
    "dayofweek": (1, 7),
    "dayofweek_iso": (1, 7),
    "weekday": (0, 6),
    "dayofyear": (1, 366),
    "weekofyear": (1, 53),
    "ascii": (0, None),
    "crc32": (0, 2**32 - 1),
    "bit_count": (0, 64),
    "factorial": (1, None),
    **dict.fromkeys(("bit_get", "getbit"), (0, 1)),
    **dict.fromkeys(("grouping",), (0, 1)),
    "monotonically_increasing_id": (0, None),
    "spark_partition_id": (0, None),
    "json_array_length": (0, None),
    "approx_count_distinct": (0, None),
    **dict.fromkeys(("regexp_count", "regexp_instr", "grouping_id"), (0, None)),
    **dict.fromkeys(("count_if", "regr_count"), (0, None)),
}
_FIELDS = {
    **dict.fromkeys(("dow", "dayofweek"), "dayofweek"),
    **dict.fromkeys(("dow_iso", "dayofweek_iso"), "dayofweek_iso"),
    **dict.fromkeys(("doy", "dayofyear"), "dayofyear"),
    **dict.fromkeys(("d", "day", "days"), "day"),
    **dict.fromkeys(("mon", "mons", "month", "months"), "month"),
    **dict.fromkeys(("qtr", "quarter"), "quarter"),
    **dict.fromkeys(("h", "hour", "hours", "hr", "hrs"), "hour"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "minute"),
    **dict.fromkeys(("w", "week", "weeks"), "weekofyear"),
}
_MOMENTS = (DateType, TimestampType, TimestampNTZType)


def _describe(name: str, low: int, high: int | None) -> str:
    return (
        f"`{name}` gives from {low} to {high}"
        if high is not None
        else f"`{name}` gives {low} or more"
    )


def _find_count_range(
    finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]
) -> ValueRange | None:
    name = function_name(node)
    low, high = _BOUNDS[name]
    if not isinstance(finder.view.data_type(node), IntegralType):
        return None
    if not parts and name not in ("monotonically_increasing_id", "spark_partition_id"):
        return None
    if name == "find_in_set" and "," in (finder.view.text(parts[0]) or ""):
        return number_range(0, 0, "`find_in_set` finds nothing with a comma in it, and gives 0")
    return number_range(low, high, _describe(name, low, high))


def _extract(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange | None:
    """`extract(dow from day)`; the fields of intervals have no such bounds."""
    if len(parts) != 2 or not isinstance(finder.view.data_type(parts[1]), _MOMENTS):
        return None
    field_node = without_parentheses(parts[0])
    field = finder.view.text(parts[0]) or ""
    if isinstance(field_node, e.ColumnName) and len(field_node.parts) == 1:
        field = field_node.parts[0].text
    if field.casefold() in ("s", "sec", "second", "seconds", "secs"):
        seconds = number_range(0, Decimal("59.999999"), "seconds go from 0 to below 60", None)
        is_decimal = isinstance(finder.view.data_type(node), DecimalType)
        return seconds if is_decimal else None
    name = _FIELDS.get(field.casefold(), "")
    if name not in _BOUNDS:
        return None
    low, high = _BOUNDS[name]
    return number_range(low, high, _describe(name, low, high))


def _length(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange | None:
    name = function_name(node)
    if len(parts) != 1 or not isinstance(finder.view.data_type(parts[0]), StringType | BinaryType):
        return None
    range_ = finder.find_range(parts[0]) if name in _TEXT_LENGTHS else None
    for form in range_.forms if range_ is not None else ():
        if form.lengths is not None:
            low, high = form.lengths
            if low or high is not None:
                return number_range(low, high, form.reason)
    return number_range(0, None, _describe(name, 0, None))


def _size(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange | None:
    if len(parts) != 1:
        return None
    name = function_name(node)
    array = without_parentheses(parts[0])
    low, high, subject = 0, None, name
    if isinstance(array, e.Call):
        low, high = _elements(array, finder)
        subject = f"{name}({function_name(array)}(…))" if (low, high) != (0, None) else name
    if not finder.view.ansi and name != "array_size":
        # Without ANSI mode the size of null is -1.
        return number_range(-1, high, _describe(subject, -1, high))
    if low == high:
        return number_range(low, high, f"`{subject}` gives {low} in every row")
    return number_range(low, high, _describe(subject, low, high))


def _elements(node: e.Call, finder: RangeFinder) -> tuple[int, int | None]:
    """How many elements an array or map has that a function makes."""
    name, parts = function_name(node), operands(node)
    has_star = any(isinstance(part, e.Star) for part in parts)
    if name == "split" and len(parts) in (2, 3):
        limit = _number(parts[2], finder) if len(parts) == 3 else None
        return 1, limit if limit is not None and limit > 0 else None
    if name == "array" and not has_star:
        return len(parts), len(parts)
    if name == "map" and not has_star and parts:
        return 1, len(parts) // 2
    if name == "sequence" and len(parts) == 2:
        return 1, None
    if name == "collect_set" and node.window is None and parts:
        points = finder.find_full_range(parts[0])
        count = None if points is None or points.points is None else len(points.points)
        return 0, count
    return 0, None


def _number(node: e.Expression, finder: RangeFinder) -> int | None:
    outcome = finder.view.outcome(node)
    content = outcome.value if isinstance(outcome, Value) else None
    return content if isinstance(content, int) and not isinstance(content, bool) else None


def _levenshtein(
    finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]
) -> ValueRange | None:
    low = 0 if len(parts) == 2 else -1
    return number_range(low, None, _describe("levenshtein", low, None))


def _width_bucket(
    finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]
) -> ValueRange | None:
    count = _number(parts[3], finder) if len(parts) == 4 else None
    high = None if count is None or count < 1 else count + 1
    return number_range(0, high, _describe("width_bucket", 0, high))


def _count(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange:
    """A group has a row, and a window without a frame the row at hand."""
    if parts and all(finder.view.is_null(part) for part in parts):
        return number_range(0, 0, "`count` of null gives 0 in every row")
    typer = finder.view.evaluator.typer
    all_rows = all(isinstance(part, e.Star) or _never_null(part, finder) for part in parts)
    has_star = any(isinstance(part, e.Star) and part.qualifier for part in parts)
    grouped = bool(typer.grouping_keys) and not typer.in_pivot and node.window is None
    windowed = node.window is not None and node.window.frame is None
    low = int(all_rows and not has_star and node.filter is None and (grouped or windowed))
    what = "counts a row at least" if low else "gives 0 or more"
    return number_range(low, None, f"`count` {what}")


def _never_null(node: e.Expression, finder: RangeFinder) -> bool:
    outcome = finder.view.outcome(node)
    return isinstance(outcome, Value) and not outcome.is_null


def _sum(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange | None:
    """A sum of what is never negative is never negative."""
    range_ = finder.find_range(parts[0]) if len(parts) == 1 else None
    type_ = finder.view.data_type(node)
    limit = type_range(type_)
    if range_ is None or not range_.spans or limit is None or not isinstance(type_, IntegralType):
        return None
    low = hull_of(range_.spans).low
    if not isinstance(low, int) or low < 0 or not finder.view.ansi:
        return None
    return number_range(0, None, "this sum gives 0 or more")


def _map_size(
    finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]
) -> ValueRange | None:
    is_nested = len(parts) == 1 and isinstance(finder.view.data_type(parts[0]), ArrayType | MapType)
    return _size(finder, node, parts) if is_nested else None


RANGES: Mapping[str, FindRange] = {
    **dict.fromkeys(_BOUNDS, _find_count_range),
    **dict.fromkeys(("extract", "date_part", "datepart"), _extract),
    **dict.fromkeys(_LENGTHS, _length),
    **dict.fromkeys(("size", "cardinality", "array_size"), _map_size),
    "levenshtein": _levenshtein,
    "width_bucket": _width_bucket,
    "count": _count,
    "sum": _sum,
}
