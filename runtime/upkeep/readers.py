"""Streams that read a table: up to where each has come, as its checkpoint says."""

from collections.abc import Iterator
from dataclasses import dataclass
import json
import logging

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


def find_progress(files: Files, stream: str, checkpoint: str, table: str) -> Progress | None:
    """How far a stream has come in the table with that id; None where it does not read it.

    A batch that has not ended is read again. Raises `CheckpointUnreadableError`.
    """
    batches = _numbers(files, f"{checkpoint}/offsets")
    if not batches:
        _LOG.warning(
            "the stream `%s` has no checkpoint in %s: it has not started, or keeps it elsewhere",
            *(stream, checkpoint),
        )
        return None
    ended = [each for each in _numbers(files, f"{checkpoint}/commits") if each in batches]
    number = max(ended, default=min(batches))
    try:
        versions = [*_versions(files.content(f"{checkpoint}/offsets/{number}"), table)]
    except Exception as error:
        message = f"cannot tell from {checkpoint} what `{stream}` has read: {error}"
        raise CheckpointUnreadableError(message) from error
    if not versions:
        return None
    return Progress(stream, min(versions) if ended else None)


def _numbers(files: Files, folder: str) -> list[int]:
    return sorted(int(name) for name in files.names(folder) if name.isdigit())


def _versions(content: bytes, table: str) -> Iterator[int]:
    """The versions in the offsets of a batch: a line for each source, after two of Spark's own."""
    for line in content.decode().splitlines()[2:]:
        offset = json.loads(line) if line.startswith("{") else None
        if isinstance(offset, dict) and offset.get(_TABLE) == table:
            yield int(offset[_VERSION])
