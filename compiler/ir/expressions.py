"""Expressions as the IR holds them: Spark SQL text, its type, and where its value comes from."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from ssbt.compiler.ir.provenance import Origin, Provenance
from ssbt.compiler.ir.terms import Term
from ssbt.compiler.ir.traits import NO_TRAITS, Trait
from ssbt.compiler.source import Span
from ssbt.compiler.types.datatypes import DataType
from ssbt.compiler.types.ranges.model import ValueRange
from ssbt.compiler.types.written_values import WrittenValue


class ParameterText(Struct, frozen=True):
    """A place in an expression's text where the literal of a parameter goes."""

    name: str


Text = tuple[str | ParameterText, ...]


class TextMark(Enum):
    """The structure of a text: a group has all of its own breaks or none of them.

    `SPACE` and `SOFT` are breaks, worth a space and nothing on one line; lines between `INDENT` and
    `DEDENT` stand further to the right.
    """

    GROUP = "group"
    END = "end"
    SPACE = "space"
    SOFT = "soft"
    INDENT = "indent"
    DEDENT = "dedent"


StructuredText = tuple[str | ParameterText | TextMark, ...]


def render_text(text: Text) -> str:
    """The text for people, parameters as `${name}`."""
    return "".join(part if isinstance(part, str) else f"${{{part.name}}}" for part in text)


class Call(Struct, frozen=True):
    """A function called in an expression, its name in lower case; `windowed` with `over (…)`."""

    name: str
    span: Span
    distinct: bool = False
    windowed: bool = False


class Expression(Struct, frozen=True):
    """A typed expression; `text` is Spark SQL in its canonical spelling.

    `column` is the name by which Spark finds the value when the expression is nothing but a
    column, such as `amount` or `o.amount`, backticks included where needed. `structured` is
    `text` with the places where `ssbtc fmt` would break it, and empty where that is short. `term`
    is its tree, None where it is a plain name that the compiler wrote, or `*`. `zone_use` is the
    first part whose value depends on the time zone of the session, if there is one. `values` is
    what is known of its values beyond their type, `written` what its texts show, `traits`
    what else is known of the values. An unknown type is `UnknownType`, never a
    guess.
    """

    span: Span
    text: Text
    type: DataType
    nullable: bool
    column: str | None = None
    provenance: Provenance = Provenance()
    calls: tuple[Call, ...] = ()
    term: Term | None = None
    zone_use: Span | None = None
    structured: StructuredText = ()
    values: ValueRange | None = None
    written: WrittenValue | None = None
    traits: frozenset[Trait] = NO_TRAITS

    @property
    def origins(self) -> tuple[Origin, ...]:
        """The columns, and the fields in them, that the value is computed from."""
        return self.provenance.origins


class NamedExpression(Struct, frozen=True):
    """An expression and the columns that it becomes.

    `names` is empty where the expression keeps its own: a plain column, or `*`.
    """

    expression: Expression
    names: tuple[str, ...] = ()


class SortKey(Struct, frozen=True):
    """`nulls` is `first`, `last`, or None for Spark's default."""

    expression: Expression
    descending: bool
    nulls: str | None
