"""Blocks of options as in a pipeline, read by a few lines instead of the compiler's parser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
import re

from msgspec.structs import replace
import pytest

from ssbt.compiler.connectors.connector_use import ConnectorUse
from ssbt.compiler.connectors.loading import find_connector
from ssbt.compiler.connectors.specification import Role
from ssbt.compiler.connectors.validation import ValidationResult, validate
from ssbt.compiler.connectors.values import (
    Boolean,
    Duration,
    ListOf,
    MapEntry,
    MapOf,
    Number,
    OptionEntry,
    OptionValue,
    ParamUse,
    Size,
    Text,
    Word,
)
from ssbt.compiler.diagnostics.concise import concise_report
from ssbt.compiler.diagnostics.text import text_report
from ssbt.compiler.resolve.automatic_settings import without_unneeded_settings
from ssbt.compiler.source import Source, Span

PATH = "block.ssbt"
PARAMS = {"lake": "string", "flag": "boolean", "count": "int", "share": "decimal(3,2)"}
TOKEN = re.compile(
    r'\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<number>-?\d+(?:\.\d+)?)|(?P<word>[A-Za-z_]\w*)'
    r"|(?P<mark>[\[\]{}=,]))"
)


class BlockReader:
    """Reads `name = value` entries, separated by commas."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def entries(self) -> list[OptionEntry]:
        result = []
        while self.text[self.at :].strip():
            name, name_span = self.name()
            if name != "raw":
                self.take("mark")
            value = self.value()
            result.append(OptionEntry(name, name_span, value, name_span.to(value.span)))
            self.ends("")
        return result

    def peek(self) -> re.Match[str] | None:
        return TOKEN.match(self.text, self.at)

    def take(self, kind: str) -> tuple[str, Span]:
        match = self.peek()
        assert match, self.text[self.at :]
        assert match.lastgroup == kind, self.text[self.at :]
        self.at = match.end()
        return match[kind], Span(PATH, match.start(kind), match.end())

    def name(self) -> tuple[str, Span]:
        return self.take("word")

    def value(self) -> OptionValue:
        match = self.peek()
        assert match
        kind = str(match.lastgroup)
        result, span = self.take(kind)
        if kind == "text":
            return read_text(result, span)
        if kind == "number":
            unit = re.compile(r" ([A-Za-z]+)").match(self.text, self.at)
            if not unit:
                return Number(result, span)
            self.at = unit.end()
            span = Span(PATH, span.start, unit.end())
            sized = unit[1].lower().endswith("b")
            return (Size if sized else Duration)(result, unit[1], span)
        if kind == "word":
            return (
                Boolean(result == "true", span)
                if result in {"true", "false"}
                else Word(result, span)
            )
        return self.items(span) if result == "[" else self.map(span)

    def items(self, start: Span) -> ListOf:
        items = []
        while not self.ends("]"):
            items.append(self.value())
        return ListOf(tuple(items), start.to(self.take("mark")[1]))

    def map(self, start: Span) -> MapOf:
        entries = []
        while not self.ends("}"):
            key, key_span = self.take("text")
            self.take("mark")
            entries.append(MapEntry(key[1:-1], key_span, self.value()))
        return MapOf(tuple(entries), start.to(self.take("mark")[1]))

    def ends(self, mark: str) -> bool:
        match = self.peek()
        if match and match["mark"] == ",":
            self.take("mark")
            match = self.peek()
        return bool(match and match["mark"] == mark)


def read_text(quoted: str, span: Span) -> Text:
    parts: list[str | ParamUse] = []
    pieces = re.split(r"\$\{(\w+)\}", quoted[1:-1].encode().decode("unicode_escape"))
    for index, piece in enumerate(pieces):
        if index % 2:
            parts.append(ParamUse(piece, span))
        elif piece:
            parts.append(piece)
    return Text(tuple(parts), span)


@dataclass(frozen=True)
class Checked:
    """A block, what came of it, and its findings as people read them."""

    source: Source
    validated: ValidationResult

    @property
    def report(self) -> str:
        return concise_report(self.validated.findings, {PATH: self.source})

    @property
    def display(self) -> str:
        """The findings under the lines that they are about."""
        return text_report(self.validated.findings, {PATH: self.source})

    @property
    def options(self) -> dict[str, object]:
        """What goes through `.option`."""
        result = self.validated.settings.spark_options()
        return {option.name: option.value for option in result}


@pytest.fixture(scope="session")
def check() -> Callable[..., Checked]:
    """`check("source from csv", '''header = true''')`: the head's span is its connector's name."""

    def checked(head: str, block: str, *, spark: str = "4.1") -> Checked:
        text = f"{head} {block}"
        name = head.split()[-1]
        reader = BlockReader(text)
        reader.at = len(head)
        place = Span(PATH, len(head) - len(name), len(head))
        role = Role.SINK if "sink" in head else Role.SOURCE
        use = ConnectorUse(role, head.startswith("stream"), place, spark, PARAMS.get)
        existing = find_connector(name)
        assert existing
        result = validate(existing, use, reader.entries())
        # As for columns of types that need nothing.
        settings = without_unneeded_settings(result.settings, (), (), legacy=False)
        return Checked(Source(PATH, text), replace(result, settings=settings))

    return checked
