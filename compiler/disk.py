"""The files that a compilation asks for, as the disk has them."""

from __future__ import annotations

import errno
import os
import stat

# A schema or a module is far from it; what is larger was hardly meant.
_LARGEST = 64_000_000


def project_file(path: str) -> bytes:
    """The bytes of a file that a pipeline or a configuration names; raises OSError.

    Pipes, devices and what is enormous are refused: reading them might never end.
    """
    if "\0" in path:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    if not stat.S_ISREG(os.stat(path).st_mode):
        if os.path.isdir(path):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        raise OSError(errno.EINVAL, "it is no regular file", path)
    with open(path, "rb") as file:
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise OSError(errno.EFBIG, f"it has more than {_LARGEST:,} bytes", path)
    return data


def real(path: str) -> str:
    """The path with all links followed, with `/` between its parts."""
    return os.path.realpath(path).replace(os.sep, "/")
