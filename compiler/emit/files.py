"""What a compilation yields."""

from __future__ import annotations

from msgspec import Struct


class OutputFile(Struct, frozen=True):
    """A file to be written: `path` is relative to the output folder, with `/` between its parts."""

    path: str
    content: bytes
