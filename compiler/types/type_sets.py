"""What a function's parameter accepts, and the cast that Spark inserts to get there."""

from __future__ import annotations

from msgspec import Struct

from ssbt.compiler.types.casts import force_nullable
from ssbt.compiler.types.coercion import AtomicType, is_same_type, is_unknown
from ssbt.compiler.types.datatypes import (
    BINARY,
    DOUBLE,
    INT,
    NULL,
    STRING,
    TIMESTAMP,
    ArrayType,
    BinaryType,
    CalendarIntervalType,
    DataType,
    DateType,
    DayTimeIntervalType,
    DecimalType,
    FractionalType,
    IntegralType,
    MapType,
    NullType,
    NumericType,
    StringType,
    StructType,
    TimestampNTZType,
    TimestampType,
    TimeType,
    YearMonthIntervalType,
)
from ssbt.compiler.types.decimal_widening import decimal_for

_DATETIMES = (DateType, TimestampType, TimestampNTZType, TimeType)


class TypeSet(Struct, frozen=True):
    """A set of types: `phrase` names it for people, `default` is the one that Spark casts to."""

    phrase: str
    default: DataType

    def accepts(self, data_type: DataType) -> bool:
        """Whether the type is in the set as it is."""
        return is_same_type(self.default, data_type)


class TypeFamily(TypeSet, frozen=True):
    """All types of some classes."""

    members: tuple[type[DataType], ...]

    def accepts(self, data_type: DataType) -> bool:
        return isinstance(data_type, self.members)


class ArrayOf(TypeSet, frozen=True):
    """Arrays of an expected element."""

    element: TypeSet

    def accepts(self, data_type: DataType) -> bool:
        return isinstance(data_type, ArrayType) and self.element.accepts(data_type.element)


class OneOf(TypeSet, frozen=True):
    """Any of several; the first that a value can be cast to counts."""

    choices: tuple[TypeSet, ...]

    def accepts(self, data_type: DataType) -> bool:
        return any(choice.accepts(data_type) for choice in self.choices)


ANY = TypeFamily("anything", NULL, (DataType,))
NUMERIC = TypeFamily("a number", DOUBLE, (NumericType,))
INTEGRAL = TypeFamily("an integer", INT, (IntegralType,))
DECIMAL = TypeFamily("a decimal", DecimalType(38, 18), (DecimalType,))
ANY_STRING = TypeFamily("a string", STRING, (StringType,))
ANY_TIMESTAMP = TypeFamily("a timestamp", TIMESTAMP, (TimestampType, TimestampNTZType))
ANY_TIME = TypeFamily("a time", TimeType(6), (TimeType,))
ARRAY = TypeFamily("an array", ArrayType(NULL), (ArrayType,))
MAP = TypeFamily("a map", MapType(NULL, NULL), (MapType,))
STRUCT = TypeFamily("a struct", StructType(()), (StructType,))
YEAR_MONTH_FAMILY = TypeFamily(
    "a year-month interval", YearMonthIntervalType(), (YearMonthIntervalType,)
)
DAY_TIME_FAMILY = TypeFamily("a day-time interval", DayTimeIntervalType(), (DayTimeIntervalType,))


def exactly(data_type: DataType) -> TypeSet:
    """The set of one type."""
    article = "an" if data_type.sql[0] in "AEIOU" else "a"
    return TypeSet(f"{article} {data_type.sql}", data_type)


def one_of(*choices: TypeSet) -> TypeSet:
    """The union of several sets, in the order in which Spark tries them."""
    phrases = list(dict.fromkeys(choice.phrase for choice in choices))
    phrase = " or ".join([", ".join(phrases[:-1]), phrases[-1]] if phrases[1:] else phrases)
    return OneOf(phrase, choices[0].default, choices)


def implicit_cast(source: DataType, expected: TypeSet, ansi: bool = True) -> DataType | None:
    """The type that an argument of type `source` has when it arrives; None if it is refused."""
    if is_unknown(source) or expected.accepts(source):
        return source
    return _ansi_cast(source, expected) if ansi else _legacy_cast(source, expected)


