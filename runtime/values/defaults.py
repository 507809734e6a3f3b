"""The defaults of columns: what Spark gives a column that data lacks."""

from collections.abc import Mapping

from pyspark.sql import SparkSession
from pyspark.sql.types import StructField, StructType

from ssbt.runtime.values.literals import literal


def with_defaults(session: SparkSession, schema: str, defaults: Mapping[str, object]) -> StructType:
    """The type that the DDL text `schema` says, with the values of columns that data may lack.

    Spark's readers of JSON, Parquet and ORC, and `from_json`, look for them in the metadata of a
    column. A null that the data has stays one.
    """
    fields = session.createDataFrame([], schema).schema.fields
    return StructType([_with_default(field, defaults) for field in fields])


def _with_default(field: StructField, defaults: Mapping[str, object]) -> StructField:
    if field.name not in defaults:
        return field
    text = literal(defaults[field.name], field.dataType.simpleString())
    metadata = {**field.metadata, "CURRENT_DEFAULT": text, "EXISTS_DEFAULT": text}
    return StructField(field.name, field.dataType, field.nullable, metadata)
