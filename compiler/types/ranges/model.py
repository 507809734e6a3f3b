"""What is known of the values of an expression before any row is read."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
import re

from msgspec import Struct

from ssbt.compiler.types.datatypes import (
    BooleanType,
    DataType,
    DateType,
    DecimalType,
    DoubleType,
    FloatType,
    IntegralType,
    StringType,
    TimestampNTZType,
    TimestampType,
)
from ssbt.compiler.types.folding.casts import BITS, EXACT
from ssbt.compiler.types.ranges.spans import (
    EVERYTHING,
    Key,
    Span,
    Spans,
    complement_of,
    intersect_spans,
    point,
    snap_spans,
    spans_of,
    unite_spans,
)


class Form(Struct, frozen=True):
    """A form that every value has; `reason` says which, as a clause for people.

    `correct` makes the value of this form that was probably meant of another one. `alphabet`
    matches every single character that occurs in values of the form. `lengths` are the fewest and
    the most characters of a value.
    """

    pattern: re.Pattern[str]
    reason: str
    correct: Callable[[str], str] | None = None
    alphabet: re.Pattern[str] | None = None
    lengths: tuple[int, int | None] | None = None


class Calendar(Struct, frozen=True):
    """Days or times that alone are values: what `fits` is true of."""

    fits: Callable[[int], bool]
    reason: str


class ValueRange(Struct, frozen=True):
    """The values of an expression that are not null: in `spans`, and of every form.

    `reason` says why as a clause for people, and is empty where the type alone says so. Multiples
    of `step` alone are values.
    """

    spans: Spans = EVERYTHING
    step: int | Decimal | None = None
    forms: tuple[Form, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    reason: str = ""

    def restrict(self, spans: Spans) -> Spans:
        """Those of the values that lie in `spans`."""
        common = snap_spans(intersect_spans(self.spans, spans), self.step)
        if not self.forms and not self.calendars:
            return common
        return tuple(
            span for span in common if not span.is_point or self.find_violation(span.low) is None
        )

    def find_violation(self, key: Key | None) -> Form | Calendar | None:
        """The form or the calendar that a value does not fit in."""
        if isinstance(key, str):
            return next((f for f in self.forms if not f.pattern.fullmatch(key)), None)
        if isinstance(key, int):
            return next((each for each in self.calendars if not each.fits(key)), None)
        return None

    def decide(self, operator: str, key: Key) -> bool | None:
        """What `value operator key` is for all of the values; None where it depends on them."""
        allowed = spans_of(operator, key)
        if not self.restrict(allowed):
            return False
        return None if self.restrict(complement_of(allowed)) else True

    @property
    def points(self) -> tuple[Key, ...] | None:
        """The values one by one, where they are a few."""
        if len(self.spans) > MAX_POINTS or not all(span.is_point for span in self.spans):
            return None
        return tuple(span.low for span in self.spans if span.low is not None)

    def intersect(self, other: ValueRange) -> ValueRange:
        """What both say of one value."""
        spans = self.restrict(other.restrict(EVERYTHING))
        step = self.step if other.step is None else other.step
        return ValueRange(
            spans,
            step,
            (*self.forms, *other.forms),
            (*self.calendars, *other.calendars),
            self.reason or other.reason,
        )


class Remaining(Struct, frozen=True):
    """The values that a condition leaves of a column: `null` if null may be one of them."""

    spans: Spans
    null: bool


MAX_POINTS = 24


def range_of_points(keys: list[Key], reason: str) -> ValueRange:
    """A few values."""
    return ValueRange(unite_spans(map(point, keys)), reason=reason)


def number_range(
    low: Key | None, high: Key | None, reason: str, step: int | Decimal | None = 1
) -> ValueRange:
    """The numbers from `low` to `high`."""
    return ValueRange((Span(low, high),), step, reason=reason)


def unite_ranges(ranges: list[ValueRange], reason: str) -> ValueRange:
    """The values of any of them."""
    steps = [each.step for each in ranges if each.step is not None]
    step = min(steps) if len(steps) == len(ranges) else None
    if step is not None and any(each % step for each in steps):
        step = 1 if all(isinstance(each, int) for each in steps) else None
    forms = ranges[0].forms if all(each.forms == ranges[0].forms for each in ranges) else ()
    calendars = ranges[0].calendars
    if not all(each.calendars == calendars for each in ranges):
        calendars = ()
    spans = unite_spans(span for each in ranges for span in each.restrict(EVERYTHING))
    return ValueRange(spans, step, forms, calendars, reason)


def type_range(type_: DataType) -> ValueRange | None:
    """What the type alone says; None where its values have no order that is known here."""
    match type_:
        case BooleanType():
            return ValueRange((point(0), point(1)), 1)
        case IntegralType():
            bound = 2 ** (BITS[type(type_)] - 1)
            return ValueRange((Span(-bound, bound - 1),), 1)
        case DecimalType():
            step = Decimal(1).scaleb(-type_.scale, EXACT)
            bound = Decimal(10**type_.precision - 1).scaleb(-type_.scale, EXACT)
            return ValueRange((Span(-bound, bound),), step if type_.scale else 1)
        case FloatType() | DoubleType() | TimestampType() | TimestampNTZType():
            return ValueRange()
        case DateType():
            return ValueRange(EVERYTHING, 1)
        case StringType() if type_ == StringType():
            return ValueRange((Span(""),))
    return None