def _first_cast(source: DataType, choices: tuple[TypeSet, ...], ansi: bool) -> DataType | None:
    casts = (implicit_cast(source, choice, ansi) for choice in choices)
    return next((each for each in casts if each is not None), None)


def _is_atomic(expected: TypeSet) -> bool:
    return type(expected) is TypeSet and isinstance(expected.default, AtomicType)


def _ansi_cast(source: DataType, expected: TypeSet) -> DataType | None:
    match source, expected:
        case (NumericType(), _) if expected == DECIMAL:
            return decimal_for(source)
        case (StringType(), _) if expected == ANY_STRING:
            return None
        case (FractionalType(), _) if expected == INTEGRAL:
            return None
        case (StringType(), _) if _is_atomic(expected) or expected in (
            NUMERIC,
            DECIMAL,
            ANY_TIMESTAMP,
        ):
            return expected.default
        case (ArrayType(element, _), ArrayOf()):
            inner = implicit_cast(element, expected.element)
            return None if inner is None else ArrayType(inner)
        case (_, OneOf()):
            return _first_cast(source, expected.choices, ansi=True)
    return expected.default if can_store(source, expected.default) else None


def can_store(source: DataType, target: DataType) -> bool:
    """Whether ANSI store assignment takes a `source` for a `target` (as `insert` does)."""
    match source, target:
        case _ if source == target:
            return True
        case (NullType(), _) | (NumericType(), NumericType()):
            return True
        case (_, StringType()) if isinstance(source, AtomicType | CalendarIntervalType):
            return True
        case _ if isinstance(source, _DATETIMES) and isinstance(target, _DATETIMES):
            return True
        case ArrayType(), ArrayType():
            nulls = target.contains_null or not source.contains_null
            return nulls and can_store(source.element, target.element)
        case MapType(), MapType():
            nulls = target.value_contains_null or not source.value_contains_null
            return (
                nulls
                and can_store(source.key, target.key)
                and can_store(source.value, target.value)
            )
        case StructType(), StructType():
            return len(source.fields) == len(target.fields) and all(
                (b.nullable or not a.nullable) and can_store(a.type, b.type)
                for a, b in zip(source.fields, target.fields, strict=True)
            )
    return False


def _legacy_cast(source: DataType, expected: TypeSet) -> DataType | None:
    default = expected.default
    match source, expected:
        case (NullType(), _):
            return default
        case (StringType(), _) if expected in (NUMERIC, DECIMAL, ANY_TIMESTAMP):
            return default
        case (NumericType(), _) if expected == DECIMAL:
            return decimal_for(source)
        case (_, OneOf()):
            return _first_cast(source, expected.choices, ansi=False)
        case (ArrayType(element, _), ArrayOf()):
            inner = implicit_cast(element, expected.element, ansi=False)
            return None if inner is None else ArrayType(inner)
        case (_, _) if expected == ANY_STRING:
            return default if _can_cast_to_string(source) else None
        case (_, _) if isinstance(source, _DATETIMES) and expected == ANY_TIMESTAMP:
            return default
    return _legacy_concrete_cast(source, default) if type(expected) is TypeSet else None


def _can_cast_to_string(source: DataType) -> bool:
    return isinstance(source, AtomicType) and not isinstance(source, StringType)


def _legacy_concrete_cast(source: DataType, target: DataType) -> DataType | None:
    match source, target:
        case (NumericType() | StringType(), NumericType()):
            return target
        case _ if isinstance(target, _DATETIMES) and isinstance(source, (StringType, *_DATETIMES)):
            return target
        case (StringType(), BinaryType()):
            return BINARY
        case (_, StringType()) if _can_cast_to_string(source):
            return target
        case ArrayType(), ArrayType():
            if not target.contains_null and (
                source.contains_null or force_nullable(source.element, target.element)
            ):
                return None
            inner = implicit_cast(source.element, exactly(target.element), ansi=False)
            return None if inner is None else ArrayType(inner, target.contains_null)
    return None
