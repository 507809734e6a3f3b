"""Sets of ordered values as spans: what lies between two bounds, each in or out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal

from msgspec import Struct

# Numbers of all kinds are ordered among themselves; texts by code points, dates by days, times
# by microseconds, `false` and `true` as 0 and 1.
Key = int | Decimal | float | str

_WIDE = Context(prec=400)


class Span(Struct, frozen=True):
    """The values from `low` to `high`; None where there is no bound, which takes NaN in above."""

    low: Key | None = None
    high: Key | None = None
    low_open: bool = False
    high_open: bool = False

    @property
    def is_point(self) -> bool:
        """Whether it is one value."""
        return self.low is not None and self.low == self.high

    @property
    def is_empty(self) -> bool:
        """Whether no value lies between the bounds."""
        if self.low is None or self.high is None:
            return False
        if self.low == self.high:
            return self.low_open or self.high_open
        return is_above(self.low, self.high)


Spans = tuple[Span, ...]
EVERYTHING: Spans = (Span(),)
NOTHING: Spans = ()


def point(key: Key) -> Span:
    """The one value."""
    return Span(key, key)


def spans_of(operator: str, key: Key) -> Spans:
    """The values for which `value operator key` is true."""
    match operator:
        case "<":
            return (Span(None, key, False, True),)
        case "<=":
            return (Span(None, key),)
        case ">":
            return (Span(key, None, True, False),)
        case ">=":
            return (Span(key, None),)
        case "!=" | "<>":
            return (Span(None, key, False, True), Span(key, None, True, False))
        case _:
            return (point(key),)


def intersect_spans(first: Spans, second: Spans) -> Spans:
    """The values in both sets."""
    if first == EVERYTHING:
        return second
    if second == EVERYTHING:
        return first
    result: list[Span] = []
    i = j = 0
    while i < len(first) and j < len(second):
        common = _intersect(first[i], second[j])
        if not common.is_empty:
            result.append(common)
        if _ends_before(first[i], second[j]):
            i += 1
        else:
            j += 1
    return tuple(result)


def _intersect(first: Span, second: Span) -> Span:
    low, low_open = first.low, first.low_open
    if low is None or (second.low is not None and is_above(second.low, low)):
        low, low_open = second.low, second.low_open
    elif second.low is not None and second.low == low:
        low_open = low_open or second.low_open
    high, high_open = first.high, first.high_open
    if high is None or (second.high is not None and is_above(high, second.high)):
        high, high_open = second.high, second.high_open
    elif second.high is not None and second.high == high:
        high_open = high_open or second.high_open
    return Span(low, high, low_open, high_open)


def is_above(first: Key, second: Key) -> bool:
    """Whether a key comes after another; keys of one set are of one kind."""
    # The type checker sees a text beside a number in the union, which one set never holds.
    return first > second  # type: ignore[operator]


def is_within(span: Span, bounds: Span) -> bool:
    """Whether a span has both ends, and neither lies outside the ends of another."""
    if span.low is None or span.high is None or bounds.low is None or bounds.high is None:
        return False
    return not is_above(bounds.low, span.low) and not is_above(span.high, bounds.high)


def _ends_before(first: Span, second: Span) -> bool:
    if first.high is None or second.high is None:
        return first.high is not None
    if first.high == second.high:
        return first.high_open
    return is_above(second.high, first.high)


def unite_spans(spans: Iterable[Span]) -> Spans:
    """The values in any of them, in order."""
    waiting = [each for each in spans if not each.is_empty]
    unbounded = [each for each in waiting if each.low is None]
    bounded = [each for each in waiting if each.low is not None]
    # Keys of one set are of one kind, which the type checker does not see.
    bounded.sort(key=lambda each: (each.low, each.low_open))
    result: list[Span] = []
    for span in (*unbounded, *bounded):
        if result and _touches(result[-1], span):
            result[-1] = _join(result[-1], span)
        else:
            result.append(span)
    return tuple(result)


def _touches(first: Span, second: Span) -> bool:
    """Whether nothing lies between two spans, the first of which begins first."""
    if first.high is None or second.low is None:
        return True
    if first.high == second.low:
        return not (first.high_open and second.low_open)
    return is_above(first.high, second.low)


def _join(first: Span, second: Span) -> Span:
    low_open = first.low_open and (second.low != first.low or second.low_open)
    if first.high is None or second.high is None:
        return Span(first.low, None, low_open, False)
    if first.high == second.high:
        high_open = first.high_open and second.high_open
        return Span(first.low, first.high, low_open, high_open)
    last = second if is_above(second.high, first.high) else first
    return Span(first.low, last.high, low_open, last.high_open)


def complement_of(spans: Spans) -> Spans:
    """The values in none of them."""
    result: list[Span] = []
    low: Key | None = None
    low_open = False
    for span in spans:
        if span.low is not None:
            result.append(Span(low, span.low, low_open, not span.low_open))
        if span.high is None:
            return tuple(each for each in result if not each.is_empty)
        low, low_open = span.high, not span.high_open
    result.append(Span(low, None, low_open, False))
    return tuple(each for each in result if not each.is_empty)


def snap_spans(spans: Spans, step: int | Decimal | None) -> Spans:
    """The same values where only multiples of `step` are values, with bounds that are some."""
    if step is None:
        return spans
    snapped = (Span(_snap_low(span, step), _snap_high(span, step)) for span in spans)
    return tuple(span for span in snapped if not span.is_empty)


def _snap_low(span: Span, step: int | Decimal) -> Key | None:
    if span.low is None:
        return None
    key = _multiple(span.low, step, ROUND_CEILING)
    return _add(key, step) if span.low_open and key == span.low else key


def _snap_high(span: Span, step: int | Decimal) -> Key | None:
    if span.high is None:
        return None
    key = _multiple(span.high, step, ROUND_FLOOR)
    return _add(key, -step) if span.high_open and key == span.high else key


def _multiple(key: Key, step: int | Decimal, rounding: str) -> int | Decimal:
    if isinstance(key, int) and step == 1:
        return key
    count = _WIDE.divide(Decimal(key), Decimal(step)).to_integral_value(rounding, _WIDE)
    return int(count) if step == 1 else _WIDE.multiply(count, Decimal(step))


def _add(key: int | Decimal, step: int | Decimal) -> int | Decimal:
    if isinstance(key, int) and isinstance(step, int):
        return key + step
    return _WIDE.add(Decimal(key), Decimal(step))


def hull_of(spans: Sequence[Span]) -> Span:
    """The one span from the lowest to the highest value; there is one at least."""
    first, last = spans[0], spans[-1]
    return Span(first.low, last.high, first.low_open, last.high_open)
