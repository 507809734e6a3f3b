"""Values in blocks: what an option is set to."""

from __future__ import annotations

from dataclasses import dataclass

from ssbt.compiler.syntax.ast.expressions import Name, Node, ParameterUse


@dataclass(frozen=True, slots=True)
class TextValue(Node):
    """A string, in pieces: text and `${param}`; `multiline` when written in triple quotes."""

    parts: tuple[str | ParameterUse, ...]
    multiline: bool = False


@dataclass(frozen=True, slots=True)
class NumberValue(Node):
    """A number as written, sign included."""

    text: str


@dataclass(frozen=True, slots=True)
class BooleanValue(Node):
    """`true` or `false`."""

    value: bool


@dataclass(frozen=True, slots=True)
class QuantityValue(Node):
    """A duration or a size: `10 minutes`, `64 mb`."""

    amount: str
    unit: str


@dataclass(frozen=True, slots=True)
class WordValue(Node):
    """A bare word or phrase, one of a fixed set: `earliest`, `available now`."""

    text: str


@dataclass(frozen=True, slots=True)
class EveryValue(Node):
    """`every 1 minute`, `continuous 1 second`."""

    word: str
    interval: QuantityValue


@dataclass(frozen=True, slots=True)
class ListValue(Node):
    """`[a, b]`."""

    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class BlockValue(Node):
    """`{ … }` and `avro { … }`: entries, under a kind or none."""

    kind: Name | None
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Entry(Node):
    """`name = value`; `quoted` when the name was written as a string."""

    name: Name
    value: Value
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class BrokenValue(Node):
    """A value that did not parse; its mistake has been told."""


Value = (
    BrokenValue
    | TextValue
    | NumberValue
    | BooleanValue
    | QuantityValue
    | WordValue
    | EveryValue
    | ListValue
    | BlockValue
    | ParameterUse
)
