"""A table's columns, held to the schema that the pipeline declares for them."""

from collections.abc import Iterator

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import (
    ArrayType,
    ByteType,
    DataType,
    DecimalType,
    DoubleType,
    FloatType,
    IntegerType,
    LongType,
    MapType,
    ShortType,
    StructField,
    StructType,
)

from ssbt.runtime.schemas import SchemaMismatchError

_INTEGERS: dict[type[DataType], int] = {ByteType: 3, ShortType: 5, IntegerType: 10, LongType: 19}
CHAR_TYPE = "__CHAR_VARCHAR_TYPE_STRING"
"""Where a column, which Spark shows as STRING, says that it is a CHAR or a VARCHAR."""
_FLOATS: tuple[type[DataType], ...] = (FloatType, DoubleType)


def fit_columns(frame: DataFrame, schema: str, source: str) -> DataFrame:
    """The columns of the DDL text `schema`, in their order, of a table that has all of them.

    A column may have a type whose values all fit in the declared one. Otherwise raises
    `SchemaMismatchError`, which names the source and every column.
    """
    declared = frame.sparkSession.createDataFrame([], schema).schema
    problems = list(_find_problems(frame.schema, declared))
    if problems:
        text = "".join(f"\n- {problem}" for problem in problems)
        raise SchemaMismatchError(
            f"the table that `{source}` reads does not fit its schema:{text}\n"
            "change the schema of the source, or the table"
        )
    actual = {each.name.casefold(): each.name for each in frame.schema}
    columns = []
    for field in declared:
        actual_field = frame.schema[actual[field.name.casefold()]]
        name = actual_field.name.replace("`", "``")
        value = F.col(f"`{name}`").cast(nullable_type(field.dataType))
        # Spark fills them with spaces, and a text that is compared with one has none.
        is_padded = actual_field.metadata.get(CHAR_TYPE, "").startswith("char(")
        columns.append((F.rtrim(value) if is_padded else value).alias(field.name))
    return frame.select(*columns)


def _find_problems(actual: StructType, declared: StructType) -> Iterator[str]:
    fields = {each.name.casefold(): each for each in actual}
    for field in declared:
        actual_field = fields.get(field.name.casefold())
        if actual_field is None:
            yield f"it has no column `{field.name}`"
        elif not fits(actual_field.dataType, field.dataType):
            is_type, declared_type = (
                actual_field.dataType.simpleString(),
                field.dataType.simpleString(),
            )
            yield f"`{field.name}` is {is_type}, and {declared_type} is declared"


def nullable_type(type_: DataType) -> DataType:
    """The type with parts that may be null, without which nothing is cast that may have nulls."""
    match type_:
        case ArrayType():
            return ArrayType(nullable_type(type_.elementType))
        case MapType():
            return MapType(nullable_type(type_.keyType), nullable_type(type_.valueType))
        case StructType():
            return StructType([StructField(f.name, nullable_type(f.dataType)) for f in type_])
        case _:
            return type_


def fits(actual: DataType, declared: DataType) -> bool:
    """Whether each value of one type is the same value in the other."""
    match actual, declared:
        case DecimalType(), DecimalType():
            wider = declared.precision - declared.scale >= actual.precision - actual.scale
            return wider and declared.scale >= actual.scale
        case _, DecimalType() if type(actual) in _INTEGERS:
            return declared.precision - declared.scale >= _INTEGERS[type(actual)]
        case ArrayType(), ArrayType():
            return fits(actual.elementType, declared.elementType)
        case MapType(), MapType():
            is_fit = fits(actual.keyType, declared.keyType)
            return is_fit and fits(actual.valueType, declared.valueType)
        case StructType(), StructType():
            # A cast finds fields by their places.
            return len(actual) == len(declared) and all(
                mine.name.casefold() == theirs.name.casefold()
                and fits(mine.dataType, theirs.dataType)
                for mine, theirs in zip(actual, declared, strict=True)
            )
        case _:
            return actual == declared or _is_wider(type(actual), type(declared))


def _is_wider(actual: type[DataType], declared: type[DataType]) -> bool:
    if actual in _INTEGERS and declared in _INTEGERS:
        return _INTEGERS[declared] >= _INTEGERS[actual]
    return (
        actual in _FLOATS
        and declared in _FLOATS
        and _FLOATS.index(declared) >= _FLOATS.index(actual)
    )
