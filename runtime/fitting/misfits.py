"""Values that a decoder gave, held to the types that they are to have.

Decoders give what their bytes hold, which may be more than a column's type does: Avro's decimals
wrap where they have too many digits, and a timestamp may be in the year 58054. So what might be
too large is decoded as a wider type first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import or_

from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import (
    ArrayType,
    ByteType,
    DataType,
    DateType,
    DecimalType,
    DoubleType,
    FloatType,
    IntegerType,
    LongType,
    MapType,
    ShortType,
    StringType,
    StructType,
    TimestampNTZType,
    TimestampType,
)

_MAX_SHOWN = 60
# Places beyond those of a decimal that must be zero; what follows them may be the noise of
# floating-point numbers, as in 0.30000000000000004.
_MORE_PLACES, _MAX_DIGITS = 6, 38
_DAYS = (-719_162, 2_932_896)
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
class Looks:
    """What else is looked at where a decoder takes values as they are.

    With `texts`, texts may be no UTF-8. `has_large_number` says whether the bytes have a number in
    them that may be too large for a real, which is infinite then; None where they never have.
    """

    texts: bool = False
    has_large_number: Column | None = None


@dataclass(frozen=True)
class Misfit:
    """A field that may hold what its type does not, and where that is so."""

    path: str
    value: Column
    condition: Column
    type: DataType


def find_misfits(
    value: Column, actual: DataType, target: DataType, *, looks: Looks | None = None
) -> list[Misfit]:
    """The fields of a value that need a look; of a list or map, all elements at once."""
    return list(_find_misfits(value, actual, target, "", looks or Looks()))


def with_more_places(type: DecimalType) -> DecimalType:
    """The decimal type that shows what would be lost of a number, as far as there is room."""
    scale = min(type.scale + _MORE_PLACES, _MAX_DIGITS - (type.precision - type.scale))
    return DecimalType(type.precision - type.scale + scale, scale)


def is_any(fields: Sequence[Misfit]) -> Column:
    """Whether any of the fields holds what its type does not."""
    condition = F.lit(False)
    for each in fields:
        condition = condition | each.condition
    return F.coalesce(condition, F.lit(False))


def render_misfits(fields: Sequence[Misfit], masked: frozenset[str] = frozenset()) -> Column:
    """What is wrong, by field and value; those of fields that are `masked` are not shown."""
    return F.concat_ws(
        "; ", *(F.when(each.condition, _describe_misfit(each, masked)) for each in fields)
    )


def column_type(column: Column) -> DataType:
    """The type of a column that depends on no dataset."""
    return SparkSession.active().range(0).select(column).schema[0].dataType


def convert_value(value: Column, actual: DataType, target: DataType) -> Column:
    """A value that was decoded as a wider type as what it is to be; null if it does not fit."""
    if actual.simpleString() == target.simpleString():
        return value
    if isinstance(target, StructType) and isinstance(actual, StructType):
        fields = (
            convert_value(
                value.getField(field.name), actual[field.name].dataType, field.dataType
            ).alias(field.name)
            for field in target
        )
        return F.when(value.isNotNull(), F.struct(*fields))
    if isinstance(target, ArrayType) and isinstance(actual, ArrayType):
        from_type, to_type = actual.elementType, target.elementType
        return F.transform(value, lambda each: convert_value(each, from_type, to_type))
    if isinstance(target, MapType) and isinstance(actual, MapType):
        if actual.keyType != target.keyType:
            key, narrow_key = actual.keyType, target.keyType
            value = F.transform_keys(value, lambda each, _: convert_value(each, key, narrow_key))
        from_type, to_type = actual.valueType, target.valueType
        return F.transform_values(value, lambda _, each: convert_value(each, from_type, to_type))
    if isinstance(actual, LongType) and isinstance(target, DateType):
        return F.date_from_unix_date(_try_cast(value, IntegerType()))
    return _try_cast(value, target)


def _try_cast(value: Column, target: DataType) -> Column:
    return value.try_cast(target) if hasattr(value, "try_cast") else value.cast(target)


def utf8(data: Column) -> Column:
    """Whether bytes, or the bytes of a text, are UTF-8."""
    if hasattr(F, "is_valid_utf8"):
        return F.is_valid_utf8(data.cast("string"))
    data = data.cast("binary")
    return F.encode(F.decode(data, "UTF-8"), "UTF-8") == data


def field_text(path: str, value: Column, type: DataType, masked: frozenset[str]) -> Column:
    """The sentence about a field whose value is not of its type."""
    before, is_shown, after = sentence_parts(path, type, masked)
    if not is_shown:
        return F.lit(before)
    return F.concat(F.lit(before), shorten_text(value), F.lit(after))


def sentence_parts(path: str, type: DataType, masked: frozenset[str]) -> tuple[str, bool, str]:
    """What stands before and after the value in that sentence, and whether the value does."""
    sql = "STRUCT" if isinstance(type, StructType) else type.simpleString().upper()
    name = path or "it"
    if path.partition(".")[0] in masked or (not path and masked):
        return f"`{name}` holds no {sql}", False, ""
    return f"`{name}` is ", True, f", which is no {sql}"


def shorten_text(text: Column) -> Column:
    """The text as far as an error shows it."""
    return F.regexp_replace(text, rf"(?s)^(.{{{_MAX_SHOWN}}}).+", "$1...")


def after_colon(detail: Column) -> Column:
    """The detail with a colon before it; nothing if it is empty. It is in the plan only once."""
    return F.regexp_replace(detail, "(?s)^(?=.)", ": ")


def _find_misfits(
    value: Column, actual: DataType, target: DataType, path: str, looks: Looks
) -> Iterator[Misfit]:
    if isinstance(target, StructType) and isinstance(actual, StructType):
        for field in target:
            field_path = f"{path}.{field.name}" if path else field.name
            part, type_ = value.getField(field.name), actual[field.name].dataType
            yield from _find_misfits(part, type_, field.dataType, field_path, looks)
        return
    condition = _misfit_condition(value, actual, target, looks)
    if condition is not None:
        yield Misfit(path, value, condition, target)


def _misfit_condition(
    value: Column, actual: DataType, target: DataType, looks: Looks
) -> Column | None:
    """Whether a value is not of the type, or null; None where all values are of it."""
    if isinstance(target, StructType):
        field_misfits = list(_find_misfits(value, actual, target, "", looks))
        return is_any(field_misfits) if field_misfits else None
    if isinstance(target, ArrayType) and isinstance(actual, ArrayType):
        return _any_element_misfit(value, actual.elementType, target.elementType, looks)
    if isinstance(target, MapType) and isinstance(actual, MapType):
        keys = _any_element_misfit(F.map_keys(value), actual.keyType, target.keyType, looks)
        values = _any_element_misfit(F.map_values(value), actual.valueType, target.valueType, looks)
        conditions = [each for each in (keys, values) if each is not None]
        return conditions[0] | conditions[-1] if conditions else None
    return _atomic_misfit_condition(value, actual, target, looks)


def _atomic_misfit_condition(
    value: Column, actual: DataType, target: DataType, looks: Looks
) -> Column | None:
    if isinstance(target, StringType):
        return ~utf8(value) if looks.texts else None
    if isinstance(target, FloatType | DoubleType):
        has_large_number = looks.has_large_number
        return None if has_large_number is None else _is_infinite(value) & has_large_number
    bits = _BITS.get(type(target))
    if actual != target and bits:
        return ~value.between(-(2**bits), 2**bits - 1)
    if isinstance(actual, LongType) and isinstance(target, DateType):
        return ~value.between(*_DAYS)
    if actual != target and isinstance(actual, DecimalType) and isinstance(target, DecimalType):
        if actual.scale > target.scale:
            return ~value.eqNullSafe(_try_cast(value, target).cast(actual))
        # Of the same type, or Spark would round the value to compare it.
        limit = F.lit(Decimal(f"{10**target.precision - 1}e-{target.scale}")).cast(actual)
        return ~value.between(-limit, limit)
    bounds = _RANGES.get(type(target))
    return ~value.between(*map(F.expr, bounds)) if bounds else None


def _is_infinite(value: Column) -> Column:
    return F.abs(value) == F.lit(float("inf"))


def _any_element_misfit(
    values: Column, actual: DataType, target: DataType, looks: Looks
) -> Column | None:
    if _misfit_condition(F.lit(None), actual, target, looks) is None:
        return None
    if isinstance(target, FloatType | DoubleType) and looks.has_large_number is not None:
        # A list of reals may be long, and a function that looks at each takes its time.
        ends = (F.lit(float(sign)).cast(actual) for sign in ("inf", "-inf"))
        is_infinite = reduce(or_, (F.array_contains(values, each) for each in ends))
        return is_infinite & looks.has_large_number

    def is_unfit(each: Column) -> Column:
        condition = _misfit_condition(each, actual, target, looks)
        assert condition is not None
        return F.coalesce(condition, F.lit(False))

    return F.exists(values, is_unfit)


def _describe_misfit(misfit: Misfit, masked: frozenset[str]) -> Column:
    value = misfit.value
    if isinstance(misfit.type, StringType):
        # Bytes that are no text cannot be shown as one.
        value = F.concat(F.lit("the bytes "), F.hex(value))
    elif isinstance(misfit.type, FloatType | DoubleType):
        value = F.lit("too large a number")
    elif isinstance(misfit.type, DecimalType):
        # The places that it was looked at for, and has not.
        zeros = rf"(\.\d{{{misfit.type.scale}}}\d*?)0+$"
        value = F.regexp_replace(value.cast("string"), zeros, "$1")
    return field_text(misfit.path, value.cast("string"), misfit.type, masked)
