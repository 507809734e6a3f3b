"""Protobuf in the values of a broker's records, over Arrow batches and with Protobuf's own library.

The library, `protobuf`, must be there on the workers. Rows are those of spark-protobuf: a field
without presence that holds its zero is null, unless `defaults` are asked for.
"""

import base64
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache, partial
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import (
    ArrayType,
    DataType,
    DayTimeIntervalType,
    MapType,
    StringType,
    StructType,
    TimestampType,
)

from ssbt.runtime.fitting.misfits import Looks
from ssbt.runtime.formats.worker_schemas import schema_on_worker
from ssbt.runtime.messages.payloads import payloads
from ssbt.runtime.messages.rows import PROBLEM, message_class, problem, row
from ssbt.runtime.records.decoding import Decoding
from ssbt.runtime.registries.frames import (
    HEAD,
    MAGIC,
    WriterSchemas,
    load_writer_schemas,
)
from ssbt.runtime.registries.message_schemas import message_paths, register_descriptors
from ssbt.runtime.registries.registry import Registry, RegistryError

_WRITER_SCHEMAS: dict[tuple[str, str, str], tuple[int, str]] = {}


def protobuf_decoding(
    data: Column,
    descriptors: str,
    message: str,
    schema: str,
    *,
    defaults: bool = False,
    masked: Collection[str] = (),
) -> Decoding:
    """The message that the bytes hold; values of fields that are `masked` stay out of errors.

    `descriptors` are a descriptor set in base 64, and `schema` is the struct as DDL.
    """
    hidden = frozenset(masked)
    decode = _arrow_decoder(lambda value: value, descriptors, message, schema, defaults, hidden)
    return _build_decoding(decode(data), hidden)


def registry_protobuf_decoding(
    data: Column,
    descriptors: str,
    message: str,
    schema: str,
    registry: Mapping[str, str],
    subject: str,
    *,
    defaults: bool = False,
    masked: Collection[str] = (),
) -> Decoding:
    """The same for framed messages; malformed is also what is no frame, or of another message."""
    writer_set, hidden = load_writer_schemas(registry, subject, "PROTOBUF"), frozenset(masked)

    def unframe(value: bytes) -> bytes | None:
        return _unframe(value, writer_set, message)

    decode = _arrow_decoder(unframe, descriptors, message, schema, defaults, hidden)
    return _build_decoding(decode(data), hidden)


def native_protobuf_decoding(
    data: Column, descriptors: str, message: str, *, masked: Collection[str] = ()
) -> Decoding:
    """The same by Spark's own function, which needs the package `spark-protobuf`."""
    from pyspark.sql.protobuf.functions import from_protobuf

    options, files = {"mode": "PERMISSIVE"}, base64.b64decode(descriptors)
    result = from_protobuf(data, message, options=options, binaryDescriptorSet=files)
    hidden = frozenset(masked)
    return Decoding(result, "no message of this schema", looks=Looks(texts=True), masked=hidden)


def _build_decoding(result: Column, masked: frozenset[str]) -> Decoding:
    return Decoding(
        result,
        lambda part: part[PROBLEM],
        is_whole=lambda part: part[PROBLEM].isNull(),
        content=lambda part: part.dropFields(PROBLEM),
        masked=masked,
    )


def encoded_native_protobuf(record: Column, descriptors: str, message: str) -> Column:
    """The bytes of a message by Spark's own function, of the same package."""
    from pyspark.sql.protobuf.functions import to_protobuf

    return to_protobuf(record, message, binaryDescriptorSet=base64.b64decode(descriptors))


def encoded_protobuf(
    record: Column, descriptors: str, message: str, *, masked: Collection[str] = ()
) -> Column:
    """The bytes of a message, whose fields are those of the struct.

    What its field cannot hold stops the job, and is reported unless the field is `masked`.
    """
    hidden = frozenset(masked)

    def encode_batch(records: Any) -> Any:
        import pyarrow as pa

        message_type = message_class(descriptors, message)
        return pa.array(list(payloads(message_type, records, hidden)), pa.binary())

    return _column_function(encode_batch, "binary")(record)


def encoded_registry_protobuf(
    record: Column,
    descriptors: str,
    message: str,
    registry: Mapping[str, str],
    subject: str,
    *,
    register: bool = False,
    masked: Collection[str] = (),
) -> Column:
    """The framed bytes, by the latest schema of the subject, which must have such a message.

    With `register` it is by the message's own schema, which is registered if it is new. Raises
    RegistryError where there is no such message, or where its schema does not fit the subject.
    """
    key = registry["url"], subject, descriptors
    if key not in _WRITER_SCHEMAS and register:
        _WRITER_SCHEMAS[key] = register_descriptors(Registry.of(registry), descriptors, subject)
    elif key not in _WRITER_SCHEMAS:
        writer_set = load_writer_schemas(registry, subject, "PROTOBUF")
        _WRITER_SCHEMAS[key] = writer_set.latest, writer_set.schemas.get(writer_set.latest) or ""
    # A batch that is written with others is planned again each time, and must not need a registry.
    id, text = _WRITER_SCHEMAS[key]
    paths_by_name = {name: path for path, name in _message_names(text).items()}
    if message not in paths_by_name:
        raise RegistryError(f"the latest schema of {subject} has no message {message}")
    head = MAGIC + id.to_bytes(4, "big") + _encode_path(paths_by_name[message])
    return F.concat(F.lit(head), encoded_protobuf(record, descriptors, message, masked=masked))


