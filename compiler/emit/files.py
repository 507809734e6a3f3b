"""What a compilation yields."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OutputFile:
    """A file to be written: `path` is relative to the output folder, with `/` between its parts."""

    path: str
    content: bytes
