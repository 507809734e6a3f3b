"""Ranges of functions of numbers: rounding, signs, roots and angles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
import math
from typing import TYPE_CHECKING

from ssbt.compiler.resolve.ranges.numbers import fit_range
from ssbt.compiler.resolve.traps.expression_view import function_name
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import DecimalType, DoubleType, IntegralType
from ssbt.compiler.types.ranges.model import ValueRange, number_range
from ssbt.compiler.types.ranges.spans import Key, Span, hull_of

if TYPE_CHECKING:
    from ssbt.compiler.resolve.ranges.range_finder import FindRange, RangeFinder


def _monotone(convert: Callable[[Decimal], Decimal | int]) -> FindRange:
    """A function that never turns two numbers round."""

    def find(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange | None:
        type_ = finder.view.data_type(node)
        range_ = finder.find_range(parts[0]) if len(parts) == 1 else None
        if range_ is None or not range_.spans or not isinstance(type_, IntegralType | DecimalType):
            return None
        hull = hull_of(range_.spans)
        low, high = (_convert_bound(key, convert) for key in (hull.low, hull.high))
        return fit_range(Span(low, high), type_, finder, ssbt_text(node))

    return find


def _convert_bound(key: Key | None, convert: Callable[[Decimal], Decimal | int]) -> Key | None:
    if key is None or isinstance(key, str) or math.isinf(key):
        return None
    return convert(Decimal(key))


def _fixed_range(low: float, high: float | None) -> FindRange:
    """A DOUBLE between two numbers; NaN, which is above all, is what there is of NaN alone."""

    def find(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange | None:
        exact = all(
            isinstance(finder.view.data_type(part), IntegralType | DecimalType) for part in parts
        )
        top = high if exact else None
        text = f"from {low:g} to {high:g}" if high is not None else f"{low:g} or more"
        reason = f"`{function_name(node)}` gives {text}"
        return number_range(low, top, reason, None)

    return find


def _sign(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange | None:
    if len(parts) != 1 or not isinstance(finder.view.data_type(node), DoubleType):
        return None
    exact = isinstance(finder.view.data_type(parts[0]), IntegralType | DecimalType)
    reason = f"`{function_name(node)}` gives -1, 0 or 1"
    points = (Span(-1.0, -1.0), Span(0.0, 0.0), Span(1.0, 1.0) if exact else Span(1.0, None))
    return ValueRange(points, reason=reason)


def _round(finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]) -> ValueRange | None:
    """Rounding to whole numbers keeps a range whose bounds are whole."""
    type_ = finder.view.data_type(node)
    range_ = finder.find_range(parts[0]) if parts else None
    if range_ is None or not range_.spans or not isinstance(type_, IntegralType | DecimalType):
        return None
    hull = hull_of(range_.spans)
    if isinstance(hull.low, float | str) or isinstance(hull.high, float | str) or len(parts) > 1:
        return None
    ends = (
        None if hull.low is None else math.floor(hull.low),
        None if hull.high is None else math.ceil(hull.high),
    )
    return fit_range(Span(*ends), type_, finder, ssbt_text(node))


RANGES: Mapping[str, FindRange] = {
    **dict.fromkeys(("ceil", "ceiling"), _monotone(math.ceil)),
    "floor": _monotone(math.floor),
    **dict.fromkeys(("round", "bround"), _round),
    **dict.fromkeys(("sign", "signum"), _sign),
    **dict.fromkeys(("sqrt", "exp"), _fixed_range(0.0, None)),
    **dict.fromkeys(("sin", "cos", "tanh"), _fixed_range(-1.0, 1.0)),
    "atan": _fixed_range(-math.pi / 2, math.pi / 2),
    "acos": _fixed_range(0.0, None),
    "cosh": _fixed_range(1.0, None),
    **dict.fromkeys(("std", "stddev", "stddev_pop", "stddev_samp"), _fixed_range(0.0, None)),
    **dict.fromkeys(("variance", "var_pop", "var_samp"), _fixed_range(0.0, None)),
}
