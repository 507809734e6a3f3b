"""Ranges of arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Context, Decimal
import math
from typing import TYPE_CHECKING

from ssbt.compiler.resolve.traps.expression_view import function_name
from ssbt.compiler.syntax.ast import expressions as e
from ssbt.compiler.syntax.formatting.expressions import ssbt_text
from ssbt.compiler.types.datatypes import (
    DataType,
    DecimalType,
    DoubleType,
    FloatType,
    IntegralType,
)
from ssbt.compiler.types.ranges.model import ValueRange, type_range
from ssbt.compiler.types.ranges.spans import Key, Span, hull_of, is_above, is_within, snap_spans

if TYPE_CHECKING:
    from ssbt.compiler.resolve.ranges.range_finder import FindRange, RangeFinder

_WIDE = Context(prec=400)
_NUMBERS = (IntegralType, DecimalType, FloatType, DoubleType)
_FLOATING = (FloatType, DoubleType)


def find_operation(
    finder: RangeFinder, operator: str, left: e.Expression, right: e.Expression, node: e.Expression
) -> ValueRange | None:
    """What `left operator right` gives."""
    type_ = finder.view.data_type(node)
    if not isinstance(type_, _NUMBERS):
        return None
    if operator == "%":
        return _find_remainder(finder, left, right, type_, ssbt_text(node))
    if operator in ("&", "*") and isinstance(type_, IntegralType):
        special = _find_masked(finder, operator, left, right, node)
        if special is not None:
            return special
    sides = (_find_hull(finder, left), _find_hull(finder, right))
    if sides[0] is None or sides[1] is None or operator not in ("+", "-", "*"):
        return None
    if not any(map(finder.find_range, (left, right))):
        return None
    return fit_range(_combine(operator, sides[0], sides[1], type_), type_, finder, ssbt_text(node))


def _find_masked(
    finder: RangeFinder, operator: str, left: e.Expression, right: e.Expression, node: e.Expression
) -> ValueRange | None:
    """`flags & 7` is from 0 to 7, and `number * 10` a multiple of 10."""
    type_ = finder.view.data_type(node)
    for value, other in ((left, right), (right, left)):
        constant = finder.find_constant(other)
        size = constant.spans[0].low if constant is not None else None
        if not isinstance(size, int) or size < 0 or finder.find_constant(value) is not None:
            continue
        if operator == "&":
            return fit_range(Span(0, size), type_, finder, ssbt_text(node))
        full = _find_hull(finder, value)
        limit = type_range(type_)
        if size < 2 or full is None or limit is None or not finder.view.ansi:
            continue
        if not isinstance(finder.view.data_type(value), IntegralType):
            continue
        span = _combine("*", full, Span(size, size), type_)
        spans = snap_spans(limit.restrict((span,)), size)
        reason = f"`{ssbt_text(node)}` is a multiple of {size}"
        narrow = finder.find_range(value)
        if narrow is not None:
            reason = f"`{ssbt_text(node)}` is {describe_spans(spans)}, in steps of {size}"
        return ValueRange(spans, size, reason=reason)
    return None


def find_negation(
    finder: RangeFinder, operand: e.Expression, node: e.Expression
) -> ValueRange | None:
    """What `-operand` gives."""
    range_, type_ = finder.find_range(operand), finder.view.data_type(node)
    if range_ is None or not isinstance(type_, _NUMBERS):
        return None
    hull = hull_of(range_.spans) if range_.spans else None
    if hull is None or (hull.high is None and isinstance(type_, _FLOATING)):
        # NaN stays above all numbers.
        return None
    return fit_range(Span(_minus(hull.high), _minus(hull.low)), type_, finder, ssbt_text(node))


def _minus(key: Key | None) -> Key | None:
    return None if key is None or isinstance(key, str) else -key


def _find_hull(finder: RangeFinder, node: e.Expression) -> Span | None:
    range_ = finder.find_constant(node) or finder.find_full_range(node)
    if range_ is None or not range_.spans or not isinstance(finder.view.data_type(node), _NUMBERS):
        return None
    return hull_of(range_.spans)


def _combine(operator: str, left: Span, right: Span, type_: DataType) -> Span:
    floating = isinstance(type_, _FLOATING)
    lows, highs = (left.low, right.low), (left.high, right.high)
    if operator == "-":
        lows, highs = (left.low, _minus(right.high)), (left.high, _minus(right.low))
    if operator in ("+", "-"):
        return Span(_add(*lows, floating), _add(*highs, floating))
    corners = [_multiply(a, b, floating) for a in (left.low, left.high) for b in _ends(right)]
    if any(corner is None for corner in corners):
        is_positive = _is_at_least_zero(left) and _is_at_least_zero(right)
        return Span(0, None) if is_positive else Span()
    finite = [corner for corner in corners if corner is not None]
    return Span(min(finite), max(finite))


def _ends(span: Span) -> tuple[Key | None, Key | None]:
    return span.low, span.high


def _is_at_least_zero(span: Span) -> bool:
    return span.low is not None and not isinstance(span.low, str) and span.low >= 0


def _add(left: Key | None, right: Key | None, floating: bool) -> int | Decimal | float | None:
    if left is None or right is None:
        return None
    if floating:
        total = float(left) + float(right)
        return None if math.isinf(total) or math.isnan(total) else total
    return _WIDE.add(Decimal(left), Decimal(right))


def _multiply(left: Key | None, right: Key | None, floating: bool) -> Decimal | float | None:
    if left is None or right is None:
        return None
    if floating:
        product = float(left) * float(right)
        return None if math.isinf(product) or math.isnan(product) else product
    return _WIDE.multiply(Decimal(left), Decimal(right))


def fit_range(span: Span, type_: DataType, finder: RangeFinder, text: str) -> ValueRange | None:
    """The range as far as the type holds it."""
    limit = type_range(type_)
    if limit is None:
        return None
    low, high = span.low, span.high
    if isinstance(type_, DecimalType):
        # The result may be rounded to the digits that its type has.
        ulp = Decimal(1).scaleb(-type_.scale, _WIDE)
        low = (
            None
            if low is None
            else _WIDE.subtract(Decimal(low), ulp)
            if _has_more(low, type_)
            else low
        )
        high = (
            None
            if high is None
            else _WIDE.add(Decimal(high), ulp)
            if _has_more(high, type_)
            else high
        )
    elif isinstance(type_, FloatType):
        return None
    elif (
        isinstance(type_, IntegralType)
        and not finder.view.ansi
        and not is_within(Span(low, high), hull_of(limit.spans))
    ):
        # Without ANSI mode numbers wrap around.
        return None
    spans = limit.restrict((Span(low, high),))
    if spans == limit.spans:
        return None
    return ValueRange(spans, limit.step, reason=f"`{text}` is {describe_spans(spans)}")


def _has_more(key: Key, type_: DecimalType) -> bool:
    exponent = Decimal(key).as_tuple().exponent
    return isinstance(exponent, int) and -exponent > type_.scale


def describe_spans(spans: Sequence[Span]) -> str:
    """`from 0 to 9`, as people say it."""
    hull = hull_of(spans)
    low, high = (_number_text(key) for key in (hull.low, hull.high))
    if hull.is_point:
        return f"always {low}"
    if low and high:
        return f"from {low} to {high}"
    return f"{low} or more" if low else f"{high} or less"


def _number_text(key: Key | None) -> str:
    if key is None:
        return ""
    if isinstance(key, Decimal):
        text = f"{key:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(key)


def _find_remainder(
    finder: RangeFinder, left: e.Expression, right: e.Expression, type_: DataType, text: str
) -> ValueRange | None:
    """The sign is that of the dividend."""
    divisor = finder.find_constant(right)
    if divisor is None or not isinstance(divisor.spans[0].low, int | Decimal):
        return None
    most = _largest_remainder(divisor.spans[0].low, type_)
    dividend = _find_hull(finder, left)
    if most is None or dividend is None:
        return None
    low = 0 if _is_at_least_zero(dividend) else -most
    is_negative = dividend.high is not None and _is_at_least_zero(Span(_minus(dividend.high), None))
    return fit_range(Span(low, 0 if is_negative else most), type_, finder, text)


def _largest_remainder(divisor: int | Decimal, type_: DataType) -> int | Decimal | None:
    size: int | Decimal = divisor if divisor > 0 else -divisor
    if not size:
        return None
    if isinstance(type_, IntegralType):
        return size - 1
    if isinstance(type_, DecimalType):
        return _WIDE.subtract(Decimal(size), Decimal(1).scaleb(-type_.scale, _WIDE))
    return None


def _remainder(
    finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]
) -> ValueRange | None:
    if len(parts) != 2:
        return None
    type_ = finder.view.data_type(node)
    return _find_remainder(finder, parts[0], parts[1], type_, ssbt_text(node))


def _positive_remainder(
    finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]
) -> ValueRange | None:
    type_ = finder.view.data_type(node)
    divisor = finder.find_constant(parts[1]) if len(parts) == 2 else None
    size = divisor.spans[0].low if divisor is not None else None
    if not isinstance(size, int | Decimal):
        return None
    most = _largest_remainder(size, type_)
    if most is None:
        return None
    low: Key = 0 if size > 0 else -most
    return fit_range(Span(low, most), type_, finder, ssbt_text(node))


def _absolute(
    finder: RangeFinder, node: e.Call, parts: Sequence[e.Expression]
) -> ValueRange | None:
    type_ = finder.view.data_type(node)
    if len(parts) != 1 or not isinstance(type_, _NUMBERS):
        return None
    if isinstance(type_, IntegralType) and not finder.view.ansi:
        return None
    hull, limit = _find_hull(finder, parts[0]), type_range(type_)
    if hull is None or limit is None:
        return None
    high = limit.spans[-1].high
    low: Key = 0
    if finder.find_range(parts[0]) and hull.low is not None and hull.high is not None:
        ends = [hull.low, hull.high]
        sizes = [key if is_above(key, 0) else _minus(key) or 0 for key in ends]
        first, last = sizes if is_above(sizes[1], sizes[0]) else sizes[::-1]
        low, high = first if is_above(hull.low, 0) is is_above(hull.high, 0) else 0, last
    elif hull.low is not None and not isinstance(hull.low, str) and hull.low > 0:
        low = hull.low
    spans = limit.restrict((Span(low, high),))
    return ValueRange(
        spans, limit.step, reason=f"`{function_name(node)}` gives {describe_spans(spans)}"
    )


RANGES: Mapping[str, FindRange] = {
    "mod": _remainder,
    "pmod": _positive_remainder,
    "abs": _absolute,
}
