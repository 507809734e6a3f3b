"""Schemas that were fetched from a registry, as files beside the pipelines that use them."""

from __future__ import annotations

import json
import re
from typing import Any

from msgspec import Struct

from ssbt.compiler.formats.json_text import JsonValue, parse_json
from ssbt.compiler.formats.languages import AVRO, JSON_SCHEMA, PROTOBUF

_NO_FILE = "this is no file of `ssbtc schema pull`: pull the schema again"
LANGUAGES = {"AVRO": AVRO, "JSON": JSON_SCHEMA, "PROTOBUF": PROTOBUF}


class SchemaVersion(Struct, frozen=True):
    """A version of a subject as a registry gave it; `schema` is its text.

    `references` are the versions that it refers to, directly or not, by the names that are used.
    """

    subject: str
    version: int
    id: int
    type: str
    schema: str
    references: tuple[tuple[str, SchemaVersion], ...] = ()


class SchemaReference(Struct, frozen=True):
    """A schema that others refer to: in Protobuf by the path of an import, in Avro by its name."""

    name: str
    schema: JsonValue


class PulledSchema(Struct, frozen=True):
    """A version of a subject; `schema` is JSON, or a string that is a `.proto` text.

    `references` are the schemas that it refers to, directly or not.
    """

    subject: str
    version: int
    id: int
    language: str
    schema: JsonValue
    references: tuple[SchemaReference, ...] = ()

    @property
    def referenced_schemas(self) -> tuple[JsonValue, ...]:
        """The schemas that it refers to."""
        return tuple(each.schema for each in self.references)


def default_path(subject: str) -> str:
    """Where the schema of a subject is kept, relative to the file that names it."""
    return f"schemas/{re.sub(r'[^A-Za-z0-9._-]', '_', subject)}.json"


def parse_pulled_schema(text: str) -> PulledSchema:
    """What a file holds. Raises SchemaProblemError."""
    node = parse_json(text)
    subject, version, id_ = node.text("subject"), node.number("version"), node.number("id")
    language = LANGUAGES.get(node.text("type") or "AVRO")
    schema = node.get("schema")
    if subject is None or version is None or id_ is None or language is None or schema is None:
        raise node.problem(_NO_FILE)
    reference_list = node.get("references")
    references = tuple(
        map(_parse_reference, reference_list.items if reference_list is not None else ())
    )
    return PulledSchema(subject, version, id_, language, schema, references)


def _parse_reference(node: JsonValue) -> SchemaReference:
    name, schema = node.text("name"), node.get("schema")
    if name is None or schema is None:
        raise node.problem(_NO_FILE)
    return SchemaReference(name, schema)


def render_file(schema_version: SchemaVersion) -> str:
    """The file's text for a version that a registry gave; JSON is laid out to be reviewed."""
    document = {
        **_identification(schema_version),
        "id": schema_version.id,
        "type": schema_version.type,
        "schema": _schema_content(schema_version),
    }
    if schema_version.references:
        document["references"] = [
            {"name": name, **_identification(each), "schema": _schema_content(each)}
            for name, each in schema_version.references
        ]
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _identification(schema_version: SchemaVersion) -> dict[str, Any]:
    return {"subject": schema_version.subject, "version": schema_version.version}


def _schema_content(schema_version: SchemaVersion) -> Any:
    return (
        schema_version.schema
        if schema_version.type == "PROTOBUF"
        else json.loads(schema_version.schema)
    )
