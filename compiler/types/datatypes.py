"""Spark's data types as values, their DDL text and their names in SQL.

Two types are equal when Spark's are; a nested type's nullability is part of it, as in Spark. Every
type is hashable. `str(type)` and `type.sql` are the text that Spark's own DDL parser reads back.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from msgspec import Struct

from ssbt.compiler.types.atomic import (
    BINARY,
    BOOLEAN,
    BYTE,
    CALENDAR_INTERVAL,
    DATE,
    DAY_TIME,
    DEFAULT_COLLATION,
    DOUBLE,
    FLOAT,
    INDETERMINATE_COLLATION,
    INT,
    LONG,
    MAX_DECIMAL_PRECISION,
    NULL,
    SHORT,
    STRING,
    TIME,
    TIMESTAMP,
    TIMESTAMP_NTZ,
    UNKNOWN,
    VARIANT,
    YEAR_MONTH,
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
    NullType,
    NumericType,
    ShortType,
    StringType,
    TimestampNTZType,
    TimestampType,
    TimeType,
    UnknownType,
    VarcharType,
    VariantType,
    YearMonthIntervalType,
)
from ssbt.compiler.types.quoting import quote_name, quote_string

__all__ = [
    "BINARY",
    "BOOLEAN",
    "BYTE",
    "CALENDAR_INTERVAL",
    "DATE",
    "DAY_TIME",
    "DEFAULT_COLLATION",
    "DOUBLE",
    "FLOAT",
    "INDETERMINATE_COLLATION",
    "INT",
    "LONG",
    "MAX_DECIMAL_PRECISION",
    "NULL",
    "SHORT",
    "STRING",
    "TIME",
    "TIMESTAMP",
    "TIMESTAMP_NTZ",
    "UNKNOWN",
    "VARIANT",
    "YEAR_MONTH",
    "ArrayType",
    "BinaryType",
    "BooleanType",
    "ByteType",
    "CalendarIntervalType",
    "CharType",
    "DataType",
    "DateType",
    "DayTimeIntervalType",
    "DecimalType",
    "DoubleType",
    "FloatType",
    "FractionalType",
    "IntegerType",
    "IntegralType",
    "LongType",
    "MapType",
    "NullType",
    "NumericType",
    "ShortType",
    "StringType",
    "StructField",
    "StructType",
    "TimeType",
    "TimestampNTZType",
    "TimestampType",
    "TypeNameError",
    "UnknownType",
    "VarcharType",
    "VariantType",
    "YearMonthIntervalType",
    "find_type",
    "innermost_type",
    "quote_name",
    "quote_string",
    "type_names",
]


class ArrayType(DataType, Struct, frozen=True):
    """A list of `element`; `contains_null` tells whether one may be null."""

    element: DataType
    contains_null: bool = True

    @property
    def sql(self) -> str:
        return f"ARRAY<{self.element.sql}>"


class MapType(DataType, Struct, frozen=True):
    """From `key` to `value`; keys are never null, values are where `value_contains_null`."""

    key: DataType
    value: DataType
    value_contains_null: bool = True

    @property
    def sql(self) -> str:
        return f"MAP<{self.key.sql}, {self.value.sql}>"


class StructField(Struct, frozen=True):
    """One field of a struct."""

    name: str
    type: DataType
    nullable: bool = True
    comment: str | None = None

    @property
    def sql(self) -> str:
        """The field as DDL, for example `a: INT NOT NULL COMMENT 'why'`."""
        null = "" if self.nullable else " NOT NULL"
        comment = "" if self.comment is None else f" COMMENT {quote_string(self.comment)}"
        return f"{quote_name(self.name)}: {self.type.sql}{null}{comment}"


class StructType(DataType, Struct, frozen=True, dict=True):
    """Named fields in order; two may have the same name, as in Spark."""

    fields: tuple[StructField, ...] = ()

    def find_fields(self, name: str) -> Sequence[StructField]:
        """The fields of a name, which has no case."""
        return self._by_name.get(name.casefold(), ())

    @cached_property
    def _by_name(self) -> dict[str, list[StructField]]:
        table: dict[str, list[StructField]] = {}
        for field in self.fields:
            table.setdefault(field.name.casefold(), []).append(field)
        return table

    @property
    def sql(self) -> str:
        return f"STRUCT<{', '.join(field.sql for field in self.fields)}>"


def innermost_type(type_: DataType) -> DataType:
    """The type of what is in arrays and maps, however deep; of a map its values."""
    while isinstance(type_, ArrayType | MapType):
        type_ = type_.element if isinstance(type_, ArrayType) else type_.value
    return type_


class TypeNameError(ValueError):
    """A type's name is Spark's, its numbers are not; the text says what is wrong, for people."""


_PLAIN_NAMES: dict[str, DataType] = {
    "boolean": BOOLEAN,
    "tinyint": BYTE,
    "byte": BYTE,
    "smallint": SHORT,
    "short": SHORT,
    "int": INT,
    "integer": INT,
    "bigint": LONG,
    "long": LONG,
    "float": FLOAT,
    "real": FLOAT,
    "double": DOUBLE,
    "string": STRING,
    "binary": BINARY,
    "date": DATE,
    "timestamp": TIMESTAMP,
    "timestamp_ltz": TIMESTAMP,
    "timestamp_ntz": TIMESTAMP_NTZ,
    "interval": CALENDAR_INTERVAL,
    "variant": VARIANT,
    "void": NULL,
}
_DECIMAL_NAMES = ("decimal", "dec", "numeric")
_SIZED_NAMES = ("char", "character", "varchar")


def type_names() -> tuple[str, ...]:
    """All names that `find_type` knows, and those of the nested types, in lower case."""
    return (*_PLAIN_NAMES, *_DECIMAL_NAMES, *_SIZED_NAMES, "time", "array", "map", "struct")


def find_type(name: str, numbers: tuple[int, ...] = ()) -> DataType | None:
    """The type that Spark's SQL calls `name(numbers)`, in any case; None if there is no such name.

    Raises TypeNameError when the name exists and the numbers do not fit it.
    """
    lower = name.lower()
    if lower in _DECIMAL_NAMES:
        return _decimal_type(name, numbers)
    if lower in _SIZED_NAMES:
        return _sized_type(name, numbers)
    if lower == "time":
        return _time_type(name, numbers)
    plain = _PLAIN_NAMES.get(lower)
    if plain is not None and numbers:
        raise TypeNameError(f"`{name}` takes no numbers in parentheses")
    return plain


def _decimal_type(name: str, numbers: tuple[int, ...]) -> DataType:
    if len(numbers) > 2:
        raise TypeNameError(f"`{name}` takes a precision and a scale, not {len(numbers)} numbers")
    precision, scale = (*numbers, *(10, 0)[len(numbers) :])
    if precision > MAX_DECIMAL_PRECISION:
        raise TypeNameError(
            f"a decimal has at most {MAX_DECIMAL_PRECISION} digits, not {precision}"
        )
    if scale > precision:
        raise TypeNameError(f"the scale {scale} is greater than the precision {precision}")
    return DecimalType(precision, scale)


def _sized_type(name: str, numbers: tuple[int, ...]) -> DataType:
    if len(numbers) != 1:
        raise TypeNameError(f"`{name}` needs a length, as in `{name}(10)`")
    if numbers[0] < 1:
        raise TypeNameError(f"the length of `{name}` is at least 1")
    return VarcharType(numbers[0]) if name.lower() == "varchar" else CharType(numbers[0])


def _time_type(name: str, numbers: tuple[int, ...]) -> DataType:
    if len(numbers) > 1 or (numbers and not 0 <= numbers[0] <= 6):
        raise TypeNameError(f"`{name}` takes one precision from 0 to 6")
    return TimeType(*numbers)
