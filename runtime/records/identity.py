"""The identity of an event: a hash of typed values, the same in every run and version of Spark.

Each value is written down as what it is: with its kind and, where it has no end of its own, its
length, so that neither null and an empty text nor `("ab", "c")` and `("a", "bc")` are the same.
Times are whole microseconds, and numbers with a point are their bits.
"""

from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import (
    ArrayType,
    BinaryType,
    DataType,
    DateType,
    DecimalType,
    DoubleType,
    FloatType,
    IntegralType,
    MapType,
    StringType,
    StructType,
    TimestampType,
)


def event_id(columns: str) -> Column:
    """The hash, in hexadecimal digits, of columns that are declared as in DDL."""
    schema = SparkSession.active().createDataFrame([], columns).schema
    parts = (
        _typed_text(F.col(f"`{field.name.replace('`', '``')}`"), field.dataType) for field in schema
    )
    return F.sha2(F.concat(*parts).cast("binary"), 256)


def _typed_text(value: Column, type: DataType) -> Column:
    """The value in words that begin with its kind; never null."""
    return F.coalesce(_compound_text(value, type), F.lit("null;"))


def _compound_text(value: Column, type: DataType) -> Column:
    match type:
        case StructType():
            fields = (_typed_text(value.getField(field.name), field.dataType) for field in type)
            return F.when(value.isNotNull(), F.concat(F.lit("row("), *fields, F.lit(")")))
        case ArrayType():
            elements = F.transform(value, lambda each: _typed_text(each, type.elementType))
            return _list_text("list", value, elements)
        case MapType():
            entries = F.transform(
                F.map_entries(value),
                lambda each: F.concat(
                    _typed_text(each["key"], type.keyType),
                    _typed_text(each["value"], type.valueType),
                ),
            )
            # A map has no order.
            return _list_text("map", value, F.array_sort(entries))
    return _scalar_text(value, type)


def _list_text(kind: str, value: Column, texts: Column) -> Column:
    size = F.size(value).cast("string")
    text = F.concat(F.lit(f"{kind} "), size, F.lit("("), F.array_join(texts, ""), F.lit(")"))
    return F.when(value.isNotNull(), text)


def _scalar_text(value: Column, type: DataType) -> Column:
    match type:
        case BinaryType():
            return _tagged_text("bytes", F.hex(value))
        case IntegralType():
            return _tagged_text("number", value.cast("string"))
        case DecimalType():
            # A cast may write an exponent, which depends on a setting.
            return _tagged_text("decimal", F.format_number(value, type.scale))
        case FloatType() | DoubleType():
            # Minus zero is zero, and both are 0x0.0p0 once zero is added.
            return _tagged_text("real", F.format_string("%a", value.cast("double") + F.lit(0.0)))
        case DateType():
            return _tagged_text("date", F.unix_date(value).cast("string"))
        case TimestampType():
            return _tagged_text("instant", F.unix_micros(value).cast("string"))
    kind = "text" if isinstance(type, StringType) else type.typeName()
    text = value.cast("string")
    size = F.length(text.cast("binary")).cast("string")
    return F.concat(F.lit(f"{kind} "), size, F.lit(":"), text)


def _tagged_text(kind: str, text: Column) -> Column:
    return F.concat(F.lit(f"{kind} "), text, F.lit(";"))
