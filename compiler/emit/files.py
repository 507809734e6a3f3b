"""What a compilation yields."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

from msgspec import Struct

RUNTIME_ARCHIVE = "ssbt_runtime.zip"
_LARGE_SIZE = 64 * 1024


class OutputFile(Struct, frozen=True):
    """A file to be written: `path` is relative to the output folder, with `/` between its parts."""

    path: str
    content: bytes


def hash_content(content: bytes) -> str:
    """The SHA-256 of some bytes in hexadecimal digits, as manifests have it."""
    return _hash_large(content) if len(content) > _LARGE_SIZE else sha256(content).hexdigest()


@lru_cache(maxsize=4)
def _hash_large(content: bytes) -> str:
    """Of the runtime, which all pipelines of a run have: Python keeps by what bytes are found."""
    return sha256(content).hexdigest()
