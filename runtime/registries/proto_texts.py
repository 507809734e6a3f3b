"""The `.proto` text of a file that is known by its descriptor: its messages and enums."""

from collections.abc import Iterable, Iterator
from itertools import groupby
import json
from typing import Any

_INDENT = "  "
_REPEATED, _REQUIRED = 3, 2
_MESSAGE, _STRING, _BYTES = 11, 9, 12


def render_proto(file: Any) -> str:
    """The text of a FileDescriptorProto; what only programs need, as services, is left out.

    Raises ValueError for a file of an edition.
    """
    syntax = file.syntax or "proto2"
    if syntax == "editions":
        raise ValueError(f"{file.name} is of an edition, which has no text without its options")
    lines = [f"syntax = {json.dumps(syntax)};"]
    if file.package:
        lines.append(f"package {file.package};")
    for index, path in enumerate(file.dependency):
        public = "public " if index in file.public_dependency else ""
        lines.append(f"import {public}{json.dumps(path)};")
    for each in file.enum_type:
        lines += _enum_lines(each)
    for each in file.message_type:
        lines += _message_lines(each, syntax)
    return "\n".join(lines) + "\n"


def _message_lines(message: Any, syntax: str) -> Iterator[str]:
    yield f"message {message.name} {{"
    maps = {each.name: each for each in message.nested_type if each.options.map_entry}
    for each in message.enum_type:
        yield from _indent(_enum_lines(each))
    for each in message.nested_type:
        if each.name not in maps:
            yield from _indent(_message_lines(each, syntax))
    for choice, fields in groupby(message.field, _oneof_index):
        if choice is None:
            yield from _indent(_field_line(each, _label(each, syntax), maps) for each in fields)
        else:
            yield f"{_INDENT}oneof {message.oneof_decl[choice].name} {{"
            yield from _indent(_indent(_field_line(each, "", maps) for each in fields))
            yield f"{_INDENT}}}"
    # The end of a range is the first number after it.
    reserved = [f"{each.start} to {each.end - 1}" for each in message.reserved_range]
    for listed in (reserved, [json.dumps(name) for name in message.reserved_name]):
        if listed:
            yield f"{_INDENT}reserved {', '.join(listed)};"
    for each in message.extension_range:
        yield f"{_INDENT}extensions {each.start} to {each.end - 1};"
    yield "}"


def _oneof_index(field: Any) -> int | None:
    """The index of the `oneof` that a field is in."""
    is_member = field.HasField("oneof_index") and not field.proto3_optional
    return field.oneof_index if is_member else None


def _label(field: Any, syntax: str) -> str:
    if field.label == _REPEATED:
        return "repeated "
    if syntax == "proto3":
        return "optional " if field.proto3_optional else ""
    return "required " if field.label == _REQUIRED else "optional "


def _field_line(field: Any, label: str, maps: dict[str, Any]) -> str:
    type = _type_name(field)
    entry = maps.get(field.type_name.rpartition(".")[2]) if field.type == _MESSAGE else None
    if entry is not None:
        key, value = (_type_name(each) for each in entry.field)
        label, type = "", f"map<{key}, {value}>"
    options = []
    if field.HasField("default_value"):
        is_text = field.type in (_STRING, _BYTES)
        # The value of bytes is escaped already.
        quoted = json.dumps(field.default_value, ensure_ascii=False)
        text = f'"{field.default_value}"' if field.type == _BYTES else quoted
        options.append(f"default = {text if is_text else field.default_value}")
    if field.options.HasField("packed"):
        options.append(f"packed = {str(field.options.packed).lower()}")
    listed = f" [{', '.join(options)}]" if options else ""
    return f"{label}{type} {field.name} = {field.number}{listed};"


def _type_name(field: Any) -> str:
    scalar: str = field.Type.Name(field.type)
    return field.type_name or scalar.removeprefix("TYPE_").lower()


def _enum_lines(enum: Any) -> Iterator[str]:
    yield f"enum {enum.name} {{"
    if enum.options.allow_alias:
        yield f"{_INDENT}option allow_alias = true;"
    yield from _indent(f"{value.name} = {value.number};" for value in enum.value)
    yield "}"


def _indent(lines: Iterable[str]) -> Iterator[str]:
    return (_INDENT + line for line in lines)
