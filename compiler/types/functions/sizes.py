"""Constants for which a function needs more memory than Spark has."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ssbt.compiler.types.expression_types import Mismatch, Typed

# With a billion, the JVM of Spark 4.1 ends; an array in it cannot hold much more than two.
MAXIMUM_SIZE = 1_000_000_000
# Half of it takes ten times as long to plan: each register of the sketch is a column of its own.
SMALLEST_ERROR = Decimal("0.001")
# Which argument says how long the result is.
_SIZES = {"array_repeat": 1, "lpad": 1, "randstr": 0, "repeat": 1, "rpad": 1, "space": 0}


def find_size_mismatch(name: str, arguments: Sequence[Typed]) -> Mismatch | None:
    """What is wrong with a constant that makes a result too large for one value."""
    if name == "approx_count_distinct":
        return _check_error(arguments)
    index = _SIZES.get(name)
    size = arguments[index].constant if index is not None and index < len(arguments) else None
    if index is None or isinstance(size, bool) or not isinstance(size, int):
        return None
    repeated = arguments[0].constant if name == "repeat" else None
    length = len(repeated) if isinstance(repeated, str) else 1
    if size * length <= MAXIMUM_SIZE:
        return None
    what = "an array of that many elements" if name == "array_repeat" else "a text of that length"
    reason = f"{what} ends Spark's JVM"
    return Mismatch(reason, index, f"up to {MAXIMUM_SIZE // length:,}", is_about_value=True)


def _check_error(arguments: Sequence[Typed]) -> Mismatch | None:
    error = arguments[1].constant if len(arguments) > 1 else None
    if isinstance(error, bool) or not isinstance(error, int | float | Decimal):
        return None
    if not 0 < error < SMALLEST_ERROR:
        return None
    reason = f"for an error of {error}, Spark keeps more numbers than it has memory"
    help_ = "`count(distinct …)` counts exactly"
    expected = f"{SMALLEST_ERROR} or more"
    return Mismatch(reason, 1, expected, help=help_, is_about_value=True)
