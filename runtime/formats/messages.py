"""Protobuf messages as rows, and rows as messages; it runs on the workers."""

import base64
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

_SIGNED = {"TYPE_UINT32": 32, "TYPE_FIXED32": 32, "TYPE_UINT64": 64, "TYPE_FIXED64": 64}
Row = dict[str, Any]
PROBLEM = "_ssbt_problem"
"""The field of what is wrong with a message; it is null in one that is whole."""
# The seconds that such messages may have, as Protobuf's documentation says.
_LIMITS = {
    "google.protobuf.Timestamp": (-62_135_596_800, 253_402_300_799),
    "google.protobuf.Duration": (-315_576_000_000, 315_576_000_000),
}


@lru_cache(maxsize=16)
def message_class(descriptors: str, message: str) -> Any:
    from google.protobuf.descriptor_pb2 import FileDescriptorSet
    from google.protobuf.descriptor_pool import DescriptorPool
    from google.protobuf.message_factory import GetMessageClass

    pool = DescriptorPool()
    for file in FileDescriptorSet.FromString(base64.b64decode(descriptors)).file:
        pool.Add(file)
    return GetMessageClass(pool.FindMessageTypeByName(message))


class UnfitError(ValueError):
    """A field of a message that its column cannot hold; says which."""


def row(
    make: Any, payload: Callable[[bytes], bytes | None], value: bytes | None, defaults: bool
) -> Row | None:
    """The fields of the message that bytes hold, or `PROBLEM`, what is wrong with them."""
    from google.protobuf.message import DecodeError

    if value is None:
        return None
    body = payload(value)
    if body is None:
        return {PROBLEM: "in no frame of a schema that has this message"}
    message = make()
    try:
        message.ParseFromString(body)
        return _fields(message, defaults)
    # Messages of proto2 say that a text is none when it is looked at.
    except (DecodeError, UnicodeDecodeError):
        return {PROBLEM: "no message of this schema"}
    except UnfitError as error:
        return {PROBLEM: f"no message of this schema: {error}"}


def _fields(message: Any, defaults: bool) -> Row:
    return {field.name: _field(message, field, defaults) for field in message.DESCRIPTOR.fields}


def _field(message: Any, field: Any, defaults: bool) -> Any:
    value = getattr(message, field.name)
    if field.is_repeated:
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            of = field.message_type.fields_by_name["value"]
            return [(key, _value(each, of, defaults)) for key, each in value.items()]
        return [_value(each, field, defaults) for each in value]
    is_set = message.HasField(field.name) if field.has_presence else value != field.default_value
    if not is_set and (field.has_presence or not defaults):
        return None
    return _value(value, field, defaults)


def _value(value: Any, field: Any, defaults: bool) -> Any:
    if field.enum_type is not None:
        known = field.enum_type.values_by_number.get(value)
        unknown = f"UNKNOWN_ENUM_VALUE_{field.enum_type.name}_{value}"
        return known.name if known is not None else unknown
    if field.message_type is None:
        bits = _unsigned_bits(field)
        return value - (1 << bits) if bits and value >> (bits - 1) else value
    if limits := _LIMITS.get(field.message_type.full_name):
        if not limits[0] <= value.seconds <= limits[1] or abs(value.nanos) >= 1_000_000_000:
            kind = field.message_type.name
            raise UnfitError(f"`{field.name}` is {value.seconds} seconds, which is no {kind}")
        return value.seconds * 1_000_000 + value.nanos // 1_000
    return _fields(value, defaults)


def _unsigned_bits(field: Any) -> int:
    names = {getattr(field, name): bits for name, bits in _SIGNED.items()}
    return names.get(field.type, 0)


def payload(message: Any, row: Row | None) -> bytes | None:
    if row is None:
        return None
    _fill(message, row)
    found: bytes = message.SerializeToString(deterministic=True)
    return found


def _fill(message: Any, row: Row) -> None:
    for name, value in row.items():
        field = message.DESCRIPTOR.fields_by_name[name]
        if value is None:
            continue
        if not field.is_repeated:
            _set(message, field, value)
        elif field.message_type is not None and field.message_type.GetOptions().map_entry:
            _fill_map(getattr(message, name), field.message_type.fields_by_name["value"], value)
        elif field.message_type is not None:
            for each in value:
                _fill_message(getattr(message, name).add(), each)
        else:
            getattr(message, name).extend(_plain(field, each) for each in value)


def _fill_map(target: Any, of: Any, items: Iterable[tuple[Any, Any]]) -> None:
    for key, value in items:
        if of.message_type is not None:
            _fill_message(target[key], value)
        else:
            target[key] = _plain(of, value)


def _set(message: Any, field: Any, value: Any) -> None:
    if field.message_type is None:
        setattr(message, field.name, _plain(field, value))
    else:
        inner = getattr(message, field.name)
        inner.SetInParent()
        _fill_message(inner, value)


def _fill_message(message: Any, value: Any) -> None:
    if message.DESCRIPTOR.full_name == "google.protobuf.Timestamp":
        message.FromDatetime(value)
    elif message.DESCRIPTOR.full_name == "google.protobuf.Duration":
        message.FromTimedelta(value)
    else:
        _fill(message, value)


def _plain(field: Any, value: Any) -> Any:
    if field.enum_type is not None:
        return field.enum_type.values_by_name[value].number
    bits = _unsigned_bits(field)
    return value + (1 << bits) if bits and value < 0 else value
