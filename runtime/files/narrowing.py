"""Columns of files, read as wider types than they have and held to their own.

Spark's readers change what a type cannot hold: of an INT in Parquet or ORC that is read as a
SMALLINT they keep the last bits, 128 in a TINYINT of JSON is -128, and a number in a TIMESTAMP of
JSON is seconds, also where it is milliseconds.
"""

from functools import reduce
from operator import or_

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import (
    ArrayType,
    BooleanType,
    ByteType,
    DataType,
    DateType,
    IntegerType,
    LongType,
    MapType,
    ShortType,
    StructField,
    StructType,
    TimestampNTZType,
    TimestampType,
)

from ssbt.runtime.fitting.misfits import convert_value, find_misfits, is_any

_WIDER: dict[str, dict[type[DataType], DataType]] = {
    "json": {ByteType: ShortType()},
    "parquet": {ByteType: IntegerType(), ShortType: IntegerType()},
    "orc": {ByteType: LongType(), ShortType: LongType(), IntegerType: LongType()},
}
# The clocks of a zone are 18 hours at most before or behind UTC.
_FIRST = "timestamp '0000-12-31 06:00:00Z'"
_LAST = "timestamp '+10000-01-01 17:59:59.999999Z'"
# Of times, only those of JSON are looked at, by `_far_time`.
_ANY_TIME: dict[type[DataType], DataType] = dict.fromkeys(
    (DateType, TimestampType, TimestampNTZType), BooleanType()
)


def widen_schema(session: SparkSession, schema: str | StructType, format: str) -> StructType:
    """The schema with types that hold whatever files of the format may have for its own."""
    wider = _widen(_parse_schema(session, schema), _WIDER[format])
    assert isinstance(wider, StructType)
    return wider


def narrow_columns(
    frame: DataFrame,
    schema: str | StructType,
    format: str,
    *,
    corrupt: str | None = None,
    drop: bool = False,
) -> DataFrame:
    """The frame with the types of `schema`.

    A value that is not of its type stops the job. With `corrupt` the value is null, and that
    column has the row as a JSON text; with `drop` the row is left out.
    """
    fields_by_name = {
        each.name.casefold(): each for each in _parse_schema(frame.sparkSession, schema)
    }
    fields = [field for field in frame.schema if field.name.casefold() in fields_by_name]
    values, is_wrong = {}, F.lit(False)
    for field in fields:
        type_ = fields_by_name[field.name.casefold()].dataType
        misfit = _misfit_condition(field, type_, has_times=format == "json")
        if misfit is not None:
            is_wrong = is_wrong | misfit
            lenient = corrupt is not None or drop
            values[field.name] = _narrow_value(field, type_, misfit, lenient=lenient)
    if drop and values:
        frame = frame.where(~is_wrong)
    elif corrupt is not None and values:
        row = F.to_json(F.struct(*(_column(n) for n in frame.columns if n != corrupt)))
        values[corrupt] = F.coalesce(_column(corrupt), F.when(is_wrong, row))
    return frame.withColumns(values) if values else frame


def _parse_schema(session: SparkSession, schema: str | StructType) -> StructType:
    return schema if isinstance(schema, StructType) else session.createDataFrame([], schema).schema


def _widen(type_: DataType, table: dict[type[DataType], DataType]) -> DataType:
    if isinstance(type_, StructType):
        fields = (
            StructField(each.name, _widen(each.dataType, table), each.nullable, each.metadata)
            for each in type_
        )
        return StructType(list(fields))
    if isinstance(type_, ArrayType):
        return ArrayType(_widen(type_.elementType, table), type_.containsNull)
    if isinstance(type_, MapType):
        key, value = _widen(type_.keyType, table), _widen(type_.valueType, table)
        return MapType(key, value, type_.valueContainsNull)
    return table.get(type(type_), type_)


def _misfit_condition(field: StructField, target: DataType, *, has_times: bool) -> Column | None:
    """Where a column holds what its type does not; None where it cannot."""
    types = (_widen(type_, _ANY_TIME) for type_ in (field.dataType, target))
    conditions = [is_any(parts)] if (parts := find_misfits(_column(field.name), *types)) else []
    if has_times and (far := _far_time_condition(_column(field.name), target)) is not None:
        conditions.append(F.coalesce(far, F.lit(False)))
    return reduce(or_, conditions) if conditions else None


def _far_time_condition(value: Column, type_: DataType) -> Column | None:
    """Where a TIMESTAMP, or one in the value, is in no year from 1 to 9999, wherever that is."""
    if isinstance(type_, TimestampType):
        return ~value.between(F.expr(_FIRST), F.expr(_LAST))
    if isinstance(type_, StructType):
        parts = [_far_time_condition(value.getField(each.name), each.dataType) for each in type_]
        conditions = [F.coalesce(each, F.lit(False)) for each in parts if each is not None]
        return reduce(or_, conditions) if conditions else None
    if isinstance(type_, MapType):
        value, type_ = F.map_values(value), ArrayType(type_.valueType)
    if (
        not isinstance(type_, ArrayType)
        or _far_time_condition(F.lit(None), type_.elementType) is None
    ):
        return None
    element = type_.elementType

    def is_far(each: Column) -> Column:
        far = _far_time_condition(each, element)
        assert far is not None
        return F.coalesce(far, F.lit(False))

    return F.exists(value, is_far)


def _narrow_value(field: StructField, target: DataType, misfit: Column, *, lenient: bool) -> Column:
    value = convert_value(_column(field.name), field.dataType, target)
    if lenient:
        return F.when(~misfit, value)
    text = f"malformed value in `{field.name}`: it is no {target.simpleString().upper()}"
    return F.when(misfit, F.raise_error(F.lit(text)).cast(target)).otherwise(value)


def _column(name: str) -> Column:
    return F.col("`" + name.replace("`", "``") + "`")
