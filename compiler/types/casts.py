"""Which casts Spark allows, and which of them may turn a value into null."""

from __future__ import annotations

from ssbt.compiler.types.datatypes import (
    BOOLEAN,
    CALENDAR_INTERVAL,
    STRING,
    ArrayType,
    BinaryType,
    BooleanType,
    ByteType,
    CalendarIntervalType,
    CharType,
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
    VarcharType,
    VariantType,
    YearMonthIntervalType,
)

_CAST_CLASSES: dict[type[DataType], str] = {
    NullType: "null",
    BooleanType: "bool",
    ByteType: "int",
    ShortType: "int",
    IntegerType: "int",
    LongType: "int",
    FloatType: "float",
    DoubleType: "float",
    DecimalType: "dec",
    StringType: "str",
    CharType: "str",
    VarcharType: "str",
    BinaryType: "bin",
    DateType: "date",
    TimestampType: "ts",
    TimestampNTZType: "ntz",
    TimeType: "time",
    YearMonthIntervalType: "ym",
    DayTimeIntervalType: "dt",
    CalendarIntervalType: "cal",
    VariantType: "var",
    ArrayType: "array",
    MapType: "map",
    StructType: "struct",
}
_TO_NUMBER = {"int", "dec"}
_ANSI_CASTS: dict[str, set[str]] = {
    "bool": {"bool", "int", "float", "dec", "str", "var"},
    "int": {"bool", "int", "float", "dec", "str", "ts", "ym", "dt", "var"},
    "float": {"bool", "int", "float", "dec", "str", "ts", "var"},
    "dec": {"bool", "int", "float", "dec", "str", "ts", "ym", "dt", "var"},
    "str": set(_CAST_CLASSES.values()) - {"null", "array", "map", "struct"},
    "bin": {"str", "bin", "var"},
    "date": {"str", "date", "ts", "ntz", "var"},
    "ts": {"int", "float", "dec", "str", "date", "ts", "ntz", "var"},
    "ntz": {"str", "date", "ts", "ntz", "var"},
    "time": {*_TO_NUMBER, "str", "time", "var"},
    "ym": {*_TO_NUMBER, "str", "ym"},
    "dt": {*_TO_NUMBER, "str", "dt"},
    "cal": {"str", "cal"},
    "var": {"bool", "int", "float", "dec", "str", "bin", "date", "ts", "ntz", "time", "var"},
    "array": {"str"},
    "map": {"str"},
    "struct": {"str"},
}
_LEGACY_CASTS: dict[str, set[str]] = {
    **_ANSI_CASTS,
    "bool": _ANSI_CASTS["bool"] | {"ts"},
    "int": _ANSI_CASTS["int"] | {"bin"},
    "date": _ANSI_CASTS["date"] | {"bool", "int", "float", "dec"},
    "ts": _ANSI_CASTS["ts"] | {"bool"},
}


def expression_type(data_type: DataType) -> DataType:
    """The type that a value of `data_type` has in an expression: char and varchar are strings."""
    match data_type:
        case CharType() | VarcharType():
            return STRING
        case ArrayType(element, contains_null):
            return ArrayType(expression_type(element), contains_null)
        case MapType(key, value, value_contains_null):
            return MapType(expression_type(key), expression_type(value), value_contains_null)
        case StructType(fields):
            return StructType(
                tuple(
                    StructField(f.name, expression_type(f.type), f.nullable, f.comment)
                    for f in fields
                )
            )
        case _:
            return data_type


def can_cast(source: DataType, target: DataType, ansi: bool = True) -> bool:
    """Whether `cast(source as target)` passes analysis."""
    match source, target:
        case (UnknownType() | NullType(), _) | (_, UnknownType()):
            return True
        case _ if source == target:
            return True
        case (ArrayType(element, _), VariantType()):
            return not isinstance(element, NullType) and can_cast(element, target, ansi)
        case (VariantType(), ArrayType(element, _)):
            return can_cast(source, element, ansi)
        case (VariantType(), MapType(key, value, _)):
            return isinstance(key, StringType) and can_cast(source, value, ansi)
        case (VariantType(), StructType(fields)):
            return all(can_cast(source, field.type, ansi) for field in fields)
    parts = _pair_parts(source, target)
    if parts is None:
        return (
            _CAST_CLASSES[type(target)]
            in (_ANSI_CASTS if ansi else _LEGACY_CASTS)[_CAST_CLASSES[type(source)]]
        )
    return all(
        can_cast(inner_source, inner_target, ansi)
        and (
            target_nullable
            or not (source_nullable or (not ansi and force_nullable(inner_source, inner_target)))
        )
        for inner_source, source_nullable, inner_target, target_nullable in parts
    )


