"""Tables of Iceberg that are kept in order, as generated scripts do it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
import importlib
import os
from pathlib import Path
import re
import shutil
import sys
import time
from typing import TYPE_CHECKING

import pytest

from ssbt.runtime.catalogs.places import IcebergPlace
from ssbt.runtime.checkpoints.leases import CheckpointsRefusedError
from ssbt.runtime.snapshots.expiring import FilesSharedError
from ssbt.runtime.snapshots.orphans import OtherTableError
from ssbt.runtime.upkeep.options import with_upkeep_options
from tests.spark.compiling import run
from tests.spark.iceberg_lakes import HADOOP, JDBC, IcebergLake

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

COLUMNS = "id: bigint, name: string"
HEAD = 'checkpoint = "LAKE/checkpoints"'
NOW = time.time


@pytest.fixture(autouse=True)
def active(iceberg: SparkSession) -> Iterator[None]:
    """Of several sessions, that of the test: catalogs are found by the settings of this one."""
    sessions = iceberg._jvm.org.apache.spark.sql.classic.SparkSession  # type: ignore[union-attr]
    sessions.setActiveSession(iceberg._jsparkSession)
    yield
    sessions.clearActiveSession()


@pytest.fixture
def lake(iceberg: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> IcebergLake:
    lake = IcebergLake(iceberg, tmp_path, monkeypatch)
    lake.open()
    return lake


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that the test has written is eight days old."""
    monkeypatch.setattr("ssbt.runtime.snapshots.expiring.time.time", lambda: NOW() + 8 * 86_400)


def maintain(
    lake: IcebergLake, upkeep: str, *readers: tuple[str, str], dry_run: bool = False, sink: str = ""
) -> None:
    """Compile a pipeline that writes `out`, and run the script of its upkeep."""
    sink = lake.sink("out", f", mode = append {sink}")
    text = f"{lake.head()}{lake.source('in', '', COLUMNS)}{sink}maintain out {{ {upkeep} }}\n"
    run_upkeep(lake, text, *readers, dry_run=dry_run)


def run_upkeep(
    lake: IcebergLake, text: str, *readers: tuple[str, str], dry_run: bool = False, head: str = ""
) -> None:
    lake.compile(text, head)
    sys.modules.pop("tables_upkeep", None)
    module = importlib.import_module("tables_upkeep")
    with with_upkeep_options(Namespace(dry_run=dry_run, reader=readers)):
        run(module, lake.spark)


def append(lake: IcebergLake, *ids: int, name: str = "out") -> None:
    """A snapshot for each, in a table that is made if it is not there."""
    if not IcebergPlace(lake.table(name)).exists(lake.spark):
        lake.make(name, "", "id BIGINT, name STRING", **{"format-version": "2"})
    for each in ids:
        lake.sql(f"INSERT INTO {lake.table(name)} VALUES ({each}, 'n{each}')")


def append_file(lake: IcebergLake, values: str) -> None:
    """Several rows in one file, of which some can be deleted by a file of deletes."""
    rows = lake.spark.sql(f"SELECT bigint(id) AS id, name FROM VALUES {values} AS t(id, name)")
    rows.coalesce(1).writeTo(lake.table("out")).append()


def snapshots(lake: IcebergLake, name: str = "out") -> list[int]:
    """The oldest first."""
    rows = lake.sql(f"SELECT snapshot_id FROM {lake.table(name)}.snapshots ORDER BY committed_at")
    return [row[0] for row in rows]


def files(lake: IcebergLake, name: str = "out") -> set[str]:
    """Those of data and of metadata, but the lists of versions, which Iceberg keeps itself."""
    folder = lake.folder / "warehouse" / "db" / name
    names = {str(each) for each in folder.rglob("*") if each.is_file()}
    return {each for each in names if not each.endswith((".crc", ".json", "hint.text"))}


