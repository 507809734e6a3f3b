"""Writing rows of a batch into a table that is there."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pyspark.sql import DataFrame, SparkSession

from ssbt.runtime.files.stores import Files
from ssbt.runtime.named_tables.describing import Description
from ssbt.runtime.named_tables.fitting import find_table, fit_rows, refuse_table
from ssbt.runtime.outputs.folders import LOG

_OVERWRITE_MODE = "spark.sql.sources.partitionOverwriteMode"


def insert_rows(
    rows: DataFrame,
    table: str,
    sink: str,
    *,
    format: str | None = None,
    required: Sequence[str] = (),
    overwrite: str | None = None,
) -> None:
    """Add rows to a table, or let them replace its rows.

    `overwrite` says what they replace: all (`static`), or the partitions that they are in
    (`dynamic`). Raises `SchemaMismatchError` where the table cannot take the rows as they are.
    """
    description = find_table(rows, table, sink, format)
    refuse_table(
        description, sink, [*_find_problems(Files(rows.sparkSession), description, overwrite)]
    )
    fitted = fit_rows(rows, description, sink, required)
    with _overwriting(rows.sparkSession, overwrite):
        # Spark finds columns by their places, which are now those of the table.
        fitted.write.insertInto(table, overwrite=overwrite is not None)


def _find_problems(files: Files, table: Description, overwrite: str | None) -> Iterator[str]:
    if table.has_plain_files and files.names(f"{table.folder}/{LOG}"):
        yield (
            "a stream writes to it, whose files alone readers see: Spark would hide the new rows,"
            " or lose those of the stream; write to another table"
        )
    if overwrite is not None and table.overwrites not in ("", overwrite):
        yield (
            f"its option `partitionOverwriteMode` lets Spark overwrite as `{table.overwrites}`,"
            f" whatever the sink says: `{overwrite}`"
        )
    if overwrite == "dynamic" and not table.partitions and not _has_versions(table):
        yield "it has no partitions: Spark would replace everything"
    if overwrite == "static" and table.format == "hive" and table.partitions:
        yield (
            "it is a table of Hive, of which Spark replaces only the partitions that get rows: say"
            " `partition_overwrite_mode = dynamic`"
        )


def _has_versions(table: Description) -> bool:
    """Whether it may be partitioned by functions of columns, which are not among its columns."""
    return not table.has_plain_files and table.format != "hive"


@contextmanager
def _overwriting(session: SparkSession, mode: str | None) -> Iterator[None]:
    """Let overwrites replace what the mode says; an option of a writer Spark skips here."""
    if mode is None:
        yield
        return
    before = str(session.conf.get(_OVERWRITE_MODE))
    session.conf.set(_OVERWRITE_MODE, mode)
    try:
        yield
    finally:
        session.conf.set(_OVERWRITE_MODE, before)
