"""What a frame says of a message, read with the text of its schema."""

from __future__ import annotations

import base64

from google.protobuf.descriptor_pb2 import FileDescriptorSet
import pytest

from ssbt.compiler.formats.protoc import compile_descriptors
from ssbt.runtime.formats.protobuf import _encode_path, _read_message_path
from ssbt.runtime.registries.message_schemas import message_paths

PROTO = """\
syntax = "proto3";
// message Comment { }
package shop.orders;
/* message { Other {} */
option java_package = "message Text { }";

message Order {
  enum Status { NEW = 0; }
  int64 id = 1;
  oneof choice { string a = 2; bytes message_id = 3; }
  message Line {
    message Part { }
  }
  message Note { }
}
service Orders { rpc Get (Order) returns (Order) { } }
message Other { }
"""


@pytest.mark.parametrize("is_text", [True, False])
def test_places_of_messages(is_text: bool):
    """Of a text, and of what Confluent's client for Python registers."""
    files = FileDescriptorSet.FromString(
        compile_descriptors("orders.proto", {"orders.proto": PROTO})
    ).file
    encoded = base64.b64encode(files[-1].SerializeToString()).decode()
    assert message_paths(PROTO if is_text else encoded) == {
        (0,): "shop.orders.Order",
        (0, 0): "shop.orders.Order.Line",
        (0, 0, 0): "shop.orders.Order.Line.Part",
        (0, 1): "shop.orders.Order.Note",
        (1,): "shop.orders.Other",
    }


@pytest.mark.parametrize("path", [(0,), (1,), (0, 1), (3, 0, 200)])
def test_indexes_are_read_as_they_are_written(path):
    written = _encode_path(path)
    assert _read_message_path(b"head!" + written + b"rest", 5) == (path, 5 + len(written))


def test_the_first_message_is_one_byte():
    assert _encode_path((0,)) == b"\0"


@pytest.mark.parametrize("value", [b"", b"\x80", b"\2", b"\x01", b"\xff" * 9])
def test_indexes_that_end_too_early(value):
    assert _read_message_path(value, 0) is None
