"""Schemas that were fetched from a registry, as files beside the pipelines that use them."""

from __future__ import annotations

import json
import re
from typing import Any

from msgspec import Struct

from ssbt.compiler.formats.json_text import Value, parsed_json
from ssbt.compiler.formats.languages import AVRO, JSON_SCHEMA, PROTOBUF

_NO_FILE = "this is no file of `ssbtc schema pull`: pull the schema again"
LANGUAGES = {"AVRO": AVRO, "JSON": JSON_SCHEMA, "PROTOBUF": PROTOBUF}


class Version(Struct, frozen=True):
    """A version of a subject as a registry gave it; `schema` is its text.

    `references` are the versions that it refers to, directly or not, by the names that are used.
    """

    subject: str
    version: int
    id: int
    type: str
    schema: str
    references: tuple[tuple[str, Version], ...] = ()


class Referenced(Struct, frozen=True):
    """A schema that others refer to: in Protobuf by the path of an import, in Avro by its name."""

    name: str
    schema: Value


class PulledSchema(Struct, frozen=True):
    """A version of a subject; `schema` is JSON, or a string that is a `.proto` text.

    `references` are the schemas that it refers to, directly or not.
    """

    subject: str
    version: int
    id: int
    language: str
    schema: Value
    references: tuple[Referenced, ...] = ()

    @property
    def others(self) -> tuple[Value, ...]:
        """The schemas that it refers to."""
        return tuple(each.schema for each in self.references)


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
        raise node.problem(_NO_FILE)
    listed = node.get("references")
    references = tuple(map(_referenced, listed.items if listed is not None else ()))
    return PulledSchema(subject, version, id_, language, schema, references)


def _referenced(node: Value) -> Referenced:
    name, schema = node.text("name"), node.get("schema")
    if name is None or schema is None:
        raise node.problem(_NO_FILE)
    return Referenced(name, schema)


def file_text(found: Version) -> str:
    """The file's text for a version that a registry gave; JSON is laid out to be reviewed."""
    document = {**_facts(found), "id": found.id, "type": found.type, "schema": _content(found)}
    if found.references:
        document["references"] = [
            {"name": name, **_facts(each), "schema": _content(each)}
            for name, each in found.references
        ]
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _facts(found: Version) -> dict[str, Any]:
    return {"subject": found.subject, "version": found.version}


def _content(found: Version) -> Any:
    return found.schema if found.type == "PROTOBUF" else json.loads(found.schema)
