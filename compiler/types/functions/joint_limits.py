"""Constants that a function cannot use beside its other arguments."""

from __future__ import annotations

from collections.abc import Sequence

from ssbt.compiler.types import texts
from ssbt.compiler.types.datatypes import IntegralType
from ssbt.compiler.types.expression_types import Mismatch, Typed
from ssbt.compiler.types.folding.casts import BITS


def find_joint_mismatch(name: str, arguments: Sequence[Typed]) -> Mismatch | None:
    """What is wrong with a constant because of another argument."""
    return (
        _check_group(name, arguments)
        or _check_slide(name, arguments)
        or _check_start(name, arguments)
        or _check_bit(name, arguments)
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
