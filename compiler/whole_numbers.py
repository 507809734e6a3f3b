"""Whole numbers in texts that people write.

Python's `int` raises for more than 4,300 digits, is slow below that, and takes the digits of every
script; Spark's and Kafka's numbers have 64 bits or fewer.
"""

from __future__ import annotations

from ssbt.compiler.patterns import lazy_pattern

_WHOLE = lazy_pattern(r"([+-]?)0*([0-9]+)")
# The longest one of 64 bits.
_MOST_DIGITS = 19


def parse_whole(text: str, bits: int = 64) -> int | None:
    """The number that a text is; None for any other text, and for more than this many bits hold."""
    match = _WHOLE.fullmatch(text)
    if match is None or len(match[2]) > _MOST_DIGITS:
        return None
    number = int(match[1] + match[2])
    return number if -(1 << (bits - 1)) <= number < 1 << (bits - 1) else None
