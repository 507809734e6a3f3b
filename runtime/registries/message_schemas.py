"""Schemas of Protobuf in a registry: the messages that one has, and one that is registered."""

import base64
from collections.abc import Iterable, Iterator
import re
from typing import Any

from ssbt.runtime.registries.proto_texts import render_proto
from ssbt.runtime.registries.registry import RegisteredSchema, Registry, Schema

_PROTO = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'
    |\bpackage\s+(?P<package>[\w.]+)|\bmessage\s+(?P<name>\w+)\s*(?P<body>\{)|(?P<brace>[{}])""",
    re.VERBOSE | re.DOTALL,
)
# Registries and readers have these files themselves.
_BUNDLED_PREFIX = "google/protobuf/"


def register_descriptors(registry: Registry, descriptors: str, subject: str) -> tuple[int, str]:
    """Id and text of the last file of a descriptor set, a version of the subject from now on.

    What it imports is registered too, each under the path that imports it. Raises RegistryError,
    and ValueError for a file without a text.
    """
    from google.protobuf.descriptor_pb2 import FileDescriptorSet

    registered_files: dict[str, RegisteredSchema] = {}
    files = FileDescriptorSet.FromString(base64.b64decode(descriptors)).file
    # In a descriptor set, imports stand before what imports them.
    for file in files:
        imports = (path for path in file.dependency if not path.startswith(_BUNDLED_PREFIX))
        references = tuple((path, registered_files[path]) for path in imports)
        text = render_proto(file)
        schema = Schema(text, "PROTOBUF", references)
        name = subject if file is files[-1] else file.name
        if not name.startswith(_BUNDLED_PREFIX):
            registered_files[file.name] = registry.register_schema(name, schema, register=True)
    return registered_files[files[-1].name].id, text


def message_paths(text: str) -> dict[tuple[int, ...], str]:
    """The full names of the messages in a schema, by their places in it, as frames say.

    It is a `.proto` text, or a file's descriptor in base 64, as some clients register it.
    """
    file = _decode_descriptor(text)
    if file is not None:
        return dict(_list_messages(file.package, file.message_type, ()))
    paths: dict[tuple[int, ...], str] = {}
    package, names, counts = "", [], [0]
    # What each open brace is of: the place of a message, or nothing.
    open_messages: list[tuple[int, ...] | None] = []
    for match in _PROTO.finditer(text):
        if match["package"] and not open_messages:
            package = f"{match['package']}."
        elif match["body"]:
            parent = next((path for path in reversed(open_messages) if path is not None), ())
            path = (*parent, counts[-1])
            counts[-1] += 1
            names.append(match["name"])
            counts.append(0)
            open_messages.append(path)
            paths[path] = package + ".".join(names)
        elif match["brace"] == "{":
            open_messages.append(None)
        elif match["brace"] == "}" and open_messages and open_messages.pop() is not None:
            names.pop()
            counts.pop()
    return paths


def _decode_descriptor(text: str) -> Any:
    """The descriptor of a file that the text is in base 64; None where it is none."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    from google.protobuf.descriptor_pb2 import FileDescriptorProto
    from google.protobuf.message import DecodeError

    try:
        return FileDescriptorProto.FromString(data)
    except DecodeError:
        return None


def _list_messages(
    space: str, messages: Iterable[Any], parent_path: tuple[int, ...]
) -> Iterator[tuple[tuple[int, ...], str]]:
    for index, message in enumerate(messages):
        name = f"{space}.{message.name}" if space else message.name
        yield (*parent_path, index), name
        yield from _list_messages(name, message.nested_type, (*parent_path, index))
