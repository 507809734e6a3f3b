"""Durations and sizes as Lightbend's library reads them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
import re

_MILLISECONDS = {
    **dict.fromkeys(("", "ms", "milli", "millis", "millisecond", "milliseconds"), Decimal(1)),
    **dict.fromkeys(("ns", "nano", "nanos", "nanosecond", "nanoseconds"), Decimal("1e-6")),
    **dict.fromkeys(("us", "micro", "micros", "microsecond", "microseconds"), Decimal("1e-3")),
    **dict.fromkeys(("s", "second", "seconds"), Decimal(1_000)),
    **dict.fromkeys(("m", "minute", "minutes"), Decimal(60_000)),
    **dict.fromkeys(("h", "hour", "hours"), Decimal(3_600_000)),
    **dict.fromkeys(("d", "day", "days"), Decimal(86_400_000)),
}
_TOO_LARGE = 1 << 63
_LETTERS = "kmgtpezy"
_NAMES = ("kilo", "mega", "giga", "tera", "peta", "exa", "zetta", "yotta")
_BINARY = ("kibi", "mebi", "gibi", "tebi", "pebi", "exbi", "zebi", "yobi")


def _build_byte_factors() -> dict[str, int]:
    """Powers of ten for `kB` and `MB`, of two for `K`, `k`, `M`, `KiB`."""
    factors = dict.fromkeys(("", "B", "b", "byte", "bytes"), 1)
    for power, letter in enumerate(_LETTERS, 1):
        upper = letter.upper()
        factors["kB" if letter == "k" else f"{upper}B"] = 1000**power
        factors |= dict.fromkeys((letter, upper, f"{upper}i", f"{upper}iB"), 1024**power)
        for names, base in ((_NAMES, 1000), (_BINARY, 1024)):
            factors |= dict.fromkeys(
                (f"{names[power - 1]}byte", f"{names[power - 1]}bytes"), base**power
            )
    return factors


_BYTES = _build_byte_factors()


def parse_milliseconds(text: str) -> Decimal | None:
    """A duration that Spark can have; a number alone is one of milliseconds."""
    parts = _split_quantity(text)
    factor = _MILLISECONDS.get(parts[1]) if parts is not None else None
    if parts is None or factor is None or not abs(parts[0]) < _TOO_LARGE:
        return None
    length = parts[0] * factor
    return length if abs(length) < _TOO_LARGE else None


def parse_bytes(text: str) -> int | None:
    """A number of bytes, cut to a whole one; there are no negative ones, and no more than 2^63."""
    parts = _split_quantity(text)
    factor = _BYTES.get(parts[1]) if parts is not None else None
    if parts is None or factor is None or not abs(parts[0]) < _TOO_LARGE:
        return None
    count = int(parts[0] * factor)
    return count if 0 <= count < 1 << 63 else None


def _split_quantity(text: str) -> tuple[Decimal, str] | None:
    match = re.fullmatch(r"\s*([+-]?[0-9.eE+-]*?[0-9.])\s*([A-Za-z]*)\s*", text)
    if match is None:
        return None
    try:
        return Decimal(match[1]), match[2]
    except InvalidOperation:
        return None
