"""The files that a compilation asks for, as the disk has them, none from outside the project.

The project of a pipeline is the git repository that it is in, or the folder of `ssbt.conf` at or
above it, the outer one of both; where there is neither, its own folder with all below it. A link in
a project that leads out of it makes nothing that is there a part of it.
"""

from __future__ import annotations

from collections.abc import Iterator
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
        super().__init__(errno.EACCES, "it is outside the project", path)


class ForeignFolderError(OutsideError, PermissionError):
    """A path in a folder that is not the project's: whether a file is there is not looked at."""


def project_root(path: str) -> str:
    """The folder of the project that the file at `path`, a pipeline, is in, links followed.

    Where a link at `path` leads does not matter: whoever made the link is in the project.
    """
    folder = os.path.dirname(path) or "."
    home = _home_of_foreign(folder)
    return _outermost_root(os.path.realpath(folder)) if home is None else home


def _outermost_root(folder: str) -> str:
    """The project that a folder is in; the folder itself if it is in none."""
    marked_folders = (_find_nearest(folder, marker) for marker in (_REPOSITORY, _PROJECT))
    return min((folder, *(each for each in marked_folders if each is not None)), key=len)


def _home_of_foreign(folder: str) -> str | None:
    """The project out of which a link on the way to a folder leads, if one does.

    Whoever changes a project must not choose what a command such as `ssbtc check jobs` shows. Links
    above all projects are the machine's, but those below the folder that we run in count.
    """
    here = os.getcwd()
    for link, target in _links_on_way(folder):
        holder = os.path.dirname(link)
        home = _outermost_root(holder)
        is_project = _is_marked(home)
        if not is_project:
            if not _is_within(holder, here) or _is_marked(_outermost_root(target)):
                continue
            home = here
        if not _is_within(target, home):
            return home
    return None


def _is_marked(folder: str) -> bool:
    return any(os.path.lexists(os.path.join(folder, each)) for each in (_REPOSITORY, _PROJECT))


def _links_on_way(path: str) -> Iterator[tuple[str, str]]:
    """Each link on the way to a path, in a folder without links, and where it really leads."""
    for step, real in _steps_on_way(path):
        if step and step != real:
            yield step, real


def _steps_on_way(path: str) -> Iterator[tuple[str, str]]:
    """Each part of a path where it is entered, nowhere for `..`, and what it really is."""
    drive, rest = os.path.splitdrive(os.path.join(os.getcwd(), path))
    real = drive + os.sep
    for part in rest.split(os.sep):
        if part == os.pardir:
            real = os.path.dirname(real)
            yield "", real
        elif part not in ("", os.curdir):
            step = os.path.join(real, part)
            real = os.path.realpath(step) if os.path.islink(step) else step
            yield step, real


def list_configurations(folder: str) -> list[str]:
    """The files of a project's configuration, in the order of their names."""
    environments = os.path.join(folder, "conf")
    try:
        names = sorted(name for name in os.listdir(environments) if name.endswith(".conf"))
    except OSError:
        names = []
    return [os.path.join(folder, "ssbt.conf"), *(os.path.join(environments, n) for n in names)]


def job_folder(path: str) -> str:
    """Where the jobs of the pipeline at `path` run, to which its relative paths are relative.

    It is where the configuration begins, or the folder of the pipeline where there is none: a
    repository may hold many projects.
    """
    folder = os.path.realpath(os.path.dirname(path) or ".")
    return _find_nearest(folder, _PROJECT) or folder


def read_project_file(path: str, root: str) -> bytes:
    """The bytes of a file that a pipeline or a configuration names; raises OSError.

    What is outside `root` is refused, before a byte of it is read and whether it exists or not.
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
    target, named = os.sep, set()
    for step, real in _steps_on_way(path):
        target = real
        named.add(step)
    if not _is_within(target, root):
        return True
    entered = root
    for part in os.path.relpath(target, root).split(os.sep):
        entered = os.path.join(entered, part)
        # Kubernetes lays mounted files out as links into folders such as `..data`. What has the
        # name of a hidden folder elsewhere in the path is not this one.
        is_hidden = part.startswith(".") and not part.startswith("..") and part != os.curdir
        if is_hidden and entered not in named:
            return True
    return False


def _is_within(path: str, folder: str) -> bool:
    return os.path.commonpath((path, folder)) == folder


def real_path(path: str) -> str:
    """The path with all links followed, with `/` between its parts."""
    return os.path.realpath(path).replace(os.sep, "/")


def _find_nearest(folder: str, marker: str) -> str | None:
    """The nearest folder, this or one above it, that has an entry named so."""
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