def printed(capsys: pytest.CaptureFixture[str]) -> set[str]:
    lines = capsys.readouterr().out.splitlines()
    return {each.removeprefix("file:") for each in lines if each.startswith(("/", "file:"))}


@pytest.mark.parametrize("connection", [HADOOP, JDBC])
def test_all_of_it_in_each_catalog(
    iceberg: SparkSession,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    connection: str,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    later: None,
) -> None:
    """Rows stay, and what a dry run prints is what goes."""
    lake = IcebergLake(iceberg, tmp_path, monkeypatch)
    lake.connection = connection
    lake.open()
    append(lake, 1, 2, 3)
    caplog.set_level("INFO", "ssbt.runtime")
    compaction = "compact = true, min_input_files = 2, compact_deletes = true"
    maintain(lake, compaction, dry_run=True)
    assert "would run CALL `lake`.system.rewrite_data_files(" in caplog.text
    assert "3 small files" in caplog.text
    assert len(snapshots(lake)) == 3
    maintain(lake, f"{compaction}, compact_manifests = true")
    assert "out: 3 files became 1" in caplog.text
    assert "manifests became 1" in caplog.text
    assert "there are no delete files to compact" in caplog.text
    before, known = files(lake), snapshots(lake)
    capsys.readouterr()
    maintain(lake, "expire_snapshots = 7 days", dry_run=True)
    doomed = printed(capsys)
    assert files(lake) == before
    assert snapshots(lake) == known
    maintain(lake, "expire_snapshots = 7 days")
    assert before - files(lake) == doomed
    assert len(doomed) > 6
    assert snapshots(lake) == known[-1:]
    assert lake.rows("out", "id") == [(1,), (2,), (3,)]
    maintain(lake, "expire_snapshots = 7 days")
    assert "there is no snapshot to expire" in caplog.text


def test_what_goes_in_a_history_with_branches(
    lake: IcebergLake, capsys: pytest.CaptureFixture[str], later: None
) -> None:
    """Of what is kept by names, rolled back, picked, deleted and compacted: as it was told."""
    append(lake, 1, 2)
    table = lake.table("out")
    lake.sql(f"ALTER TABLE {table} CREATE TAG first AS OF VERSION {snapshots(lake)[0]}")
    lake.sql(f"ALTER TABLE {table} CREATE BRANCH audit")
    lake.sql(f"INSERT INTO {table}.branch_audit VALUES (3, 'n3')")
    lake.sql(f"INSERT INTO {table}.branch_audit VALUES (4, 'n4')")
    append(lake, 5)
    rolled_back = snapshots(lake)[-1]
    back = lake.sql(f"SELECT snapshot_id FROM {table}.history ORDER BY made_current_at")[1][0]
    lake.sql(f"CALL lake.system.rollback_to_snapshot('db.out', {back})")
    lake.sql(f"CALL lake.system.cherrypick_snapshot('db.out', {rolled_back})")
    merge_on_read = "'write.delete.mode' = 'merge-on-read'"
    lake.sql(f"ALTER TABLE {table} SET TBLPROPERTIES ({merge_on_read})")
    append(lake, 6, 7, 8)
    append_file(lake, "(9, 'n9'), (10, 'n10')")
    lake.sql(f"DELETE FROM {table} WHERE id = 9")
    assert lake.sql(f"SELECT count(*) FROM {table}.delete_files") == [(1,)]
    maintain(lake, "compact = true, min_input_files = 2, compact_deletes = true")
    append(lake, 11)
    maintain(lake, "compact_manifests = true")
    rows = lake.rows("out", "id")
    before = files(lake)
    capsys.readouterr()
    maintain(lake, "expire_snapshots = 7 days", dry_run=True)
    doomed = printed(capsys)
    maintain(lake, "expire_snapshots = 7 days")
    assert before - files(lake) == doomed
    assert len(doomed) > 10
    assert lake.rows("out", "id") == rows
    assert sorted(lake.sql(f"SELECT id FROM {table} VERSION AS OF 'first'")) == [(1,)]
    assert len(lake.sql(f"SELECT id FROM {table} VERSION AS OF 'audit'")) == 4


