"""Where a project begins; imports nothing, because most pipelines are asked and have none."""

from __future__ import annotations

from collections.abc import Callable
import posixpath

PROJECT = "ssbt.conf"
# How many folders above a pipeline its project may begin.
_MAX_LEVELS = 8
Reader = Callable[[str], bytes]


def find_project_folder(pipeline: str, read: Reader) -> str | None:
    """The nearest folder with a project file, that of the pipeline at a path or one above it."""
    folder = posixpath.dirname(pipeline)
    for _ in range(_MAX_LEVELS):
        if _exists(posixpath.join(folder, PROJECT), read):
            return folder
        folder = posixpath.join(folder, "..")
    return None


def _exists(path: str, read: Reader) -> bool:
    """Whether there is a file; one that cannot be read is reported by whoever needs it."""
    try:
        read(path)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return False
    except OSError:
        return True
    return True
