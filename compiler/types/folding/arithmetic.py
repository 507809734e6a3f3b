"""Operators of numbers: `+ - * / % div`, bits and shifts."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
import math

from ssbt.compiler.types.datatypes import (
    DOUBLE,
    INT,
    ByteType,
    DataType,
    DateType,
    DecimalType,
    DoubleType,
    FloatType,
    IntegralType,
    LongType,
    NullType,
    NumericType,
    ShortType,
    StringType,
)
from ssbt.compiler.types.expression_types import Typed
from ssbt.compiler.types.folding.casts import (
    EXACT,
    as_floating,
    cast_value,
    fit_decimal,
    is_in_integral_range,
    wrap,
)
from ssbt.compiler.types.folding.model import Failure, Outcome, Value
from ssbt.compiler.types.promotion import promote_for_arithmetic

Number = int | float | Decimal
# A quotient has one digit more than any decimal before it is rounded to its type.
_QUOTIENT_STEP = Decimal(1).scaleb(-39)
_DIVISION_BY_ZERO = "a division by zero"


def compute(
    operator: str,
    left: Value,
    right: Value,
    types: tuple[Typed, Typed],
    result: DataType,
    ansi: bool,
) -> Outcome:
    """`left operator right`; `types` are those of the operands, `result` that of the whole."""
    if left.is_null or right.is_null:
        may_fail = not left.is_null and isinstance(left.type, StringType)
        return None if may_fail else Value(result, None)
    if isinstance(result, DateType):
        return _shift_date(operator, left, right, result)
    if ansi and operator in ("/", "%", "div") and is_divisor_zero(right, ansi):
        return Failure(_DIVISION_BY_ZERO)
    if not isinstance(result, NumericType) or left.is_opaque or right.is_opaque:
        return None
    if operator in ("<<", ">>", ">>>"):
        return _compute_shift(operator, left, right, result, ansi)
    pair = _cast_operands(operator, left, right, types, ansi)
    if not isinstance(pair, tuple):
        return pair
    a, b = (each.value for each in pair)
    if not isinstance(a, int | float | Decimal) or not isinstance(b, int | float | Decimal):
        return None
    if operator in ("&", "|", "^"):
        return _combine_bits(operator, a, b, result)
    if operator in ("/", "%", "div") and b == 0:
        return Failure(_DIVISION_BY_ZERO) if ansi else Value(result, None)
    if isinstance(a, Decimal) and isinstance(b, Decimal):
        return _compute_decimal(operator, a, b, result, ansi)
    if isinstance(a, float) and isinstance(b, float):
        return _compute_floating(operator, a, b, result)
    if isinstance(a, int) and isinstance(b, int):
        return _compute_integral(operator, a, b, result, ansi)
    return None


def _cast_operands(
    operator: str, left: Value, right: Value, types: tuple[Typed, Typed], ansi: bool
) -> tuple[Value, Value] | Failure | None:
    """The operands in the types in which Spark computes."""
    a, b = promote_for_arithmetic(*types, ansi)
    operands = []
    for value, typed in ((left, a), (right, b)):
        operand = cast_value(value, typed.type, ansi)
        if (
            operator == "/"
            and isinstance(operand, Value)
            and not isinstance(operand.type, DecimalType)
        ):
            operand = cast_value(operand, DOUBLE, ansi)
        if not isinstance(operand, Value):
            return operand
        operands.append(operand)
    return operands[0], operands[1]


def is_divisor_zero(value: Outcome, ansi: bool) -> bool:
    """Whether a constant after `/`, `%` or `div` is zero in every type that it may get."""
    if not isinstance(value, Value) or value.is_null or value.is_opaque:
        return False
    if isinstance(value.type, NumericType):
        return value.value == 0
    number = cast_value(value, DOUBLE, ansi)
    return isinstance(number, Value) and number.value == 0


def _shift_date(operator: str, left: Value, right: Value, result: DataType) -> Outcome:
    """A date and a number of days."""
    days, count = (left, right) if isinstance(left.type, DateType) else (right, left)
    is_small = isinstance(count.type, ByteType | ShortType | type(INT))
    if not is_small or not isinstance(days.value, int) or not isinstance(count.value, int):
        return None
    shifted = days.value + count.value if operator == "+" else days.value - count.value
    return Value(result, shifted) if is_in_integral_range(shifted, INT) else None


def _compute_shift(
    operator: str, left: Value, right: Value, result: DataType, ansi: bool
) -> Outcome:
    value, count = cast_value(left, result, ansi), cast_value(right, INT, ansi)
    for each in (value, count):
        if not isinstance(each, Value):
            return each
    assert isinstance(value, Value)
    assert isinstance(count, Value)
    bits = 64 if isinstance(result, LongType) else 32
    number, distance = value.value, count.value
    if not isinstance(number, int) or not isinstance(distance, int):
        return None
    distance %= bits
    if operator == "<<":
        return Value(result, wrap(number << distance, result))
    if operator == ">>>":
        return Value(result, wrap(number % (1 << bits) >> distance, result))
    return Value(result, number >> distance)


def _combine_bits(operator: str, a: Number, b: Number, result: DataType) -> Outcome:
    if not isinstance(a, int) or not isinstance(b, int):
        return None
    bits = a & b if operator == "&" else a | b if operator == "|" else a ^ b
    return Value(result, bits)


def _compute_integral(operator: str, a: int, b: int, result: DataType, ansi: bool) -> Outcome:
    number = _INTEGRAL_OPERATORS[operator](a, b)
    if is_in_integral_range(number, result):
        return Value(result, number)
    if ansi:
        return Failure(f"{a} {operator} {b} is outside the range of {result.sql}")
    return Value(result, wrap(number, result))


def _java_quotient(a: int, b: int) -> int:
    """Java's division, which cuts towards zero."""
    whole = abs(a) // abs(b)
    return whole if (a < 0) == (b < 0) else -whole


