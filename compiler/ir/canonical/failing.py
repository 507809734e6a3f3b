"""Which operators may end a query with an error, whatever their operands give.

What is not known here may fail: nothing is called equal without knowing.
"""

from __future__ import annotations

from collections.abc import Sequence

from ssbt.compiler.ir.canonical import functions
from ssbt.compiler.ir.canonical.values import Value
from ssbt.compiler.ir.terms import LITERAL, PARAMETER, STAR, VARIABLE
from ssbt.compiler.types.datatypes import (
    DOUBLE,
    FLOAT,
    NULL,
    UNKNOWN,
    BooleanType,
    ByteType,
    DataType,
    DateType,
    DecimalType,
    DoubleType,
    FloatType,
    IntegerType,
    IntegralType,
    LongType,
    NumericType,
    ShortType,
    StringType,
    TimestampNTZType,
    TimestampType,
    TimeType,
)

_LEAVES = frozenset({LITERAL, PARAMETER, STAR, VARIABLE, "name", "open", "column", "broken"})
_LOGIC = frozenset({"and", "or", "not", "is null", "is true", "is false", "is unknown"})
_COMPARING = frozenset({"=", "<", "<=", ">", ">=", "<=>", "in", "between"})
_TIMES = (DateType, TimestampType, TimestampNTZType)
# The whole numbers, each of which holds all of those before it.
_WHOLE = (ByteType, ShortType, IntegerType, LongType)
_AS_TEXT = (NumericType, BooleanType, *_TIMES, StringType)


def can_fail(
    operator: str,
    operands: Sequence[Value],
    value: object,
    type_: DataType,
    *,
    is_call: bool = False,
) -> bool:
    """Whether the operator itself may fail; whether its operands do is for them to say."""
    types = [each.type for each in operands]
    if is_call:
        return not _is_total_call(operator, operands, value, types)
    if operator in _LEAVES or operator in _LOGIC or operator in ("try_cast", "tuple", "field"):
        return False
    if operator in _COMPARING:
        return not _are_comparable(types)
    if operator == "interval":
        return not all(each.operator == LITERAL for each in operands)
    if operator == "case":
        values = [*types[1::2], *(types[-1:] if len(types) % 2 else ())]
        return not _is_widened(values, type_)
    if operator == "cast":
        return not _is_safe_cast(types[0], type_)
    if operator == "like":
        return not _is_simple_pattern(operands, value)
    if operator in ("+", "-", "*", "negative"):
        # Doubles overflow to infinity; whole numbers and decimals overflow with an error.
        return not (type_ in (DOUBLE, FLOAT) and all(_is_binary_number(each) for each in types))
    if operator in ("/", "%"):
        divisor = operands[1]
        safe = divisor.operator == LITERAL and divisor.type == DOUBLE and divisor.value != 0
        return not (type_ == DOUBLE and safe and all(map(_is_binary_number, types)))
    return True


def _is_binary_number(type_: DataType) -> bool:
    return isinstance(type_, FloatType | DoubleType | IntegralType)


def _are_comparable(types: Sequence[DataType]) -> bool:
    """Whether Spark compares values of these types without a cast that may fail."""
    present = [each for each in types if each != NULL]
    if UNKNOWN in types:
        return False
    if all(isinstance(each, NumericType) for each in present):
        return True
    return len(set(present)) <= 1 or all(isinstance(each, _TIMES) for each in present)


def _is_widened(types: Sequence[DataType], type_: DataType) -> bool:
    return all(each in (type_, NULL) or _is_safe_cast(each, type_) for each in types)


def _is_safe_cast(source: DataType, target: DataType) -> bool:
    if source in (target, NULL):
        return True
    if isinstance(source, _WHOLE) and isinstance(target, _WHOLE):
        return _WHOLE.index(type(source)) <= _WHOLE.index(type(target))
    if isinstance(target, FloatType | DoubleType):
        return isinstance(source, NumericType)
    if isinstance(source, DecimalType) and isinstance(target, DecimalType):
        return (
            source.scale <= target.scale
            and source.precision - source.scale <= target.precision - target.scale
        )
    if isinstance(target, StringType):
        return isinstance(source, (*_AS_TEXT, TimeType))
    return isinstance(source, DateType) and isinstance(target, TimestampType | TimestampNTZType)


def _is_simple_pattern(operands: Sequence[Value], value: object) -> bool:
    """Whether a pattern is one that Spark can read, and all of them are."""
    operator = value[0] if isinstance(value, tuple) else ""
    patterns = [
        each.value
        for each in operands[1:]
        if each.operator == LITERAL and isinstance(each.value, str)
    ]
    texts = isinstance(operands[0].type, StringType)
    is_literal = len(patterns) == len(operands) - 1 and operator in ("like", "ilike")
    return texts and is_literal and not any("\\" in pattern for pattern in patterns)


def _is_total_call(
    name: str, operands: Sequence[Value], value: object, types: Sequence[DataType]
) -> bool:
    if name in functions.ORDERLESS or name in functions.TOTAL or name in ("max", "min"):
        return True
    if name == "isnan":
        return all(isinstance(each, FloatType | DoubleType) for each in types)
    if name in ("coalesce", "nullif"):
        return len({each for each in types if each != NULL}) <= 1
    if name in functions.TOTAL_OF_STRINGS:
        return all(isinstance(each, StringType) for each in types)
    if name in functions.TOTAL_OF_TIMES:
        return all(isinstance(each, _TIMES) for each in types)
    if name == "concat":
        return all(isinstance(each, _AS_TEXT) for each in types)
    return name in ("row_number", "lag", "lead", "first", "last", "any_value") and not operands[2:]
