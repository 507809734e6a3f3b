"""JSON Schema, Protobuf and DDL as columns."""

from __future__ import annotations

import pytest

from ssbt.compiler.formats.languages import ExternalSchema, NoSuchMessageError, convert_text
from ssbt.compiler.formats.problems import SchemaProblemError


def convert_schema(language, text, message="", files=None) -> ExternalSchema:
    return convert_text(language, text, "shop.proto", message, (files or {}).__getitem__)


def json_type(type_: str) -> str:
    text = f'{{"type": "object", "properties": {{"f": {type_}}}, "required": ["f"]}}'
    (field,) = convert_schema("json_schema", text).columns.fields
    return f"{field.type.sql}{'' if field.nullable else ' NOT NULL'}"


JSON_TYPES = {
    '{"type": "string"}': "STRING NOT NULL",
    '{"type": ["null", "string"]}': "STRING",
    '{"type": "string", "format": "date"}': "DATE NOT NULL",
    '{"type": "string", "format": "date-time"}': "TIMESTAMP NOT NULL",
    '{"type": "string", "format": "email"}': "STRING NOT NULL",
    '{"type": "integer"}': "BIGINT NOT NULL",
    '{"type": "number"}': "DOUBLE NOT NULL",
    '{"type": "boolean"}': "BOOLEAN NOT NULL",
    '{"enum": ["a", "b"]}': "STRING NOT NULL",
    '{"enum": ["a", null]}': "STRING",
    '{"type": "array", "items": {"type": ["integer", "null"]}}': "ARRAY<BIGINT> NOT NULL",
    '{"type": "object", "additionalProperties": {"type": "integer"}}': (
        "MAP<STRING, BIGINT> NOT NULL"
    ),
    '{"type": "object", "properties": {"a": {"type": "integer"}}}': "STRUCT<a: BIGINT> NOT NULL",
    '{"anyOf": [{"type": "null"}, {"type": "integer"}]}': "BIGINT",
    '{"oneOf": [{"type": "integer"}]}': "BIGINT NOT NULL",
}


@pytest.mark.parametrize(("type_", "expected"), JSON_TYPES.items())
def test_json_schema(type_, expected):
    assert json_type(type_) == expected


JSON_MISTAKES = {
    '{"type": "object"}': "`properties` says",
    '{"type": "strin"}': "no type `strin`",
    '{"type": ["string", "integer"]}': "one type",
    '{"allOf": [{"type": "string"}]}': "`allOf`",
    '{"enum": ["a", 1]}': "not all strings",
    '{"$ref": "#/nowhere"}': "leads to nothing",
    '{"$ref": "other.json#/x"}': "leads to nothing",
    '{"$ref": "#"}': "contains itself",
    '{"type": "array"}': "`items`",
    "true": "an object",
    '{"description": "anything"}': "the `type` is missing",
    '{"type": "object", "properties": {"a": {"type": "string"}, "A": {"type": "string"}}}': "case",
}


@pytest.mark.parametrize(("type_", "message"), JSON_MISTAKES.items())
def test_mistakes_in_json_schemas(type_, message):
    with pytest.raises(SchemaProblemError, match=message):
        json_type(type_)


PROTO = """\
syntax = "proto3";
package shop;
import "google/protobuf/any.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
import "lines.proto";

message Order {
  double d = 1; float f = 2; int32 i = 3; int64 l = 4; uint32 ui = 5; uint64 ul = 6;
  sint32 si = 7; sint64 sl = 8; fixed32 fi = 9; fixed64 fl = 10; sfixed32 sfi = 11;
  sfixed64 sfl = 12; bool b = 13; string s = 14; bytes by = 15;
  Status status = 16;
  repeated Line lines = 17;
  map<string, Line> by_name = 18;
  oneof choice { string one = 19; int32 other = 20; }
  google.protobuf.Timestamp at = 21;
  google.protobuf.Duration took = 22;
  google.protobuf.Any any = 23;
  google.protobuf.StringValue wrapped = 24;
  optional int32 maybe = 25;
  Inner inner = 26;
  message Inner { int32 x = 1; }
}
enum Status { NEW = 0; PAID = 1; }
message Loop { Loop again = 1; }
"""
LINES = 'syntax = "proto3";\npackage shop;\nmessage Line { string sku = 1; }\n'


def proto(message, text=PROTO):
    return convert_schema("protobuf", text, message, {"lines.proto": LINES})


def test_protobuf(snapshot):
    result = proto("shop.Order")
    assert result.message == "shop.Order"
    assert "\n".join(field.sql for field in result.columns.fields) == snapshot


def test_messages_of_protobuf():
    with pytest.raises(NoSuchMessageError) as raised:
        proto("")
    assert raised.value.args == ("shop.Order", "shop.Order.Inner", "shop.Loop")
    assert convert_schema("protobuf", LINES).message == "shop.Line"


def test_mistakes_in_protobuf():
    with pytest.raises(SchemaProblemError, match="contains itself"):
        proto("shop.Loop")
    with pytest.raises(SchemaProblemError, match="is not defined") as raised:
        proto("", 'syntax = "proto3";\nmessage A { Bee b = 1; }\n')
    assert raised.value.start == len('syntax = "proto3";\nmessage A { ')
    with pytest.raises(SchemaProblemError, match="outside this folder"):
        proto("", 'syntax = "proto3";\nimport "../../secret.proto";\n')


def test_ddl():
    assert convert_schema("ddl", "a INT NOT NULL, b STRING\n").columns.sql == (
        "STRUCT<a: INT NOT NULL, b: STRING>"
    )
    for text, place in {
        "a INT, b STRIN": "STRIN",
        "a DECIMAL(1 2)": "2",
        "": "",
        "a INT,": ",",
    }.items():
        with pytest.raises(SchemaProblemError) as raised:
            convert_schema("ddl", text)
        assert text[raised.value.start : raised.value.end] == place
    with pytest.raises(SchemaProblemError, match="two columns called `A`"):
        convert_schema("ddl", "a INT, A INT")