_INTEGRAL_OPERATORS: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "div": _java_quotient,
    "%": lambda a, b: a - b * _java_quotient(a, b),
}


def _compute_floating(operator: str, a: float, b: float, result: DataType) -> Outcome:
    try:
        match operator:
            case "+":
                number = a + b
            case "-":
                number = a - b
            case "*":
                number = a * b
            case "/":
                number = a / b
            case "%":
                number = math.fmod(a, b) if math.isfinite(a) else math.nan
            case _:
                return None
    except (OverflowError, ValueError):
        return None
    return Value(result, as_floating(number, result))


def _compute_decimal(
    operator: str, a: Decimal, b: Decimal, result: DataType, ansi: bool
) -> Outcome:
    if operator == "div":
        whole = int(EXACT.divide_int(a, b))
        # What is too large for a BIGINT is cut to it silently.
        return Value(result, whole) if is_in_integral_range(whole, result) else None
    if not isinstance(result, DecimalType):
        return None
    match operator:
        case "+":
            number = EXACT.add(a, b)
        case "-":
            number = EXACT.subtract(a, b)
        case "*":
            number = EXACT.multiply(a, b)
        case "%":
            number = EXACT.remainder(a, b)
        case _:
            number = EXACT.divide(a, b).quantize(_QUOTIENT_STEP, ROUND_HALF_UP, EXACT)
    return fit_decimal(number, result, ansi)


def compute_unary(operator: str, value: Value, result: DataType, ansi: bool) -> Outcome:
    """`- x`, `+ x` and `~ x`."""
    if value.is_null or isinstance(value.type, NullType):
        return Value(result, None)
    number = cast_value(value, result, ansi)
    if not isinstance(number, Value) or number.is_opaque:
        return number if isinstance(number, Failure) else None
    content = number.value
    if operator == "+":
        return number
    if operator == "~":
        return Value(result, ~content) if isinstance(content, int) else None
    if isinstance(result, IntegralType) and isinstance(content, int):
        return _compute_integral("-", 0, content, result, ansi)
    if isinstance(result, FloatType | DoubleType) and isinstance(content, float):
        return Value(result, -content)
    return Value(result, content.copy_negate() + 0) if isinstance(content, Decimal) else None
