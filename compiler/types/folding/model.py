"""What evaluating a constant can give."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from ssbt.compiler.types.datatypes import DataType


class Opaque(Enum):
    """The value of something that is not null and evaluates without failing, whatever it is."""

    VALUE = "value"


class Value(Struct, frozen=True):
    """A value of a type; None is null.

    Whole numbers are `int`, FLOAT and DOUBLE `float`, decimals `Decimal`, dates the days and
    timestamps the microseconds since 1970, intervals their months or microseconds, arrays tuples.
    """

    type: DataType
    value: object

    @property
    def is_null(self) -> bool:
        return self.value is None

    @property
    def is_opaque(self) -> bool:
        return self.value is Opaque.VALUE


class Failure(Struct, frozen=True):
    """Spark raises; `reason` says why as a clause for people: "`abc` is no BIGINT"."""

    reason: str


Outcome = Value | Failure | None


def opaque(type_: DataType) -> Value:
    """A value of the type that is not known, and not null."""
    return Value(type_, Opaque.VALUE)
