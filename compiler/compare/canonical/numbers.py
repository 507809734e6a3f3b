"""Numbers that are written otherwise and are worth the same."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from ssbt.compiler.compare.canonical.values import Value, ValuePool
from ssbt.compiler.ir.terms import LITERAL
from ssbt.compiler.types.datatypes import (
    DOUBLE,
    LONG,
    DataType,
    DecimalType,
    IntegralType,
    NumericType,
)

# Within these, whatever Spark makes of two numbers to compare them holds all digits of both.
_MAX_DIGITS = 9
# All whole numbers of so many digits are floats, too.
_MAX_SIGNIFICANT_DIGITS = 7
_MAX_PRECISION = 28


def is_number_literal(value: Value) -> bool:
    """Whether a value is a number as it was written."""
    return value.operator == LITERAL and isinstance(value.type, NumericType)


def as_number(pool: ValuePool, value: Value, types: Iterable[DataType]) -> Value:
    """An exact literal that is compared with numbers of these types, by its worth alone."""
    worth = _exact_value(value)
    if worth is None or not all(map(_is_narrow, types)):
        return value
    return pool.make(LITERAL, (), ("number", _decimal_text(worth)), LONG, nullable=False)


def as_double(pool: ValuePool, value: Value) -> Value:
    """An exact literal in arithmetic of doubles, which Spark makes a double first."""
    worth = _exact_value(value)
    if worth is None:
        return value
    return pool.make(LITERAL, (), float(worth), DOUBLE, nullable=False)


def _exact_value(value: Value) -> Decimal | None:
    """The worth of a literal that is a whole number or a decimal."""
    if not is_number_literal(value) or isinstance(value.value, bool):
        return None
    if not isinstance(value.value, int | Decimal):
        return None
    worth = Decimal(value.value)
    shortest = worth.normalize()
    digits, significant_digits = (len(each.as_tuple().digits) for each in (worth, shortest))
    return (
        worth if digits <= _MAX_DIGITS and significant_digits <= _MAX_SIGNIFICANT_DIGITS else None
    )


def _decimal_text(worth: Decimal) -> str:
    return format(worth.normalize() + 0, "f")


def _is_narrow(type_: DataType) -> bool:
    """Whether it is a number, and none of the widest decimals."""
    if isinstance(type_, DecimalType):
        return type_.precision <= _MAX_PRECISION
    return isinstance(type_, NumericType | IntegralType)
