"""What a sink of records writes and a source of records reads back, by default, for each type.

The values are those of files. What is refused when compiling is listed, and so is each value that
comes back as another, which the page of the format tells.
"""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from pyspark.sql import functions as F
import pytest

from ssbt.compiler.driver import check_pipeline
from tests.spark.compiling import script_functions
from tests.spark.test_file_round_trips import VALUES, encoded, names, rows, texts
from tests.spark.test_record_values import Records

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.timeout(600)]

AVRO: dict[str, object] = {
    "string": "string",
    "boolean": "boolean",
    "int": "int",
    "bigint": "long",
    "float": "float",
    "double": "double",
    "decimal(12,2)": {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2},
    "decimal(38,18)": {"type": "bytes", "logicalType": "decimal", "precision": 38, "scale": 18},
    "date": {"type": "int", "logicalType": "date"},
    "timestamp": {"type": "long", "logicalType": "timestamp-micros"},
    "timestamp_ntz": {"type": "long", "logicalType": "local-timestamp-micros"},
    "binary": "bytes",
    "array<string>": {"type": "array", "items": ["null", "string"]},
    "map<string,int>": {"type": "map", "values": ["null", "int"]},
}
REFUSED = {
    "csv": {"binary", "array<string>", "map<string,int>", "struct<a:int,b:string>", "variant"}
    | {"array<struct<a:int>>"},
    "json": set[str](),
    "avro": set(VALUES) - set(AVRO),
}
TOLD: dict[str, dict[tuple[str, str], str | None]] = {"csv": {}, "json": {}, "avro": {}}


class Captured:
    """A dataset whose records are taken before they are written."""

    def __init__(self, frame: DataFrame) -> None:
        self._frame = frame

    def select(self, *columns: Column) -> Captured:
        self.records = self._frame.select(*columns)
        return self

    def __getattr__(self, name: str) -> Captured:
        return self

    def __call__(self, *_: object) -> Captured:
        return self


def written_and_read(frame: DataFrame, format_: str, schema: str, zone: str) -> DataFrame:
    """The rows that a source reads of the records that a sink writes."""
    value = "avro { schema = Row }" if format_ == "avro" else format_
    functions: dict[str, Any] = script_functions(f"""
pipeline records {{ spark {{ "spark.sql.session.timeZone" = "{zone}" }} }}
schema Row {schema}
source data from kafka {{
  bootstrap_servers = "localhost:9092"
  subscribe         = "t"
  value             = {format_}
  schema            = Row
}}
sink data to kafka {{
  bootstrap_servers = "localhost:9092"
  topic             = "u"
  value             = {value}
}}
""")
    captured = Captured(frame)
    functions["write_data"](captured, SimpleNamespace(counted=lambda inputs, _: inputs))
    kafka = Records(frame.sparkSession, [])
    places = ("null AS key", "value", "'t' AS topic", "0 AS partition", "0L AS offset")
    kafka._frame = captured.records.withColumn("value", F.col("value").cast("binary")).selectExpr(
        *places, "current_timestamp() AS timestamp", "null AS headers"
    )
    read: DataFrame = functions["data"](SimpleNamespace(spark=kafka))
    return read


@pytest.mark.parametrize("format_", ["csv", "json", "avro"])
def test_round_trips(spark: SparkSession, format_: str) -> None:
    zone = "Europe/Berlin"
    session = spark.newSession()
    session.conf.set("spark.sql.session.timeZone", zone)
    types = [type_ for type_ in VALUES if type_ not in REFUSED[format_] | {"time"}]
    inputs = rows(session, types)
    columns = ", ".join(["k: int", *(f"{names()[type_]}: {type_}" for type_ in types)])
    schema = f"{{ {columns} }}" if format_ != "avro" else avro_schema(types)
    back = written_and_read(inputs, format_, schema, zone).cache()
    wrong = {
        (type_, VALUES[type_][k] if k < len(VALUES[type_]) else "null"): result.get(k)
        for type_ in types
        for result in [texts(back, type_)]
        for k, text in texts(inputs, type_).items()
        if result.get(k) != text
    }
    assert wrong == TOLD[format_]


def avro_schema(types: list[str]) -> str:
    fields: list[dict[str, object]] = [{"name": "k", "type": "int"}]
    fields += [{"name": names()[type_], "type": ["null", AVRO[type_]]} for type_ in types]
    text = json.dumps({"type": "record", "name": "Row", "fields": fields})
    return f'from avro {{ schema = """{text}""" }}'


@pytest.mark.parametrize("format_", ["csv", "json"])
def test_what_is_refused(format_: str) -> None:
    """When compiling, in a source."""
    for type_ in VALUES:
        text = (
            f"pipeline records {{ }}\nschema Row {{ k: int, v: {type_} }}\n"
            'source data from kafka {\n  bootstrap_servers = "localhost:9092"\n'
            f'  subscribe = "t"\n  value = {format_}\n  schema = Row\n}}\nsink data to noop {{ }}\n'
        )
        findings = check_pipeline("records.ssbt", encoded(text)).findings
        codes = {each.code.number for each in findings}
        assert ("SSBT1006" in codes) is (type_ in REFUSED[format_]), (type_, codes)


KEYS = {
    "string": "'a'",
    "int": "1",
    "bigint": "1L",
    "boolean": "true",
    "double": "1.5D",
    "decimal(12,2)": "1.50BD",
    "date": "date'2026-01-31'",
    "timestamp": "timestamp'2026-01-31 12:00:00'",
    "timestamp_ntz": "timestamp_ntz'2026-01-31 12:00:00'",
    "binary": "X'01'",
    "array<int>": "array(1)",
    "struct<a:int>": "named_struct('a', 1)",
}


@pytest.mark.parametrize("part", ["value", "key"])
def test_keys_of_maps_are_texts_or_refused(spark: SparkSession, part: str) -> None:
    """Where Spark would write in JSON how it keeps the key, instead of its text."""
    for type_, key in KEYS.items():
        parts = {"value": "bigint", "value_columns": "id", part: "json", f"{part}_columns": "m"}
        text = (
            'pipeline records { time_zone = "UTC" }\n'
            f"schema Row {{ id: bigint, m: map<{type_}, int> }}\n"
            'source data from parquet {\n  path = "in"\n  schema = Row\n}\n'
            'sink data to kafka {\n  bootstrap_servers = "localhost:9092"\n  topic = "t"\n'
            + "".join(f"  {name} = {value}\n" for name, value in parts.items())
            + "}\n"
        )
        findings = check_pipeline("records.ssbt", encoded(text)).findings
        codes = {each.code.number for each in findings if each.code.severity.name == "ERROR"}
        # Read back, so that it is not a literal, of which Spark has another form.
        keys = spark.sql(f"SELECT {key} AS k").localCheckpoint()
        frame = keys.selectExpr("to_json(struct(map(k, 1) AS m))", "cast(k AS string)")
        ((written, plain),) = frame.collect()
        is_text = json.loads(written) == {"m": {plain: 1}}
        assert codes == (set() if is_text else {"SSBT0537"}), (type_, written, codes)
