"""What Java does and Lightbend's library inherits."""

from __future__ import annotations

from collections.abc import Callable


def java_order(count: int) -> Callable[[str], int]:
    """The order in which a HashMap of this many keys has them, as the key of a stable sort."""
    buckets = 16
    while count > buckets * 3 // 4:
        buckets *= 2

    def bucket(key: str) -> int:
        units = key.encode("utf-16-be", "surrogatepass")
        code = 0
        for high, low in zip(units[::2], units[1::2], strict=True):
            code = (31 * code + 256 * high + low) & 0xFFFFFFFF
        return (code ^ code >> 16) & (buckets - 1)

    return bucket
