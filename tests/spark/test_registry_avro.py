"""Framed Avro with a real registry: several writers, new ones on the way, and what is no record."""

from __future__ import annotations

from collections.abc import Sequence
import json
from uuid import uuid4

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.avro.functions import to_avro
import pytest

from ssbt.runtime import Job, Stream, run_streams
from ssbt.runtime.entry import _run_pipeline
from ssbt.runtime.formats.avro import encoded_registry_avro, registry_avro_decoding
from ssbt.runtime.records.decoding import Decoding, decoded
from ssbt.runtime.registries.registry import RegistryError
from tests.registries import Registry

pytestmark = pytest.mark.spark


def record(*fields: object) -> dict[str, object]:
    return {"type": "record", "name": "Order", "namespace": "shop", "fields": list(fields)}


ID = {"name": "id", "type": "long"}
STATUS = {"name": "status", "type": ["null", "string"], "default": None}
AMOUNT = {"name": "amount", "type": "double", "default": -1.0}
OLD = record(ID)
NEWER = record({"name": "id", "type": "int"}, {"name": "amount", "type": "float"})
NEWEST = record({"name": "number", "type": "long"}, STATUS)
READER = record({**ID, "aliases": ["number"]}, STATUS, AMOUNT)


@pytest.fixture
def subject(registry: Registry) -> str:
    name = f"orders-{uuid4().hex[:8]}-value"
    registry.register(name, OLD)
    registry.accept_all(name)
    return name


def framed(spark, id_: int, schema, row: dict[str, str]) -> bytes:
    """A record as a producer sends it; the values are expressions."""
    columns = [F.expr(value).alias(name) for name, value in row.items()]
    data = spark.range(1).select(to_avro(F.struct(*columns), json.dumps(schema))).first()[0]
    return b"\0" + id_.to_bytes(4, "big") + bytes(data)


def orders(records: DataFrame, registry: Registry, subject: str, on_error="fail") -> DataFrame:
    return decoded(records, decoding(registry, subject, READER), on_error=on_error)


def decoding(registry: Registry, subject: str, reader: object) -> Decoding:
    text, value = json.dumps(reader), F.col("value")
    return registry_avro_decoding(value, text, {"url": registry.url}, subject)


def table(spark: SparkSession, values: Sequence[bytes | None]) -> DataFrame:
    bodies = [value and bytearray(value) for value in values]
    rows = [(body, "orders", 0, offset) for offset, body in enumerate(bodies)]
    return spark.createDataFrame(rows, "value binary, topic string, partition int, offset bigint")


def test_each_row_is_read_with_its_own_schema(spark, registry, subject):
    first = registry.register(subject, OLD)
    second = registry.register(subject, NEWER)
    third = registry.register(subject, NEWEST)
    values = [
        framed(spark, first, OLD, {"id": "1L"}),
        framed(spark, second, NEWER, {"id": "2", "amount": "2.5F"}),
        framed(spark, third, NEWEST, {"number": "3L", "status": "'PAID'"}),
    ]
    result = orders(table(spark, values), registry, subject)
    assert result.columns == ["id", "status", "amount"]
    assert sorted(tuple(row) for row in result.collect()) == [
        (1, None, -1.0),
        (2, None, 2.5),
        (3, "PAID", -1.0),
    ]


def test_a_schema_that_comes_while_a_stream_runs(spark, registry, subject, tmp_path):
    """The batch that meets it fails, is planned again, and nothing is lost or written twice."""
    first = registry.register(subject, OLD)
    source, out = str(tmp_path / "in"), str(tmp_path / "out")

    def put(value: bytes) -> None:
        table(spark, [value]).coalesce(1).write.mode("append").parquet(source)

    put(framed(spark, first, OLD, {"id": "1L"}))
    planned: list[int] = []

    def run(job: Job[None]) -> None:
        planned.append(1)
        records = spark.readStream.schema(
            "value binary, topic string, partition int, offset bigint"
        )
        result = orders(records.option("maxFilesPerTrigger", 1).parquet(source), registry, subject)
        counted = result.groupBy("id").agg(F.count("*").alias("n"))
        writer = counted.writeStream.outputMode("update").trigger(availableNow=True)
        writer = writer.foreachBatch(lambda df, _: df.write.mode("append").parquet(out))
        if len(planned) == 1:
            # It is registered, and used, when the plan is made already.
            second = registry.register(subject, NEWER)
            put(framed(spark, second, NEWER, {"id": "2", "amount": "2.5F"}))
            put(framed(spark, second, NEWER, {"id": "1", "amount": "2.5F"}))
        run_streams(Stream("orders", writer, str(tmp_path / "checkpoint")))

    _run_pipeline(Job(spark, None), run)
    assert len(planned) == 2
    rows = spark.read.parquet(out).collect()
    assert sorted((row.id, row.n) for row in rows) == [(1, 1), (1, 2), (2, 1)]


