"""Regular expressions that are compiled when they are first used.

A command imports some two hundred of them and uses a few.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


class _LazyPattern:
    """Stands in for a compiled pattern; what is once asked of it is kept."""

    def __init__(self, pattern: Any, flags: int) -> None:
        self._source = pattern, flags

    def __getattr__(self, name: str) -> Any:
        # Only what is not kept yet comes here.
        value = getattr(re.compile(*self._source), name)
        setattr(self, name, value)
        return value


def lazy_pattern(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, but compiled only when it is used.

    It has all methods of a pattern, but is none for `re.sub(pattern, …)` and `isinstance`.
    """
    return cast("re.Pattern[AnyStr]", _LazyPattern(pattern, flags))
