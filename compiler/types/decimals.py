"""The precision and scale that Spark gives the result of decimal arithmetic."""

from __future__ import annotations

from ssbt.compiler.types.datatypes import MAX_DECIMAL_PRECISION, DecimalType

_MINIMUM_SCALE = 6


def result_type(
    operator: str, left: DecimalType, right: DecimalType, allow_precision_loss: bool = True
) -> DecimalType:
    """The type of `left operator right` for `+`, `-`, `*`, `/` and `%`.

    `allow_precision_loss` is `spark.sql.decimalOperations.allowPrecisionLoss`: beyond 38 digits
    the fraction gives way to the whole part.
    """
    scale = max(left.scale, right.scale)
    whole_left, whole_right = left.precision - left.scale, right.precision - right.scale
    match operator:
        case "*":
            scale = left.scale + right.scale
            precision = left.precision + right.precision + 1
        case "/":
            return _quotient_type(left, right, allow_precision_loss)
        case "%":
            precision = min(whole_left, whole_right) + scale
        case _:
            precision = max(whole_left, whole_right) + scale + 1
    return (
        adjust_precision(precision, scale)
        if allow_precision_loss
        else bound_precision(precision, scale)
    )


def _quotient_type(
    left: DecimalType, right: DecimalType, allow_precision_loss: bool
) -> DecimalType:
    whole = left.precision - left.scale + right.scale
    scale = max(_MINIMUM_SCALE, left.scale + right.precision + 1)
    if allow_precision_loss:
        return adjust_precision(whole + scale, scale)
    whole, scale = min(MAX_DECIMAL_PRECISION, whole), min(MAX_DECIMAL_PRECISION, scale)
    excess = whole + scale - MAX_DECIMAL_PRECISION
    if excess > 0:
        scale -= excess // 2 + 1
        whole = MAX_DECIMAL_PRECISION - scale
    return bound_precision(whole + scale, scale)


def bound_precision(precision: int, scale: int) -> DecimalType:
    """The decimal with both numbers cut at 38."""
    return DecimalType(min(precision, MAX_DECIMAL_PRECISION), min(scale, MAX_DECIMAL_PRECISION))


def adjust_precision(precision: int, scale: int) -> DecimalType:
    """The decimal of 38 digits that keeps the whole part, and six decimals if they are there."""
    if precision <= MAX_DECIMAL_PRECISION:
        return DecimalType(precision, scale)
    room = MAX_DECIMAL_PRECISION - (precision - scale)
    return DecimalType(MAX_DECIMAL_PRECISION, max(room, min(scale, _MINIMUM_SCALE)))
