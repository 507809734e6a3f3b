"""The decimals that other numbers become, and the one that holds two of them."""

from __future__ import annotations

from ssbt.compiler.types.datatypes import (
    DOUBLE,
    MAX_DECIMAL_PRECISION,
    DataType,
    DecimalType,
    FloatType,
    FractionalType,
    IntegralType,
)


def decimal_for(data_type: DataType) -> DecimalType:
    """The decimal that Spark takes for a number of this type."""
    match data_type:
        case DecimalType():
            return data_type
        case IntegralType():
            return DecimalType(data_type.DIGITS, 0)
        case FloatType():
            return DecimalType(14, 7)
    return DecimalType(30, 15)


def wider_decimal(a: DecimalType, b: DecimalType) -> DecimalType:
    """The decimal that holds both, cut down to 38 digits from the right if there is no such."""
    scale = max(a.scale, b.scale)
    precision = max(a.precision - a.scale, b.precision - b.scale) + scale
    excess = max(0, precision - MAX_DECIMAL_PRECISION)
    return DecimalType(precision - excess, max(0, scale - excess))


def wider_number_type(a: DataType, b: DataType) -> DataType | None:
    """The number that holds both where one is a decimal; None where there is no such."""
    match a, b:
        case (DecimalType() | IntegralType(), DecimalType() | IntegralType()):
            return wider_decimal(decimal_for(a), decimal_for(b))
        case (FractionalType(), DecimalType()) | (DecimalType(), FractionalType()):
            return DOUBLE
    return None
