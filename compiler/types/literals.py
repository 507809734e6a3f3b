"""The types of literals."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
import re

from ssbt.compiler.patterns import lazy_pattern
from ssbt.compiler.types.datatypes import (
    BYTE,
    DOUBLE,
    FLOAT,
    INT,
    LONG,
    MAX_DECIMAL_PRECISION,
    SHORT,
    DataType,
    DayTimeIntervalType,
    DecimalType,
    YearMonthIntervalType,
)
from ssbt.compiler.types.expression_types import Mismatch, Typed

_SUFFIXES: dict[str, DataType] = {"L": LONG, "S": SHORT, "Y": BYTE, "D": DOUBLE, "F": FLOAT}
_BITS: dict[DataType, int] = {LONG: 64, INT: 32, SHORT: 16, BYTE: 8}
_LARGEST_FLOAT = Decimal("3.4028234663852886E+38")
_LARGEST_DOUBLE = Decimal("1.7976931348623157E+308")


def infer_number(text: str, negative: bool = False) -> Typed | Mismatch:
    """The type of a numeric literal as it is written, for example `1`, `2.50`, `1e3`, `7L`, `3BD`.

    `negative` tells that a minus stands before it, which belongs to the number: `-2147483648` is
    an INT. A mismatch says that the number is outside its type's range.
    """
    body, suffix = _split_suffix(text)
    try:
        value = Decimal("-" + body if negative else body)
    except InvalidOperation:
        return Mismatch(f"`{text}` is not a number")
    if suffix == "BD":
        return _infer_decimal(text, value)
    if suffix in _SUFFIXES:
        return _infer_suffixed(text, value, _SUFFIXES[suffix])
    if "e" in body.lower():
        return _infer_suffixed(text, value, DOUBLE)
    if "." in body:
        return _infer_decimal(text, value)
    for data_type in (INT, LONG):
        if _is_in_range(value, data_type):
            return Typed(data_type, False, int(value))
    return _infer_decimal(text, value)


def _split_suffix(text: str) -> tuple[str, str]:
    upper = text.upper()
    if upper.endswith("BD"):
        return text[:-2], "BD"
    if upper[-1:] in _SUFFIXES:
        return text[:-1], upper[-1]
    return text, ""


def _is_in_range(value: Decimal, data_type: DataType) -> bool:
    limit = 1 << (_BITS[data_type] - 1)
    return -limit <= value < limit


def _infer_suffixed(text: str, value: Decimal, data_type: DataType) -> Typed | Mismatch:
    if data_type in _BITS:
        if value != value.to_integral_value() or not _is_in_range(value, data_type):
            return Mismatch(f"`{text}` is outside the range of {data_type}")
        return Typed(data_type, False, int(value))
    if is_beyond_floating(value, data_type):
        return Mismatch(f"`{text}` is outside the range of {data_type}")
    return Typed(data_type, False, float(value))


def is_beyond_floating(number: Decimal, type_: DataType) -> bool:
    """Whether a number would be infinite as a FLOAT or DOUBLE."""
    return abs(number) > (_LARGEST_FLOAT if type_ == FLOAT else _LARGEST_DOUBLE)


def _infer_decimal(text: str, value: Decimal) -> Typed | Mismatch:
    data_type = decimal_of(value)
    if data_type.precision > MAX_DECIMAL_PRECISION:
        return Mismatch(f"`{text}` has more than {MAX_DECIMAL_PRECISION} digits")
    return Typed(data_type, False, value)


def decimal_of(value: Decimal | int) -> DecimalType:
    """The smallest decimal type that holds a number as it is written (`2.50` has two decimals)."""
    _, digits, exponent = Decimal(value).as_tuple()
    places = -exponent if isinstance(exponent, int) else 0
    if places < 0:
        return DecimalType(len(digits) - places, 0)
    return DecimalType(max(len(digits), places), places)


_YEAR_MONTH_UNITS = {"year": 0, "month": 1}
_DAY_TIME_UNITS = {
    "week": 0,
    "day": 0,
    "hour": 1,
    "minute": 2,
    "second": 3,
    "millisecond": 3,
    "microsecond": 3,
}


_INTERVAL_NUMBER = r"(?:[+-]\s*)?(?:\d+(?:\.\d*)?|\.\d+)\s+[a-z]+"
_INTERVAL_TEXT = lazy_pattern(
    rf"\s*(?:interval\s+)?({_INTERVAL_NUMBER}(?:\s*{_INTERVAL_NUMBER})*)\s*\Z", re.IGNORECASE
)
_INTERVAL_PART = lazy_pattern(r"([\d.]+)\s+([a-z]+)", re.IGNORECASE)


class UnitsError(ValueError):
    """A text is no interval; the message says why, for people."""


def parse_interval_units(text: str) -> frozenset[str]:
    """The units, in the singular, of an interval written in one text, such as `3 days 2 hours`.

    Raises UnitsError.
    """
    match = _INTERVAL_TEXT.match(text)
    if match is None:
        raise UnitsError(f"`{text}` is no interval; write it as '3 days 2 hours'")
    units = set()
    for number, word in _INTERVAL_PART.findall(match[1]):
        unit = word.lower().removesuffix("s")
        if unit not in _YEAR_MONTH_UNITS and unit not in _DAY_TIME_UNITS:
            raise UnitsError(f"`{word}` is not a unit of an interval")
        if "." in number and unit != "second":
            raise UnitsError(f"only seconds have a fraction, not {word}")
        units.add(unit)
    return frozenset(units)


def infer_interval(units: Sequence[str]) -> DataType | Mismatch:
    """The type of `interval 1 day 2 hours` or `interval '1 2' day to hour`, from its units.

    The units are the words in either number and any case; a mismatch says that there is no such
    unit or that the units are of both families.
    """
    words = [unit.lower().removesuffix("s") for unit in units]
    for word in words:
        if word not in _YEAR_MONTH_UNITS and word not in _DAY_TIME_UNITS:
            return Mismatch(f"`{word}` is not a unit of an interval")
    months = [_YEAR_MONTH_UNITS[word] for word in words if word in _YEAR_MONTH_UNITS]
    times = [_DAY_TIME_UNITS[word] for word in words if word in _DAY_TIME_UNITS]
    if months and times:
        return Mismatch("an interval has either years and months or days and times, not both")
    if months:
        return YearMonthIntervalType(min(months), max(months))
    return DayTimeIntervalType(min(times), max(times))
