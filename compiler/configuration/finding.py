"""Where a project begins; imports nothing, because most pipelines are asked and have none."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
import posixpath

PROJECT = "ssbt.conf"
# How many folders above a pipeline its project may begin.
_HIGHEST = 8
Reader = Callable[[str], bytes]


def project_folder(pipeline: str, read: Reader) -> str | None:
    """The nearest folder with a project file, that of the pipeline at a path or one above it."""
    folder = posixpath.dirname(pipeline)
    for _ in range(_HIGHEST):
        with suppress(OSError):
            read(posixpath.join(folder, PROJECT))
            return folder
        folder = posixpath.join(folder, "..")
    return None
