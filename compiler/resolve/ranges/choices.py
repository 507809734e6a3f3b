"""Functions that give one of their arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ssbt.compiler.resolve.traps.expression_view import function_name
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.types.ranges.model import ValueRange

if TYPE_CHECKING:
    from ssbt.compiler.resolve.ranges.finder import FindRange, RangeFinder


def find_choice(
    finder: RangeFinder, name: str, values: Sequence[e.Expression], node: e.Expression
) -> ValueRange | None:
    """One of several values."""
    reason = f"`{name}` gives no other value than those of its branches"
    return finder.unite(values, finder.view.data_type(node), reason)


def _coalesce(
    finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]
) -> ValueRange | None:
    return find_choice(finder, function_name(node), parts, node)


def _if(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange | None:
    return find_choice(finder, function_name(node), parts[1:], node) if len(parts) == 3 else None


def _first(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange | None:
    """What gives values of its argument as they are."""
    if not parts or finder.view.data_type(parts[0]) != finder.view.data_type(node):
        return None
    return finder.find_range(parts[0])


def _lag(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange | None:
    values = [parts[0], parts[2]] if len(parts) == 3 else parts[:1]
    return find_choice(finder, function_name(node), values, node) if values else None


def _decode(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange | None:
    """`decode(value, search, result, …, otherwise)`."""
    if len(parts) < 3:
        return None
    results = [*parts[2::2], *(parts[-1:] if len(parts) % 2 == 0 else ())]
    return find_choice(finder, "decode", results, node)


RANGES: Mapping[str, FindRange] = {
    **dict.fromkeys(("coalesce", "nvl", "ifnull", "greatest", "least"), _coalesce),
    **dict.fromkeys(("if", "nvl2"), _if),
    **dict.fromkeys(("min", "max", "first", "last", "any_value", "mode"), _first),
    **dict.fromkeys(
        ("first_value", "last_value", "nth_value", "nullif", "min_by", "max_by"), _first
    ),
    **dict.fromkeys(("lag", "lead"), _lag),
    "decode": _decode,
}
