"""Spark's data types that hold no other types; import them from `datatypes`."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

MAX_DECIMAL_PRECISION = 38


class DataType:
    """A Spark data type; `sql` is its DDL text."""

    __slots__ = ()

    @property
    def sql(self) -> str:
        """The type as Spark's DDL parser reads it."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.sql


class _Plain(DataType):
    """A type without parts: all of its values are equal."""

    __slots__ = ()
    NAME: ClassVar[str] = ""

    @property
    def sql(self) -> str:
        return self.NAME

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(self.NAME)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class NullType(_Plain):
    """The type of a bare `NULL`."""

    __slots__ = ()
    NAME = "VOID"


class BooleanType(_Plain):
    __slots__ = ()
    NAME = "BOOLEAN"


class NumericType(DataType):
    """Any number."""

    __slots__ = ()


class IntegralType(_Plain, NumericType):
    """Whole numbers of a fixed size; `DIGITS` is the precision of the decimal that holds them."""

    __slots__ = ()
    DIGITS: ClassVar[int] = 0


class ByteType(IntegralType):
    __slots__ = ()
    NAME = "TINYINT"
    DIGITS = 3


class ShortType(IntegralType):
    __slots__ = ()
    NAME = "SMALLINT"
    DIGITS = 5


class IntegerType(IntegralType):
    __slots__ = ()
    NAME = "INT"
    DIGITS = 10


class LongType(IntegralType):
    __slots__ = ()
    NAME = "BIGINT"
    DIGITS = 20


class FractionalType(NumericType):
    """Numbers with a fraction: float, double, decimal."""

    __slots__ = ()


class FloatType(_Plain, FractionalType):
    __slots__ = ()
    NAME = "FLOAT"


class DoubleType(_Plain, FractionalType):
    __slots__ = ()
    NAME = "DOUBLE"


class DecimalType(FractionalType, Struct, frozen=True):
    """A decimal of `precision` digits, `scale` of them after the point."""

    precision: int = 10
    scale: int = 0

    @property
    def sql(self) -> str:
        return f"DECIMAL({self.precision},{self.scale})"


DEFAULT_COLLATION = "UTF8_BINARY"
# Of text that is made of two columns of different collations: no name that Spark reads.
INDETERMINATE_COLLATION = "INDETERMINATE"


class StringType(DataType, Struct, frozen=True):
    """Text; `collation` is the name of the order that it is compared in."""

    collation: str = DEFAULT_COLLATION

    @property
    def sql(self) -> str:
        if self.collation == DEFAULT_COLLATION:
            return "STRING"
        return f"STRING COLLATE {self.collation}"


class _SizedTextType(DataType, Struct, frozen=True):
    """Text with a length; in an expression Spark treats it as a string."""

    NAME: ClassVar[str] = ""
    length: int

    @property
    def sql(self) -> str:
        return f"{self.NAME}({self.length})"


class CharType(_SizedTextType, frozen=True):
    """Text padded to `length`."""

    NAME = "CHAR"


class VarcharType(_SizedTextType, frozen=True):
    """Text of at most `length`."""

    NAME = "VARCHAR"


class BinaryType(_Plain):
    __slots__ = ()
    NAME = "BINARY"


class DateType(_Plain):
    __slots__ = ()
    NAME = "DATE"


class TimestampType(_Plain):
    """An instant, shown in the session's time zone."""

    __slots__ = ()
    NAME = "TIMESTAMP"


class TimestampNTZType(_Plain):
    """A date and time without a time zone."""

    __slots__ = ()
    NAME = "TIMESTAMP_NTZ"


class TimeType(DataType, Struct, frozen=True):
    """A time of day with `precision` digits of a second's fraction."""

    precision: int = 6

    @property
    def sql(self) -> str:
        return f"TIME({self.precision})"


class _IntervalType(DataType, Struct, frozen=True):
    """An interval between two of the family's `FIELDS`, given by their place in that list."""

    FIELDS: ClassVar[tuple[str, ...]] = ()
    start: int = 0
    end: int = 1

    @property
    def sql(self) -> str:
        if self.start == self.end:
            return f"INTERVAL {self.FIELDS[self.start]}"
        return f"INTERVAL {self.FIELDS[self.start]} TO {self.FIELDS[self.end]}"


class YearMonthIntervalType(_IntervalType, frozen=True):
    """`INTERVAL YEAR TO MONTH` and its parts: year 0, month 1."""

    FIELDS = ("YEAR", "MONTH")


class DayTimeIntervalType(_IntervalType, frozen=True):
    """`INTERVAL DAY TO SECOND` and its parts: day 0, hour 1, minute 2, second 3."""

    FIELDS = ("DAY", "HOUR", "MINUTE", "SECOND")
    end: int = 3


class CalendarIntervalType(_Plain):
    """The interval of months, days and microseconds that cannot be stored or compared."""

    __slots__ = ()
    NAME = "INTERVAL"


class VariantType(_Plain):
    __slots__ = ()
    NAME = "VARIANT"


class UnknownType(_Plain):
    """A type that is honestly not known: whatever is done with it is unknown and never an error.

    Its `sql` is for people; Spark does not read it.
    """

    __slots__ = ()
    NAME = "UNKNOWN"


NULL = NullType()
BOOLEAN = BooleanType()
BYTE = ByteType()
SHORT = ShortType()
INT = IntegerType()
LONG = LongType()
FLOAT = FloatType()
DOUBLE = DoubleType()
STRING = StringType()
BINARY = BinaryType()
DATE = DateType()
TIMESTAMP = TimestampType()
TIMESTAMP_NTZ = TimestampNTZType()
TIME = TimeType()
YEAR_MONTH = YearMonthIntervalType()
DAY_TIME = DayTimeIntervalType()
CALENDAR_INTERVAL = CalendarIntervalType()
VARIANT = VariantType()
UNKNOWN = UnknownType()
