"""Protobuf messages as columns, with the types that spark-protobuf documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from ssbt.compiler.formats.problems import SchemaProblemError
from ssbt.compiler.types.datatypes import (
    BINARY,
    BOOLEAN,
    DOUBLE,
    FLOAT,
    INT,
    LONG,
    STRING,
    TIMESTAMP,
    ArrayType,
    DataType,
    DayTimeIntervalType,
    MapType,
    StructField,
    StructType,
)

if TYPE_CHECKING:
    from google.protobuf.descriptor_pb2 import (
        DescriptorProto,
        FieldDescriptorProto,
        FileDescriptorSet,
    )

# By the numbers of FieldDescriptorProto.Type; an unsigned number keeps its bits.
_TYPES: dict[int, DataType] = {
    1: DOUBLE,
    2: FLOAT,
    **dict.fromkeys((3, 4, 6, 16, 18), LONG),
    **dict.fromkeys((5, 7, 13, 15, 17), INT),
    8: BOOLEAN,
    9: STRING,
    12: BINARY,
    14: STRING,
}
_UNSIGNED_LONG = (4, 6)
_UNSIGNED = (*_UNSIGNED_LONG, 7, 13)
_GROUP, _MESSAGE = 10, 11
_REQUIRED, _REPEATED = 2, 3
_WELL_KNOWN: dict[str, DataType] = {
    ".google.protobuf.Timestamp": TIMESTAMP,
    ".google.protobuf.Duration": DayTimeIntervalType(0, 3),
}


def parse_descriptor_set(data: bytes) -> FileDescriptorSet:
    """What `protoc --include_imports --descriptor_set_out` wrote. Raises SchemaProblemError."""
    from google.protobuf.descriptor_pb2 import FileDescriptorSet
    from google.protobuf.message import DecodeError

    files = FileDescriptorSet()
    try:
        files.ParseFromString(data)
    except DecodeError:
        raise SchemaProblemError(0, 0, "this is no descriptor set of Protobuf") from None
    if not files.file:
        raise SchemaProblemError(0, 0, "this descriptor set is empty")
    return files


def message_names(files: FileDescriptorSet) -> tuple[str, ...]:
    """The full names of the messages of the last file: the others are what it imports."""
    last = files.file[-1]
    messages = _iterate_messages(last.package, last.message_type)
    return tuple(name[1:] for name, message in messages if not message.options.map_entry)


def message_columns(files: FileDescriptorSet, name: str) -> StructType:
    """The columns of a message, which is there. Raises SchemaProblemError."""
    messages = {
        name: message
        for file in files.file
        for name, message in _iterate_messages(file.package, file.message_type)
    }
    return _struct(f".{name}", messages, ())


def _iterate_messages(
    space: str, messages: Iterable[DescriptorProto]
) -> Iterator[tuple[str, DescriptorProto]]:
    """Messages with those inside them, by full name with a dot in front."""
    for message in messages:
        name = f"{space}.{message.name}" if space else message.name
        yield f".{name}", message
        yield from _iterate_messages(name, message.nested_type)


def _struct(
    name: str, messages: Mapping[str, DescriptorProto], enclosing: tuple[str, ...]
) -> StructType:
    if name in enclosing:
        message = f"the message `{name[1:]}` contains itself, and Spark's rows cannot"
        raise SchemaProblemError(0, 0, message)
    if name not in messages:
        message = f"the message `{name[1:]}` is not in this file"
        help_ = "write the file with `protoc --include_imports`"
        raise SchemaProblemError(0, 0, message, help_)
    fields = (_field(each, messages, (*enclosing, name)) for each in messages[name].field)
    return StructType(tuple(fields))


def _field(
    node: FieldDescriptorProto, messages: Mapping[str, DescriptorProto], enclosing: tuple[str, ...]
) -> StructField:
    entry = messages.get(node.type_name)
    repeated = node.label == _REPEATED
    if node.type == _MESSAGE and entry is not None and entry.options.map_entry:
        key, value = (_field(each, messages, enclosing) for each in entry.field)
        return StructField(node.name, MapType(key.type, value.type, False), False)
    type_ = _value_type(node, messages, enclosing)
    if repeated:
        type_ = ArrayType(type_, False)
    return StructField(node.name, type_, not repeated and node.label != _REQUIRED)


def _value_type(
    node: FieldDescriptorProto, messages: Mapping[str, DescriptorProto], enclosing: tuple[str, ...]
) -> DataType:
    if node.type == _GROUP:
        raise SchemaProblemError(0, 0, f"`{node.name}` is a group, which Spark does not read")
    if node.type != _MESSAGE:
        return _TYPES[node.type]
    return _WELL_KNOWN.get(node.type_name) or _struct(node.type_name, messages, enclosing)


def unsigned_fields(files: FileDescriptorSet, name: str) -> Iterator[tuple[str, bool]]:
    """The unsigned numbers of a message, by path, and whether each has 64 bits."""
    messages = {
        name: message
        for file in files.file
        for name, message in _iterate_messages(file.package, file.message_type)
    }
    waiting = [(f".{name}", "")]
    while waiting:
        message, prefix = waiting.pop(0)
        for field in messages[message].field if message in messages else ():
            if field.type in _UNSIGNED:
                yield f"{prefix}{field.name}", field.type in _UNSIGNED_LONG
            elif field.type == _MESSAGE and field.type_name not in _WELL_KNOWN:
                waiting.append((field.type_name, f"{prefix}{field.name}."))
