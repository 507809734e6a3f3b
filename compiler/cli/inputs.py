"""The files that a command is asked to look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
import os
import sys
from typing import NamedTuple

import click

from ssbt.compiler.cli.console import Console
from ssbt.compiler.cli.failures import Failure
from ssbt.compiler.disk import (
    is_outside,
    list_sources,
    observations,
    project_root,
    read_project_file,
)

STANDARD_INPUT = "-"
TEST_SUFFIX = "_test.ssbt"
BUILD_FOLDER = "build"


class Input(NamedTuple):
    """A file, or standard input: `path` is what people call it."""

    path: str
    data: bytes | None = None

    @property
    def is_standard_input(self) -> bool:
        """Whether its bytes came through standard input."""
        return self.data is not None

    def read(self) -> bytes:
        """The bytes, of a file those that it has now; raises OSError."""
        return read_project_file(self.path, self.project) if self.data is None else self.data

    @property
    def project(self) -> str:
        """The folder of the project that it is in."""
        return _project_of_folder(os.path.dirname(self.path))


@cache
def _project_of_folder(folder: str) -> str:
    # A thousand pipelines of a folder ask for each file that they read.
    return project_root(os.path.join(folder, ""))


class Inputs(NamedTuple):
    """What the arguments name: single files, and those found in `folders`."""

    files: tuple[Input, ...]
    folder_files: tuple[Input, ...]
    folders: tuple[str, ...]


def find_inputs(
    paths: Iterable[str], stdin_filename: str | None, *, skipped: str = BUILD_FOLDER
) -> Inputs:
    """The inputs that the arguments name, each file once; nothing given means this folder.

    Folders called `skipped` or with a leading dot are not searched. Raises Failure.
    """
    _project_of_folder.cache_clear()
    arguments = tuple(dict.fromkeys(paths)) or (".",)
    if stdin_filename is not None and STANDARD_INPUT not in arguments:
        raise click.UsageError("--stdin-filename is for standard input: give `-` as the path")
    files: list[Input] = []
    folder_files: list[Input] = []
    folders: list[str] = []
    for path in arguments:
        if path == STANDARD_INPUT:
            files.append(Input(stdin_filename or STANDARD_INPUT, sys.stdin.buffer.read()))
        elif os.path.isdir(path):
            if is_outside(path, _project_of_folder(path)):
                message = f"the folder {quote_path(path)} is outside the project"
                raise Failure(f"{message}: see `ssbtc explain SSBT1306`")
            folders.append(path)
            folder_files += map(Input, find_sources(path, skipped, warn=True))
        elif os.path.exists(path):
            files.append(_named_input(path))
        else:
            raise Failure(_describe_missing(path))
    named_identities = {_file_identity(file) for file in files}
    other_files = {
        _file_identity(file): file
        for file in folder_files
        if _file_identity(file) not in named_identities
    }
    first_files = {_file_identity(file): file for file in reversed(files)}
    unique_files = tuple(file for file in files if first_files[_file_identity(file)] is file)
    return Inputs(unique_files, tuple(other_files.values()), tuple(folders))


def find_sources(folder: str, skipped: str = BUILD_FOLDER, *, warn: bool = False) -> Iterator[str]:
    """All `.ssbt` files below a folder, in the order of their names.

    Links to folders are not followed, and folders that cannot be read are passed over, with a
    warning if one is wanted.
    """
    try:
        names = list_sources(folder, skipped)
    except OSError as error:
        if warn:
            Console().warn(f"cannot read the folder {quote_path(folder)}: {error_reason(error)}")
        observations.paths.add(folder)
        return
    observations.folders[folder, skipped] = names
    for name in names:
        path = name.removesuffix("/") if folder == "." else os.path.join(folder, name.rstrip("/"))
        if name.endswith("/"):
            yield from find_sources(path, skipped, warn=warn)
        else:
            yield path


def read_contents(path: str) -> bytes:
    """The bytes of a file; raises OSError."""
    with open(path, "rb") as file:
        return file.read()


def quote_path(path: str) -> str:
    """A path as it may be printed."""
    from ssbt.compiler.diagnostics.cells import sanitize

    return f"`{sanitize(path)}`"


def error_reason(error: OSError) -> str:
    """What the operating system says, without the path and the number."""
    return (error.strerror or str(error)).lower()


def _named_input(path: str) -> Input:
    """A file that was named; what is no regular file, such as a pipe, can be read only once."""
    if os.path.isfile(path):
        return Input(path)
    try:
        return Input(path, read_contents(path))
    except OSError as error:
        raise Failure(f"cannot read {quote_path(path)}: {error_reason(error)}") from error


def _file_identity(file: Input) -> str:
    return STANDARD_INPUT if file.is_standard_input else os.path.realpath(file.path)


def _describe_missing(path: str) -> str:
    from ssbt.compiler.diagnostics.suggestions import did_you_mean

    folder, name = os.path.split(path)
    try:
        near = did_you_mean(name, os.listdir(folder or "."))
    except OSError:
        near = None
    message = f"there is no file or folder {quote_path(path)}"
    return f"{message}; did you mean {quote_path(os.path.join(folder, near))}?" if near else message
