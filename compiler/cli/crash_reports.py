"""What is said when the compiler itself is broken."""

from __future__ import annotations

from contextlib import suppress
import os
import platform
import sys
import time
import traceback

from ssbt.compiler.cli.folders import cache_folder
from ssbt.compiler.cli.inputs import quote_path
from ssbt.compiler.emit.version import VERSION

TRACEBACK = "SSBT_TRACEBACK"


def report_crash(error: Exception) -> None:
    """Say to standard error that it is our bug; the traceback goes to a file.

    With the environment variable SSBT_TRACEBACK it is printed too.
    """
    lines = traceback.format_exception(error)
    error_name = type(error).__name__
    summary = " ".join(str(error).split())[:200]
    sys.stderr.write(f"error: this is a bug in ssbtc {VERSION} ({error_name}: {summary})\n")
    for note in getattr(error, "__notes__", ()):
        sys.stderr.write(f"  it happened {note}\n")
    if os.environ.get(TRACEBACK):
        sys.stderr.write("".join(lines))
        return
    path = _write_log(lines)
    details = f"{quote_path(path)} holds" if path else f"with {TRACEBACK}=1, standard error shows"
    sys.stderr.write(f"  {details} the details: please send them to SSBT's developers\n")


def _write_log(lines: list[str]) -> str | None:
    """The path of a new file with the traceback, if one can be written."""
    head = f"ssbtc {VERSION}, Python {platform.python_version()}, {platform.platform()}\n"
    path = os.path.join(cache_folder(), "crashes", f"{time.time_ns()}-{os.getpid()}.txt")
    with suppress(OSError):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "x", encoding="utf-8", errors="backslashreplace") as file:
            file.writelines([head, *lines])
        return path
    return None
