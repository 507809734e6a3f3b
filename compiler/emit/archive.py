"""The runtime as a zip for `--py-files`, the same bytes on every machine."""

from __future__ import annotations

from functools import cache
import importlib.resources
from io import BytesIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_READABLE_FILE = 0o100644 << 16


@cache
def runtime_archive() -> bytes:
    """`ssbt/runtime/*.py`, where `ssbt` is a namespace; not compressed, for zlib has versions."""
    folder = importlib.resources.files("ssbt.runtime")
    modules = sorted((f for f in folder.iterdir() if f.name.endswith(".py")), key=lambda f: f.name)
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_STORED) as archive:
        for module in modules:
            entry = ZipInfo(f"ssbt/runtime/{module.name}", _LONG_AGO)
            entry.create_system, entry.external_attr = _UNIX, _READABLE_FILE
            # A checkout on Windows may have its own line ends.
            archive.writestr(entry, module.read_bytes().replace(b"\r\n", b"\n"))
    return buffer.getvalue()
