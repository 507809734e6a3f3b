"""Protobuf over Arrow: bare and framed messages, beside what Protobuf's own library says."""

from __future__ import annotations

import base64
import datetime as dt
from typing import Any
from uuid import uuid4

from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
import pytest

from ssbt.compiler.formats.languages import convert_text
from ssbt.runtime import Job
from ssbt.runtime.entry import _run_pipeline
from ssbt.runtime.errors.helping import find_help
from ssbt.runtime.formats.protobuf import (
    encoded_protobuf,
    encoded_registry_protobuf,
    protobuf_decoding,
    registry_protobuf_decoding,
)
from ssbt.runtime.records.decoding import Decoding, decoded
from ssbt.runtime.registries.registry import RegistryError
from tests.registries import Registry

pytestmark = pytest.mark.spark

PROTO = """\
syntax = "proto3";
package shop;
import "google/protobuf/duration.proto";
import "google/protobuf/timestamp.proto";

message Head { string of = 1; }
message Order {
  int64 id = 1;
  string name = 2;
  uint32 small = 3;
  uint64 large = 4;
  Status status = 5;
  repeated Line lines = 6;
  map<string, Line> by_name = 7;
  repeated int32 numbers = 8;
  google.protobuf.Timestamp at = 9;
  google.protobuf.Duration took = 10;
  optional int32 maybe = 11;
  bytes data = 12;
  bool flag = 13;
  double price = 14;
  Line first = 15;
}
message Line { string sku = 1; float weight = 2; }
enum Status { NEW = 0; PAID = 1; }
"""
WRITTEN = convert_text("protobuf", PROTO, "shop.proto", "shop.Order", dict[str, str]().__getitem__)
DDL = ", ".join(f"{field.name} {field.type.sql}" for field in WRITTEN.columns.fields)


def message(name: str = "shop.Order") -> Any:
    pool = DescriptorPool()
    for file in FileDescriptorSet.FromString(base64.b64decode(WRITTEN.text)).file:
        pool.Add(file)
    return GetMessageClass(pool.FindMessageTypeByName(name))


def full() -> bytes:
    order = message()()
    order.id, order.name, order.small, order.large = 1, "é", 2**32 - 1, 2**64 - 1
    order.status, order.flag, order.price, order.data = 1, True, 2.5, b"\0\xff"
    order.lines.add(sku="a", weight=1.5)
    order.by_name["x"].sku = "b"
    order.numbers.extend([0, -1])
    order.at.FromDatetime(dt.datetime(2026, 1, 2, 3, 4, 5, 678901))
    order.took.FromTimedelta(dt.timedelta(days=1, microseconds=7))
    order.maybe = 0
    order.first.SetInParent()
    data: bytes = order.SerializeToString()
    return data


def table(spark: SparkSession, *values: bytes | None) -> DataFrame:
    return spark.createDataFrame([(v if v is None else bytearray(v),) for v in values], "v binary")


def plain(**options):
    return content(protobuf_decoding(F.col("v"), WRITTEN.text, "shop.Order", DDL, **options))


def content(decoding: Decoding):
    """The message, or null where there is none."""
    assert decoding.is_whole
    assert decoding.content
    assert not callable(decoding.result)
    is_whole = decoding.is_whole(decoding.result)
    return F.when(is_whole, decoding.content(decoding.result)).alias("m")


def test_every_type(spark):
    (row,) = table(spark, full()).select(plain()).select("m.*").collect()
    assert row.asDict(recursive=True) == {
        "id": 1,
        "name": "é",
        "small": -1,
        "large": -1,
        "status": "PAID",
        "lines": [{"sku": "a", "weight": 1.5}],
        "by_name": {"x": {"sku": "b", "weight": None}},
        "numbers": [0, -1],
        "at": dt.datetime(2026, 1, 2, 3, 4, 5, 678901),
        "took": dt.timedelta(days=1, microseconds=7),
        "maybe": 0,
        "data": b"\0\xff",
        "flag": True,
        "price": 2.5,
        "first": {"sku": None, "weight": None},
    }


def test_what_is_not_set_and_what_is_no_message(spark):
    rows = table(spark, b"", b"\x08", None, b"\xff\xff").select(plain()).collect()
    assert [row.m is None for row in rows] == [False, True, True, True]
    empty = rows[0].m.asDict()
    assert empty.pop("lines") == empty.pop("numbers") == []
    assert empty.pop("by_name") == {}
    assert set(empty.values()) == {None}
    (row,) = table(spark, b"").select(plain(defaults=True)).select("m.*").collect()
    assert (row.id, row.name, row.status, row.flag, row.maybe) == (0, "", "NEW", False, None)


