"""The runtime as a zip for `--py-files`, the same bytes on every machine."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_READABLE_FILE = 0o100644 << 16
_FOLDER = 0o40755 << 16 | 0x10


@cache
def build_runtime_archive() -> bytes:
    """`ssbt/runtime/`, where `ssbt` is a namespace; not compressed, for zlib has versions."""
    root = _runtime_folder()
    files = (file for pattern in ("*.py", "*.tsv") for file in root.rglob(pattern))
    modules = sorted((file.relative_to(root).as_posix(), file) for file in files)
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_STORED) as archive:
        # Without entries of their own, Python before 3.13 finds no namespace in a zip.
        subfolders = sorted({path.rpartition("/")[0] for path, _ in modules if "/" in path})
        for folder in (
            "ssbt",
            "ssbt/runtime",
            *(f"ssbt/runtime/{subfolder}" for subfolder in subfolders),
        ):
            entry = ZipInfo(f"{folder}/", _ZIP_EPOCH)
            entry.create_system, entry.external_attr = _UNIX, _FOLDER
            archive.writestr(entry, b"")
        for path, module in modules:
            entry = ZipInfo(f"ssbt/runtime/{path}", _ZIP_EPOCH)
            entry.create_system, entry.external_attr = _UNIX, _READABLE_FILE
            # A checkout on Windows may have its own line ends.
            archive.writestr(entry, module.read_bytes().replace(b"\r\n", b"\n"))
    return buffer.getvalue()


def _runtime_folder() -> Path:
    """Where the runtime lies. It is not imported: that would need PySpark."""
    spec = find_spec("ssbt.runtime")
    assert spec is not None, "the runtime is a part of the distribution"
    return Path(next(iter(spec.submodule_search_locations or ())))
