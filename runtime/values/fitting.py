"""Values that a decoder gave, held to the types that they are to have.

Decoders give what their bytes hold, which may be more than a column's type does: Avro's decimals
wrap where they have too many digits, and a timestamp may be in the year 58054. So what might be
too large is decoded as a wider type first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import (
    ArrayType,
    ByteType,
    DataType,
    DateType,
    DecimalType,
    IntegerType,
    MapType,
    ShortType,
    StringType,
    StructType,
    TimestampNTZType,
    TimestampType,
)

_SHOWN = 60
_BITS: dict[type[DataType], int] = {ByteType: 7, ShortType: 15, IntegerType: 31}
# What Spark says that these types hold; beyond it, its functions disagree.
_RANGES: dict[type[DataType], tuple[str, str]] = {
    DateType: ("date '0001-01-01'", "date '9999-12-31'"),
    TimestampType: (
        "timestamp '0001-01-01 00:00:00Z'",
        "timestamp '9999-12-31 23:59:59.999999Z'",
    ),
    TimestampNTZType: (
        "timestamp_ntz '0001-01-01 00:00:00'",
        "timestamp_ntz '9999-12-31 23:59:59.999999'",
    ),
}


@dataclass(frozen=True)
class Misfit:
    """A field that may hold what its type does not, and where that is so."""

    path: str
    value: Column
    condition: Column
    type: DataType


def misfits(
    value: Column, found: DataType, wanted: DataType, *, texts: bool = False
) -> list[Misfit]:
    """The fields of a value that need a look; of a list or map, all elements at once.

    Texts need one where the decoder takes them as they are: they may be no UTF-8.
    """
    return list(_misfits(value, found, wanted, "", texts))


def is_any(found: list[Misfit]) -> Column:
    """Whether any of the fields holds what its type does not."""
    condition = F.lit(False)
    for each in found:
        condition = condition | each.condition
    return F.coalesce(condition, F.lit(False))


def misfit_text(found: list[Misfit], masked: frozenset[str] = frozenset()) -> Column:
    """What is wrong, by field and value; those of fields that are `masked` are not shown."""
    return F.concat_ws("; ", *(F.when(each.condition, _text(each, masked)) for each in found))


def column_type(column: Column) -> DataType:
    """The type of a column that depends on no dataset."""
    return SparkSession.active().range(0).select(column).schema[0].dataType


def typed(value: Column, found: DataType, wanted: DataType) -> Column:
    """A value that was decoded as a wider type as what it is to be; null if it does not fit."""
    if found.simpleString() == wanted.simpleString():
        return value
    if isinstance(wanted, StructType) and isinstance(found, StructType):
        fields = (
            typed(value.getField(field.name), found[field.name].dataType, field.dataType).alias(
                field.name
            )
            for field in wanted
        )
        return F.when(value.isNotNull(), F.struct(*fields))
    if isinstance(wanted, ArrayType) and isinstance(found, ArrayType):
        one, other = found.elementType, wanted.elementType
        return F.transform(value, lambda each: typed(each, one, other))
    if isinstance(wanted, MapType) and isinstance(found, MapType):
        if found.keyType != wanted.keyType:
            key, narrow = found.keyType, wanted.keyType
            value = F.transform_keys(value, lambda each, _: typed(each, key, narrow))
        one, other = found.valueType, wanted.valueType
        return F.transform_values(value, lambda _, each: typed(each, one, other))
    return value.try_cast(wanted) if hasattr(value, "try_cast") else value.cast(wanted)


def utf8(data: Column) -> Column:
    """Whether bytes, or the bytes of a text, are UTF-8."""
    if hasattr(F, "is_valid_utf8"):
        return F.is_valid_utf8(data.cast("string"))
    data = data.cast("binary")
    return F.encode(F.decode(data, "UTF-8"), "UTF-8") == data


def field_text(path: str, value: Column, type: DataType, masked: frozenset[str]) -> Column:
    """The sentence about a field whose value is not of its type."""
    sql = "STRUCT" if isinstance(type, StructType) else type.simpleString().upper()
    name = path or "it"
    if path.partition(".")[0] in masked or (not path and masked):
        return F.lit(f"`{name}` holds no {sql}")
    shown = F.when(F.length(value) > _SHOWN, F.concat(F.substring(value, 1, _SHOWN), F.lit("...")))
    shown = shown.otherwise(value)
    return F.concat(F.lit(f"`{name}` is "), shown, F.lit(f", which is no {sql}"))


def _misfits(
    value: Column, found: DataType, wanted: DataType, path: str, texts: bool
) -> Iterator[Misfit]:
    if isinstance(wanted, StructType) and isinstance(found, StructType):
        for field in wanted:
            below = f"{path}.{field.name}" if path else field.name
            part, type_ = value.getField(field.name), found[field.name].dataType
            yield from _misfits(part, type_, field.dataType, below, texts)
        return
    condition = _condition(value, found, wanted, texts)
    if condition is not None:
        yield Misfit(path, value, condition, wanted)


def _condition(value: Column, found: DataType, wanted: DataType, texts: bool) -> Column | None:
    """Whether a value is none of the type, or null; None where all values are of it."""
    if isinstance(wanted, StructType):
        inner = list(_misfits(value, found, wanted, "", texts))
        return is_any(inner) if inner else None
    if isinstance(wanted, ArrayType) and isinstance(found, ArrayType):
        return _any_element(value, found.elementType, wanted.elementType, texts)
    if isinstance(wanted, MapType) and isinstance(found, MapType):
        keys = _any_element(F.map_keys(value), found.keyType, wanted.keyType, texts)
        values = _any_element(F.map_values(value), found.valueType, wanted.valueType, texts)
        conditions = [each for each in (keys, values) if each is not None]
        return conditions[0] | conditions[-1] if conditions else None
    if isinstance(wanted, StringType):
        return ~utf8(value) if texts else None
    bits = _BITS.get(type(wanted))
    if found != wanted and bits:
        return ~value.between(-(2**bits), 2**bits - 1)
    if found != wanted and isinstance(wanted, DecimalType):
        # Of the same type, or Spark would round the value to compare it.
        most = F.lit(Decimal(f"{10**wanted.precision - 1}e-{wanted.scale}")).cast(found)
        return ~value.between(-most, most)
    bounds = _RANGES.get(type(wanted))
    return ~value.between(*map(F.expr, bounds)) if bounds else None


def _any_element(values: Column, found: DataType, wanted: DataType, texts: bool) -> Column | None:
    if _condition(F.lit(None), found, wanted, texts) is None:
        return None

    def is_unfit(each: Column) -> Column:
        condition = _condition(each, found, wanted, texts)
        assert condition is not None
        return F.coalesce(condition, F.lit(False))

    return F.exists(values, is_unfit)


def _text(misfit: Misfit, masked: frozenset[str]) -> Column:
    value = misfit.value
    if isinstance(misfit.type, StringType):
        # Bytes that are no text cannot be shown as one.
        value = F.concat(F.lit("the bytes "), F.hex(value))
    return field_text(misfit.path, value.cast("string"), misfit.type, masked)
