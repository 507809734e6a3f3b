"""What a result depends on besides the user's files: the compiler and what is installed."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from importlib.util import find_spec
import os
import sys

_PARTS = ("ssbt.compiler", "ssbt.grammar", "ssbt.runtime", "ssbt.templates")


def compute_fingerprint() -> str:
    """A hash that changes with any file of the compiler, with Python, and with any installation.

    Files are distinguished by size and time: reading them all would take longer than compiling.
    """
    lines = [sys.version]
    for part in _PARTS:
        for folder in _package_folders(part):
            lines += (f"{part}{line}" for line in _describe_files(folder, ""))
    for entry in sys.path:
        # Installing or removing a distribution, a connector's for example, changes its folder.
        if os.path.basename(entry) in ("site-packages", "dist-packages") and os.path.isdir(entry):
            lines.append(f"{entry} {os.stat(entry).st_mtime_ns}")
    return sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _package_folders(part: str) -> tuple[str, ...]:
    # Of the runtime only the place is asked for: importing it would need PySpark.
    spec = find_spec(part)
    return tuple(spec.submodule_search_locations or ()) if spec else ()


def _describe_files(folder: str, name: str) -> Iterator[str]:
    with os.scandir(folder) as listing:
        entries = sorted(listing, key=lambda entry: entry.name)
    for entry in entries:
        if entry.name == "__pycache__":
            continue
        if entry.is_dir():
            yield from _describe_files(entry.path, f"{name}/{entry.name}")
        else:
            status = entry.stat()
            yield f"{name}/{entry.name} {status.st_size} {status.st_mtime_ns}"
