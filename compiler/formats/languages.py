"""The languages of schemas, and what a text in one of them declares."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
import json
import posixpath

from msgspec import Struct

from ssbt.compiler.formats.avro import avro_columns, whole_avro
from ssbt.compiler.formats.json_schema import json_schema_columns
from ssbt.compiler.formats.json_text import Value, parsed_json
from ssbt.compiler.formats.problems import SchemaProblemError
from ssbt.compiler.types.datatypes import StructType
from ssbt.compiler.types.ddl import first_mistake, parsed_columns

AVRO, JSON_SCHEMA, PROTOBUF, DESCRIPTORS, DDL = (
    "avro",
    "json_schema",
    "protobuf",
    "descriptors",
    "ddl",
)
BY_SUFFIX = {
    ".avsc": AVRO,
    ".json": JSON_SCHEMA,
    ".proto": PROTOBUF,
    ".desc": DESCRIPTORS,
    ".ddl": DDL,
    ".sql": DDL,
}
Imports = Callable[[str], str]


class MissingExtraError(Exception):
    """Protobuf's libraries are not installed."""


class NoSuchMessageError(Exception):
    """No message is called so, or none is named where there are several; `args` are those."""


class Written(Struct, frozen=True):
    """A schema in its own language: the columns, and the text that decoders are given.

    The text of Avro and JSON Schema is compact JSON, that of Protobuf a descriptor set in base 64,
    of which `message` is the one meant. `subject` is the registry's, for a schema that has one.
    """

    language: str
    columns: StructType
    text: str
    message: str = ""
    subject: str = ""


def written_json(language: str, schema: Value, others: Sequence[Value] = ()) -> Written:
    """A schema of Avro, which may name the types of others, or JSON Schema.

    Raises SchemaProblemError.
    """
    if language == AVRO:
        columns, plain = avro_columns(schema, others), whole_avro(schema, others)
    else:
        columns, plain = json_schema_columns(schema), schema.plain()
    return Written(language, columns, json.dumps(plain, separators=(",", ":"), ensure_ascii=False))


def written_ddl(text: str) -> Written:
    """Columns as Spark's DDL lists them. Raises SchemaProblemError."""
    columns = parsed_columns(text)
    if columns is None:
        start, end = first_mistake(text)
        message = "this is no list of columns such as `id BIGINT NOT NULL, name STRING`"
        raise SchemaProblemError(start, end, message)
    names = [field.name for field in columns.fields]
    twice = repeated(names)
    if twice is not None:
        raise SchemaProblemError(0, len(text), f"there are two columns called `{twice}`")
    return Written(DDL, columns, text.strip())


def written_text(language: str, text: str, path: str, message: str, imports: Imports) -> Written:
    """A schema in the text of any language; `imports` gives the files that a `.proto` imports.

    Raises SchemaProblemError, MissingExtraError, NoSuchMessageError, and what `imports` raises.
    """
    if language in (AVRO, JSON_SCHEMA):
        return written_json(language, parsed_json(text))
    if language == DDL:
        return written_ddl(text)
    _need_protobuf()
    from ssbt.compiler.formats.protoc import compiled

    return written_descriptors(compiled(path, _closure(path, text, imports)), message)


def written_descriptors(data: bytes, message: str) -> Written:
    """A message of a descriptor set. Raises as `written_text` does."""
    _need_protobuf()
    from ssbt.compiler.formats.protobuf import descriptor_set, message_columns, message_names

    files = descriptor_set(data)
    names = message_names(files)
    if message not in names and (message or len(names) != 1):
        raise NoSuchMessageError(*names)
    name = message or names[0]
    columns = message_columns(files, name)
    return Written(PROTOBUF, columns, b64encode(data).decode("ascii"), name)


def repeated(names: Iterable[str]) -> str | None:
    """A name that comes twice, by Spark's rules of case."""
    seen: set[str] = set()
    for name in names:
        if name.casefold() in seen:
            return name
        seen.add(name.casefold())
    return None


def _closure(path: str, text: str, imports: Imports) -> dict[str, str]:
    """The text at `path` and all that it imports, by path."""
    from ssbt.compiler.formats.protoc import imported_paths

    found = {path: text}
    waiting = list(imported_paths(text))
    while waiting:
        each = waiting.pop()
        if each in found:
            continue
        if each.startswith(("/", "..")) or posixpath.normpath(each) != each:
            raise SchemaProblemError(0, 0, f"`{each}` is imported from outside of this folder")
        found[each] = imports(each)
        waiting += imported_paths(found[each])
    return found


def _need_protobuf() -> None:
    if find_spec("google") is None or find_spec("google.protobuf") is None:
        raise MissingExtraError
    if find_spec("grpc_tools") is None:
        raise MissingExtraError
