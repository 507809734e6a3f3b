"""Streams that read a table: up to where each has come, as its checkpoint says."""

from dataclasses import dataclass
import json
import logging
from typing import Any

from ssbt.runtime.files.stores import Files

_LOG = logging.getLogger("ssbt.runtime")
_TABLE, _VERSION = "reservoirId", "reservoirVersion"


class CheckpointUnreadableError(Exception):
    """A checkpoint of which nobody can tell what its stream still has to read."""


@dataclass(frozen=True)
class Progress:
    """The first version of a table that a stream still needs; None before its first batch ends."""

    stream: str
    version: int | None


@dataclass(frozen=True)
class Batches:
    """The last batch of a stream that ended; the first one that began if none has."""

    number: int
    has_ended: bool


def find_batches(files: Files, stream: str, checkpoint: str) -> Batches | None:
    """How far a stream has come; None where it has not started, which is told."""
    batches = _numbers(files, f"{checkpoint}/offsets")
    if not batches:
        _LOG.warning(
            "the stream `%s` has no checkpoint in %s: it has not started, or keeps it elsewhere",
            *(stream, checkpoint),
        )
        return None
    ended = [each for each in _numbers(files, f"{checkpoint}/commits") if each in batches]
    return Batches(max(ended, default=min(batches)), bool(ended))


def read_offsets(files: Files, stream: str, path: str, *, head: int = 2) -> list[dict[str, Any]]:
    """The offsets in a file, a line for each source, after those of Spark's own.

    Raises `CheckpointUnreadableError`.
    """
    try:
        lines = files.content(path).decode().splitlines()[head:]
        offsets = [json.loads(line) for line in lines if line.startswith("{")]
    except Exception as error:
        message = f"cannot tell from {path} what `{stream}` has read: {error}"
        raise CheckpointUnreadableError(message) from error
    return [each for each in offsets if isinstance(each, dict)]


def find_progress(files: Files, stream: str, checkpoint: str, table: str) -> Progress | None:
    """How far a stream has come in the table with that id; None where it does not read it.

    A batch that has not ended is read again. Raises `CheckpointUnreadableError`.
    """
    batches = find_batches(files, stream, checkpoint)
    if batches is None:
        return None
    path = f"{checkpoint}/offsets/{batches.number}"
    offsets = read_offsets(files, stream, path)
    try:
        versions = [int(each[_VERSION]) for each in offsets if each.get(_TABLE) == table]
    except (KeyError, TypeError, ValueError) as error:
        message = f"cannot tell from {path} what `{stream}` has read: {error}"
        raise CheckpointUnreadableError(message) from error
    if not versions:
        return None
    return Progress(stream, min(versions) if batches.has_ended else None)


def _numbers(files: Files, folder: str) -> list[int]:
    return sorted(int(name) for name in files.names(folder) if name.isdigit())