def _arrow_decoder(
    payload: Callable[[bytes], bytes | None],
    descriptors: str,
    message: str,
    schema: str,
    defaults: bool,
    masked: frozenset[str],
) -> Callable[[Column], Column]:
    fields = StructType.fromDDL(schema)
    assert isinstance(fields, StructType)
    row_type = fields.add(PROBLEM, StringType())

    def decode_batch(values: Any) -> Any:
        import pyarrow as pa

        message_type = message_class(descriptors, message)
        describe_problem = partial(problem, descriptors, message, masked=masked)
        rows = [
            row(message_type, payload, value, defaults, describe_problem)
            for value in values.to_pylist()
        ]
        return pa.array(rows, _arrow_type(row_type))

    return _column_function(decode_batch, row_type)


def _column_function(function: Callable[[Any], Any], type: Any) -> Callable[[Column], Column]:
    """A function of Arrow arrays as one of columns."""
    from pyspark.sql.pandas.functions import ArrowUDFType, arrow_udf

    column_function: Callable[[Column], Column] = arrow_udf(function, type, ArrowUDFType.SCALAR)
    return column_function


def _arrow_type(type: DataType) -> Any:
    """Arrow's type for one that a message has."""
    import pyarrow as pa

    match type:
        case StructType():
            return pa.struct([(field.name, _arrow_type(field.dataType)) for field in type])
        case ArrayType():
            return pa.list_(_arrow_type(type.elementType))
        case MapType():
            return pa.map_(_arrow_type(type.keyType), _arrow_type(type.valueType))
        case TimestampType():
            return pa.timestamp("us", tz="UTC")
        case DayTimeIntervalType():
            return pa.duration("us")
    plain = {"integer": pa.int32, "long": pa.int64, "float": pa.float32, "double": pa.float64}
    plain |= {"boolean": pa.bool_, "string": pa.string, "binary": pa.binary}
    return plain[type.typeName()]()


def _unframe(value: bytes, writer_set: WriterSchemas, message: str) -> bytes | None:
    """The message of a frame; null where it is none, or of another message."""
    if len(value) <= HEAD or value[:1] != MAGIC:
        return None
    id = int.from_bytes(value[1:HEAD], "big")
    if id not in writer_set.schemas and id > writer_set.limit:
        return None
    text = writer_set.schemas[id] if id in writer_set.schemas else _text_on_worker(writer_set, id)
    position = _read_message_path(value, HEAD)
    if text is None or position is None:
        return None
    path, start = position
    return value[start:] if _message_names(text).get(path) == message else None


def _text_on_worker(writer_set: WriterSchemas, id: int) -> str | None:
    """The text of a schema that came after the plan; None where there is none, or of another type.

    Here, unlike for Avro, no plan has to know it, so the query goes on.
    """
    entry = schema_on_worker(writer_set, id)
    return entry[1] if entry and entry[0] == "PROTOBUF" else None


_message_names = lru_cache(maxsize=256)(message_paths)


def _read_message_path(value: bytes, start: int) -> tuple[tuple[int, ...], int] | None:
    """The place of the message in its schema, where one zero is the first, and where it begins."""
    numbers: list[int] = []
    count = None
    while count is None or len(numbers) < count:
        number, start = _read_varint(value, start)
        if start < 0 or number < 0 or number > len(value) + 1_000:
            return None
        if count is None:
            count = number
            if count == 0:
                return (0,), start
        else:
            numbers.append(number)
    return tuple(numbers), start


def _read_varint(value: bytes, start: int) -> tuple[int, int]:
    """A number in zigzag, and where it ends; -1 where the bytes do."""
    number = 0
    for shift in range(0, 35, 7):
        if start >= len(value):
            return 0, -1
        byte = value[start]
        start += 1
        number |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return (number >> 1) ^ -(number & 1), start
    return 0, -1


def _encode_path(path: tuple[int, ...]) -> bytes:
    if path == (0,):
        return b"\0"
    return b"".join(_encode_zigzag(number) for number in (len(path), *path))


def _encode_zigzag(number: int) -> bytes:
    number, encoded = number << 1, bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*encoded, number))
