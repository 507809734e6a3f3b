"""Constants that a function cannot use beside its other arguments."""

from __future__ import annotations

from collections.abc import Sequence

from ssbt.compiler.types import texts
from ssbt.compiler.types.datatypes import (
    BinaryType,
    DateType,
    IntegralType,
    TimestampNTZType,
    TimestampType,
)
from ssbt.compiler.types.expression_types import Mismatch, Typed
from ssbt.compiler.types.folding.casts import BITS
from ssbt.compiler.types.folding.moments import last_of_month
from ssbt.compiler.types.functions.sizes import find_size_mismatch

_OF_DATE_AND_TIME = ("make_timestamp", "make_timestamp_ltz")
_DATED = ("make_date", "make_timestamp", "make_timestamp_ltz", "make_timestamp_ntz")


def find_joint_mismatch(name: str, arguments: Sequence[Typed]) -> Mismatch | None:
    """What is wrong with a constant because of another argument."""
    return (
        _check_group(name, arguments)
        or _check_slide(name, arguments)
        or _check_start(name, arguments)
        or _check_bit(name, arguments)
        or _missing_day(name, arguments)
        or _missing_choice(name, arguments)
        or _few_items(name, arguments)
        or _cipher(name, arguments)
        or _unwritten(name, arguments)
        or _unknown_zone(name, arguments)
        or find_size_mismatch(name, arguments)
    )


def _check_group(name: str, arguments: Sequence[Typed]) -> Mismatch | None:
    """A group of a regular expression that it does not have; without a number it is the first."""
    if name not in ("regexp_extract", "regexp_extract_all") or len(arguments) < 2:
        return None
    pattern = arguments[1].constant
    group = arguments[2].constant if len(arguments) > 2 else 1
    if not isinstance(pattern, str) or not isinstance(group, int):
        return None
    groups = texts.group_count(pattern)
    if groups is None or 0 <= group <= groups:
        return None
    reason = f"'{pattern}' has no group {group}"
    index = 2 if len(arguments) > 2 else 1
    help_ = "put `(…)` around the part that is wanted; all of the match is group 0"
    return Mismatch(reason, index, help=help_, is_about_value=True)


def _check_slide(name: str, arguments: Sequence[Typed]) -> Mismatch | None:
    """Windows that begin further apart than they are long."""
    if name != "window" or len(arguments) < 3:
        return None
    width, slide = (texts.duration_microseconds(arguments[index].constant) for index in (1, 2))
    if width is None or slide is None or slide <= width:
        return None
    reason = "windows that begin further apart than they are long leave out what is between"
    return Mismatch(reason, 2, "no more than the width of the window", is_about_value=True)


def _check_start(name: str, arguments: Sequence[Typed]) -> Mismatch | None:
    """A start of windows that is not before the next one begins."""
    if name != "window" or len(arguments) < 4:
        return None
    slide, start = (texts.duration_microseconds(arguments[index].constant) for index in (2, 3))
    if slide is None or start is None or abs(start) < slide:
        return None
    reason = "the start of windows is less than what is between two of them"
    return Mismatch(reason, 3, "a shorter duration", is_about_value=True)


def _check_bit(name: str, arguments: Sequence[Typed]) -> Mismatch | None:
    """A place that the number has no bit in."""
    if name not in ("bit_get", "getbit") or len(arguments) < 2:
        return None
    type_, bit = arguments[0].type, arguments[1].constant
    if not isinstance(type_, IntegralType) or not isinstance(bit, int) or bit < BITS[type(type_)]:
        return None
    reason = f"{type_.sql} has no bit {bit}"
    return Mismatch(reason, 1, f"0 to {BITS[type(type_)] - 1}", is_about_value=True)


def _missing_day(name: str, arguments: Sequence[Typed]) -> Mismatch | None:
    """A day that its month has in no year, such as the 30th of February."""
    if name not in _DATED or len(arguments) < 3:
        return None
    year, month, day = (arguments[place].constant for place in range(3))
    if not isinstance(month, int) or not isinstance(day, int) or not 1 <= month <= 12:
        return None
    last = last_of_month(year if isinstance(year, int) else None, month)
    if day <= last:
        return None
    when = f" of {year}" if isinstance(year, int) else ""
    return Mismatch(f"month {month}{when} has no day {day}", 2, f"1 to {last}", is_about_value=True)


def _missing_choice(name: str, arguments: Sequence[Typed]) -> Mismatch | None:
    """A number of a choice of `elt` that is not there."""
    number = arguments[0].constant if name == "elt" and arguments else None
    if not isinstance(number, int) or number < len(arguments):
        return None
    reason = f"`elt` has no choice {number} here"
    return Mismatch(reason, 0, f"1 to {len(arguments) - 1}", is_about_value=True)


def _few_items(name: str, arguments: Sequence[Typed]) -> Mismatch | None:
    """Fewer items that are counted than are asked for."""
    if name != "approx_top_k" or len(arguments) < 2:
        return None
    item_count = arguments[1].constant
    counted = arguments[2].constant if len(arguments) > 2 else 10_000
    if not isinstance(item_count, int) or not isinstance(counted, int) or item_count <= counted:
        return None
    reason = f"of {counted} items that are counted there are no top {item_count}"
    return Mismatch(reason, min(len(arguments) - 1, 2), is_about_value=True)


def _cipher(name: str, arguments: Sequence[Typed]) -> Mismatch | None:
    """A mode of AES beside a padding that it does not have."""
    if name not in ("aes_encrypt", "aes_decrypt", "try_aes_decrypt") or len(arguments) < 3:
        return None
    mode = str(arguments[2].constant).upper()
    padding = str(arguments[3].constant).upper() if len(arguments) > 3 else "DEFAULT"
    if (mode, padding) in (("GCM", "PKCS"), ("CBC", "NONE"), ("ECB", "NONE")):
        return Mismatch(
            f"AES in mode {mode} has no padding {padding}", 3, "'DEFAULT'", is_about_value=True
        )
    return None


def _unwritten(name: str, arguments: Sequence[Typed]) -> Mismatch | None:
    """A format that `to_char` does not write times or bytes by."""
    if name not in ("to_char", "to_varchar") or len(arguments) != 2:
        return None
    type_, format_ = arguments[0].type, arguments[1].constant
    expected = None
    if isinstance(type_, DateType | TimestampType | TimestampNTZType):
        expected = texts.check_date_format(format_) if isinstance(format_, str) else None
    elif isinstance(type_, BinaryType) and isinstance(format_, str):
        is_known = format_.lower() in ("hex", "base64", "utf-8")
        expected = None if is_known else "'hex', 'base64' or 'utf-8'"
    if expected is None:
        return None
    return Mismatch(f"`{name}` cannot use {format_!r} here", 1, expected, is_about_value=True)


def _unknown_zone(name: str, arguments: Sequence[Typed]) -> Mismatch | None:
    """The zone after a date and a time, where numbers have the day."""
    if len(arguments) != 3 or name.removeprefix("try_") not in _OF_DATE_AND_TIME:
        return None
    zone = arguments[2].constant
    if zone is None or isinstance(zone, tuple):
        return None
    expected = texts.check_time_zone(zone)
    if expected is None:
        return None
    return Mismatch(f"`{name}` cannot use {zone!r} here", 2, expected, is_about_value=True)
