"""How much of a long row a test takes: a fixed part of it, or all where `AGREEMENT` is set."""

from __future__ import annotations

from collections.abc import Iterable
import os
from typing import TypeVar

FULL = bool(os.environ.get("AGREEMENT"))
Case = TypeVar("Case")


def sample(cases: Iterable[Case], one_in: int, first: int = 0) -> list[Case]:
    """One case in this many, always the same ones; `make agreement` takes them all."""
    return list(cases) if FULL else list(cases)[first::one_in]
