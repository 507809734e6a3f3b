"""Numbers and sizes as the values of options."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ssbt.compiler.connectors.specification import Option, ValueKind
from ssbt.compiler.connectors.values import Number, Size
from ssbt.compiler.connectors.wording import unfit_value, wrong_type
from ssbt.compiler.whole_numbers import parse_whole

if TYPE_CHECKING:
    from ssbt.compiler.connectors.parameters import ConvertedScalar


_BYTES = {unit: 1024**power for power, unit in enumerate(("b", "kb", "mb", "gb", "tb"))}


def convert_number(option: Option, value: Number, item: bool) -> ConvertedScalar:
    """The number, if it is within the limits of the option; an `item` is one of a list."""
    number = _parse_number(option, value.text)
    if number is None:
        yield wrong_type(option, value, item)
        return None
    if option.minimum is not None and number < option.minimum:
        yield unfit_value(option, value.span, f"at least {option.minimum:g}")
        return None
    if option.maximum is not None and number > option.maximum:
        yield unfit_value(option, value.span, f"at most {option.maximum:g}")
        return None
    return number


def _parse_number(option: Option, text: str) -> float | int | None:
    if option.type.kind is not ValueKind.NUMBER:
        return parse_whole(text)
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def convert_size(option: Option, value: Size) -> ConvertedScalar:
    """The number of bytes; as for Spark, 1 kb is 1024 of them."""
    factor = _BYTES.get(value.unit.casefold().replace("ib", "b"))
    try:
        size = float(value.amount) * factor if factor else -1
    except ValueError:
        size = -1
    if size >= 1 << 63:
        yield unfit_value(option, value.span, "less than 8388608 tb, as 64 bits hold")
        return None
    if size < 0 or size != int(size):
        units = ", ".join(f"`{unit}`" for unit in _BYTES)
        yield unfit_value(option, value.span, f"a whole number of bytes, in {units}")
        return None
    if option.minimum is not None and size < option.minimum:
        yield unfit_value(option, value.span, f"at least {_display_size(option.minimum)}")
        return None
    if option.maximum is not None and size > option.maximum:
        yield unfit_value(option, value.span, f"at most {_display_size(option.maximum)}")
        return None
    return int(size)


def _display_size(size: float) -> str:
    """Bytes in the largest unit of which they are a whole number."""
    unit = max((each for each in _BYTES if size % _BYTES[each] == 0), key=lambda each: _BYTES[each])
    return f"{size / _BYTES[unit]:g} {unit}"
