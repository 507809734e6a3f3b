"""What the value of a parameter must be besides its type."""

from dataclasses import dataclass
import re
from typing import Any


@dataclass(frozen=True, slots=True)
class Check:
    """`like` is a pattern of SQL, with `%` and `_`; `one_of` are the values that there are."""

    like: str | None = None
    one_of: tuple[Any, ...] = ()

    def __str__(self) -> str:
        parts = [f"one of {', '.join(map(str, self.one_of))}"] if self.one_of else []
        return ", ".join([*parts, *([f"like {self.like}"] if self.like is not None else [])])

    def problem(self, value: object) -> str:
        """Why a value is refused, if it is."""
        if self.one_of and value not in self.one_of:
            return f"not one of {', '.join(map(str, self.one_of))}"
        if self.like is not None and not re.fullmatch(_pattern(self.like), str(value), re.DOTALL):
            return f"not like {self.like}"
        return ""


def _pattern(like: str) -> str:
    signs = {"%": ".*", "_": "."}
    return "".join(signs.get(char) or re.escape(char) for char in like)
