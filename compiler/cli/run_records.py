"""Runs that would find again what the last one found: the files show it, nothing is read.

A run whose outputs are up to date in the end leaves a record of what it looked at, what it wrote
and what it would say. A run of the same words in the same folder replays it where each file, each
folder and each output is still what it was: by inode, size and times, and by its content where it
changed so close to the record that its times would not tell. Anything else is an ordinary run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
import json
import os
import stat
import sys
import time
from typing import Any, NamedTuple

from ssbt.compiler.cli import fingerprint as compiler_fingerprint
from ssbt.compiler.cli.console import flush, put, transcript, width
from ssbt.compiler.cli.folders import cache_folder
from ssbt.compiler.disk import list_sources, observations

# Kernels keep times in steps of up to 10 ms, some file systems in seconds.
_MARGIN_NS = 50_000_000
_COARSE_MARGIN_NS = 3_000_000_000
_VARIABLES = ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS", "PYTHONUTF8", "PYTHONIOENCODING")
_DAY = 24 * 3600


class FileState(NamedTuple):
    """What tells that a file is still the same: its status, and a hash where that is not enough."""

    status: list[int] | None
    digest: str = ""


class _Run(NamedTuple):
    """The run of this process: where its record lies, and when it began."""

    path: str
    started_ns: int


_runs: list[_Run] = []


def replay_run(arguments: Sequence[str]) -> bool:
    """Whether a run of these words would be the last one again; then what it says is said."""
    path = _record_path(arguments)
    _runs[:] = [_Run(path, time.time_ns())]
    transcript.clear()
    observations.paths.clear()
    observations.folders.clear()
    try:
        with open(path, "rb") as file:
            # Somebody else's file could say anything.
            status = os.fstat(file.fileno())
            if status.st_uid != os.geteuid():
                return False
            record = json.loads(file.read())
        if not _is_current(record):
            return False
        texts = [(bool(is_result), str(text)) for is_result, text in record["transcript"]]
        if time.time() - status.st_mtime > _DAY:
            os.utime(path)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return False
    for is_result, text in texts:
        if is_result:
            put(sys.stdout, text)
            flush(sys.stdout)
        else:
            with suppress(OSError):
                sys.stderr.write(text)
    return True


def record_run(
    fingerprint: str,
    reads: Iterable[Mapping[str, str | None] | None],
    outputs: Mapping[str, bytes],
    said: Sequence[tuple[bool, str]],
) -> None:
    """Leave a record of the run of this process, unless files changed while it ran.

    `reads` are the files that each result was made of, with their hashes, None where there was
    none; a result without them is not to be had from files alone. `outputs` is what is in the
    output folder in the end, by path, and `said` what the next run would say.
    """
    if not _runs or not fingerprint:
        return
    run, now = _runs[0], time.time_ns()
    digests: dict[str, str | None] = {}
    for each in reads:
        if each is None:
            return
        digests |= each
    try:
        folders = [(*key, names) for key, names in observations.folders.items()]
        if any(list_sources(folder, skipped) != names for folder, skipped, names in folders):
            return
        files = {
            path: _describe_input(path, digests, run.started_ns, now)
            for path in sorted({*observations.paths, *digests})
        }
        files |= {path: _describe_output(path, data, now) for path, data in outputs.items()}
        record = {
            "fingerprint": fingerprint,
            "folders": folders,
            "files": files,
            "parents": {path: _identity(path) for path in _parent_folders(files)},
            "transcript": said,
        }
        _write_record(run.path, json.dumps(record, separators=(",", ":")).encode())
    except (OSError, _ChangedError, UnicodeError):
        return


class _ChangedError(Exception):
    """A file is not any more what the run saw."""


def _is_current(record: Mapping[str, Any]) -> bool:
    return (
        all(_matches(path, *state) for path, state in record["files"].items())
        and all(_identity(path) == identity for path, identity in record["parents"].items())
        and all(list_sources(folder, skip) == names for folder, skip, names in record["folders"])
        and record["fingerprint"] == compiler_fingerprint.compute_fingerprint()
    )


def _matches(path: str, status: list[int] | None, digest: str) -> bool:
    return _status(path) == status and (not digest or _hash_file(path) == digest)


def _describe_input(
    path: str, digests: Mapping[str, str | None], started_ns: int, now: int
) -> FileState:
    status = _status(path)
    digest = digests.get(path)
    if status is None:
        if digest is not None:
            raise _ChangedError
        return FileState(None)
    if path in digests and digest is None and stat.S_ISREG(status[0]):
        # It is refused for what it is or where it is.
        raise _ChangedError
    if _is_close(status, started_ns) and (digest is None or _hash_file(path) != digest):
        raise _ChangedError
    return FileState(status, digest or "" if _is_close(status, now) else "")


def _describe_output(path: str, content: bytes, now: int) -> FileState:
    status = _status(path)
    with open(path, "rb") as file:
        if status is None or file.read() != content:
            raise _ChangedError
    return FileState(status, sha256(content).hexdigest() if _is_close(status, now) else "")


def _is_close(status: list[int], moment: int) -> bool:
    """Whether a change at that moment could have left the file these times."""
    times = status[3:5]
    if not times:
        return False
    margin = _MARGIN_NS if any(each % 1_000_000_000 for each in times) else _COARSE_MARGIN_NS
    return max(times) > moment - margin


def _status(path: str) -> list[int] | None:
    """Mode, inode, size and times of a file, and of what it leads to where it is a link.

    Of a folder it counts which one it is: git changes `.git` all the time.
    """
    try:
        own = os.lstat(path)
        states = [own, os.stat(path)] if stat.S_ISLNK(own.st_mode) else [own]
    except (FileNotFoundError, NotADirectoryError):
        return None
    status: list[int] = []
    for each in states:
        status += (each.st_mode, each.st_ino)
        if not stat.S_ISDIR(each.st_mode):
            status += (each.st_size, each.st_mtime_ns, each.st_ctime_ns, each.st_uid)
    return status


def _identity(path: str) -> list[int]:
    """Which folder it is; links are folders of their own."""
    status = os.lstat(path)
    return [status.st_ino, status.st_mode]


def _parent_folders(paths: Iterable[str]) -> set[str]:
    """The folders on the way to files, as far as they exist."""
    folders: set[str] = set()
    for path in paths:
        folder = os.path.dirname(path)
        while folder and folder not in folders:
            if os.path.lexists(folder):
                folders.add(folder)
            above = os.path.dirname(folder)
            folder = "" if above == folder else above
    return folders


def _hash_file(path: str) -> str:
    with open(path, "rb") as file:
        return sha256(file.read()).hexdigest()


def _record_path(arguments: Sequence[str]) -> str:
    """Where the record of these words lies; what else decides what is said is in its name."""
    streams = [
        (stream.isatty(), stream.encoding, width(stream)) if stream else None
        for stream in (sys.stdout, sys.stderr)
    ]
    facts = (os.getcwd(), list(arguments), streams, [os.environ.get(name) for name in _VARIABLES])
    name = sha256(repr(facts).encode("utf-8", "surrogateescape")).hexdigest()
    # Below the folder of results, which is tidied.
    return os.path.join(cache_folder(), "compiled", "runs", name)


def _write_record(path: str, content: bytes) -> None:
    from ssbt.compiler.cli.writing import WriteError, write_all

    os.makedirs(os.path.dirname(os.path.dirname(path)), mode=0o700, exist_ok=True)
    try:
        write_all([(path, content)], sync=False)
    except WriteError as error:
        raise error.cause from error
