"""Two versions of pipelines: files, folders, or revisions of a git repository."""

from __future__ import annotations

import os
import posixpath
import shutil
import subprocess
from typing import NamedTuple

from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.cli.inputs import BUILD_FOLDER, find_sources, quote_path
from ssbt.compiler.disk import SOURCE_SUFFIX, project_root, read_project_file, real_path

_REVISION_HELP = "give a file, a folder, or a git revision such as `main`"


class SourceVersion(NamedTuple):
    """The files of one side; `revision` is None for what is on disk, and `root` its folder."""

    name: str
    files: tuple[str, ...]
    root: str = ""
    revision: str | None = None

    def read(self, path: str) -> bytes:
        """The bytes of a file by its path; raises OSError."""
        if self.revision is None:
            return read_project_file(os.path.join(self.root, path), self._project)
        name = f"{self.revision}:./{path}"
        process = _run_git("cat-file", "blob", name)
        if process.returncode:
            raise FileNotFoundError(2, f"not in {self.revision}", path)
        return process.stdout

    @property
    def _project(self) -> str:
        return project_root(os.path.join(self.root, "pipeline"))

    def real_path(self, path: str) -> str:
        """Where such a file really is; git gives a link as a file that holds its target."""
        return real_path(os.path.join(self.root, path)) if self.revision is None else path

    def display_path(self, path: str) -> str:
        """The path as people are told it, with the revision where there is one."""
        if self.revision is not None:
            return f"{self.revision}:{posixpath.normpath(path)}"
        return os.path.normpath(os.path.join(self.root, path))


def resolve_versions(old: str, new: str | None) -> tuple[SourceVersion, SourceVersion]:
    """Both sides; `old` alone may be `main..HEAD`, or a revision compared with this folder.

    Raises Failure for what is neither on disk nor a revision.
    """
    if new is None and ".." in old and not os.path.exists(old):
        first, _, second = old.partition("..")
        # `main...HEAD` begins where the two went apart, as in git.
        if second.startswith("."):
            second = second[1:] or "HEAD"
            first = _find_merge_base(first or "HEAD", second)
        return resolve_version(first or "HEAD"), resolve_version(second or "HEAD")
    return resolve_version(old), resolve_version("." if new is None else new)


def resolve_version(name: str) -> SourceVersion:
    """What `name` names; what is on disk goes before a revision of the same name."""
    if os.path.isdir(name):
        root = "" if name == "." else name
        paths = find_sources(name, warn=True)
        return SourceVersion(name, tuple(os.path.relpath(path, name) for path in paths), root)
    if os.path.exists(name):
        folder, file = os.path.split(name)
        return SourceVersion(name, (file,), folder)
    revision, _, path = name.partition(":")
    process = _run_git(
        "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
    )
    if not revision or process.returncode:
        raise Failure(f"there is no file, folder or revision {quote_path(name)}; {_REVISION_HELP}")
    if path:
        return SourceVersion(name, (path,), "", revision)
    return SourceVersion(name, _list_files(revision), "", revision)


def _list_files(revision: str) -> tuple[str, ...]:
    """The `.ssbt` files of a revision below this folder, as a search on disk would find them."""
    process = _run_git("ls-tree", "-r", "-z", "--name-only", revision)
    paths = process.stdout.decode("utf-8", "surrogateescape").split("\0")
    return tuple(
        path
        for path in paths
        if path.endswith(SOURCE_SUFFIX)
        and not any(part.startswith(".") or part == BUILD_FOLDER for part in path.split("/")[:-1])
    )


def _find_merge_base(one: str, other: str) -> str:
    process = _run_git("merge-base", one, other)
    if process.returncode:
        raise Failure(f"{quote_path(one)} and {quote_path(other)} have no common revision")
    return process.stdout.decode().strip()


def _run_git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    git = shutil.which("git")
    if git is None:
        raise Failure("revisions need git, which is not installed; give files or folders")
    return subprocess.run([git, *arguments], capture_output=True, check=False)
