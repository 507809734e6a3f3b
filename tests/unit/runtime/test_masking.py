"""What is in the place of real values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pyspark.sql.types import (
    ArrayType,
    BinaryType,
    BooleanType,
    DataType,
    DateType,
    DayTimeIntervalType,
    DecimalType,
    DoubleType,
    IntegerType,
    LongType,
    MapType,
    StringType,
    StructField,
    StructType,
    TimestampType,
)
import pytest

from ssbt.runtime.sampling.masking import Masks


@pytest.mark.parametrize(
    ("type_", "values", "masked"),
    [
        (StringType(), ["a", "b", "a", None], ["masked 1", "masked 2", "masked 1", None]),
        (LongType(), [77, 77, 78], [1, 1, 2]),
        (DoubleType(), [0.5, 0.25], [1.0, 2.0]),
        (DecimalType(3, 2), [Decimal("1.25"), Decimal("9.99")], [Decimal(1), Decimal(2)]),
        (BooleanType(), [False, True], [True, False]),
        (BinaryType(), [bytearray(b"x")], [b"\0\0\0\x01"]),
        (DateType(), ["1999-12-31"], ["2000-01-02"]),
        (TimestampType(), ["1999-12-31 12:00:00"], ["2000-01-01 01:00:00"]),
        (ArrayType(StringType()), [["a", None, "a"]], [["masked 1", None, "masked 1"]]),
        (MapType(StringType(), LongType()), [{"a": 9}], [{"masked 1": 1}]),
        (DayTimeIntervalType(), ["INTERVAL '1' DAY"], [None]),
    ],
)
def test_values(type_: DataType, values: list[Any], masked: list[Any]):
    masks = Masks()
    assert [masks.mask(value, type_) for value in values] == masked


def test_equal_values_of_other_columns_stay_equal():
    """So that rows still meet, also by numbers of other types and inside structs."""
    masks = Masks()
    place = StructType([StructField("id", IntegerType()), StructField("name", StringType())])
    assert masks.mask("a", StringType()) == "masked 1"
    assert masks.mask(5, LongType()) == 1
    assert masks.mask((5, "a"), place) == (1, "masked 1")
    assert masks.mask(Decimal("5.00"), DecimalType(10, 2)) == 1
