"""Our reading of Avro schemas beside that of spark-avro, which decodes with them."""

from __future__ import annotations

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import functions as F
from pyspark.sql import types as t
from pyspark.sql.avro.functions import from_avro
import pytest

from ssbt.compiler.formats.avro import avro_columns
from ssbt.compiler.formats.json_text import parse_json
from ssbt.compiler.types import datatypes as ours
from tests.avro_schemas import BAD_SCHEMAS, GOOD_TYPES, record_of

pytestmark = pytest.mark.spark


def as_spark(type_: ours.DataType) -> t.DataType:
    """Our type as Spark's, with what DDL cannot say: whether items and values may be null."""
    match type_:
        case ours.StructType(fields):
            return t.StructType(
                [t.StructField(f.name, as_spark(f.type), f.nullable) for f in fields]
            )
        case ours.ArrayType(element, contains_null):
            return t.ArrayType(as_spark(element), contains_null)
        case ours.MapType(key, value, contains_null):
            return t.MapType(as_spark(key), as_spark(value), contains_null)
    return t.DataType.fromDDL(type_.sql)


def spark_columns(spark, text):
    """The type that spark-avro makes of a schema."""
    return spark.range(1).select(from_avro(F.lit(b"\0"), text).alias("r")).schema["r"].dataType


@pytest.mark.parametrize("name", GOOD_TYPES)
def test_types_are_those_of_spark(name, spark):
    text = record_of(GOOD_TYPES[name])
    assert spark_columns(spark, text) == as_spark(avro_columns(parse_json(text)))


@pytest.mark.parametrize("name", BAD_SCHEMAS)
def test_mistakes_are_those_of_spark(name, spark):
    with pytest.raises((PySparkException, Py4JJavaError)):
        spark_columns(spark, BAD_SCHEMAS[name])
