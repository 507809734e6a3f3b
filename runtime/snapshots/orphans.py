"""Files in the folder of a table of Iceberg that no snapshot has: failed writes leave them."""

from collections.abc import Iterable
import logging
import re
import time
from uuid import uuid4

from ssbt.runtime.snapshots.expiring import refuse_shared, timestamp
from ssbt.runtime.snapshots.tables import IcebergTable
from ssbt.runtime.tables.places import literal

_LOG = logging.getLogger("ssbt.runtime")
_HOUR = 3_600_000
_METADATA = ".metadata.json"
_ICEBERGS = re.compile(r"\.(parquet|avro|orc|puffin|stats|metadata\.json|crc)$")


class OtherTableError(Exception):
    """A folder in which another table has its files as well."""


def delete_orphans(table: IcebergTable, name: str, hours: int, *, dry_run: bool) -> None:
    """Delete the files that no snapshot has and that are older; a dry run prints them.

    What Iceberg itself does not write stays, such as a checkpoint in the folder.
    """
    refuse_shared(name, table.properties())
    older = timestamp(int(time.time() * 1000) - hours * _HOUR)
    listed = table.rows("remove_orphan_files", older_than=older, dry_run="true")
    found = [row.orphan_file_location for row in listed]
    doomed = [each for each in found if _ICEBERGS.search(each)]
    _refuse_others(table, name, doomed)
    if len(doomed) < len(found):
        others = next(each for each in found if not _ICEBERGS.search(each))
        _LOG.warning(
            "%s: %d files in its folder stay, which Iceberg has not written, such as %s",
            *(name, len(found) - len(doomed), others),
        )
    if dry_run:
        for each in sorted(doomed):
            print(each)
        _LOG.info("%s: would delete %d files that no snapshot has", name, len(doomed))
    elif doomed:
        _delete(table, doomed, older)
        _LOG.info("%s: deleted %d files that no snapshot had", name, len(doomed))
    else:
        _LOG.info("%s: there is no file that no snapshot has", name)


def _refuse_others(table: IcebergTable, name: str, doomed: Iterable[str]) -> None:
    """Raise where a file is of another table: to this one, all of its files are nobody's."""
    loaded = table.load()
    session, own = table.spark, loaded.uuid().toString()
    parser = session._jvm.org.apache.iceberg.TableMetadataParser  # type: ignore[union-attr]
    for path in doomed:
        if path.endswith(_METADATA) and (uuid := parser.read(loaded.io(), path).uuid()) != own:
            raise OtherTableError(
                f"{name}: its folder has files of another table, with the id {uuid}: {path}; no"
                " file is deleted. Leave out `remove_orphans`, or give the other table a folder of"
                " its own"
            )


def _delete(table: IcebergTable, paths: Iterable[str], older: str) -> None:
    """Let Iceberg look at these files again, and delete them: the folder is not listed twice."""
    session, view = table.spark, f"orphans_{uuid4().hex}"
    rows = session.createDataFrame([(each,) for each in paths], "file_path STRING")
    listed = rows.selectExpr("file_path", "timestamp_seconds(0) AS last_modified")
    listed.createOrReplaceTempView(view)
    try:
        table.rows("remove_orphan_files", older_than=older, file_list_view=literal(view))
    finally:
        session.catalog.dropTempView(view)