def test_what_is_kept_besides(lake: IcebergLake, later: None) -> None:
    """As many as is said, and for as long as the table itself says."""
    append(lake, 1, 2, 3, 4)
    maintain(lake, "expire_snapshots = 9 days")
    assert len(snapshots(lake)) == 4
    maintain(lake, "expire_snapshots = 7 days, keep_snapshots = 3")
    assert len(snapshots(lake)) == 3
    table, age = lake.table("out"), "history.expire.max-snapshot-age-ms"
    lake.sql(f"ALTER TABLE {table} SET TBLPROPERTIES ('{age}' = '{9 * 86_400_000}')")
    maintain(lake, "expire_snapshots = 7 days")
    assert len(snapshots(lake)) == 3
    lake.sql(f"ALTER TABLE {table} SET TBLPROPERTIES ('{age}' = '1', 'gc.enabled' = 'false')")
    for upkeep in ("expire_snapshots = 7 days", "remove_orphans = true"):
        with pytest.raises(FilesSharedError, match=r"gc\.enabled"):
            maintain(lake, upkeep)


@pytest.mark.parametrize("order", ["sort_by = [name, id]", "z_order_by = [id, name]"])
def test_rows_in_an_order(lake: IcebergLake, order: str) -> None:
    append(lake, 3, 1, 2)
    maintain(lake, f"{order}, min_input_files = 2")
    assert len(lake.sql(f"SELECT file_path FROM {lake.table('out')}.files")) == 1
    assert lake.sql(f"SELECT id FROM {lake.table('out')}") == [(1,), (2,), (3,)]


def test_small_files_of_deletes(lake: IcebergLake, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "ssbt.runtime")
    append(lake)
    table = lake.table("out")
    # By default each file of rows has a file of deletes to itself.
    properties = "'write.delete.mode' = 'merge-on-read', 'write.delete.granularity' = 'partition'"
    lake.sql(f"ALTER TABLE {table} SET TBLPROPERTIES ({properties})")
    for each in range(6):
        append_file(lake, f"({each}, 'a'), ({each}, 'b')")
        lake.sql(f"DELETE FROM {table} WHERE id = {each} AND name = 'a'")
    maintain(lake, "compact_deletes = true")
    assert "out: 6 delete files became 1" in caplog.text
    assert lake.rows("out", "name") == [("b",)] * 6
    maintain(lake, "compact = true, delete_files = 1")
    assert lake.sql(f"SELECT count(*) FROM {table}.delete_files") == [(0,)]


def stream(lake: IcebergLake) -> str:
    source = lake.source("out", ", max_files_per_trigger = 1", COLUMNS, "stream ")
    sink = 'connection = lake, table = "db.copies", trigger = available now'
    return f"{lake.head()}{source}sink rows to iceberg as copies {{ {sink} }}\n"


def test_a_stream_that_lags_keeps_its_snapshots(
    lake: IcebergLake, caplog: pytest.LogCaptureFixture, later: None
) -> None:
    """It reads all rows once, though what it has not read was compacted long ago."""
    checkpoint = ("copies", str(lake.folder / "checkpoints" / "copies"))
    append(lake, 1, 2)
    run(lake.compile(stream(lake), HEAD), lake.spark)
    append(lake, 3, 4)
    maintain(lake, "compact = true, min_input_files = 2")
    at = snapshots(lake)[1]
    maintain(lake, "expire_snapshots = 7 days", checkpoint)
    assert f"because the stream `copies` needs snapshot {at} to read on" in caplog.text
    assert snapshots(lake)[0] == at
    run(lake.compile(stream(lake), HEAD), lake.spark)
    assert lake.rows("copies", "id") == [(1,), (2,), (3,), (4,)]
    maintain(lake, "expire_snapshots = 7 days", checkpoint)
    # Of the last one that it has read, and of the compaction.
    assert len(snapshots(lake)) == 2
    append(lake, 5)
    run(lake.compile(stream(lake), HEAD), lake.spark)
    assert lake.rows("copies", "id") == [(1,), (2,), (3,), (4,), (5,)]


