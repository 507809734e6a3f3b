"""What a user writes after `=` in a connector's block, free of any syntax tree.

The resolver turns the AST into these; validation reads nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from ssbt.compiler.source import Span


class ParamUse(Struct, frozen=True):
    """`${name}` inside a string."""

    name: str
    span: Span


class Text(Struct, frozen=True):
    """A string in quotes; plain parts are unescaped and never empty, `""` has no part at all."""

    parts: tuple[str | ParamUse, ...]
    span: Span

    @property
    def plain(self) -> str | None:
        """The whole text, or nothing when it depends on a parameter."""
        plain = [part for part in self.parts if isinstance(part, str)]
        return "".join(plain) if len(plain) == len(self.parts) else None

    @property
    def display_text(self) -> str:
        """The text for people, parameters as `${name}`."""
        return "".join(
            part if isinstance(part, str) else f"${{{part.name}}}" for part in self.parts
        )

    @property
    def sole_param(self) -> ParamUse | None:
        """The parameter, when the text is one parameter and nothing else."""
        match self.parts:
            case (ParamUse() as param,):
                return param
            case _:
                return None


class Number(Struct, frozen=True):
    """A number as it was written, sign included."""

    text: str
    span: Span


class Boolean(Struct, frozen=True):
    """`true` or `false`."""

    value: bool
    span: Span


class Duration(Struct, frozen=True):
    """`10 minutes`: the unit is as it was written."""

    amount: str
    unit: str
    span: Span


class Size(Struct, frozen=True):
    """`64 mb`: the unit is as it was written."""

    amount: str
    unit: str
    span: Span


class Word(Struct, frozen=True):
    """A bare word: one of an option's choices, or the name of a column or schema."""

    text: str
    span: Span


class Every(Struct, frozen=True):
    """`every 1 minute`, `continuous 1 second`: `word` is the one in front."""

    word: str
    duration: Duration
    span: Span


class ListOf(Struct, frozen=True):
    """`[a, b]`."""

    items: tuple[OptionValue, ...]
    span: Span


class MapEntry(Struct, frozen=True):
    """`"key" = value`; a key never holds a parameter."""

    key: str
    key_span: Span
    value: OptionValue


class MapOf(Struct, frozen=True):
    """`{ "key" = value, … }`."""

    entries: tuple[MapEntry, ...]
    span: Span


class Nested(Struct, frozen=True):
    """`avro { … }`: a kind and its own options."""

    kind: str
    entries: tuple[OptionEntry, ...]
    span: Span


class Condition(Struct, frozen=True):
    """A condition over columns, which only the resolver can read."""

    span: Span


class StarExcept(Struct, frozen=True):
    """`*`, `* except (a, b)`: all columns but some."""

    excluded: tuple[Word, ...]
    span: Span


OptionValue: TypeAlias = (
    Condition
    | StarExcept
    | Text
    | Number
    | Boolean
    | Duration
    | Size
    | Word
    | Every
    | ListOf
    | MapOf
    | Nested
)


class OptionEntry(Struct, frozen=True):
    """`name = value` in a block. `raw { … }` arrives as the name `raw` and a `MapOf`."""

    name: str
    name_span: Span
    value: OptionValue
    span: Span