HOSTILE = {
    "`at` is 253402300800 seconds, which is no Timestamp": {"at": {"seconds": 253402300800}},
    "`at` is -62135596801 seconds, which is no Timestamp": {"at": {"seconds": -62135596801}},
    "`at` is 0 seconds, which is no Timestamp": {"at": {"nanos": 2_000_000_000}},
    f"`at` is {2**63 - 1} seconds, which is no Timestamp": {"at": {"seconds": 2**63 - 1}},
    f"`took` is {2**63 - 1} seconds, which is no Duration": {"took": {"seconds": 2**63 - 1}},
}

NO_TEXTS = {
    "`name` is the bytes FF61, which is no STRING": "08011202ff61",
    "`first.sku` is the bytes C3, which is no STRING": "7a030a01c3",
    "`lines.sku` is the bytes FF, which is no STRING": "32030a016132030a01ff",
    "`by_name.sku` is the bytes FF, which is no STRING": "3a080a017812030a01ff",
}


def test_values_that_a_column_cannot_hold(spark):
    """They are malformed, and named; so is what is no text in UTF-8. Values may be masked."""
    records = [message()(**each).SerializeToString() for each in HOSTILE.values()]
    records += [bytes.fromhex(each) for each in NO_TEXTS.values()]
    records += [b"\x0a", message()(at={"seconds": 253402300799}).SerializeToString()]
    rows = (
        table(spark, *records)
        .withColumnRenamed("v", "value")
        .selectExpr("value", "'t' topic", "0 partition", "0L offset")
    )
    inputs = F.col("value"), WRITTEN.text, "shop.Order", DDL
    kept = decoded(rows, protobuf_decoding(*inputs), on_error="drop")
    assert [row.at.year for row in kept.collect()] == [9999]

    def errors(**options: Any) -> list[str | None]:
        decoding = protobuf_decoding(*inputs, **options)
        assert callable(decoding.problem)
        assert not callable(decoding.result)
        parts = rows.select(decoding.result.alias("part"))
        return [row[0] for row in parts.select(decoding.problem(F.col("part"))).collect()]

    plain = "no message of this schema"
    assert errors() == [*(f"{plain}: {each}" for each in (*HOSTILE, *NO_TEXTS)), plain, None]
    fields = [each.split("`")[1] for each in (*HOSTILE, *NO_TEXTS)]
    reported = [each and each.removeprefix(f"{plain}: ") for each in errors(masked=("at", "first"))]
    for field, sentence in zip(fields, reported, strict=False):
        is_masked = field in ("at", "first.sku")
        assert sentence is not None
        assert sentence.startswith(f"`{field}` {'holds no' if is_masked else 'is '}")


def test_what_is_written_is_read_back(spark):
    rows = table(spark, full(), b"").select(plain())
    back = rows.select(encoded_protobuf(F.col("m"), WRITTEN.text, "shop.Order").alias("v"))
    assert [bytes(row.v) for row in back.collect()] == [
        message().FromString(full()).SerializeToString(deterministic=True),
        b"",
    ]


# Columns that a message cannot hold, with what is reported for each, and of each with a tag.
UNWRITABLE = {
    "'GONE' as status": "`status` is 'GONE', which is no name of the enum Status (NEW, PAID)",
    "cast(X'6180' as string) as name": "`name` is the bytes 6180, which is no STRING",
    "array(named_struct('sku', cast(X'FF' as string))) as lines": (
        "`lines.sku` is the bytes FF, which is no STRING"
    ),
    "map('k', named_struct('sku', cast(X'FF' as string))) as by_name": (
        "`by_name.sku` is the bytes FF, which is no STRING"
    ),
    "map(cast(X'FF' as string), named_struct('sku', 'a')) as by_name": (
        "`by_name` is the bytes FF, which is no STRING"
    ),
    "array(1, null) as numbers": (
        "`numbers` is null, which is no element: Protobuf has no null in a list or map"
    ),
    "array(null, named_struct('sku', 'a')) as lines": (
        "`lines` is null, which is no element: Protobuf has no null in a list or map of shop.Line"
    ),
}


def test_what_cannot_be_written_is_named(spark):
    for column, sentence in UNWRITABLE.items():
        name = column.rpartition(" ")[2]
        record = F.struct(F.expr(column).alias(name))
        for masked in ((), (name,)):
            of = encoded_protobuf(record, WRITTEN.text, "shop.Order", masked=masked)
            with pytest.raises(Exception, match="no message shop") as caught:
                spark.range(1).select(of.alias("v")).collect()
            reported = str(caught.value)
            if masked:
                assert "holds no" in reported
                assert not any(each in reported for each in ("'GONE'", "6180", "bytes FF"))
            else:
                assert f"no message shop.Order: {sentence}" in reported
            if "null" not in sentence:
                assert find_help(reported) is not None


