"""Schemas of Protobuf in a registry: the messages that one has, and one that is registered."""

import base64
from collections.abc import Iterable, Iterator
import re
from typing import Any

from ssbt.runtime.registries.proto_texts import proto_text
from ssbt.runtime.registries.registry import Registered, Registry, Schema

_PROTO = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'
    |\bpackage\s+(?P<package>[\w.]+)|\bmessage\s+(?P<name>\w+)\s*(?P<body>\{)|(?P<brace>[{}])""",
    re.VERBOSE | re.DOTALL,
)
# Registries and readers have these files themselves.
_OWN = "google/protobuf/"


def registered(asked: Registry, descriptors: str, subject: str) -> tuple[int, str]:
    """Id and text of the last file of a descriptor set, a version of the subject from now on.

    What it imports is registered too, each under the path that imports it. Raises RegistryError,
    and ValueError for a file without a text.
    """
    from google.protobuf.descriptor_pb2 import FileDescriptorSet

    known: dict[str, Registered] = {}
    files = FileDescriptorSet.FromString(base64.b64decode(descriptors)).file
    # In a descriptor set, imports stand before what imports them.
    for file in files:
        imports = (path for path in file.dependency if not path.startswith(_OWN))
        references = tuple((path, known[path]) for path in imports)
        text = proto_text(file)
        schema = Schema(text, "PROTOBUF", references)
        name = subject if file is files[-1] else file.name
        if not name.startswith(_OWN):
            known[file.name] = asked.registered(name, schema, register=True)
    return known[files[-1].name].id, text


def message_paths(text: str) -> dict[tuple[int, ...], str]:
    """The full names of the messages in a schema, by their places in it, as frames say.

    It is a `.proto` text, or a file's descriptor in base 64, as some clients register it.
    """
    file = _descriptor(text)
    if file is not None:
        return dict(_described(file.package, file.message_type, ()))
    found: dict[tuple[int, ...], str] = {}
    package, names, counts = "", [], [0]
    # What each open brace is of: the place of a message, or nothing.
    places: list[tuple[int, ...] | None] = []
    for match in _PROTO.finditer(text):
        if match["package"] and not places:
            package = f"{match['package']}."
        elif match["body"]:
            outer = next((place for place in reversed(places) if place is not None), ())
            place = (*outer, counts[-1])
            counts[-1] += 1
            names.append(match["name"])
            counts.append(0)
            places.append(place)
            found[place] = package + ".".join(names)
        elif match["brace"] == "{":
            places.append(None)
        elif match["brace"] == "}" and places and places.pop() is not None:
            names.pop()
            counts.pop()
    return found


def _descriptor(text: str) -> Any:
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


def _described(
    space: str, messages: Iterable[Any], above: tuple[int, ...]
) -> Iterator[tuple[tuple[int, ...], str]]:
    for index, message in enumerate(messages):
        name = f"{space}.{message.name}" if space else message.name
        yield (*above, index), name
        yield from _described(name, message.nested_type, (*above, index))
