"""Numbers that are written differently and are equal."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from ssbt.compiler.ir.canonical.values import Pool, Value
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
_MOST_DIGITS = 9
# All whole numbers of this many digits are floats, too.
_MOST_NEEDED = 7
_WIDEST = 28


def is_number_literal(value: Value) -> bool:
    """Whether a value is a number as it was written."""
    return value.operator == LITERAL and isinstance(value.type, NumericType)


def as_number(pool: Pool, value: Value, types: Iterable[DataType]) -> Value:
    """An exact literal that is compared with numbers of these types, by its worth alone."""
    worth = _exact(value)
    if worth is None or not all(map(_is_narrow, types)):
        return value
    return pool.make(LITERAL, (), ("number", _text(worth)), LONG, nullable=False)


def as_double(pool: Pool, value: Value) -> Value:
    """An exact literal in arithmetic of doubles, which Spark makes a double first."""
    worth = _exact(value)
    if worth is None:
        return value
    return pool.make(LITERAL, (), float(worth), DOUBLE, nullable=False)


def _exact(value: Value) -> Decimal | None:
    """The worth of a literal that is a whole number or a decimal."""
    if not is_number_literal(value) or isinstance(value.value, bool):
        return None
    if not isinstance(value.value, int | Decimal):
        return None
    worth = Decimal(value.value)
    shortest = worth.normalize()
    digits, needed = (len(each.as_tuple().digits) for each in (worth, shortest))
    return worth if digits <= _MOST_DIGITS and needed <= _MOST_NEEDED else None


def _text(worth: Decimal) -> str:
    return format(worth.normalize() + 0, "f")


def _is_narrow(type_: DataType) -> bool:
    """Whether it is a number, and none of the widest decimals."""
    if isinstance(type_, DecimalType):
        return type_.precision <= _WIDEST
    return isinstance(type_, NumericType | IntegralType)
