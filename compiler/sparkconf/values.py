"""Values of Spark's settings, read as Spark's own converters read them."""

from __future__ import annotations

import re

from ssbt.compiler.patterns import lazy_pattern

_BITS = {"int": 31, "long": 63}
_DURATION = lazy_pattern(r"-?\d+(us|ms|s|m|min|h|d)?", re.IGNORECASE)
_QUANTITY = lazy_pattern(r"(-?\d+)\s*([A-Za-z]+)")
# Spark's spellings of units, where the language and HOCON have others.
_UNITS = {"microsecond": "us", "millisecond": "ms", "second": "s", "minute": "min", "hour": "h"}
_UNITS |= {"day": "d", "byte": "b", "kib": "k", "mib": "m", "gib": "g", "tib": "t"}
_SIZE = lazy_pattern(r"-?\d+([kmgtp]?b|[kmgtp])?", re.IGNORECASE)


def spark_quantity(amount: str, unit: str) -> str:
    """A duration or size as Spark spells it: `2min` for 2 minutes."""
    return f"{amount}{_UNITS.get(unit.lower().removesuffix('s'), unit)}"


def normalize_unit(value: str, kind: str) -> str:
    """The value of a setting, its unit as Spark spells it where the setting has one."""
    match = _QUANTITY.fullmatch(value.strip()) if kind in ("duration", "size") else None
    return spark_quantity(match[1], match[2]) if match else value


def describe_expected_value(value: str, kind: str, least: str, choices: tuple[str, ...]) -> str:
    """What a setting of the kind takes instead; nothing if it takes the value."""
    text = value.strip()
    match kind:
        case "boolean" if text.lower() not in ("true", "false"):
            return "true or false"
        case "int" | "long":
            return _describe_whole_number(text, kind, least)
        case "number" if not _is_number(text):
            return "a number"
        case "duration" if not _DURATION.fullmatch(text):
            return "a duration such as `500ms`, `10s`, `5min`, `1h`"
        case "size" if not _SIZE.fullmatch(text):
            return "a size such as `512k`, `64m`, `1g`"
        case "choice" if text.casefold() not in map(str.casefold, choices):
            return f"one of {', '.join(choices)}"
    return ""


def _describe_whole_number(text: str, kind: str, least: str) -> str:
    lowest = int(least) if least else -(1 << _BITS[kind])
    is_whole = re.fullmatch(r"[+-]?\d{1,20}", text, re.ASCII) is not None
    if is_whole and lowest <= int(text) < 1 << _BITS[kind]:
        return ""
    return f"a whole number from {least}" if least else "a whole number"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text
