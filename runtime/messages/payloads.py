"""Rows as Protobuf messages; it runs on the workers."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from ssbt.runtime.messages.rows import SHOWN, Row, UnfitError, unsigned_bits

_MAX_NAMES = 10


def payloads(message_type: Any, records: Any, masked: Collection[str]) -> Iterator[bytes | None]:
    """The bytes of a message for each struct of an Arrow array, null for null.

    Raises ValueError for what its field cannot hold; values of fields that are `masked` stay out.
    """
    name = message_type.DESCRIPTOR.full_name
    try:
        try:
            rows = records.to_pylist()
        except UnicodeDecodeError:
            _refuse_wrong_texts(records)
            raise
        for row in rows:
            yield _encode_row(message_type(), row)
    except UnfitError as error:
        raise ValueError(f"no message {name}: {error.describe(masked)}") from None


def _encode_row(message: Any, row: Row | None) -> bytes | None:
    if row is None:
        return None
    _fill(message, row)
    data: bytes = message.SerializeToString(deterministic=True)
    return data


def _refuse_wrong_texts(array: Any, *path: str) -> None:
    """Raise for the first text that is no UTF-8, at any depth of an Arrow array."""
    import pyarrow as pa

    if pa.types.is_struct(array.type):
        for index, field in enumerate(array.type):
            _refuse_wrong_texts(array.field(index), *path, field.name)
    elif pa.types.is_map(array.type):
        _refuse_wrong_texts(array.keys, *path)
        _refuse_wrong_texts(array.items, *path)
    elif pa.types.is_list(array.type):
        _refuse_wrong_texts(array.flatten(), *path)
    elif pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        for each in array.view(
            pa.binary() if pa.types.is_string(array.type) else pa.large_binary()
        ):
            data = each.as_py()
            try:
                _ = data.decode() if data is not None else ""
            except UnicodeDecodeError:
                raise UnfitError(
                    f"the bytes {data[:SHOWN].hex().upper()}", "STRING", *path
                ) from None


def _fill(message: Any, row: Row) -> None:
    for name, value in row.items():
        if value is not None:
            try:
                _fill_field(message, message.DESCRIPTOR.fields_by_name[name], value)
            except UnfitError as error:
                raise UnfitError(error.value, error.kind, name, *error.path) from None


def _fill_field(message: Any, field: Any, value: Any) -> None:
    if not field.is_repeated:
        _set_field(message, field, value)
    elif field.message_type is not None and field.message_type.GetOptions().map_entry:
        _fill_map(getattr(message, field.name), field.message_type.fields_by_name["value"], value)
    elif field.message_type is not None:
        for each in value:
            _fill_message(getattr(message, field.name).add(), each)
    else:
        getattr(message, field.name).extend(_encode_scalar(field, each) for each in value)


def _fill_map(target: Any, value_field: Any, items: Iterable[tuple[Any, Any]]) -> None:
    for key, value in items:
        if value_field.message_type is not None:
            _fill_message(target[key], value)
        else:
            target[key] = _encode_scalar(value_field, value)


def _set_field(message: Any, field: Any, value: Any) -> None:
    if field.message_type is None:
        setattr(message, field.name, _encode_scalar(field, value))
    else:
        inner = getattr(message, field.name)
        inner.SetInParent()
        _fill_message(inner, value)


def _fill_message(message: Any, value: Any) -> None:
    name = message.DESCRIPTOR.full_name
    if value is None:
        raise UnfitError("null", f"element: Protobuf has no null in a list or map of {name}")
    try:
        if name == "google.protobuf.Timestamp":
            message.FromDatetime(value)
        elif name == "google.protobuf.Duration":
            message.FromTimedelta(value)
        else:
            _fill(message, value)
    except UnfitError:
        raise
    except (OverflowError, ValueError):
        raise UnfitError(str(value), message.DESCRIPTOR.name) from None


def _encode_scalar(field: Any, value: Any) -> Any:
    if value is None:
        raise UnfitError("null", "element: Protobuf has no null in a list or map")
    if field.enum_type is not None:
        names = field.enum_type.values_by_name
        if value not in names:
            listed = ", ".join([*names][:_MAX_NAMES]) + (", …" if len(names) > _MAX_NAMES else "")
            text = repr(value[:SHOWN])
            raise UnfitError(text, f"name of the enum {field.enum_type.name} ({listed})")
        return names[value].number
    bits = unsigned_bits(field)
    return value + (1 << bits) if bits and value < 0 else value
