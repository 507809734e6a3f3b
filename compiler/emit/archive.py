"""The runtime as a zip for `--py-files`, the same bytes on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
import os
import struct
import zlib

_READABLE_FILE = 0o100644 << 16
_FOLDER = 0o40755 << 16 | 0x10

# Of an entry, what is before its content and in the directory at the end: the version that can
# read it, flags, how it is compressed, the time (1980-01-01, the first there is), the checksum, the
# size twice, the lengths of the name and of what else there may be.
_ENTRY = "5HI2I2H"
_LOCAL = struct.Struct(f"<4s{_ENTRY}")
_CENTRAL = struct.Struct(f"<4sBB{_ENTRY}3H2I")
_END = struct.Struct("<4s4H2IH")
_VERSION = 20
_UNIX = 3
_FIRST_DAY = 1 << 5 | 1


@cache
def build_runtime_archive() -> bytes:
    """`ssbt/runtime/`, where `ssbt` is a namespace; not compressed, for zlib has versions."""
    contents = dict(_read_modules(_runtime_folder(), ""))
    subfolders = sorted({path.rpartition("/")[0] for path in contents if "/" in path})
    entries = [
        # Without entries of their own, Python before 3.13 finds no namespace in a zip.
        *((f"{folder}/", b"", _FOLDER) for folder in ("ssbt", "ssbt/runtime")),
        *((f"ssbt/runtime/{folder}/", b"", _FOLDER) for folder in subfolders),
        *((f"ssbt/runtime/{path}", contents[path], _READABLE_FILE) for path in sorted(contents)),
    ]
    return _write_zip(entries)


def _write_zip(entries: list[tuple[str, bytes, int]]) -> bytes:
    """A zip of names, contents and rights; importing the library's takes longer than this."""
    parts: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for name, content, rights in entries:
        encoded = name.encode("ascii")
        size = len(content)
        fields = (0, 0, 0, _FIRST_DAY, zlib.crc32(content), size, size, len(encoded), 0)
        parts += (_LOCAL.pack(b"PK\3\4", _VERSION, *fields), encoded, content)
        directory += (
            _CENTRAL.pack(b"PK\1\2", _VERSION, _UNIX, _VERSION, *fields, 0, 0, 0, rights, offset),
            encoded,
        )
        offset += _LOCAL.size + len(encoded) + size
    count, length = len(entries), sum(map(len, directory))
    end = _END.pack(b"PK\5\6", 0, 0, count, count, length, offset, 0)
    return b"".join((*parts, *directory, end))


def _read_modules(folder: str, prefix: str) -> Iterator[tuple[str, bytes]]:
    """The files that belong into the archive, by their paths below the runtime's folder."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith((".py", ".tsv")):
                with open(entry.path, "rb") as file:
                    # A checkout on Windows may have its own line ends.
                    yield f"{prefix}{entry.name}", file.read().replace(b"\r\n", b"\n")
            elif entry.is_dir() and entry.name != "__pycache__":
                yield from _read_modules(entry.path, f"{prefix}{entry.name}/")


def _runtime_folder() -> str:
    """Where the runtime lies. It is not imported: that would need PySpark."""
    spec = find_spec("ssbt.runtime")
    assert spec is not None, "the runtime is a part of the distribution"
    return next(iter(spec.submodule_search_locations or ()))
