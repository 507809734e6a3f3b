"""Snapshots of a table of Iceberg that may be forgotten, and the files that go with them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
import logging
import time
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from ssbt.runtime.files.stores import Files
from ssbt.runtime.snapshots.readers import Need, find_needs
from ssbt.runtime.snapshots.tables import IcebergTable
from ssbt.runtime.tables.places import literal
from ssbt.runtime.upkeep.sizes import describe_bytes

_LOG = logging.getLogger("ssbt.runtime")
_HOUR = 3_600_000
_OWN_AGE, _COLLECTS = "history.expire.max-snapshot-age-ms", "gc.enabled"
_ADDED = 1


class FilesSharedError(Exception):
    """A table whose files may belong to other tables as well."""


def expire_snapshots(
    table: IcebergTable,
    name: str,
    hours: int,
    keep: int,
    readers: Mapping[str, str],
    *,
    dry_run: bool,
) -> None:
    """Forget snapshots that are older, but those that a stream needs, and delete their files."""
    properties = table.properties()
    refuse_shared(name, properties)
    snapshots = {row.snapshot_id: row for row in _collect_snapshots(table)}
    needs = find_needs(table, Files(table.spark).snapshot(), readers, snapshots)
    kept_hours = max(hours, -(-int(properties.get(_OWN_AGE, 0)) // _HOUR))
    limit = _keep_needed(name, int(time.time() * 1000) - kept_hours * _HOUR, needs)
    expiring = table.load().expireSnapshots().expireOlderThan(limit).retainLast(keep)
    doomed = {each.snapshotId() for each in expiring.apply()}
    for need in needs:
        if doomed & need.snapshots:
            _LOG.warning(
                "%s: no snapshot expires: the branch keeps less than the stream `%s` needs",
                *(name, need.stream),
            )
            return
    if not doomed:
        _LOG.info("%s: there is no snapshot to expire", name)
        return
    arguments = {"older_than": timestamp(limit), "retain_last": str(keep)}
    if dry_run:
        _print_files(table, name, snapshots, doomed, arguments)
        return
    row = table.call("expire_snapshots", **arguments).asDict()
    deleted = sum(count or 0 for count in row.values())
    _LOG.info("%s: %s expired, deleted %d files", name, _count_snapshots(doomed), deleted)


def refuse_shared(name: str, properties: Mapping[str, str]) -> None:
    """Raise where a table says that nobody may delete its files."""
    if properties.get(_COLLECTS, "true").casefold() == "false":
        raise FilesSharedError(
            f"{name}: the table has the property `gc.enabled = false`, because its files may belong"
            " to another table as well: take `expire_snapshots` and `remove_orphans` out of its"
            " `maintain`, or the property out of the table"
        )


def timestamp(milliseconds: int) -> str:
    """A time since 1970 as SQL has it."""
    text = datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(" ", "milliseconds")
    return f"TIMESTAMP {literal(text)}"


def _collect_snapshots(table: IcebergTable) -> list[Any]:
    time_ = F.expr("unix_millis(committed_at)").alias("time")
    columns = ("snapshot_id", "parent_id", "summary", "manifest_list", time_)
    return [*table.metadata("snapshots").select(*columns).collect()]


def _keep_needed(name: str, limit: int, needs: Sequence[Need]) -> int:
    """The time of which nothing older is kept, early enough for streams."""
    for need in needs:
        if need.since < limit:
            _LOG.warning(
                "%s: snapshots since %s are kept, because the stream `%s` %s",
                *(name, timestamp(need.since)[11:-1], need.stream, need.reason),
            )
            limit = need.since
    return limit


def _count_snapshots(doomed: Collection[int]) -> str:
    return f"{len(doomed)} snapshot{'s' * (len(doomed) != 1)}"


def _print_files(
    table: IcebergTable,
    name: str,
    snapshots: Mapping[int, Any],
    doomed: set[int],
    arguments: Mapping[str, str],
) -> None:
    """Print the files that would be deleted; Iceberg itself tells of none before."""
    files = [*_find_content(table, snapshots, doomed), *_find_manifests(table, doomed)]
    files += [(snapshots[each].manifest_list, 0) for each in doomed]
    files += [(path, 0) for path in _find_statistics(table, doomed)]
    for path, _ in sorted(files):
        print(path)
    _LOG.info(
        "%s: would let %s expire, and delete %d files (%s): %s",
        *(name, _count_snapshots(doomed), len(files), describe_bytes(sum(s for _, s in files))),
        table.statement("expire_snapshots", **arguments),
    )


def _find_content(
    table: IcebergTable, snapshots: Mapping[int, Any], doomed: set[int]
) -> Iterator[tuple[str, int]]:
    """Files of rows and of deletes that no snapshot has which is left.

    What a snapshot has is what its parent has and what it adds. So of those that are left the
    files have to be read of those alone whose parents go.
    """
    left = set(snapshots) - doomed
    first = [each for each in left if snapshots[each].parent_id not in left]
    size = F.col("file_size_in_bytes").alias("size")
    files = table.metadata("all_files").select("file_path", size).distinct()
    entries = table.metadata("all_entries").where(F.col("status") == _ADDED)
    added = entries.where(F.col("snapshot_id").isin(left)).select("data_file.file_path")
    for kept in [added, *(table.metadata("files", each).select("file_path") for each in first)]:
        files = files.join(kept, "file_path", "left_anti")
    return _collect_pairs(files)


def _find_manifests(table: IcebergTable, doomed: set[int]) -> Iterator[tuple[str, int]]:
    manifests = table.metadata("all_manifests")
    is_left = ~F.col("reference_snapshot_id").isin(doomed)
    kept = manifests.where(is_left).select("path")
    listed = manifests.select("path", "length").distinct()
    return _collect_pairs(listed.join(kept, "path", "left_anti"))


def _find_statistics(table: IcebergTable, doomed: set[int]) -> Iterator[str]:
    loaded = table.load()
    for each in (*loaded.statisticsFiles(), *loaded.partitionStatisticsFiles()):
        if each.snapshotId() in doomed:
            yield each.path()


def _collect_pairs(rows: DataFrame) -> Iterator[tuple[str, int]]:
    yield from rows.collect()
