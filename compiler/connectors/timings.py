"""Durations and triggers as the values of options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ssbt.compiler.connectors.durations import (
    interval,
    interval_milliseconds,
    is_unit_of_time,
    short_duration,
)
from ssbt.compiler.connectors.parameters import ConversionTarget
from ssbt.compiler.connectors.specification import SPARK_LINES, Option, is_newer
from ssbt.compiler.connectors.triggers import SHORTEST, SINCE, TIMED, Trigger, TriggerKind
from ssbt.compiler.connectors.values import Duration, Every, Word
from ssbt.compiler.connectors.wording import too_new, unfit_value, wrong_type
from ssbt.compiler.diagnostics.codes.connectors import UNFIT_VALUE
from ssbt.compiler.diagnostics.model import Diagnostic, Label

if TYPE_CHECKING:
    from collections.abc import Generator

    from ssbt.compiler.connectors.parameters import ConvertedScalar


def convert_duration(option: Option, value: Duration) -> ConvertedScalar:
    """The duration as Spark's short text, such as `10m`."""
    text = short_duration(value.amount, value.unit)
    if text is None:
        yield unfit_value(option, value.span, _expectation(value))
    return text


def convert_milliseconds(option: Option, value: Duration) -> ConvertedScalar:
    """The duration as a whole number of milliseconds."""
    interval_text = interval(value.amount, value.unit)
    length = interval_milliseconds(interval_text) if interval_text else None
    if length is None or length != int(length):
        yield unfit_value(option, value.span, _expectation(value))
        return None
    return int(length)


def _expectation(value: Duration) -> str:
    is_whole = value.amount.isdigit() and is_unit_of_time(value.unit)
    if is_whole and interval(value.amount, value.unit) is None:
        return "at most 106,751,991 days"
    return "a whole number of milliseconds, seconds, minutes, hours, days or weeks"


def convert_trigger(
    option: Option, value: Word | Every, target: ConversionTarget
) -> Generator[Diagnostic, None, Trigger | None]:
    """The trigger, if its kind takes such an interval."""
    keyword = value.text if isinstance(value, Word) else value.word
    kinds = {kind.value: kind for kind in TriggerKind}
    kind = kinds.get(keyword)
    text = ""
    if isinstance(value, Every) and short_duration(value.duration.amount, value.duration.unit):
        # What has no short form depends on the calendar, or is no whole number.
        text = interval(value.duration.amount, value.duration.unit) or ""
    is_fit = kind in SHORTEST or (kind in TIMED) == isinstance(value, Every)
    if kind is None or not is_fit:
        yield wrong_type(option, value)
        return None
    if isinstance(value, Every) and not text:
        expectation = "a whole number of seconds, minutes or hours"
        yield Diagnostic(
            UNFIT_VALUE, f"`{keyword}` takes {expectation}", Label(value.duration.span)
        )
        return None
    minimum = SHORTEST.get(kind, 0)
    if isinstance(value, Every) and (interval_milliseconds(text) or 0) < minimum * 1000:
        message = f"`{keyword}` takes at least {minimum} seconds"
        yield Diagnostic(UNFIT_VALUE, message, Label(value.duration.span))
        return None
    since = SINCE.get(kind, SPARK_LINES[0])
    if is_newer(since, target.spark):
        yield too_new(f"`{option.name} = {keyword}`", since, target.spark, value.span)
    return Trigger(kind, text)