@pytest.mark.parametrize("fields", [(ID, STATUS), (STATUS,)])
def test_a_record_of_nulls_is_a_record_and_nothing_is_a_tombstone(spark, registry, fields):
    """With a field that is never null, and with none."""
    schema = record(*fields)
    subject = f"orders-{uuid4().hex[:8]}-value"
    first = registry.register(subject, schema)
    row = {"id": "1L"} if ID in fields else {}
    whole = framed(spark, first, schema, {**row, "status": "cast(null as string)"})
    part = decoding(registry, subject, schema)
    records = table(spark, [whole, None]).withColumn("key", F.col("value"))
    result = decoded(records, part, part)
    assert result.columns == [*(field["name"] for field in fields), "_key"]
    (nulls, tombstone) = result.orderBy(F.col("_key").isNull()).collect()
    assert nulls._key.asDict() == {name: nulls[name] for name in result.columns[:-1]}
    assert nulls.status is None
    assert tombstone._key is None
    assert tombstone.status is None
    with pytest.raises(Exception, match="cannot be decoded"):
        decoded(table(spark, [whole[:-1]]), part).collect()


def test_schemas_that_refer_to_others(spark, registry):
    """Two deep, in namespaces of their own and none, named twice, beside a schema without."""
    space = uuid4().hex[:8]
    customers, countries, subject = f"customers-{space}", f"countries-{space}", f"orders-{space}"
    country = {"type": "enum", "name": "Country", "symbols": ["DE", "FR"]}
    name = {"type": "record", "name": "Customer", "namespace": "crm"}
    customer = {**name, "fields": [{"name": "country", "type": "Country"}]}
    buyer, payer = ({"name": n, "type": "crm.Customer"} for n in ("buyer", "payer"))
    order = record(ID, buyer, payer)
    registry.register(countries, country)
    registry.register(customers, customer, references={"Country": countries})
    id_ = registry.register(subject, order, references={"crm.Customer": customers})
    whole_country = {**country, "namespace": ""}
    whole_customer = {**name, "fields": [{"name": "country", "type": whole_country}]}
    whole = record(ID, {**buyer, "type": whole_customer}, payer)
    row = {"id": "1L", "buyer": "struct('DE' as country)", "payer": "struct('FR' as country)"}
    result = decoded(
        table(spark, [framed(spark, id_, whole, row)]), decoding(registry, subject, whole)
    )
    assert result.select("id", "buyer.*", "payer.*").collect() == [(1, "DE", "FR")]


POISON = {
    "no frame": b'{"id": 1}',
    "only a head": b"\0\0\0\0\1",
    "empty": b"",
    "a far id": b"\0\x7f\0\0\0\2",
    "a negative id": b"\0\xff\0\0\0\2",
}


def test_what_is_no_record(spark, registry, subject):
    first = registry.register(subject, OLD)
    cut_off = framed(spark, first, OLD, {"id": "300000L"})[:-1]
    good = framed(spark, first, OLD, {"id": "7L"})
    for value in [*POISON.values(), cut_off]:
        records = table(spark, [good, value])
        kept = orders(records, registry, subject, on_error="drop")
        assert [row.id for row in kept.collect()] == [7]
        with pytest.raises(Exception, match=r"offset 1 of partition 0 of topic orders"):
            orders(records, registry, subject).collect()


def test_an_id_that_the_registry_does_not_know(spark, registry, subject):
    missing = registry.register(subject, OLD) + 500_000
    value = b"\0" + missing.to_bytes(4, "big") + b"\2"
    result: list[object] = []

    def run(job: Job[None]) -> None:
        records = table(spark, [value])
        result.extend(orders(records, registry, subject, on_error="drop").collect())
        result.append("done")

    _run_pipeline(Job(spark, None), run)
    assert result == ["done"]
    with pytest.raises(Exception, match=f"no record of schema {missing}, or no such schema"):
        orders(table(spark, [value]), registry, subject).collect()


def test_a_schema_of_another_shape_is_no_record(spark, registry, subject):
    other = registry.register(f"{subject}-other", record({"name": "x", "type": "string"}))
    value = framed(spark, other, record({"name": "x", "type": "string"}), {"x": "'?'"})

    def run(job: Job[None]) -> None:
        orders(table(spark, [value]), registry, subject).collect()

    with pytest.raises(Exception, match=f"no record of schema {other}"):
        _run_pipeline(Job(spark, None), run)


def encoded(spark: SparkSession, registry, subject, schema, **options) -> DataFrame:
    rows = spark.sql("select 5L as id, 'NEW' as status, 2.5D as amount")
    record_ = F.struct("id", "status", "amount")
    inputs = json.dumps(schema), {"url": registry.url}, subject
    value = encoded_registry_avro(record_, *inputs, **options)
    return rows.select(value.alias("value"), F.lit("orders").alias("topic")).selectExpr(
        "*", "0 as partition", "0L as offset"
    )


def test_what_is_written_is_read_back(spark, registry):
    subject = f"orders-{uuid4().hex[:8]}-value"
    with pytest.raises(RegistryError, match="not registered under"):
        encoded(spark, registry, subject, READER)
    written = encoded(spark, registry, subject, READER, register=True)
    (row,) = orders(written, registry, subject).collect()
    assert tuple(row) == (5, "NEW", 2.5)
    again = encoded(spark, registry, subject, READER)
    assert again.collect() == written.collect()
    assert registry.request("GET", f"/subjects/{subject}/versions") == [1]


def test_an_incompatible_schema_is_refused_before_the_first_record(spark, registry):
    subject = f"orders-{uuid4().hex[:8]}-value"
    registry.register(subject, OLD)
    other = record(ID, {"name": "status", "type": "string"}, {"name": "amount", "type": "double"})
    with pytest.raises(RegistryError, match="does not fit"):
        encoded(spark, registry, subject, other, register=True)
    assert registry.request("GET", f"/subjects/{subject}/versions") == [1]
