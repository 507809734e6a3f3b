"""Values in blocks: what an option is set to."""

from __future__ import annotations

from ssbt.compiler.source import Span
from ssbt.compiler.syntax.ast.expressions import Expression, ParameterUse, Star
from ssbt.compiler.syntax.ast.nodes import Name, Node


class TextValue(Node, frozen=True):
    """A string, in pieces: text and `${param}`; `multiline` when written in triple quotes."""

    parts: tuple[str | ParameterUse, ...]
    multiline: bool = False

    def find_span(self, start: int, end: int) -> Span | None:
        """Where a stretch of what it says stands in the file; None where escapes came before.

        A parameter counts for as many characters as it is written with.
        """
        quotes = 3 if self.multiline else 1
        length = sum(
            len(part) if isinstance(part, str) else part.span.end - part.span.start
            for part in self.parts
        )
        at = self.span.start + quotes
        if at + length + quotes != self.span.end:
            return None
        return Span(self.span.path, at + start, at + end)


class NumberValue(Node, frozen=True):
    """A number as written, sign included."""

    text: str


class BooleanValue(Node, frozen=True):
    """`true` or `false`."""

    value: bool


class QuantityValue(Node, frozen=True):
    """A duration or a size: `10 minutes`, `64 mb`."""

    amount: str
    unit: str


class WordValue(Node, frozen=True):
    """A bare word or phrase, one of a fixed set: `earliest`, `available now`."""

    text: str


class EveryValue(Node, frozen=True):
    """`every 1 minute`, `continuous 1 second`, `real time 5 minutes`."""

    keyword: str
    interval: QuantityValue


class ListValue(Node, frozen=True):
    """`[a, b]`."""

    items: tuple[Value, ...]


class BlockValue(Node, frozen=True):
    """`{ … }` and `avro { … }`: entries, under a kind or none."""

    kind: Name | None
    entries: tuple[Entry, ...]


class Entry(Node, frozen=True):
    """`name = value`; `quoted` when the name was written as a string."""

    name: Name
    value: Value
    quoted: bool = False


class ConditionValue(Node, frozen=True):
    """A condition over columns: `replace = day = ${day}`."""

    condition: Expression


class BrokenValue(Node, frozen=True):
    """A value that did not parse; its mistake has been told."""


Value = (
    BrokenValue
    | ConditionValue
    | TextValue
    | NumberValue
    | BooleanValue
    | QuantityValue
    | WordValue
    | EveryValue
    | ListValue
    | BlockValue
    | ParameterUse
    | Star
)
