"""What a cast makes of a range of values."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
import math
import re

from ssbt.compiler.patterns import lazy_pattern
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
from ssbt.compiler.types.folding.casts import EXACT, as_floating
from ssbt.compiler.types.ranges.model import Form, ValueRange, type_range
from ssbt.compiler.types.ranges.spans import (
    Key,
    Span,
    hull_of,
    is_within,
    snap_spans,
    unite_spans,
)

_YEAR = r"(?:\d{4}|[+-]\d{4,7})"
_DATE_FORM = Form(
    lazy_pattern(rf"{_YEAR}-\d\d-\d\d"),
    "a date as text is written like 2026-01-31",
    alphabet=lazy_pattern(r"[-+\d]"),
)
_TIME_FORM = Form(
    lazy_pattern(rf"{_YEAR}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{{0,5}}[1-9])?"),
    "a timestamp as text is written like 2026-01-31 08:45:00",
    alphabet=lazy_pattern(r"[-+\d :.]"),
)
_WHOLE_FORM = Form(
    lazy_pattern(r"0|-?[1-9]\d*"),
    "a whole number as text has digits only",
    alphabet=lazy_pattern(r"[-\d]"),
)


def cast_range(
    range_: ValueRange, source: DataType, target: DataType, ansi: bool
) -> ValueRange | None:
    """The values that come out of a cast; None where nothing is known of them."""
    if source == target:
        return range_
    if target == StringType():
        return _texts(range_, source, ansi)
    number_types = (IntegralType, DecimalType, FloatType, DoubleType)
    if isinstance(source, BooleanType) and isinstance(target, number_types):
        source_is_number = True
    else:
        source_is_number = isinstance(source, number_types)
    if not source_is_number or not isinstance(target, number_types):
        return None
    convert = _conversion(source, target)
    limit = type_range(target)
    if convert is None or limit is None:
        return None
    spans = unite_spans(
        Span(
            None if span.low is None else convert(span.low),
            None if span.high is None else convert(span.high),
        )
        for span in range_.spans
    )
    if not ansi and not isinstance(target, FloatType | DoubleType):
        # Without ANSI mode what is too large wraps around.
        inside = snap_spans(spans, limit.step)
        return (
            ValueRange(inside, limit.step, reason=range_.reason)
            if is_within(hull_of(spans), hull_of(limit.spans))
            else None
        )
    return ValueRange(limit.restrict(spans), limit.step, reason=range_.reason)


def _conversion(source: DataType, target: DataType) -> Callable[[Key], Key] | None:
    """How bounds are converted: by functions that never turn two values round."""
    match target:
        case IntegralType():
            return lambda key: key if isinstance(key, float) and math.isinf(key) else _truncate(key)
        case DecimalType(scale=scale):
            if isinstance(source, FloatType | DoubleType):
                return None
            step = Decimal(1).scaleb(-scale, EXACT)
            return lambda key: Decimal(key).quantize(step, ROUND_HALF_UP, EXACT)
        case FloatType() | DoubleType():
            return lambda key: as_floating(float(key), target)
        case _:
            return None


def _truncate(key: Key) -> int:
    return int(Decimal(key) if not isinstance(key, str) else 0)


def _texts(range_: ValueRange, source: DataType, ansi: bool) -> ValueRange | None:
    """What values look like as texts."""
    whole = ValueRange((Span(""),))
    match source:
        case BooleanType() | IntegralType() if (points := range_.points) is not None:
            is_boolean = isinstance(source, BooleanType)
            words = [("false", "true")[int(p)] if is_boolean else str(p) for p in points]
            reason = "a BOOLEAN as text is true or false" if is_boolean else range_.reason
            return ValueRange(
                unite_spans(Span(word, word) for word in words),
                forms=(_words_form(words, reason),),
                reason=reason,
            )
        case IntegralType():
            return _form_range(whole, _WHOLE_FORM)
        case DecimalType(scale=scale) if ansi:
            fraction = rf"\.\d{{{scale}}}" if scale else ""
            digits = f"{scale} digits after the point" if scale else "digits only"
            form = Form(
                lazy_pattern(rf"-?(?:0|[1-9]\d*){fraction}"),
                f"a {source.sql} as text has {digits}",
                alphabet=lazy_pattern(r"[-.\d]"),
            )
            return _form_range(whole, form)
        case DateType():
            return _form_range(whole, _DATE_FORM)
        case TimestampType() | TimestampNTZType():
            return _form_range(whole, _TIME_FORM)
        case _:
            return None


def _words_form(words: list[str], reason: str) -> Form:
    by_lower = {word.lower(): word for word in words}
    return Form(
        lazy_pattern("|".join(map(re.escape, words))),
        reason,
        correct=lambda text: by_lower.get(text.lower(), text),
    )


def _form_range(range_: ValueRange, form: Form) -> ValueRange:
    return ValueRange(range_.spans, forms=(form,), reason=form.reason)
