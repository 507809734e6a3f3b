"""The upkeep of a table of Iceberg, by the procedures of its catalog."""

from collections.abc import Mapping, Sequence
import logging
from typing import Any

from ssbt.runtime.errors.retrying import retry_conflicts
from ssbt.runtime.job import Job
from ssbt.runtime.snapshots.expiring import expire_snapshots
from ssbt.runtime.snapshots.orphans import delete_orphans
from ssbt.runtime.snapshots.tables import MIN_INPUT_FILES, IcebergTable
from ssbt.runtime.tables.places import literal, quoted
from ssbt.runtime.upkeep.options import UPKEEP_OPTIONS

__all__ = ["maintain_iceberg", "open_table"]

open_table = IcebergTable.open
_LOG = logging.getLogger("ssbt.runtime")
_CONFLICT_RETRIES = 5
_ORPHAN_HOURS = 3 * 24
"""Files of a write that takes longer would be deleted before they belong to a snapshot."""
_MIN_FILES, _TARGET = "min-input-files", "target-file-size-bytes"


def maintain_iceberg(
    job: Job[Any],
    name: str,
    table: str,
    *,
    compact: bool = False,
    sort_by: Sequence[str] = (),
    z_order_by: Sequence[str] = (),
    compact_options: Mapping[str, str | float | bool] | None = None,
    compact_deletes: bool = False,
    compact_manifests: bool = False,
    expire_hours: int | None = None,
    keep_snapshots: int = 1,
    remove_orphans: bool = False,
    readers: Mapping[str, str] | None = None,
) -> None:
    """Compact a table, forget snapshots that are `expire_hours` old, and delete what is left over.

    Snapshots that one of the `readers` still needs stay: streams with their checkpoints, to which
    the command line may add others. Branches and tags keep what they name. A table that is not
    there is passed over.
    """
    options = UPKEEP_OPTIONS.get()
    place = IcebergTable(job.spark, table)
    if not place.exists():
        _LOG.info("%s: there is no table yet", name)
        return
    dry_run = options.dry_run
    if compact or sort_by or z_order_by:
        _compact(place, name, sort_by, z_order_by, compact_options or {}, dry_run=dry_run)
    if compact_deletes:
        _run(place, name, "rewrite_position_delete_files", dry_run=dry_run)
    if compact_manifests:
        _run(place, name, "rewrite_manifests", dry_run=dry_run)
    if expire_hours is not None:
        every = {**(readers or {}), **options.readers}
        expire_snapshots(place, name, expire_hours, keep_snapshots, every, dry_run=dry_run)
    if remove_orphans:
        delete_orphans(place, name, max(expire_hours or 0, _ORPHAN_HOURS), dry_run=dry_run)


def _compact(
    table: IcebergTable,
    name: str,
    sort_by: Sequence[str],
    z_order_by: Sequence[str],
    options: Mapping[str, str | float | bool],
    *,
    dry_run: bool,
) -> None:
    arguments: dict[str, str] = {}
    if sort_by or z_order_by:
        order = ", ".join(map(quoted, z_order_by or sort_by))
        order = f"zorder({order})" if z_order_by else order
        arguments = {"strategy": literal("sort"), "sort_order": literal(order)}
    if options:
        items = (literal(text) for item in options.items() for text in map(_option_text, item))
        arguments["options"] = f"map({', '.join(items)})"
    if dry_run:
        statement = table.statement("rewrite_data_files", **arguments)
        _LOG.info("%s: would run %s: %s", name, statement, _describe_small(table, options))
        return

    def run() -> None:
        row = table.call("rewrite_data_files", **arguments)
        removed, added = row.rewritten_data_files_count, row.added_data_files_count
        if removed:
            _LOG.info("%s: %d files became %d", name, removed, added)
        else:
            _LOG.info("%s: there is nothing to compact", name)

    retry_conflicts(run, _CONFLICT_RETRIES, name)


def _option_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _describe_small(table: IcebergTable, options: Mapping[str, str | float | bool]) -> str:
    target = int(options.get(_TARGET) or table.target_size())
    return str(table.find_small_files(target, int(options.get(_MIN_FILES, MIN_INPUT_FILES))))


def _run(table: IcebergTable, name: str, procedure: str, *, dry_run: bool) -> None:
    """A procedure that rewrites files of one kind."""
    kind = "manifests" if procedure == "rewrite_manifests" else "delete files"
    if dry_run:
        _LOG.info("%s: would run %s", name, table.statement(procedure))
        return

    def run() -> None:
        removed, added = table.call(procedure)[:2]
        if removed:
            _LOG.info("%s: %d %s became %d", name, removed, kind, added)
        else:
            _LOG.info("%s: there are no %s to compact", name, kind)

    retry_conflicts(run, _CONFLICT_RETRIES, name)