def test_a_stream_that_began_with_an_empty_table(lake: IcebergLake, later: None) -> None:
    append(lake)
    run(lake.compile(stream(lake), HEAD), lake.spark)
    append(lake, 1, 2)
    checkpoint = ("copies", str(lake.folder / "checkpoints" / "copies"))
    maintain(lake, "expire_snapshots = 7 days", checkpoint)
    run(lake.compile(stream(lake), HEAD), lake.spark)
    assert lake.rows("copies", "id") == [(1,), (2,)]


def test_a_branch_that_keeps_less_than_a_stream_needs(
    lake: IcebergLake, caplog: pytest.LogCaptureFixture, later: None
) -> None:
    checkpoint = ("copies", str(lake.folder / "checkpoints" / "copies"))
    append(lake, 1)
    run(lake.compile(stream(lake), HEAD), lake.spark)
    append(lake, 2, 3)
    time.sleep(0.01)
    # The branch's own age counts instead of what is said.
    retention = "RETAIN 30 DAYS WITH SNAPSHOT RETENTION 1 SNAPSHOTS"
    lake.sql(f"ALTER TABLE {lake.table('out')} REPLACE BRANCH main {retention}")
    table = lake.spark._jvm.org.apache.iceberg.spark.Spark3Util.loadIcebergTable(  # type: ignore[union-attr]
        lake.spark._jsparkSession, lake.table("out")
    )
    table.manageSnapshots().setMaxSnapshotAgeMs("main", 1).commit()
    maintain(lake, "expire_snapshots = 7 days", checkpoint)
    assert "no snapshot expires: the branch keeps less" in caplog.text
    assert len(snapshots(lake)) == 3


def test_a_batch_is_not_written_again(
    lake: IcebergLake, caplog: pytest.LogCaptureFixture, later: None
) -> None:
    """The checkpoint does not know of it: only the snapshot says that it is there."""
    append(lake, 1, name="in")
    writes = (
        f"{lake.head()}{lake.source('in', '', COLUMNS, 'stream ')}"
        f"{lake.sink('out', ', trigger = available now')}"
        "maintain out { expire_snapshots = 7 days }\n"
    )
    run(lake.compile(writes, HEAD), lake.spark)
    commits = lake.folder / "checkpoints" / "out" / "commits"
    for name in ("0", ".0.crc"):
        (commits / name).unlink()
    append(lake, 2)
    run_upkeep(lake, writes, head=HEAD)
    assert "to know that it has written its last batch" in caplog.text
    assert len(snapshots(lake)) == 2
    run(lake.compile(writes, HEAD), lake.spark)
    assert lake.rows("out", "id") == [(1,), (2,)]
    run_upkeep(lake, writes, head=HEAD)
    assert len(snapshots(lake)) == 1


