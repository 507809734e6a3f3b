"""The files that a compilation asks for, as the disk has them, none from outside of the project.

The project of a pipeline is the git repository that it is in, or the folder of `ssbt.conf` at or
above it, the outer one of both; where there is neither, its own folder with all below it.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import NamedTuple

# A schema or a module is far from it; what is larger was hardly meant.
_MAX_FILE_SIZE = 64_000_000
_REPOSITORY, _PROJECT = ".git", "ssbt.conf"
SOURCE_SUFFIX = ".ssbt"


class Observations(NamedTuple):
    """What this process looked at: files, there or not, and by folder and `skipped`, the names."""

    paths: set[str]
    folders: dict[tuple[str, str], list[str]]


observations = Observations(set(), {})


class OutsideError(OSError):
    """A file that is not the project's, or that a link means to hide."""

    def __init__(self, path: str) -> None:
        super().__init__(errno.EACCES, "it is outside of the project", path)


class ForeignFolderError(OutsideError, PermissionError):
    """A path in a folder that is not the project's: whether a file is there is not looked at."""


def project_root(path: str) -> str:
    """The folder of the project that the file at `path`, a pipeline, is in, links followed.

    Where a link at `path` leads does not matter: whoever made the link is in the project.
    """
    own_folder = os.path.realpath(os.path.dirname(path) or ".")
    marked_folders = (_find_nearest(own_folder, marker) for marker in (_REPOSITORY, _PROJECT))
    return min((own_folder, *(folder for folder in marked_folders if folder is not None)), key=len)


def job_folder(path: str) -> str:
    """Where the jobs of the pipeline at `path` run, to which its relative paths are relative.

    It is where the configuration begins, or the folder of the pipeline where there is none: a
    repository may hold many projects.
    """
    folder = os.path.realpath(os.path.dirname(path) or ".")
    return _find_nearest(folder, _PROJECT) or folder


def read_project_file(path: str, root: str) -> bytes:
    """The bytes of a file that a pipeline or a configuration names; raises OSError.

    What is outside of `root` is refused, before a byte of it is read and whether it exists or not.
    So are pipes, devices and what is enormous: reading them might never end.
    """
    observations.paths.add(path)
    if "\0" in path:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    if is_outside(path, root):
        is_foreign = is_outside(os.path.dirname(path) or ".", root)
        raise ForeignFolderError(path) if is_foreign else OutsideError(path)
    if not os.path.lexists(path):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    target = os.path.realpath(path)
    if not stat.S_ISREG(os.stat(target).st_mode):
        if os.path.isdir(target):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        raise OSError(errno.EINVAL, "it is no regular file", path)
    # What was looked at is opened, not a link that may lead elsewhere by now.
    with open(target, "rb") as file:
        data = file.read(_MAX_FILE_SIZE + 1)
    if len(data) > _MAX_FILE_SIZE:
        raise OSError(errno.EFBIG, f"it has more than {_MAX_FILE_SIZE:,} bytes", path)
    return data


def is_outside(path: str, root: str) -> bool:
    """Whether a path, or a link on the way, leads out of the project, or to what is hidden in it.

    A repository's `.git` and a `.env` file hold credentials; no pipeline has a link to them.
    """
    target = os.path.realpath(path)
    if os.path.commonpath((target, root)) != root:
        return True
    parts = os.path.relpath(target, root).split(os.sep)
    # Kubernetes lays mounted files out as links into folders such as `..data`.
    hidden = {part for part in parts if part.startswith(".") and not part.startswith("..")}
    return not hidden - {os.curdir} <= set(os.path.abspath(path).split(os.sep))


def real_path(path: str) -> str:
    """The path with all links followed, with `/` between its parts."""
    return os.path.realpath(path).replace(os.sep, "/")


def _find_nearest(folder: str, marker: str) -> str | None:
    """The nearest folder, this or one above it, that has an entry called so."""
    while not os.path.lexists(path := os.path.join(folder, marker)):
        observations.paths.add(path)
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    observations.paths.add(path)
    return folder


def list_sources(folder: str, skipped: str) -> list[str]:
    """The names of `.ssbt` files in a folder and, ending with `/`, of folders to be searched too.

    They are in order. Links to folders are not followed, and folders called `skipped` or with a
    leading dot are left out. Raises OSError.
    """
    names = []
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if entry.is_dir(follow_symlinks=False):
                if not name.startswith(".") and name != skipped:
                    names.append(f"{name}/")
            elif name.endswith(SOURCE_SUFFIX) and entry.is_file():
                names.append(name)
    return sorted(names, key=lambda name: name.removesuffix("/"))
