"""The text of a descriptor, compiled again by Protobuf's own compiler: the same messages."""

from __future__ import annotations

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
import pytest

from ssbt.compiler.formats.protoc import compile_descriptors
from ssbt.runtime.registries.proto_texts import render_proto

OTHER = 'syntax = "proto3"; package shop.money; message Money { int64 cents = 1; }'
PROTO3 = """\
syntax = "proto3";
package shop;
import "money.proto";
import "google/protobuf/timestamp.proto";
enum Status { option allow_alias = true; NEW = 0; FRESH = 0; PAID = -1; }
message Order {
  enum Kind { ANY = 0; }
  message Line { string sku = 1; }
  repeated Line lines = 1;
  map<string, Line> by_name = 2;
  map<int32, Kind> kinds = 3;
  optional sint32 maybe = 4;
  oneof paid { money.Money price = 5; google.protobuf.Timestamp at = 6; }
  oneof sent { bool yes = 7; }
  repeated fixed64 numbers = 8 [packed = false];
  reserved 20, 30 to 40;
  reserved "old", "older";
}
"""
PROTO2 = r"""
syntax = "proto2";
message Order {
  required int64 id = 1;
  optional string name = 2 [default = "a \"b\" é"];
  optional bytes data = 3 [default = "\001\""];
  optional double price = 4 [default = -0.5];
  optional Status status = 5 [default = PAID];
  repeated Order orders = 6;
  extensions 100 to 199;
}
enum Status { NEW = 1; PAID = 2; }
"""


def described(text: str) -> FileDescriptorProto:
    result = FileDescriptorSet.FromString(
        compile_descriptors("o.proto", {"o.proto": text, "money.proto": OTHER})
    )
    return result.file[-1]


@pytest.mark.parametrize("text", [PROTO3, PROTO2, OTHER])
def test_compiled_again_it_is_the_same(text: str):
    file = described(text)
    assert described(render_proto(file)) == file


def test_an_edition_has_features_that_a_text_would_lose():
    file = FileDescriptorProto(name="o.proto", syntax="editions")
    with pytest.raises(ValueError, match="edition"):
        render_proto(file)
