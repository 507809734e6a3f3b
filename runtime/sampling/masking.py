"""Other values of the same type in the place of real ones, the same for the same."""

from collections.abc import Callable, Hashable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from pyspark.sql.types import (
    ArrayType,
    BinaryType,
    BooleanType,
    DataType,
    DateType,
    DecimalType,
    FractionalType,
    IntegralType,
    MapType,
    NumericType,
    StringType,
    StructType,
    TimestampNTZType,
    TimestampType,
)

_DAY, _MOMENT = date(2000, 1, 1), datetime(2000, 1, 1)
# How the n-th value of a type looks; dates and times are text, as rows of tests have them.
_MASKS_BY_TYPE: dict[type[DataType], Callable[[int], Any]] = {
    StringType: lambda n: f"masked {n}",
    BinaryType: lambda n: n.to_bytes(4, "big"),
    DateType: lambda n: str(_DAY + timedelta(days=n)),
    TimestampType: lambda n: str(_MOMENT + timedelta(hours=n)),
    TimestampNTZType: lambda n: str(_MOMENT + timedelta(hours=n)),
    BooleanType: lambda n: n % 2 == 1,
    IntegralType: lambda n: n,
    FractionalType: float,
}


class Masks:
    """The masks so far: the first value of a kind is numbered 1, and so on.

    Nothing of a value is in its mask, but that it is equal to another one. Null stays null.
    """

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, Hashable], int] = {}
        self._counts: dict[str, int] = {}

    def mask(self, value: Any, type_: DataType) -> Any:
        """A value as rows are collected; one of a type that cannot be masked becomes null."""
        match value, type_:
            case None, _:
                return None
            case _, StructType():
                pairs = zip(value, type_.fields, strict=True)
                return tuple(self.mask(each, field.dataType) for each, field in pairs)
            case _, ArrayType():
                return [self.mask(each, type_.elementType) for each in value]
            case _, MapType():
                return {
                    self.mask(key, type_.keyType): self.mask(each, type_.valueType)
                    for key, each in value.items()
                }
            case _, DecimalType():
                digits = min(type_.precision - type_.scale, 9)
                return Decimal(self._number("number", value) % 10**digits)
        for data_type, make_mask in _MASKS_BY_TYPE.items():
            if isinstance(type_, data_type):
                kind = "number" if isinstance(type_, NumericType) else data_type.__name__
                return make_mask(self._number(kind, value))
        return None

    def _number(self, kind: str, value: Any) -> int:
        key = (kind, bytes(value) if isinstance(value, bytearray) else value)
        if key not in self._numbers:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._numbers[key] = self._counts[kind]
        return self._numbers[key]
