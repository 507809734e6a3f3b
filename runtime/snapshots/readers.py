"""Streams that read a table of Iceberg, or write it: the snapshots that they still need."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
import json
import logging
from typing import Any

from ssbt.runtime.files.stores import Files
from ssbt.runtime.snapshots.tables import IcebergTable
from ssbt.runtime.upkeep.readers import Batches, find_batches, read_offsets

_LOG = logging.getLogger("ssbt.runtime")
_SNAPSHOT, _NONE_YET = "snapshot_id", -1
_OWN = "_ssbt"
_WRITERS = (
    ("spark.sql.streaming.queryId", "spark.sql.streaming.epochId"),
    ("ssbt.query", "ssbt.batch"),
)


@dataclass(frozen=True)
class Need:
    """Snapshots that a stream needs, the time of the oldest, and what for."""

    stream: str
    snapshots: frozenset[int]
    since: int
    reason: str


def find_needs(
    table: IcebergTable, files: Files, readers: Mapping[str, str], snapshots: Mapping[int, Any]
) -> list[Need]:
    """What streams with these checkpoints need of a table's snapshots.

    A snapshot that is gone is no need: its stream can go on no more, or reads another table.
    """
    current = table.load().currentSnapshot()
    newest = current.snapshotId() if current is not None else None
    needs: list[Need] = []
    for stream, folder in readers.items():
        batches = find_batches(files, stream, folder)
        if batches is None:
            continue
        found = dict.fromkeys(_find_read(files, stream, folder, batches, snapshots), "to read on")
        written = _find_written(files, folder, batches, snapshots)
        found |= dict.fromkeys(written, "to know that it has written its last batch")
        for first, purpose in found.items():
            chain = frozenset(_find_later(snapshots, newest, first))
            since = min(snapshots[each].time for each in chain)
            needs.append(Need(stream, chain, since, f"needs snapshot {first} {purpose}"))
    return needs


def _find_read(
    files: Files, stream: str, folder: str, batches: Batches, snapshots: Mapping[int, Any]
) -> Iterator[int]:
    """The snapshots that a stream has come to; before its first batch ends, where it began."""
    offsets: list[dict[str, Any]] = []
    if batches.has_ended:
        offsets += read_offsets(files, stream, f"{folder}/offsets/{batches.number}")
    # A stream that is not ours needs that at each start, to read what is available now.
    if not batches.has_ended or _OWN not in files.names(folder):
        offsets += _find_beginnings(files, stream, folder)
    for offset in offsets:
        snapshot = int(offset.get(_SNAPSHOT, 0))
        if snapshot == _NONE_YET and snapshots:
            # The table was empty, or is another one: all that has come since has to be read.
            yield min(snapshots, key=lambda each: snapshots[each].time)
        elif snapshot in snapshots:
            yield snapshot


def _find_beginnings(files: Files, stream: str, folder: str) -> Iterator[dict[str, Any]]:
    for source in files.names(f"{folder}/sources"):
        path = f"{folder}/sources/{source}/offsets/0"
        if "0" in files.names(f"{folder}/sources/{source}/offsets"):
            yield from read_offsets(files, stream, path, head=0)


def _find_written(
    files: Files, folder: str, batches: Batches, snapshots: Mapping[int, Any]
) -> Iterator[int]:
    """Snapshots with batches that the checkpoint does not count as written.

    They alone say that such a batch is not to be written again.
    """
    if "metadata" not in files.names(folder):
        return
    query = json.loads(files.content(f"{folder}/metadata")).get("id")
    last = batches.number if batches.has_ended else -1
    for number, snapshot in snapshots.items():
        summary = snapshot.summary or {}
        for key, batch in _WRITERS:
            if summary.get(key) == query and int(summary.get(batch, -1)) > last:
                yield number


def _find_later(snapshots: Mapping[int, Any], newest: int | None, first: int) -> Iterator[int]:
    """A snapshot and those that came after it, up to the newest one."""
    yield first
    later: list[int] = []
    while newest is not None and newest in snapshots and newest != first:
        later.append(newest)
        newest = snapshots[newest].parent_id
    if newest == first:
        yield from later
