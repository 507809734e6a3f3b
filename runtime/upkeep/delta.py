"""The upkeep of a table of Delta Lake: `OPTIMIZE` and `VACUUM`, as far as its readers let it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
import logging
import math
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from ssbt.runtime.descriptions.summaries import TableSummary
from ssbt.runtime.errors.retrying import retry_conflicts
from ssbt.runtime.files.stores import Files
from ssbt.runtime.job import Job
from ssbt.runtime.tables.places import Place, quoted
from ssbt.runtime.upkeep.options import UPKEEP_OPTIONS
from ssbt.runtime.upkeep.readers import Progress, find_progress
from ssbt.runtime.upkeep.sizes import SmallFiles, describe_bytes, find_small_files

_LOG = logging.getLogger("ssbt.runtime")
_RETENTION = "delta.deletedFileRetentionDuration"
_LOG_RETENTION = "delta.logRetentionDuration"
_DEFAULT_HOURS, _DEFAULT_LOG_HOURS = 7 * 24, 30 * 24
_CONFLICT_RETRIES = 5
_MOST_SIZES = 1000
_NOT_LITE = "DELTA_CANNOT_VACUUM_LITE"
_LISTING = "spark.sql.sources.parallelPartitionDiscovery.parallelism"
_LISTING_DEFAULT = "10000"
_CONSTRAINTS = "delta.constraints."


class UnknownFilesError(Exception):
    """Files of old versions are in the folder of a table, and not in its log any more."""


def maintain_delta(
    job: Job[Any],
    name: str,
    *,
    path: str | None = None,
    table: str | None = None,
    compact: bool = False,
    z_order_by: Sequence[str] = (),
    expire_hours: int | None = None,
    remove_orphans: bool = False,
    readers: Mapping[str, str] | None = None,
) -> None:
    """Compact a table, and delete files of versions that were replaced `expire_hours` ago.

    Files that one of the `readers` still needs stay: streams with their checkpoints, to which the
    command line may add others. A table that is not there is passed over.
    """
    options = UPKEEP_OPTIONS.get()
    place = DeltaTable(job.spark, path, table)
    if not place.exists():
        _LOG.info("%s: there is no table yet", name)
        return
    if compact or z_order_by:
        _compact(place, name, z_order_by, dry_run=options.dry_run)
    if expire_hours is not None:
        every = {**(readers or {}), **options.readers}
        detail = place.detail()
        _keep_versions(place, name, detail, expire_hours, dry_run=options.dry_run)
        hours = _find_retention(place, name, detail, expire_hours, every)
        if hours is not None:
            _expire(place, name, hours, orphans=remove_orphans, dry_run=options.dry_run)


class DeltaTable:
    """A table of Delta Lake, by its path or its name."""

    counts: Sequence[str] = (
        *("numOutputRows", "numAddedFiles", "numRemovedFiles", "numDeletedFiles", "numFiles"),
    )

    def __init__(self, spark: SparkSession, path: str | None, table: str | None) -> None:
        self.spark, self._path, self._table = spark, path, table
        self._place = Place("delta", path, table)
        self.name = self._place.name(spark)

    def exists(self) -> bool:
        """Whether there is such a table."""
        return self._place.exists(self.spark)

    def read(self) -> DataFrame:
        """The table as it is now."""
        reader = self.spark.read.format("delta")
        return reader.load(self._path) if self._table is None else reader.table(self._table)

    def detail(self) -> Any:
        """What Delta says of it as a whole."""
        return self.spark.sql(f"DESCRIBE DETAIL {self.name}").collect()[0]

    def summary(self) -> TableSummary:
        """The same, as it is of tables of any engine."""
        detail = self.detail()
        properties, fields = dict(detail.properties), detail.asDict()
        names = [key for key in properties if key.startswith(_CONSTRAINTS)]
        return TableSummary(
            id=detail.id,
            description=detail.description,
            location=detail.location,
            files=detail.numFiles,
            size=detail.sizeInBytes,
            partition_by=[*detail.partitionColumns],
            cluster_by=[*(fields.get("clusteringColumns") or ())],
            constraints={key.removeprefix(_CONSTRAINTS): properties.pop(key) for key in names},
            properties=properties,
            features=[*(fields.get("tableFeatures") or ())],
        )

    def small_files(self) -> SmallFiles:
        """Those that a compaction would take."""
        return find_small_files(self.files())

    def history(self) -> DataFrame:
        """Its versions that the log still has, the newest first."""
        return self.spark.sql(f"DESCRIBE HISTORY {self.name}")

    def files(self) -> DataFrame:
        """The files of its newest version, with `path`, `size` and `partitionValues`."""
        session: Any = self.spark
        log = session._jvm.org.apache.spark.sql.delta.DeltaLog
        # The session may know an older version.
        log.clearCache()
        snapshot = log.forTable(session._jsparkSession, self.detail().location)
        return DataFrame(snapshot.unsafeVolatileSnapshot().allFiles().toDF(), self.spark)


def open_table(spark: SparkSession, path: str | None, table: str | None) -> DeltaTable:
    """The table at a path, or of a name."""
    return DeltaTable(spark, path, table)


def _compact(table: DeltaTable, name: str, order: Sequence[str], *, dry_run: bool) -> None:
    statement = f"OPTIMIZE {table.name}"
    if order:
        statement += f" ZORDER BY ({', '.join(map(quoted, order))})"
    if dry_run:
        _LOG.info("%s: would run %s: %s", name, statement, find_small_files(table.files()))
        return

    def run() -> None:
        metrics = table.spark.sql(statement).collect()[0]["metrics"]
        removed, added = metrics["numFilesRemoved"], metrics["numFilesAdded"]
        if removed:
            _LOG.info("%s: %d files became %d", name, removed, added)
        else:
            _LOG.info("%s: there is nothing to compact", name)

    retry_conflicts(run, _CONFLICT_RETRIES, name)


def _find_retention(
    table: DeltaTable, name: str, detail: Any, hours: int, readers: Mapping[str, str]
) -> int | None:
    """For how many hours files are kept; None where a stream may need all of them."""
    hours = max(hours, _hours_of(table.spark, detail.properties.get(_RETENTION)))
    files = Files(table.spark).snapshot()
    reached = [find_progress(files, each, folder, detail.id) for each, folder in readers.items()]
    for progress in filter(None, reached):
        needed = _hours_since(table, progress)
        if needed is None:
            _LOG.warning("%s: no file is deleted: %s", name, _describe_unknown(progress))
            return None
        if needed > hours:
            _LOG.warning(
                "%s: files are kept for %d hours, because the stream `%s` has to read on from"
                " version %d",
                *(name, needed, progress.stream, progress.version),
            )
            hours = needed
    return hours


def _describe_unknown(progress: Progress) -> str:
    if progress.version is None:
        return f"the stream `{progress.stream}` has not ended its first batch"
    return (
        f"the log no longer says when version {progress.version} was written, from which the"
        f" stream `{progress.stream}` has to read on"
    )


def _hours_of(spark: SparkSession, interval: str | None) -> int:
    """The hours of an interval as a property has it, such as `interval 30 days`."""
    if not interval:
        return 0
    text = interval if interval.casefold().startswith("interval") else f"interval {interval}"
    seconds = spark.sql(f"SELECT unix_seconds(timestamp_seconds(0) + {text})").collect()[0][0]
    return math.ceil(int(seconds) / 3600)


def _hours_since(table: DeltaTable, progress: Progress) -> int | None:
    """How long ago the version was written that a stream goes on with; 0 if it is not there yet.

    None where nobody knows.
    """
    if progress.version is None:
        return None
    rows = table.history().select("version", "timestamp").collect()
    if progress.version > rows[0].version:
        return 0
    times = [row.timestamp for row in rows if row.version == progress.version]
    if not times:
        return None
    # One hour more: clocks of writers differ.
    age: float = (datetime.now(tz=None) - times[0]).total_seconds()
    return math.ceil(age / 3600) + 1


def _keep_versions(table: DeltaTable, name: str, detail: Any, hours: int, *, dry_run: bool) -> None:
    """Let the table itself keep versions as long: its own retention counts for time travel."""
    lacking = {
        key: f"interval {hours} hours"
        for key, default in ((_RETENTION, _DEFAULT_HOURS), (_LOG_RETENTION, _DEFAULT_LOG_HOURS))
        if hours > (_hours_of(table.spark, detail.properties.get(key)) or default)
    }
    if not lacking:
        return
    items = ", ".join(f"'{key}' = '{value}'" for key, value in lacking.items())
    statement = f"ALTER TABLE {table.name} SET TBLPROPERTIES ({items})"
    _LOG.info("%s: %s%s", name, "would run " if dry_run else "", statement)
    if not dry_run:
        retry_conflicts(partial(_run, table.spark, statement), _CONFLICT_RETRIES, name)


def _run(spark: SparkSession, statement: str) -> None:
    spark.sql(statement)


def _expire(table: DeltaTable, name: str, hours: int, *, orphans: bool, dry_run: bool) -> None:
    kind = "" if orphans else " LITE"
    statement = f"VACUUM {table.name}{kind} RETAIN {hours} HOURS"
    with _with_settings(table.spark):
        if not dry_run:
            _vacuum(table, name, statement)
            _LOG.info("%s: %s", name, _describe_deleted(table))
            return
        doomed = [row[0] for row in _vacuum(table, name, f"{statement} DRY RUN")]
    for each in doomed:
        print(each)
    files = Files(table.spark)
    size = sum(files.size(each) for each in doomed[:_MOST_SIZES])
    text = describe_bytes(size)
    text = text if len(doomed) <= _MOST_SIZES else f"more than {text}"
    _LOG.info("%s: would delete %d files (%s): %s", name, len(doomed), text, statement)


def _vacuum(table: DeltaTable, name: str, statement: str) -> list[Any]:
    """What it gives; raises `UnknownFilesError` where the log does not name all files."""
    try:
        return [*table.spark.sql(statement).collect()]
    except Exception as error:
        if _NOT_LITE not in str(error):
            raise
        raise UnknownFilesError(
            f"{name}: the log has lost versions since all files of {table.name} were looked at, so"
            " that it does not name all files of old versions: let `maintain` say"
            " `remove_orphans = true`, which lists the folder"
        ) from error


def _describe_deleted(table: DeltaTable) -> str:
    ends = [row for row in table.history().limit(1).collect() if row.operation == "VACUUM END"]
    if not ends:
        return "there is nothing to delete"
    return f"deleted {ends[0].operationMetrics.get('numDeletedFiles', '0')} files"


@contextmanager
def _with_settings(spark: SparkSession) -> Iterator[None]:
    """A session that deletes by the hours that are said: Delta 4.4 goes by the table's own.

    Folders are listed by as many tasks as there are cores, not by 10,000 as Spark would.
    """
    settings = {
        "spark.databricks.delta.vacuum.retentionWindowIgnore.enabled": "false",
        _LISTING: str(max(2, spark.sparkContext.defaultParallelism)),
    }
    before: dict[str, str | None] = {key: spark.conf.get(key, None) for key in settings}
    if before[_LISTING] not in (None, _LISTING_DEFAULT):
        del settings[_LISTING]
    for key, value in settings.items():
        spark.conf.set(key, value)
    try:
        yield
    finally:
        for key in settings:
            if (earlier := before[key]) is None:
                spark.conf.unset(key)
            else:
                spark.conf.set(key, earlier)