@pytest.fixture
def subject(registry: Registry) -> str:
    name = f"orders-{uuid4().hex[:8]}-value"
    registry.register(name, PROTO, "PROTOBUF")
    return name


def framed(registry: Registry, subject: str):
    inputs = WRITTEN.text, "shop.Order", DDL, {"url": registry.url}, subject
    return content(registry_protobuf_decoding(F.col("v"), *inputs))


def test_frames_say_which_message_it_is(spark, registry, subject):
    id_ = registry.register(subject, PROTO, "PROTOBUF")
    head = b"\0" + id_.to_bytes(4, "big")
    values = [head + b"\2\2" + full(), head + b"\0" + b"\x0a\x01a", head, b"x", head + b"\x80"]
    actual = table(spark, *values).select(framed(registry, subject)).collect()
    assert [row.m is None for row in actual] == [False, True, True, True, True]
    record = {"url": registry.url}, subject
    rows = table(spark, full()).select(plain())
    written = rows.select(
        encoded_registry_protobuf(F.col("m"), WRITTEN.text, "shop.Order", *record).alias("v")
    )
    (row,) = written.collect()
    assert bytes(row.v[:7]) == head + b"\2\2"
    assert [row.m.id for row in written.select(framed(registry, subject)).collect()] == [1]
    with pytest.raises(RegistryError, match=r"has no message shop\.Nothing"):
        encoded_registry_protobuf(F.col("m"), WRITTEN.text, "shop.Nothing", *record)


def test_a_schema_is_registered_with_what_it_imports(spark, registry):
    """Before the first record, if it fits; the next time it is known."""
    space = uuid4().hex[:8]
    subject, path = f"orders-{space}-value", f"shop/{space}/line.proto"
    line = 'syntax = "proto3"; package shop; message Line { string sku = 1; }'
    order = f'syntax = "proto3"; package shop; import "{path}"; message Head {{}} '
    order += "message Order { %s id = 1; Line line = 2; }"
    imports = {path: line}.__getitem__
    ours, other = (
        convert_text("protobuf", order % type_, "order.proto", "shop.Order", imports)
        for type_ in ("int64", "string")
    )
    rows = spark.sql("select 7L as id, named_struct('sku', 'a') as line")

    def encoded(text: str) -> Any:
        inputs = text, "shop.Order", {"url": registry.url}, subject
        return rows.select(
            encoded_registry_protobuf(F.struct("*"), *inputs, register=True).alias("v")
        )

    written = [
        bytes(row.v) for row in (*encoded(ours.text).collect(), *encoded(ours.text).collect())
    ]
    result = registry.request("GET", f"/subjects/{subject}/versions/latest")
    assert result["references"] == [{"name": path, "subject": path, "version": 1}]
    assert set(written) == {b"\0" + result["id"].to_bytes(4, "big") + b"\2\2\x08\7\x12\3\x0a\1a"}
    inputs = ours.text, "shop.Order", "id BIGINT, line STRUCT<sku: STRING>"
    back = encoded(ours.text).select(
        content(registry_protobuf_decoding(F.col("v"), *inputs, {"url": registry.url}, subject))
    )
    assert back.select("m.id", "m.line.sku").collect() == [(7, "a")]
    with pytest.raises(RegistryError, match="does not fit"):
        encoded(other.text)
    assert registry.request("GET", f"/subjects/{subject}/versions") == [1]


def test_a_schema_that_comes_later(spark, registry, subject):
    """A worker asks for it: no plan has to know it. An id without a schema is no message."""
    result: list[object] = []
    planned: list[int] = []

    def run(job: Job[None]) -> None:
        decoded = framed(registry, subject)
        planned.append(1)
        text = PROTO.replace("message Head", "message Other { }\nmessage Head")
        registry.request("PUT", f"/config/{subject}", {"compatibility": "NONE"})
        newer = registry.register(subject, text, "PROTOBUF")
        values = [b"\0" + id_.to_bytes(4, "big") + b"\2\4" + full() for id_ in (newer, newer + 700)]
        rows = table(spark, *values).select(decoded).collect()
        result.extend(row.m and row.m.id for row in rows)

    _run_pipeline(Job(spark, None), run)
    assert (result, len(planned)) == ([1, None], 1)
