"""The common type of several types, and the casts that Spark inserts by itself.

ANSI mode (Spark 4's default) and the legacy mode differ; every function takes `ansi`. An unknown
type has an unknown common type with anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ssbt.compiler.types.casts import force_nullable
from ssbt.compiler.types.datatypes import (
    DOUBLE,
    LONG,
    NULL,
    TIMESTAMP,
    TIMESTAMP_NTZ,
    UNKNOWN,
    ArrayType,
    BinaryType,
    BooleanType,
    ByteType,
    DataType,
    DateType,
    DayTimeIntervalType,
    DecimalType,
    DoubleType,
    FloatType,
    FractionalType,
    IntegerType,
    IntegralType,
    LongType,
    MapType,
    NullType,
    NumericType,
    ShortType,
    StringType,
    StructField,
    StructType,
    TimestampNTZType,
    TimestampType,
    TimeType,
    UnknownType,
    VariantType,
    YearMonthIntervalType,
)
from ssbt.compiler.types.decimal_widening import wider_number_type

Combine = Callable[[DataType, DataType], DataType | None]

_PRECEDENCE: tuple[type[DataType], ...] = (
    ByteType,
    ShortType,
    IntegerType,
    LongType,
    FloatType,
    DoubleType,
)
AnsiIntervalType = YearMonthIntervalType | DayTimeIntervalType
AtomicType = (
    BooleanType
    | NumericType
    | StringType
    | BinaryType
    | DateType
    | TimestampType
    | TimestampNTZType
    | TimeType
    | YearMonthIntervalType
    | DayTimeIntervalType
    | VariantType
)


def is_unknown(*types: DataType) -> bool:
    """Whether any of the types is the unknown one."""
    return any(isinstance(each, UnknownType) for each in types)


def tightest_common_type(a: DataType, b: DataType, ansi: bool = True) -> DataType | None:
    """The narrower of two types if every value of the other has its place there, else None."""
    match a, b:
        case _ if is_unknown(a, b):
            return UNKNOWN
        case _ if a == b:
            return a
        case (NullType(), other) | (other, NullType()):
            return other
        case (IntegralType(), DecimalType()) if _can_hold(b, a):
            return b
        case (DecimalType(), IntegralType()) if _can_hold(a, b):
            return a
        case (DecimalType(), _) | (_, DecimalType()):
            return None
        case (NumericType(), NumericType()):
            return _wider_number(a, b, ansi)
        case (YearMonthIntervalType(), YearMonthIntervalType()):
            return YearMonthIntervalType(min(a.start, b.start), max(a.end, b.end))
        case (DayTimeIntervalType(), DayTimeIntervalType()):
            return DayTimeIntervalType(min(a.start, b.start), max(a.end, b.end))
    return _wider_datetime(a, b) or _combine_nested(
        a, b, lambda x, y: tightest_common_type(x, y, ansi)
    )


def _can_hold(decimal: DecimalType, integral: IntegralType) -> bool:
    return decimal.precision - decimal.scale >= integral.DIGITS


def _wider_number(a: DataType, b: DataType, ansi: bool) -> DataType:
    wider = max(a, b, key=lambda each: _PRECEDENCE.index(type(each)))
    # An integer and a float meet in double under ANSI, so that no digit of the integer is lost.
    return DOUBLE if ansi and isinstance(wider, FloatType) else wider


def _wider_datetime(a: DataType, b: DataType) -> DataType | None:
    match {type(a), type(b)}:
        case kinds if kinds in ({DateType, TimestampType}, {TimestampType, TimestampNTZType}):
            return TIMESTAMP
        case kinds if kinds == {DateType, TimestampNTZType}:
            return TIMESTAMP_NTZ
    return None


def _combine_nested(a: DataType, b: DataType, combine: Combine) -> DataType | None:
    match a, b:
        case ArrayType(), ArrayType():
            element = combine(a.element, b.element)
            if element is None:
                return None
            nulls = a.contains_null or b.contains_null
            return ArrayType(element, nulls or _forces_null(element, a.element, b.element))
        case MapType(), MapType():
            key = combine(a.key, b.key)
            if key is None or _forces_null(key, a.key, b.key):
                return None
            value = combine(a.value, b.value)
            if value is None:
                return None
            nulls = a.value_contains_null or b.value_contains_null
            return MapType(key, value, nulls or _forces_null(value, a.value, b.value))
        case StructType(), StructType():
            return _combine_structs(a, b, combine)
    return None


def _forces_null(target: DataType, *sources: DataType) -> bool:
    return any(force_nullable(source, target) for source in sources)


def _combine_structs(a: StructType, b: StructType, combine: Combine) -> DataType | None:
    if len(a.fields) != len(b.fields):
        return None
    fields = []
    for left, right in zip(a.fields, b.fields, strict=True):
        common = combine(left.type, right.type)
        if common is None or left.name.lower() != right.name.lower():
            return None
        nulls = left.nullable or right.nullable or _forces_null(common, left.type, right.type)
        fields.append(StructField(left.name, common, nulls))
    return StructType(tuple(fields))


def wider_type(a: DataType, b: DataType, ansi: bool = True) -> DataType | None:
    """The type that both are cast to in `case`, `coalesce`, `union` and the like."""
    return (
        tightest_common_type(a, b, ansi)
        or wider_number_type(a, b)
        or (ansi_string_promotion(a, b) if ansi else _string_promotion(a, b))
        or _combine_nested(a, b, lambda x, y: wider_type(x, y, ansi))
    )


def wider_type_without_strings(a: DataType, b: DataType, ansi: bool = True) -> DataType | None:
    """As `wider_type`, but a string does not meet any other type; so `greatest` and `least`."""
    return (
        tightest_common_type(a, b, ansi)
        or wider_number_type(a, b)
        or _combine_nested(a, b, lambda x, y: wider_type_without_strings(x, y, ansi))
    )


def wider_type_of_all(types: Sequence[DataType], ansi: bool = True) -> DataType | None:
    """The common type of any number of types; of none, the type of NULL."""
    if is_unknown(*types):
        return UNKNOWN
    if not ansi:
        # Strings first: with them in the middle the result would depend on the order.
        strings = [each for each in types if _has_string(each)]
        types = [*dict.fromkeys(strings), *(each for each in types if not _has_string(each))]
    return _combine_all(types, lambda x, y: wider_type(x, y, ansi))


def wider_type_of_all_without_strings(
    types: Sequence[DataType], ansi: bool = True
) -> DataType | None:
    """As `wider_type_of_all`, but a string does not meet any other type."""
    return _combine_all(types, lambda x, y: wider_type_without_strings(x, y, ansi))


def _combine_all(types: Sequence[DataType], combine: Combine) -> DataType | None:
    common: DataType | None = NULL
    for each in types:
        common = combine(common, each) if common is not None else None
    return common


def _has_string(each: DataType) -> bool:
    return isinstance(each, StringType) or (
        isinstance(each, ArrayType) and _has_string(each.element)
    )


def is_same_type(a: DataType, b: DataType) -> bool:
    """Whether the types differ at most in what may be null inside them."""
    match a, b:
        case ArrayType(), ArrayType():
            return is_same_type(a.element, b.element)
        case MapType(), MapType():
            return is_same_type(a.key, b.key) and is_same_type(a.value, b.value)
        case StructType(), StructType():
            return len(a.fields) == len(b.fields) and all(
                x.name.lower() == y.name.lower() and is_same_type(x.type, y.type)
                for x, y in zip(a.fields, b.fields, strict=True)
            )
    return a == b


def is_same_shape(a: DataType, b: DataType) -> bool:
    """Whether the types differ at most in what may be null inside them and in names of fields."""
    match a, b:
        case ArrayType(), ArrayType():
            return is_same_shape(a.element, b.element)
        case MapType(), MapType():
            return is_same_shape(a.key, b.key) and is_same_shape(a.value, b.value)
        case StructType(), StructType():
            return len(a.fields) == len(b.fields) and all(
                is_same_shape(x.type, y.type) for x, y in zip(a.fields, b.fields, strict=True)
            )
    return a == b


def as_nullable(data_type: DataType) -> DataType:
    """The type with nulls allowed everywhere inside."""
    match data_type:
        case ArrayType(element, _):
            return ArrayType(as_nullable(element))
        case MapType(key, value, _):
            return MapType(as_nullable(key), as_nullable(value))
        case StructType(fields):
            return StructType(
                tuple(StructField(f.name, as_nullable(f.type), True, f.comment) for f in fields)
            )
    return data_type


def ansi_string_promotion(a: DataType, b: DataType) -> DataType | None:
    """What a string and another type become under ANSI rules: the other type, or a wide number."""
    if not isinstance(a, StringType):
        a, b = b, a
    match a, b:
        case (StringType(), StringType()):
            return None
        case (StringType(), IntegralType()):
            return LONG
        case (StringType(), FractionalType()):
            return DOUBLE
        case (StringType(), NullType()):
            return a
        case (StringType(), YearMonthIntervalType() | DayTimeIntervalType()):
            return None
        case (StringType(), _) if isinstance(b, AtomicType):
            return b
    return None


def _string_promotion(a: DataType, b: DataType) -> DataType | None:
    if not isinstance(a, StringType):
        a, b = b, a
    if not isinstance(a, StringType) or isinstance(b, StringType | BinaryType | BooleanType):
        return None
    return a if isinstance(b, AtomicType) else None
