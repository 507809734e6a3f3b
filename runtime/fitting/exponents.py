"""Exponents that Spark works out digit by digit, before it finds that no decimal has room for them.

`1e10000000` keeps a core busy for a minute, and a record that holds it would hold its stream up.
"""

from collections.abc import Callable

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import (
    ArrayType,
    DataType,
    DecimalType,
    MapType,
    StringType,
    StructField,
    StructType,
)

HUGE_EXPONENT = "a number with an exponent that no decimal has room for"
# Such an exponent anywhere, as in many a hash; in a number of JSON; and in the text of a decimal.
_ANYWHERE = r"[\d.][eE][+-]?\d{5}"
_IN_JSON = r"[:\[,]\s*-?\d[\d.]*[eE][+-]?\d{5}"


def with_bounded_exponents(
    text: Column, type: StructType, parse: Callable[[StructType], Column], *, is_json: bool
) -> Column | None:
    """The text, or null where it has such a decimal; None where the type has no decimals.

    `parse` gives the fields of a type whose decimals are texts.
    """
    decimals = _decimals_as_texts(type)
    if decimals is None:
        return None
    assert isinstance(decimals, StructType)
    is_huge = F.to_json(parse(decimals)).rlike(_ANYWHERE)
    if is_json:
        is_huge = text.rlike(_IN_JSON) | F.coalesce(is_huge, F.lit(False))
    is_bounded = F.when(text.rlike(_ANYWHERE), F.coalesce(~is_huge, F.lit(True))).otherwise(True)
    return F.when(is_bounded, text)


def _decimals_as_texts(type: DataType) -> DataType | None:
    """What of a type is decimals, as texts; None where there are none."""
    match type:
        case DecimalType():
            return StringType()
        case StructType():
            fields = [(each.name, _decimals_as_texts(each.dataType)) for each in type]
            kept = [StructField(name, of) for name, of in fields if of is not None]
            return StructType(kept) if kept else None
        case ArrayType():
            element = _decimals_as_texts(type.elementType)
            return None if element is None else ArrayType(element)
        case MapType():
            value = _decimals_as_texts(type.valueType)
            return None if value is None else MapType(StringType(), value)
    return None
