"""Whether a format can hold a column."""

from __future__ import annotations

from ssbt.compiler.ir.relations import Column
from ssbt.compiler.types.words import type_words


def is_rejected(column: Column, rejects: tuple[str, ...]) -> bool:
    """Whether its type, or one inside it, is among the rejected ones."""
    return any(word in rejects for word in type_words(column.type))
