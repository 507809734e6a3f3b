"""Columns of Parquet that other programs wrote, read as the types of a schema.

The kind: a type in the file and a type in the schema. Each pair is right, an error, or another
value that the page of the connector tells.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet
import pytest

from tests.spark.compiling import read_back

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

NOON = datetime(2026, 1, 31, 12, 30, 0, 123456)
# The type in the file and a value, the type in the schema, and the text of what is read.
READ: list[tuple[pa.DataType, Any, str, str]] = [
    (pa.int32(), 70000, "bigint", "70000"),
    (pa.int32(), 70000, "double", "70000.0"),
    (pa.int32(), 32767, "smallint", "32767"),
    (pa.uint8(), 255, "smallint", "255"),
    (pa.uint16(), 65535, "int", "65535"),
    (pa.uint32(), 4294967295, "bigint", "4294967295"),
    (pa.uint64(), 18446744073709551615, "decimal(20,0)", "18446744073709551615"),
    (pa.timestamp("us"), NOON, "timestamp_ntz", "2026-01-31 12:30:00.123456"),
    (pa.timestamp("us", "UTC"), NOON, "timestamp", "2026-01-31 21:30:00.123456"),
    (pa.dictionary(pa.int32(), pa.string()), "a", "string", "a"),
    (pa.large_string(), "a", "string", "a"),
    (pa.list_(pa.int64()), [1, None], "array<bigint>", "[1, null]"),
    # What the page tells.
    (pa.int32(), 20484, "date", "2026-01-31"),
    (pa.timestamp("us"), NOON, "timestamp", "2026-01-31 21:30:00.123456"),
    (pa.timestamp("us", "UTC"), NOON, "timestamp_ntz", "2026-01-31 12:30:00.123456"),
]
STOPS = [
    (pa.int32(), 1, "string"),
    (pa.int32(), 70000, "smallint"),
    (pa.uint8(), 255, "tinyint"),
    (pa.uint16(), 65535, "smallint"),
    (pa.int64(), 1, "int"),
    (pa.timestamp("ns"), NOON, "timestamp"),
    (pa.float64(), 0.1, "float"),
    (pa.string(), "1", "int"),
]


def test_what_is_read(spark: SparkSession, tmp_path: Path) -> None:
    """In Tokyo, nine hours ahead."""
    session = spark.newSession()
    session.conf.set("spark.sql.session.timeZone", "Asia/Tokyo")
    columns = {f"c{n}": pa.array([value], kind) for n, (kind, value, _, _) in enumerate(READ)}
    pyarrow.parquet.write_table(pa.table(columns), tmp_path / "a.parquet", store_schema=False)
    schema = ", ".join(f"c{n}: {row[2]}" for n, row in enumerate(READ))
    settings = '"spark.sql.session.timeZone" = "Asia/Tokyo"'
    back = read_back(session, f'parquet {{ path = "{tmp_path}"', schema, settings)
    (row,) = back.selectExpr(*(f"CAST({name} AS string)" for name in columns)).collect()
    assert list(row) == [text for _, _, _, text in READ]


@pytest.mark.parametrize(("kind", "value", "type_"), STOPS)
def test_what_stops(
    spark: SparkSession, tmp_path: Path, kind: pa.DataType, value: object, type_: str
) -> None:
    table = pa.table({"c": pa.array([value], kind)})
    pyarrow.parquet.write_table(table, tmp_path / "a.parquet", store_schema=False)
    with pytest.raises(Exception, match=r"DATA_TYPE_MISMATCH|malformed value"):
        read_back(spark, f'parquet {{ path = "{tmp_path}"', f"c: {type_}").collect()
