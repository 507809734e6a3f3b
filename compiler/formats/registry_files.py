"""Schemas that were fetched from a registry, as files beside the pipelines that use them."""

from __future__ import annotations

import json
import re
from typing import Any

from msgspec import Struct

from ssbt.compiler.formats.json_text import Value, parsed_json
from ssbt.compiler.formats.languages import AVRO, JSON_SCHEMA, PROTOBUF

LANGUAGES = {"AVRO": AVRO, "JSON": JSON_SCHEMA, "PROTOBUF": PROTOBUF}


class PulledSchema(Struct, frozen=True):
    """A version of a subject; `schema` is JSON, or a string that is a `.proto` text."""

    subject: str
    version: int
    id: int
    language: str
    schema: Value


def usual_path(subject: str) -> str:
    """Where the schema of a subject is kept, relative to the file that names it."""
    return f"schemas/{re.sub(r'[^A-Za-z0-9._-]', '_', subject)}.json"


def pulled_schema(text: str) -> PulledSchema:
    """What a file holds. Raises SchemaProblemError."""
    node = parsed_json(text)
    subject, version, id_ = node.text("subject"), node.number("version"), node.number("id")
    language = LANGUAGES.get(node.text("type") or "AVRO")
    schema = node.get("schema")
    if subject is None or version is None or id_ is None or language is None or schema is None:
        message = "this is no file of `ssbtc schema pull`: pull the schema again"
        raise node.problem(message)
    return PulledSchema(subject, version, id_, language, schema)


def file_text(subject: str, version: int, id_: int, type_: str, schema: str) -> str:
    """The file's text for a version that a registry gave; JSON is laid out to be reviewed."""
    content: Any = schema if type_ == "PROTOBUF" else json.loads(schema)
    document = {"subject": subject, "version": version, "id": id_, "type": type_, "schema": content}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