def can_try_cast(source: DataType, target: DataType) -> bool:
    """Whether `try_cast(source as target)` passes analysis.

    Spark applies the ANSI rules to the value itself and the legacy ones to what is inside it.
    """
    return can_cast(source, target, ansi=_pair_parts(source, target) is None)


_PartPair = tuple[DataType, bool, DataType, bool]


def _pair_parts(source: DataType, target: DataType) -> list[_PartPair] | None:
    """What is inside two types of one shape, pairwise with its nullability; None if not nested.

    Structs of different sizes give a part that cannot be cast.
    """
    match source, target:
        case ArrayType(), ArrayType():
            return [(source.element, source.contains_null, target.element, target.contains_null)]
        case MapType(), MapType():
            nulls = source.value_contains_null, target.value_contains_null
            return [
                (source.key, False, target.key, False),
                (source.value, nulls[0], target.value, nulls[1]),
            ]
        case StructType(), StructType():
            if len(source.fields) != len(target.fields):
                return [(BOOLEAN, False, CALENDAR_INTERVAL, False)]
            return [
                (a.type, a.nullable, b.type, b.nullable)
                for a, b in zip(source.fields, target.fields, strict=True)
            ]
    return None


def force_nullable(source: DataType, target: DataType) -> bool:
    """Whether casting a value that is not null can give null."""
    match source, target:
        case (NullType(), _) | (_, UnknownType()) | (UnknownType(), _):
            return False
        case _ if source == target:
            return False
        case (VariantType(), _):
            return True
        case (StringType() | CharType() | VarcharType(), BinaryType()):
            return False
        case (_, StringType() | CharType() | VarcharType()):
            return False
        case (StringType() | CharType() | VarcharType(), _):
            return True
        case (FloatType() | DoubleType(), TimestampType()):
            return True
        case (TimestampType(), DateType()) | (DateType(), TimestampType()):
            return False
        case (_, DateType()) | (DateType(), _) | (_, CalendarIntervalType()):
            return True
        case (TimestampType() | TimeType(), ByteType() | ShortType()):
            return True
        case (TimestampType(), IntegerType()):
            return True
        case (_, DecimalType()):
            return not _fits_decimal(source, target)
        case (FractionalType(), IntegralType()):
            return True
    return False


def _fits_decimal(source: DataType, target: DecimalType) -> bool:
    whole = target.precision - target.scale
    match source:
        case BooleanType():
            return whole >= 1
        case IntegralType():
            return whole >= source.DIGITS
        case DecimalType(precision, scale):
            room = precision - scale
            return whole > room or (whole >= room and target.scale >= scale)
    return False


_WIDENING_ORDER = (ByteType, ShortType, IntegerType, LongType, FloatType, DoubleType)


def can_up_cast(source: DataType, target: DataType) -> bool:
    """Whether every value of `source` has its equal in `target`."""
    match source, target:
        case _ if source == target:
            return True
        case (NullType(), _):
            return True
        case (NumericType(), DecimalType()):
            whole, scale = target.precision - target.scale, target.scale
            if isinstance(source, DecimalType):
                return whole >= source.precision - source.scale and scale >= source.scale
            return isinstance(source, IntegralType) and whole >= source.DIGITS
        case (DecimalType(precision, 0), IntegralType()):
            return precision < target.DIGITS if not isinstance(target, LongType) else precision < 19
        case (NumericType(), NumericType()) if not isinstance(source, DecimalType):
            return _WIDENING_ORDER.index(type(source)) <= _WIDENING_ORDER.index(type(target))
        case (DateType(), TimestampType() | TimestampNTZType()):
            return True
        case (TimestampType() | TimestampNTZType(), TimestampType() | TimestampNTZType()):
            return True
        case (LongType(), TimestampType()) | (TimestampType(), LongType()):
            return True
        case (TimeType(), TimeType()):
            return target.precision == source.precision
        case (YearMonthIntervalType(), YearMonthIntervalType()):
            return True
        case (DayTimeIntervalType(), DayTimeIntervalType()):
            return True
        case (ArrayType() | MapType() | StructType(), _):
            return _can_up_cast_nested(source, target)
        case (VariantType(), StringType()):
            return False
    return isinstance(target, StringType) and _CAST_CLASSES[type(source)] not in (
        "array",
        "map",
        "struct",
    )


def _can_up_cast_nested(source: DataType, target: DataType) -> bool:
    match source, target:
        case ArrayType(), ArrayType():
            return (target.contains_null or not source.contains_null) and can_up_cast(
                source.element, target.element
            )
        case MapType(), MapType():
            return (
                (target.value_contains_null or not source.value_contains_null)
                and can_up_cast(source.key, target.key)
                and can_up_cast(source.value, target.value)
            )
        case StructType(), StructType():
            return len(source.fields) == len(target.fields) and all(
                (b.nullable or not a.nullable) and can_up_cast(a.type, b.type)
                for a, b in zip(source.fields, target.fields, strict=True)
            )
    return False