def test_files_that_no_snapshot_has(
    lake: IcebergLake, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Old ones go, but not what Iceberg does not write, such as a checkpoint."""
    append(lake, 1)
    folder = lake.folder / "warehouse" / "db" / "out"
    old, young = folder / "data" / "old.parquet", folder / "data" / "young.parquet"
    offset = folder / "checkpoints" / "offsets" / "0"
    offset.parent.mkdir(parents=True)
    then = time.time() - 4 * 86_400
    for each in (old, young, offset):
        each.write_text("x")
        if each != young:
            os.utime(each, (then, then))
    capsys.readouterr()
    maintain(lake, "remove_orphans = true", dry_run=True)
    assert printed(capsys) == {str(old)}
    maintain(lake, "remove_orphans = true, expire_snapshots = 5 days")
    assert old.exists()
    maintain(lake, "remove_orphans = true")
    assert not old.exists()
    assert young.exists()
    assert offset.exists()
    assert "which Iceberg has not written, such as" in caplog.text
    assert lake.rows("out", "id") == [(1,)]


def test_a_folder_with_another_table(lake: IcebergLake) -> None:
    append(lake, 1)
    append(lake, 2, name="other")
    within = lake.folder / "warehouse" / "db" / "out" / "other"
    shutil.copytree(lake.folder / "warehouse" / "db" / "other", within)
    then = time.time() - 4 * 86_400
    for each in within.rglob("*"):
        os.utime(each, (then, then))
    before = {*within.rglob("*")}
    for dry_run in (True, False):
        with pytest.raises(OtherTableError, match="files of another table"):
            maintain(lake, "remove_orphans = true", dry_run=dry_run)
    assert {*within.rglob("*")} == before


def test_the_table_of_deletes_is_maintained_too(lake: IcebergLake) -> None:
    text = (
        f"{lake.head()}schema Event {{ id: bigint, name: string, at: bigint }}\n"
        'source rows from parquet { path = "LAKE/in", schema = Event }\n'
        + lake.sink(
            "out", ", mode = merge, keys = [id], sequence_by = at, delete_when = name = 'gone'"
        )
        + "maintain out { compact = true, min_input_files = 2 }\n"
    )
    for number in (1, 2, 3):
        query = f"SELECT bigint({number}) AS id, 'gone' AS name, bigint({number}) AS at"
        lake.spark.sql(query).coalesce(1).write.mode("overwrite").parquet(f"{lake.folder}/in")
        lake.run(text)
    count = f"SELECT count(*) FROM {lake.table('out_deleted')}.files"
    assert lake.sql(count) == [(3,)]
    run_upkeep(lake, text)
    assert lake.sql(count) == [(1,)]


def test_a_table_that_is_not_there_is_passed_over(
    lake: IcebergLake, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "ssbt.runtime")
    maintain(lake, "compact = true, expire_snapshots = 7 days, remove_orphans = true")
    assert "out: there is no table yet" in caplog.text


def test_a_stream_cannot_begin_where_snapshots_are_gone(lake: IcebergLake, later: None) -> None:
    """Iceberg would begin with the oldest one that is left, and miss the rows before it."""
    append(lake, 1, 2)
    maintain(lake, "expire_snapshots = 7 days")
    append(lake, 3)
    module = lake.compile(stream(lake), HEAD)
    with pytest.raises(
        CheckpointsRefusedError, match="the first snapshots of the table"
    ) as refused:
        run(module, lake.spark)
    since = re.search(r'starting_timestamp = "(.*?)"', str(refused.value))
    assert since is not None
    begun = f', starting_timestamp = "{since[1]}", max_files'
    run(lake.compile(stream(lake).replace(", max_files", begun, 1), HEAD), lake.spark)
    assert lake.rows("copies", "id") == [(2,), (3,)]


def test_a_stream_of_others_keeps_where_it_began(lake: IcebergLake, later: None) -> None:
    """Without a pipeline that lets go of it, Iceberg looks that snapshot up at each start."""
    folder = f"{lake.folder}/checkpoints/foreign"
    append(lake, 1, 2)

    def read() -> None:
        rows = lake.spark.readStream.format("iceberg").table(lake.table("out")).writeStream
        rows = rows.option("checkpointLocation", folder).trigger(availableNow=True)
        rows.format("parquet").start(f"{lake.folder}/foreign").awaitTermination()

    read()
    append(lake, 3)
    maintain(lake, "expire_snapshots = 7 days", ("foreign", folder))
    assert len(snapshots(lake)) == 3
    read()
    assert lake.spark.read.parquet(f"{lake.folder}/foreign").count() == 3
