"""Two versions of pipelines: files, folders, or revisions of a git repository."""

from __future__ import annotations

import os
import posixpath
import shutil
import subprocess
from typing import NamedTuple

from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.cli.inputs import BUILD, SUFFIX, quoted, sources_below
from ssbt.compiler.disk import project_file, project_root, real

_REVISION_HELP = "give a file, a folder, or a git revision such as `main`"


class Version(NamedTuple):
    """The files of one side; `revision` is None for what is on disk, and `root` its folder."""

    name: str
    files: tuple[str, ...]
    root: str = ""
    revision: str | None = None

    def read(self, path: str) -> bytes:
        """The bytes of a file by its path; raises OSError."""
        if self.revision is None:
            return project_file(os.path.join(self.root, path), self._project)
        name = f"{self.revision}:./{path}"
        done = _git("cat-file", "blob", name)
        if done.returncode:
            raise FileNotFoundError(2, f"not in {self.revision}", path)
        return done.stdout

    @property
    def _project(self) -> str:
        return project_root(os.path.join(self.root, "pipeline"))

    def real(self, path: str) -> str:
        """Where such a file really is; git gives a link as a file that holds its target."""
        return real(os.path.join(self.root, path)) if self.revision is None else path

    def shown(self, path: str) -> str:
        """The path as people are told it, with the revision where there is one."""
        if self.revision is not None:
            return f"{self.revision}:{posixpath.normpath(path)}"
        return os.path.normpath(os.path.join(self.root, path))


def versions(old: str, new: str | None) -> tuple[Version, Version]:
    """Both sides; `old` alone may be `main..HEAD`, or a revision compared with this folder.

    Raises Failure for what is neither on disk nor a revision.
    """
    if new is None and ".." in old and not os.path.exists(old):
        first, _, second = old.partition("..")
        # `main...HEAD` begins where the two went apart, as in git.
        if second.startswith("."):
            second = second[1:] or "HEAD"
            first = _merge_base(first or "HEAD", second)
        return version(first or "HEAD"), version(second or "HEAD")
    return version(old), version("." if new is None else new)


def version(name: str) -> Version:
    """What `name` names; what is on disk goes before a revision of the same name."""
    if os.path.isdir(name):
        root = "" if name == "." else name
        found = sources_below(name, warn=True)
        return Version(name, tuple(os.path.relpath(path, name) for path in found), root)
    if os.path.exists(name):
        folder, file = os.path.split(name)
        return Version(name, (file,), folder)
    revision, _, path = name.partition(":")
    checked = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if not revision or checked.returncode:
        raise Failure(f"there is no file, folder or revision {quoted(name)}; {_REVISION_HELP}")
    if path:
        return Version(name, (path,), "", revision)
    return Version(name, _files(revision), "", revision)


def _files(revision: str) -> tuple[str, ...]:
    """The `.ssbt` files of a revision below this folder, as a search on disk would find them."""
    listed = _git("ls-tree", "-r", "-z", "--name-only", revision)
    paths = listed.stdout.decode("utf-8", "surrogateescape").split("\0")
    return tuple(
        path
        for path in paths
        if path.endswith(SUFFIX)
        and not any(part.startswith(".") or part == BUILD for part in path.split("/")[:-1])
    )


def _merge_base(one: str, other: str) -> str:
    found = _git("merge-base", one, other)
    if found.returncode:
        raise Failure(f"{quoted(one)} and {quoted(other)} have no common revision")
    return found.stdout.decode().strip()


def _git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    git = shutil.which("git")
    if git is None:
        raise Failure("revisions need git, which is not installed; give files or folders")
    return subprocess.run([git, *arguments], capture_output=True, check=False)
