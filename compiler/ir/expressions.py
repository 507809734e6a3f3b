"""Expressions as the IR holds them: Spark SQL text, its type, and where its value comes from."""

from __future__ import annotations

from dataclasses import dataclass

from ssbt.compiler.source import Span
from ssbt.compiler.types.datatypes import DataType


@dataclass(frozen=True, slots=True)
class ParameterText:
    """A place in an expression's text where the literal of a parameter goes."""

    name: str


Text = tuple[str | ParameterText, ...]


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """A column of a dataset that a value is computed from."""

    dataset: str
    column: str


@dataclass(frozen=True, slots=True)
class Expression:
    """A typed expression; `text` is Spark SQL in its canonical spelling.

    `column` is the name by which Spark finds the value when the expression is nothing but a
    column, such as `amount` or `o.amount`, backticks included where needed. `origins` are the
    columns that the value is computed from. An unknown type is `UnknownType`, never a guess.
    """

    span: Span
    text: Text
    type: DataType
    nullable: bool
    column: str | None = None
    origins: tuple[Origin, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """An expression and the columns that it becomes.

    `names` is empty where the expression keeps its own: a plain column, or `*`.
    """

    expression: Expression
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SortKey:
    """`nulls` is `first`, `last`, or None for Spark's default."""

    expression: Expression
    descending: bool
    nulls: str | None
