"""Functions that give one of their arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ssbt.compiler.resolve.ranges.keys import key_of_constant
from ssbt.compiler.resolve.traps.expression_view import function_name
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import IntegralType, StringType
from ssbt.compiler.types.ranges.model import ValueRange, type_range
from ssbt.compiler.types.ranges.spans import Key, spans_of

if TYPE_CHECKING:
    from ssbt.compiler.resolve.ranges.range_finder import FindRange, RangeFinder


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


def _extreme(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange | None:
    """What `greatest` gives is no less than any constant in it: nulls do not count."""
    name, type_ = function_name(node), finder.view.data_type(node)
    values = find_choice(finder, name, parts, node) or type_range(type_)
    constants = [part for part in parts if finder.find_constant(part) is not None]
    if values is None or not constants:
        return find_choice(finder, name, parts, node)
    for part in constants:
        range_ = finder.find_result(part, type_)
        key = range_.spans[0].low if range_ is not None and range_.spans else None
        if key is not None:
            spans = values.restrict(spans_of(">=" if name == "greatest" else "<=", key))
            bound = "no less" if name == "greatest" else "no more"
            reason = f"`{name}` gives {bound} than {ssbt_text(part)}"
            values = replace(values, spans=spans, reason=reason)
    return values


def _nullif(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange | None:
    """Never the value that becomes null."""
    values = finder.find_full_range(parts[0]) if parts else None
    if values is None or not isinstance(finder.view.data_type(node), IntegralType | StringType):
        return None
    key: Key | None = 0 if isinstance(finder.view.data_type(parts[0]), IntegralType) else None
    if function_name(node) == "nullif":
        type_ = finder.view.data_type(parts[0])
        key = key_of_constant(parts[1], type_, finder.view) if len(parts) == 2 else None
    if key is None or finder.view.data_type(node) != finder.view.data_type(parts[0]):
        return finder.find_range(parts[0])
    reason = f"`{function_name(node)}` makes null of {key!r}"
    return replace(values, spans=values.restrict(spans_of("!=", key)), reason=reason)


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
    **dict.fromkeys(("coalesce", "nvl", "ifnull"), _coalesce),
    **dict.fromkeys(("greatest", "least"), _extreme),
    **dict.fromkeys(("nullif", "nullifzero"), _nullif),
    **dict.fromkeys(("if", "nvl2"), _if),
    **dict.fromkeys(("min", "max", "first", "last", "any_value", "mode"), _first),
    **dict.fromkeys(("first_value", "last_value", "nth_value", "min_by", "max_by"), _first),
    **dict.fromkeys(("lag", "lead"), _lag),
    "decode": _decode,
}
