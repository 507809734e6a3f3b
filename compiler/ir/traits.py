"""What else is known of a column's values."""

from __future__ import annotations

from enum import Enum


class Trait(Enum):
    """`UNORDERED` for an array that was collected in no order, `NEVER_EMPTY` for texts of a source
    that reads the empty one as null."""

    UNORDERED = "unordered"
    NEVER_EMPTY = "never empty"


NO_TRAITS: frozenset[Trait] = frozenset()
