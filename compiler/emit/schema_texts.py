"""Schemas in their own languages: constants that decoders and encoders are given."""

from __future__ import annotations

from collections.abc import Iterator
import json
import re

from msgspec import Struct

from ssbt.compiler.connectors.settings import FormatUse
from ssbt.compiler.connectors.specification import Place
from ssbt.compiler.emit.docstrings import LINE_LENGTH
from ssbt.compiler.emit.literals import python_literal
from ssbt.compiler.emit.names import Names, constant
from ssbt.compiler.formats.languages import AVRO, PROTOBUF
from ssbt.compiler.ir.pipeline import Pipeline, Sink
from ssbt.compiler.ir.plans import plans
from ssbt.compiler.ir.records import key_columns, value_columns
from ssbt.compiler.ir.subjects import derived_schema, schema_of

_PARTS = {"value": Place.VALUE, "key": Place.RECORD_KEY}
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
    def record(self) -> str:
        """The full name of the record or message."""
        if self.message:
            return self.message
        found = json.loads(self.text)
        space = found.get("namespace", "")
        return f"{space}.{found['name']}" if space else str(found["name"])

    @property
    def assignment(self) -> str:
        """The constant with its text; what does not fit in a line goes on in the next one."""
        one_line = f"{self.constant} = {python_literal(self.text)}"
        pieces = self._pieces()
        if len(one_line) <= LINE_LENGTH or len(pieces) < 2:
            return one_line
        return f"{self.constant} = ({' '.join(map(python_literal, pieces))})"

    def _pieces(self) -> list[str]:
        """A line for each field, or so many characters where no person reads them."""
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

    def written(self, sink: str, part: str, use: FormatUse) -> SchemaText | None:
        """The text that a sink writes its key or value with."""
        named = schema_of(use)
        if named is None:
            return self.derived.get((sink, part))
        wanted = named.name.casefold()
        return next((t for name, t in self.declared.items() if name.casefold() == wanted), None)


def schema_texts(pipeline: Pipeline, names: Names) -> SchemaTexts:
    """The texts of a pipeline's schemas, with constants that have names of their own."""
    declared = {
        item.name: SchemaText(
            names.free(constant(f"{item.name}_{item.written.language}")),
            item.written.text,
            item.written.message,
            item.written.subject,
        )
        for item in pipeline.schemas
        if item.written is not None and item.written.language in _LANGUAGES
    }
    derived = {
        (sink.name, part): SchemaText(names.free(constant(f"{sink.name}_{part}_avro")), text)
        for sink, part, text in _derived(pipeline)
    }
    return SchemaTexts(declared, derived)


def _derived(pipeline: Pipeline) -> Iterator[tuple[Sink, str, str]]:
    if not any(sink.settings.at(Place.VALUE) for sink in pipeline.sinks):
        return
    roots = plans(pipeline)
    for sink in pipeline.sinks:
        for part, place in _PARTS.items():
            use = sink.settings.format_at(place)
            if use is not None and use.format.language == AVRO and schema_of(use) is None:
                columns = _COLUMNS[part](sink.settings, roots[sink.dataset].output)
                yield sink, part, derived_schema(use, columns, sink.dataset)
