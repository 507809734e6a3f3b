"""Files appear whole or not at all: every content is on the disk before any file is replaced."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
import os
import stat


class WriteError(Exception):
    """The operating system refused a write: `path` is as it was before."""

    def __init__(self, path: str, cause: OSError) -> None:
        super().__init__(path, cause)
        self.path = path
        self.cause = cause


def write_all(files: Iterable[tuple[str, bytes]], *, sync: bool = True) -> None:
    """Write new files in the order given, replacing links and files of these paths.

    No file is replaced before all contents are stored, so that a full disk changes nothing.
    `sync` waits for the disk, for what must survive a crash. Raises WriteError.
    """
    staged: list[tuple[str, str]] = []
    try:
        for path, content in files:
            staged.append((_stage_file(path, content, sync), path))
        for temporary, path in staged:
            try:
                os.replace(temporary, path)
            except OSError as error:
                raise WriteError(path, error) from error
    finally:
        for temporary, _ in staged:
            with suppress(OSError):
                os.unlink(temporary)


def rewrite(path: str, content: bytes) -> None:
    """Replace what a file holds; it keeps its rights, and a link to it stays one."""
    rewrite_all([(path, content)])


def rewrite_all(files: Iterable[tuple[str, bytes]]) -> None:
    """Replace what files hold, none before all contents are stored. Raises WriteError."""
    staged: list[tuple[str, str]] = []
    try:
        for path, content in files:
            staged.append(_stage_beside(path, content))
        for temporary, target in staged:
            try:
                os.replace(temporary, target)
            except OSError as error:
                raise WriteError(target, error) from error
    finally:
        for temporary, _ in staged:
            with suppress(OSError):
                os.unlink(temporary)


def _stage_beside(path: str, content: bytes) -> tuple[str, str]:
    """A file with new content beside the one it is to replace, and with that one's rights."""
    target = os.path.realpath(path)
    try:
        mode = stat.S_IMODE(os.stat(target).st_mode)
        temporary = _stage_file(target, content, sync=True)
        os.chmod(temporary, mode)
    except OSError as error:
        raise WriteError(path, error) from error
    except WriteError as error:
        raise WriteError(path, error.cause) from error
    return temporary, target


def _stage_file(path: str, content: bytes, sync: bool) -> str:
    """The path of a new file beside `path` with the content, with the rights that umask leaves."""
    folder, name = os.path.split(path)
    # The name may be as long as the file system allows, so only a part of it is used.
    temporary = os.path.join(folder, f".{name[:40]}.{os.urandom(6).hex()}.tmp")
    try:
        os.makedirs(folder or ".", exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
        try:
            with open(os.open(temporary, flags, 0o666), "wb") as file:
                file.write(content)
                file.flush()
                if sync:
                    os.fsync(file.fileno())
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary)
            raise
    except OSError as error:
        raise WriteError(path, error) from error
    return temporary
