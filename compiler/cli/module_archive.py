"""The bytecode of the compiler's modules in one file: finding and opening hundreds takes longer.

A module comes from the file only if its source has the time and the size that it had when it was
compiled, as Python's own bytecode does. All others are imported as usual, and put into the file at
the end of the command.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import MAGIC_NUMBER
import marshal
import mmap
import os
import sys
from types import CodeType, ModuleType
from typing import NamedTuple
import zlib

import ssbt.compiler
from ssbt.compiler.cli.folders import cache_folder

_PREFIX = "ssbt.compiler."
_ROOT = ssbt.compiler.__path__[0]
# Whoever changes the compiler changes a few modules at a time: that is no reason to write all.
_MIN_NEW = 16


class _Entry(NamedTuple):
    """A module: its file, whether it is a package, the file's time and size, and its bytecode."""

    path: str
    is_package: bool
    time: int
    size: int
    code: bytes | memoryview


class _Loader(SourceFileLoader):
    """Loads a module from its entry, or from its file into a new one."""

    def __init__(self, archive: ModuleArchive, name: str, path: str) -> None:
        super().__init__(name, path)
        self._archive = archive

    def get_code(self, fullname: str) -> CodeType | None:
        """The code of the module."""
        entry = self._archive.entries.get(fullname)
        if entry is not None:
            code: CodeType = marshal.loads(entry.code)  # nosec B302: the user's own cache
            return code
        status = os.stat(self.path)
        new_code = super().get_code(fullname)
        if new_code is not None:
            self._archive.add(
                fullname,
                _Entry(
                    self.path,
                    self.is_package(fullname),
                    status.st_mtime_ns,
                    status.st_size,
                    marshal.dumps(new_code),
                ),
            )
        return new_code


class ModuleArchive:
    """The entries of one installation, for one version of Python."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.entries = _read_entries(path)
        self._new_count = 0

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where a module of the compiler is loaded from; a finder of Python's asks."""
        if not name.startswith(_PREFIX):
            return None
        entry = self.entries.get(name)
        if entry is not None and _is_current(entry):
            loader = _Loader(self, name, entry.path)
            spec = ModuleSpec(name, loader, origin=entry.path, is_package=entry.is_package)
            spec.has_location = True
            if entry.is_package:
                spec.submodule_search_locations = [os.path.dirname(entry.path)]
            return spec
        self.entries.pop(name, None)
        found = PathFinder.find_spec(name, path, target)
        if found is not None and type(found.loader) is SourceFileLoader:
            found.loader = _Loader(self, name, found.loader.path)
        return found

    def add(self, name: str, entry: _Entry) -> None:
        """Take a module that was imported as usual."""
        self.entries[name] = entry
        self._new_count += 1

    def save(self) -> None:
        """Write the file if it lacks many modules; where that is impossible, nothing happens."""
        if self._new_count < _MIN_NEW or sys.dont_write_bytecode:
            return
        entries = {name: tuple(entry[:-1]) for name, entry in self.entries.items()}
        lengths = [len(entry.code) for entry in self.entries.values()]
        head = marshal.dumps((entries, lengths))
        temporary = f"{self._path}.{os.getpid()}"
        with suppress(OSError):
            os.makedirs(os.path.dirname(self._path), mode=0o700, exist_ok=True)
            with open(temporary, "wb") as file:
                file.write(MAGIC_NUMBER + len(head).to_bytes(4, "little") + head)
                file.writelines(entry.code for entry in self.entries.values())
            os.replace(temporary, self._path)


def use_module_archive() -> ModuleArchive:
    """Import modules of the compiler from the file of this installation from now on."""
    name = f"modules-{sys.implementation.cache_tag}-{sys.flags.optimize}"
    key = zlib.crc32(_ROOT.encode("utf-8", "surrogateescape"))
    archive = ModuleArchive(os.path.join(cache_folder(), f"{name}-{key:08x}.marshal"))
    sys.meta_path.insert(0, archive)
    return archive


def _read_entries(path: str) -> dict[str, _Entry]:
    """The entries of a file; none if it is not whole, or of another user, or of another Python."""
    try:
        with open(path, "rb") as file:
            # What somebody else has written could be any code.
            if os.name == "posix" and os.fstat(file.fileno()).st_uid != os.geteuid():
                return {}
            content = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        if content[:4] != MAGIC_NUMBER:
            return {}
        offset = 8 + int.from_bytes(content[4:8], "little")
        heads, lengths = marshal.loads(content[8:offset])  # nosec B302: the same
        entries = {}
        for (name, (module, is_package, time, size)), length in zip(
            heads.items(), lengths, strict=True
        ):
            code = content[offset : offset + length]
            entries[name] = _Entry(module, is_package, time, size, code)
            offset += length
        return entries if offset == len(content) else {}
    except (OSError, ValueError, TypeError, EOFError, AttributeError):
        return {}


def _is_current(entry: _Entry) -> bool:
    """Whether the file is as it was."""
    try:
        status = os.stat(entry.path)
    except OSError:
        return False
    return (status.st_mtime_ns, status.st_size) == (entry.time, entry.size)
