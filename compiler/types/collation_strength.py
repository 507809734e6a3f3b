"""Whose collation a value has where several texts meet: Spark's precedence of collations.

What `collate` says goes before a column's collation, and that before a literal's. Two columns of
different collations meet in none; two different `collate` are refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum

from msgspec import Struct

from ssbt.compiler.types.datatypes import (
    DEFAULT_COLLATION,
    INDETERMINATE_COLLATION,
    ArrayType,
    DataType,
    MapType,
    StringType,
    StructType,
)
from ssbt.compiler.types.expression_types import Typed

# Those that regular expressions and `like` know.
PATTERN_COLLATIONS = (DEFAULT_COLLATION, "UTF8_LCASE")


class Strength(IntEnum):
    """How firmly a collation was chosen, the firmest first."""

    EXPLICIT = 0
    INDETERMINATE = 1
    IMPLICIT = 2
    DEFAULT = 3


class Collation(Struct, frozen=True):
    """A collation and how firmly it was chosen."""

    name: str
    strength: Strength


class CollationError(ValueError):
    """Two collations that were both chosen with `collate`; the text names them, for people."""


def string_type_of(type_: DataType) -> StringType | None:
    """The string that a type is, or an array of."""
    while isinstance(type_, ArrayType):
        type_ = type_.element
    return type_ if isinstance(type_, StringType) else None


def collation_of(value: Typed) -> Collation | None:
    """The collation of a text or of an array of texts; a column's, unless it is known better."""
    text = string_type_of(value.type)
    if text is None:
        return None
    if value.strength is None:
        return Collation(text.collation, Strength.IMPLICIT)
    return Collation(text.collation, Strength(value.strength))


def winning_collation(values: Iterable[Typed]) -> Collation | None:
    """The one that wins; None where there is no text. Raises CollationError."""
    winner: Collation | None = None
    for value in values:
        candidate = collation_of(value)
        if candidate is not None:
            winner = candidate if winner is None else _choose_winner(winner, candidate)
    return winner


def _choose_winner(first: Collation, second: Collation) -> Collation:
    if first.strength != second.strength:
        return min(first, second, key=lambda each: each.strength)
    if first.name == second.name:
        return first
    if first.strength is Strength.EXPLICIT:
        raise CollationError(f"{first.name} and {second.name}")
    return Collation(INDETERMINATE_COLLATION, Strength.INDETERMINATE)


def collate_together(values: Sequence[Typed]) -> Sequence[Typed]:
    """The values, the texts among them in the collation that wins. Raises CollationError."""
    texts = [text for value in values if (text := string_type_of(value.type)) is not None]
    if all(text.collation == DEFAULT_COLLATION for text in texts):
        return values
    winner = winning_collation(values)
    assert winner is not None
    return [with_collation(value, winner) for value in values]


def with_collation(value: Typed, collation: Collation) -> Typed:
    """A text or an array of texts in a collation; any other value as it is."""
    if string_type_of(value.type) is None:
        return value
    type_ = _apply_collation(value.type, collation.name)
    return Typed(type_, value.nullable, value.constant, int(collation.strength))


def _apply_collation(type_: DataType, name: str) -> DataType:
    if isinstance(type_, ArrayType):
        return ArrayType(_apply_collation(type_.element, name), type_.contains_null)
    return StringType(name)


def is_indeterminate(values: Iterable[Typed]) -> bool:
    """Whether any of the texts has no collation that could be told."""
    return any(_has_indeterminate(value.type) for value in values)


def _has_indeterminate(type_: DataType) -> bool:
    match type_:
        case StringType(name):
            return name == INDETERMINATE_COLLATION
        case ArrayType(element, _):
            return _has_indeterminate(element)
        case MapType(key, value, _):
            return _has_indeterminate(key) or _has_indeterminate(value)
        case StructType(fields):
            return any(_has_indeterminate(field.type) for field in fields)
    return False


def weaken_collation(value: Typed) -> Typed:
    """A value that Spark evaluates once and compares twice, as `between` and `nullif` do.

    Its collation is then as weak as a literal's, so that the two may meet in none.
    """
    return Typed(value.type, value.nullable, value.constant, int(Strength.DEFAULT))


def strength_of_result(values: Iterable[Typed]) -> int:
    """How firm the collation of what a function makes of these values is."""
    strengths = [each.strength for each in map(collation_of, values) if each is not None]
    return int(min(strengths, default=Strength.DEFAULT))
