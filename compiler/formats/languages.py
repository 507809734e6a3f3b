"""The languages of schemas, and what a text in one of them declares."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
import json
import posixpath

from msgspec import Struct

from ssbt.compiler.formats.json_text import JsonValue, parse_json
from ssbt.compiler.formats.problems import SchemaProblemError
from ssbt.compiler.types.datatypes import StructType
from ssbt.compiler.types.ddl import find_first_mistake, parse_columns

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
    """No message is named so, or none is named where there are several; `args` are those."""


class ExternalSchema(Struct, frozen=True):
    """A schema in its own language: the columns, and the text that decoders are given.

    The text of Avro and JSON Schema is compact JSON, that of Protobuf a descriptor set in base 64,
    of which `message` is the one meant. `subject` is the registry's, for a schema that has one.
    """

    language: str
    columns: StructType
    text: str
    message: str = ""
    subject: str = ""


def convert_json(
    language: str, schema: JsonValue, referenced_schemas: Sequence[JsonValue] = ()
) -> ExternalSchema:
    """A schema of Avro, which may name the types of others, or JSON Schema.

    Raises SchemaProblemError.
    """
    if language == AVRO:
        from ssbt.compiler.formats.avro import avro_columns, inline_avro_references

        columns, document = (
            avro_columns(schema, referenced_schemas),
            inline_avro_references(schema, referenced_schemas),
        )
    else:
        from ssbt.compiler.formats.json_schema import json_schema_columns

        columns, document = json_schema_columns(schema), schema.to_plain()
    return ExternalSchema(
        language, columns, json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    )


def convert_ddl(text: str) -> ExternalSchema:
    """Columns as Spark's DDL lists them. Raises SchemaProblemError."""
    columns = parse_columns(text)
    if columns is None:
        start, end = find_first_mistake(text)
        message = "this is no list of columns such as `id BIGINT NOT NULL, name STRING`"
        raise SchemaProblemError(start, end, message)
    names = [field.name for field in columns.fields]
    duplicate = find_duplicate(names)
    if duplicate is not None:
        raise SchemaProblemError(0, len(text), f"there are two columns called `{duplicate}`")
    return ExternalSchema(DDL, columns, text.strip())


def convert_text(
    language: str, text: str, path: str, message: str, imports: Imports
) -> ExternalSchema:
    """A schema in the text of any language; `imports` gives the files that a `.proto` imports.

    Raises SchemaProblemError, MissingExtraError, NoSuchMessageError, and what `imports` raises.
    """
    if language in (AVRO, JSON_SCHEMA):
        return convert_json(language, parse_json(text))
    if language == DDL:
        return convert_ddl(text)
    _require_protobuf()
    from ssbt.compiler.formats.protoc import compile_descriptors

    return convert_descriptors(
        compile_descriptors(path, _collect_imports(path, text, imports)), message
    )


def convert_descriptors(data: bytes, message: str) -> ExternalSchema:
    """A message of a descriptor set. Raises as `convert_text` does."""
    _require_protobuf()
    from ssbt.compiler.formats.protobuf import message_columns, message_names, parse_descriptor_set

    files = parse_descriptor_set(data)
    names = message_names(files)
    if message not in names and (message or len(names) != 1):
        raise NoSuchMessageError(*names)
    name = message or names[0]
    columns = message_columns(files, name)
    return ExternalSchema(PROTOBUF, columns, b64encode(data).decode("ascii"), name)


def find_duplicate(names: Iterable[str]) -> str | None:
    """A name that comes twice, by Spark's rules of case."""
    folded_names: set[str] = set()
    for name in names:
        if name.casefold() in folded_names:
            return name
        folded_names.add(name.casefold())
    return None


def _collect_imports(path: str, text: str, imports: Imports) -> dict[str, str]:
    """The text at `path` and everything that it imports, by path."""
    from ssbt.compiler.formats.protoc import imported_paths

    texts = {path: text}
    pending = list(imported_paths(text))
    while pending:
        each = pending.pop()
        if each in texts:
            continue
        if each.startswith(("/", "..")) or posixpath.normpath(each) != each:
            raise SchemaProblemError(0, 0, f"`{each}` is imported from outside this folder")
        texts[each] = imports(each)
        pending += imported_paths(texts[each])
    return texts


def _require_protobuf() -> None:
    if find_spec("google") is None or find_spec("google.protobuf") is None:
        raise MissingExtraError
    if find_spec("grpc_tools") is None:
        raise MissingExtraError
