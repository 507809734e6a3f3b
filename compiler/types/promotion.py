"""How Spark brings the two operands of an operator to one type."""

from __future__ import annotations

from ssbt.compiler.types.casts import force_nullable
from ssbt.compiler.types.coercion import (
    AtomicType,
    ansi_string_promotion,
    is_unknown,
    tightest_common_type,
)
from ssbt.compiler.types.collation_strength import Strength, string_type_of
from ssbt.compiler.types.datatypes import (
    BOOLEAN,
    DATE,
    DOUBLE,
    TIMESTAMP,
    BooleanType,
    CalendarIntervalType,
    DataType,
    DateType,
    DayTimeIntervalType,
    DecimalType,
    DoubleType,
    FloatType,
    IntegralType,
    NullType,
    NumericType,
    StringType,
    TimestampType,
    YearMonthIntervalType,
)
from ssbt.compiler.types.decimal_widening import decimal_for, wider_decimal
from ssbt.compiler.types.expression_types import Typed
from ssbt.compiler.types.literals import decimal_of

Pair = tuple[Typed, Typed]

_INTERVALS = (YearMonthIntervalType, DayTimeIntervalType, CalendarIntervalType)


def cast_implicitly(operand: Typed, target: DataType) -> Typed:
    """The operand after an implicit cast to `target`."""
    if operand.type == target:
        return operand
    nullable = operand.nullable or force_nullable(operand.type, target)
    # The collation of what was no text is the one of nobody's choice.
    strength = operand.strength if string_type_of(operand.type) else Strength.DEFAULT
    return Typed(target, nullable, strength=strength)


def promote_for_arithmetic(left: Typed, right: Typed, ansi: bool) -> Pair:
    """The operands of `+ - * / % div & | ^`; two decimals may still differ."""
    left, right = _promote_strings(left, right, ansi)
    return _cast_to_tightest(*_promote_decimals(left, right), ansi)


def promote_for_comparison(left: Typed, right: Typed, ansi: bool) -> Pair:
    """The operands of a comparison, of one type if there is one."""
    if ansi:
        left, right = _promote_strings(left, right, ansi)
    else:
        left, right = _promote_legacy_comparison(left, right)
    match left.type, right.type:
        case DecimalType(), DecimalType():
            common = wider_decimal(left.type, right.type)
            return cast_implicitly(left, common), cast_implicitly(right, common)
    left, right = _promote_decimals(left, right)
    match left.type, right.type:
        case DecimalType(), DecimalType():
            common = wider_decimal(left.type, right.type)
            return cast_implicitly(left, common), cast_implicitly(right, common)
    return _cast_to_tightest(left, right, ansi)


def _promote_strings(left: Typed, right: Typed, ansi: bool) -> Pair:
    if ansi:
        common = ansi_string_promotion(left.type, right.type)
        if common is None or is_unknown(left.type, right.type):
            return left, right
        return cast_implicitly(left, common), cast_implicitly(right, common)
    if isinstance(left.type, StringType) and not isinstance(right.type, _INTERVALS):
        left = cast_implicitly(left, DOUBLE)
    if isinstance(right.type, StringType) and not isinstance(left.type, _INTERVALS):
        right = cast_implicitly(right, DOUBLE)
    return left, right


def _promote_decimals(left: Typed, right: Typed) -> Pair:
    match left.type, right.type:
        case (DecimalType(), DecimalType()):
            return left, right
        case (IntegralType(), DecimalType()):
            return cast_implicitly(left, _decimal_of_integer(left)), right
        case (DecimalType(), IntegralType()):
            return left, cast_implicitly(right, _decimal_of_integer(right))
        case (FloatType() | DoubleType(), DecimalType()):
            return left, cast_implicitly(right, DOUBLE)
        case (DecimalType(), FloatType() | DoubleType()):
            return cast_implicitly(left, DOUBLE), right
    return left, right


def _decimal_of_integer(operand: Typed) -> DecimalType:
    if isinstance(operand.constant, int):
        return decimal_of(operand.constant)
    return decimal_for(operand.type)


def _cast_to_tightest(left: Typed, right: Typed, ansi: bool) -> Pair:
    if isinstance(left.type, DecimalType) and isinstance(right.type, DecimalType):
        return left, right
    common = tightest_common_type(left.type, right.type, ansi)
    if common is None:
        return left, right
    return cast_implicitly(left, common), cast_implicitly(right, common)


def _promote_legacy_comparison(left: Typed, right: Typed) -> Pair:
    common = _legacy_common_type(left.type, right.type) or _legacy_common_type(
        right.type, left.type
    )
    if common is None:
        return left, right
    return cast_implicitly(left, common), cast_implicitly(right, common)


def _legacy_common_type(a: DataType, b: DataType) -> DataType | None:
    match a, b:
        case (StringType(), DateType()):
            return DATE
        case (StringType(), TimestampType()):
            return TIMESTAMP
        case (StringType(), NullType()):
            return a
        case (StringType(), DecimalType()) if b.scale > 0:
            return DOUBLE
        case (StringType(), YearMonthIntervalType() | DayTimeIntervalType() | StringType()):
            return None
        case (StringType(), _) if isinstance(b, AtomicType):
            return b
    return None


def promote_boolean_equality(left: Typed, right: Typed) -> Pair:
    """The operands of `=` and `<=>` in legacy mode, where `true = 1` is allowed."""
    match left.type, right.type:
        case (BooleanType(), NumericType()):
            return left, Typed(BOOLEAN, right.nullable)
        case (NumericType(), BooleanType()):
            return Typed(BOOLEAN, left.nullable), right
    return left, right
