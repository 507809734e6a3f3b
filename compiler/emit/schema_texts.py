"""Schemas in their own languages: constants that decoders and encoders are given."""

from __future__ import annotations

from collections.abc import Iterator
import json
import re

from msgspec import Struct

from ssbt.compiler.connectors.settings import FormatUse
from ssbt.compiler.connectors.specification import OptionPlacement
from ssbt.compiler.emit.names import Namespace, constant_name
from ssbt.compiler.formats.languages import AVRO, PROTOBUF
from ssbt.compiler.ir.pipeline import Pipeline, Sink
from ssbt.compiler.ir.plans import plans
from ssbt.compiler.ir.records import key_columns, value_columns
from ssbt.compiler.ir.subjects import derive_schema, find_write_schema

_PARTS = {"value": OptionPlacement.VALUE, "key": OptionPlacement.RECORD_KEY}
_COLUMNS = {"value": value_columns, "key": key_columns}
# Of these languages Spark and the runtime take the text, not only the columns.
_LANGUAGES = (AVRO, PROTOBUF)
_ENCODED_WIDTH = 76


class SchemaText(Struct, frozen=True):
    """A text and the name of its constant.

    `message` is the one meant of a Protobuf schema, `subject` the registry's, if it is from one.
    """

    constant: str
    text: str
    message: str = ""
    subject: str = ""

    @property
    def record_name(self) -> str:
        """The full name of the record or message."""
        if self.message:
            return self.message
        document = json.loads(self.text)
        namespace = document.get("namespace", "")
        return f"{namespace}.{document['name']}" if namespace else str(document["name"])

    @property
    def pieces(self) -> list[str]:
        """A line for each field, or this many characters where no person reads them."""
        if self.message:
            return re.findall(f".{{1,{_ENCODED_WIDTH}}}", self.text)
        return re.split(r"(?<=\},)(?=\{)|(?<=\[)(?=\{)", self.text)


class SchemaTexts(Struct, frozen=True):
    """The texts by the name of the schema, and those made of columns by sink and part."""

    declared: dict[str, SchemaText]
    derived: dict[tuple[str, str], SchemaText]

    @property
    def all(self) -> tuple[SchemaText, ...]:
        """All texts, the declared ones first."""
        return (*self.declared.values(), *self.derived.values())

    def find_sink_text(self, sink: str, part: str, use: FormatUse) -> SchemaText | None:
        """The text that a sink writes its key or value with."""
        schema_name = find_write_schema(use)
        if schema_name is None:
            return self.derived.get((sink, part))
        folded_name = schema_name.name.casefold()
        return next(
            (t for name, t in self.declared.items() if name.casefold() == folded_name), None
        )


def build_schema_texts(pipeline: Pipeline, names: Namespace) -> SchemaTexts:
    """The texts of a pipeline's schemas, with constants that have names of their own."""
    declared = {
        item.name: SchemaText(
            names.claim(constant_name(f"{item.name}_{item.external_schema.language}")),
            item.external_schema.text,
            item.external_schema.message,
            item.external_schema.subject,
        )
        for item in pipeline.schemas
        if item.external_schema is not None and item.external_schema.language in _LANGUAGES
    }
    derived = {
        (sink.name, part): SchemaText(names.claim(constant_name(f"{sink.name}_{part}_avro")), text)
        for sink, part, text in _derive_texts(pipeline)
    }
    return SchemaTexts(declared, derived)


def _derive_texts(pipeline: Pipeline) -> Iterator[tuple[Sink, str, str]]:
    if not any(sink.settings.at(OptionPlacement.VALUE) for sink in pipeline.sinks):
        return
    roots = plans(pipeline)
    for sink in pipeline.sinks:
        for part, placement in _PARTS.items():
            use = sink.settings.format_at(placement)
            if use is not None and use.format.language == AVRO and find_write_schema(use) is None:
                columns = _COLUMNS[part](sink.settings, roots[sink.dataset].output)
                yield sink, part, derive_schema(use, columns, sink.dataset)
