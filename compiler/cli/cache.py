"""What was found out about a pipeline, kept in the user's cache by the hash of what was read.

An entry is one file: the hash of the rest, then compressed, a head (one line of JSON) and the
contents of the outputs, one after the other. Large outputs, as the runtime is, are files of their
own, called by their hash. Anything else is as good as absent.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import cache
import json
import os
import time
from typing import Any, NamedTuple
import zlib

from ssbt.compiler.cli.folders import cache_folder
from ssbt.compiler.emit.files import OutputFile, hash_content

_DAY = 24 * 3600
# What is larger is the runtime, which all pipelines have: it is kept once.
_SHARED_SIZE = 64 * 1024
_MAX_AGE = 30 * _DAY


class Entry(NamedTuple):
    """`reads` are the files that the compiler asked for, with hashes, None where it got none.

    `facts` are JSON, `outputs` None where nothing was emitted.
    """

    reads: tuple[tuple[str, str | None], ...]
    facts: dict[str, Any]
    outputs: tuple[OutputFile, ...] | None


class Cache(NamedTuple):
    """The entries below `folder`; concurrent runs may share it."""

    folder: str

    def find_entry(self, key: str) -> Entry | None:
        """The entry of that key, if there is a whole one."""
        path = self._path(key)
        try:
            with open(path, "rb") as file:
                status = os.fstat(file.fileno())
                # Somebody else's file could hold any script.
                if status.st_uid != os.geteuid():
                    return None
                digest, content = file.readline(65), file.read()
            if time.time() - status.st_mtime > _DAY:
                os.utime(path)
            return self._decode_entry(key, digest.strip().decode(), content)
        except (OSError, ValueError, LookupError, TypeError, RecursionError, zlib.error):
            return None

    def store(self, key: str, entry: Entry) -> None:
        """Keep an entry; where that is impossible, nothing happens."""
        from ssbt.compiler.cli.writing import WriteError, write_all

        with suppress(OSError, WriteError):
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
            files = [(self._path(key), _encode_entry(key, entry))]
            write_all([*self._missing_shared(entry), *files], sync=False)
            self._tidy()

    def _path(self, key: str) -> str:
        return os.path.join(self.folder, key[:2], key[2:])

    def _tidy(self) -> None:
        """Once a day, drop what nobody used for a month."""
        marker = os.path.join(self.folder, "tidied")
        now = time.time()
        with suppress(OSError):
            if now - os.stat(marker).st_mtime < _DAY:
                return
        with open(marker, "wb"):
            os.utime(marker)
        for folder, _, names in os.walk(self.folder):
            for path in (os.path.join(folder, name) for name in names):
                with suppress(OSError):
                    if now - os.stat(path).st_mtime > _MAX_AGE:
                        os.unlink(path)

    def _shared_path(self, digest: str) -> str:
        return os.path.join(self.folder, "shared", digest)

    def _missing_shared(self, entry: Entry) -> Iterator[tuple[str, bytes]]:
        """The files that entries share, as far as they are not kept yet."""
        for file in filter(_is_shared, entry.outputs or ()):
            digest = content_hash(file.content)
            path = self._shared_path(digest)
            try:
                _read_shared(path, digest)
            except (OSError, LookupError):
                yield path, file.content

    def _decode_entry(self, key: str, digest: str, compressed: bytes) -> Entry | None:
        if digest != content_hash(compressed):
            return None
        content = zlib.decompress(compressed)
        offset = content.index(b"\n") + 1
        head = json.loads(content[:offset])
        if head["key"] != key:
            return None
        reads = tuple((path, read_hash) for path, read_hash in head["reads"])
        if head["outputs"] is None:
            return Entry(reads, head["facts"], None)
        outputs = []
        for path, length, shared in head["outputs"]:
            data = content[offset : offset + length]
            if shared is not None:
                data = _read_shared(self._shared_path(shared), shared)
            outputs.append(OutputFile(path, data))
            offset += length
        return Entry(reads, head["facts"], tuple(outputs))


def user_cache() -> Cache:
    """The cache of this user."""
    return Cache(os.path.join(cache_folder(), "compiled"))


def content_hash(content: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal digits, as manifests have it too."""
    return hash_content(content)


def _is_shared(file: OutputFile) -> bool:
    return len(file.content) > _SHARED_SIZE


@cache
def _read_shared(path: str, digest: str) -> bytes:
    """What is kept for all entries; raises OSError or LookupError where it is not whole there."""
    with open(path, "rb") as file:
        status = os.fstat(file.fileno())
        content = file.read() if status.st_uid == os.geteuid() else b""
    if content_hash(content) != digest:
        raise LookupError(path)
    if time.time() - status.st_mtime > _DAY:
        os.utime(path)
    return content


def _encode_entry(key: str, entry: Entry) -> bytes:
    files = entry.outputs or ()
    outputs = None if entry.outputs is None else [_describe_output(file) for file in files]
    head = {"key": key, "reads": entry.reads, "facts": entry.facts, "outputs": outputs}
    contents = (file.content for file in files if not _is_shared(file))
    compressed = zlib.compress(b"".join((json.dumps(head).encode(), b"\n", *contents)), 1)
    return b"\n".join((content_hash(compressed).encode(), compressed))


def _describe_output(file: OutputFile) -> tuple[str, int, str | None]:
    """The path, the length in the entry, and the hash of what is not in the entry."""
    if _is_shared(file):
        return file.path, 0, content_hash(file.content)
    return file.path, len(file.content), None
