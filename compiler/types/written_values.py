"""Texts that show a date, a time or a number."""

from __future__ import annotations

from msgspec import Struct


class WrittenValue(Struct, frozen=True):
    """What every text of an expression shows.

    `kind` is `date`, `time`, `number` for a cast, or `digits` where a function formats a number.
    `source` is the expression that is shown. `pattern` is that of a date or time where the order of
    the texts is that of the dates, and None otherwise.
    """

    kind: str
    source: str
    pattern: str | None = None

    @property
    def is_disordered(self) -> bool:
        """Whether the order of the texts is not that of what they show."""
        return self.pattern is None
