"""Protobuf messages as rows; it runs on the workers."""

import base64
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from typing import Any

SHOWN = 30
"""So much of a value is reported at most."""
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
def message_class(descriptors: str, message: str, *, texts_as_bytes: bool = False) -> Any:
    """The class of a message; with `texts_as_bytes` it takes those that are no UTF-8."""
    from google.protobuf.descriptor_pb2 import FileDescriptorSet
    from google.protobuf.descriptor_pool import DescriptorPool
    from google.protobuf.message_factory import GetMessageClass

    pool = DescriptorPool()
    for file in FileDescriptorSet.FromString(base64.b64decode(descriptors)).file:
        if texts_as_bytes:
            for each in file.message_type:
                _take_bytes(each)
        pool.Add(file)
    return GetMessageClass(pool.FindMessageTypeByName(message))


def _take_bytes(message: Any) -> None:
    """Let the texts of a message, and of those declared in it, be bytes; keys of maps cannot be."""
    for field in message.field:
        if field.type == field.TYPE_STRING and not message.options.map_entry:
            field.type = field.TYPE_BYTES
            field.ClearField("default_value")
    for each in message.nested_type:
        _take_bytes(each)


class UnfitError(ValueError):
    """A field of a message, by its `path`, that its column cannot hold."""

    def __init__(self, value: str, kind: str, *path: str) -> None:
        super().__init__(value, kind, *path)
        self.value, self.kind, self.path = value, kind, path

    def describe(self, masked: Collection[str]) -> str:
        """The sentence about it, without the value if the field is `masked`."""
        name = ".".join(self.path)
        if self.path[0] in masked:
            return f"`{name}` holds no {self.kind}"
        return f"`{name}` is {self.value}, which is no {self.kind}"


def row(
    message_type: Any,
    payload: Callable[[bytes], bytes | None],
    value: bytes | None,
    defaults: bool,
    describe_problem: Callable[[bytes], str],
) -> Row | None:
    """The fields of the message that bytes hold, or `PROBLEM`, what is wrong with them.

    `describe_problem` says what is wrong with a message that cannot be read.
    """
    from google.protobuf.message import DecodeError

    if value is None:
        return None
    body = payload(value)
    if body is None:
        return {PROBLEM: "in no frame of a schema that has this message"}
    message = message_type()
    try:
        message.ParseFromString(body)
        return _read_fields(message, defaults)
    # Messages of proto2 say that a text is none when it is looked at.
    except (DecodeError, UnicodeDecodeError, UnfitError):
        return {PROBLEM: describe_problem(body)}


def problem(descriptors: str, message: str, body: bytes, masked: Collection[str]) -> str:
    """What is wrong with bytes that are no message, with the first field that is to blame."""
    from google.protobuf.message import DecodeError

    lenient_message = message_class(descriptors, message, texts_as_bytes=True)()
    descriptor = message_class(descriptors, message).DESCRIPTOR
    try:
        lenient_message.ParseFromString(body)
        # What is no text is reported first: only without such is a message one that can be read.
        for error in _find_wrong_texts(lenient_message, descriptor):
            raise error
        _read_fields(lenient_message, True)
    except DecodeError:
        pass
    except UnfitError as error:
        return f"no message of this schema: {error.describe(masked)}"
    return "no message of this schema"


def _find_wrong_texts(message: Any, texts: Any, *path: str) -> Iterator[UnfitError]:
    """The texts that are no UTF-8, of a message that takes them as bytes."""
    for field, value in message.ListFields():
        text_field = texts.fields_by_name.get(field.name)
        values = value if field.is_repeated else [value]
        if text_field is None:
            continue
        if text_field.message_type is not None and text_field.message_type.GetOptions().map_entry:
            text_field, values = (
                text_field.message_type.fields_by_name["value"],
                list(value.values()),
            )
        for each in values:
            if text_field.message_type is not None:
                yield from _find_wrong_texts(each, text_field.message_type, *path, field.name)
            elif text_field.type == text_field.TYPE_STRING and not _is_text(each):
                yield UnfitError(
                    f"the bytes {each[:SHOWN].hex().upper()}", "STRING", *path, field.name
                )


def _is_text(value: str | bytes) -> bool:
    try:
        _ = value if isinstance(value, str) else value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _read_fields(message: Any, defaults: bool) -> Row:
    values = {}
    for field in message.DESCRIPTOR.fields:
        try:
            values[field.name] = _read_field(message, field, defaults)
        except UnfitError as error:
            raise UnfitError(error.value, error.kind, field.name, *error.path) from None
    return values


def _read_field(message: Any, field: Any, defaults: bool) -> Any:
    value = getattr(message, field.name)
    if field.is_repeated:
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            value_field = field.message_type.fields_by_name["value"]
            return [
                (key, _convert_value(each, value_field, defaults)) for key, each in value.items()
            ]
        return [_convert_value(each, field, defaults) for each in value]
    is_set = message.HasField(field.name) if field.has_presence else value != field.default_value
    if not is_set and (field.has_presence or not defaults):
        return None
    return _convert_value(value, field, defaults)


def _convert_value(value: Any, field: Any, defaults: bool) -> Any:
    if field.enum_type is not None:
        enum_value = field.enum_type.values_by_number.get(value)
        unknown_name = f"UNKNOWN_ENUM_VALUE_{field.enum_type.name}_{value}"
        return enum_value.name if enum_value is not None else unknown_name
    if field.message_type is None:
        bits = unsigned_bits(field)
        return value - (1 << bits) if bits and value >> (bits - 1) else value
    if limits := _LIMITS.get(field.message_type.full_name):
        if not limits[0] <= value.seconds <= limits[1] or abs(value.nanos) >= 1_000_000_000:
            raise UnfitError(f"{value.seconds} seconds", field.message_type.name)
        return value.seconds * 1_000_000 + value.nanos // 1_000
    return _read_fields(value, defaults)


def unsigned_bits(field: Any) -> int:
    """How many bits an unsigned integer has; 0 of another field."""
    names = {getattr(field, name): bits for name, bits in _SIGNED.items()}
    return names.get(field.type, 0)
