"""Tables of Delta Lake that are kept in order, as generated scripts do it."""

from __future__ import annotations

from argparse import Namespace
import importlib
import json
import os
from pathlib import Path
import sys
import time
from typing import TYPE_CHECKING

import pytest

from ssbt.runtime.descriptions.describing import describe_table
from ssbt.runtime.upkeep.delta import UnknownFilesError, open_table
from ssbt.runtime.upkeep.options import with_upkeep_options
from tests.spark.compiling import run
from tests.spark.lakes import Lake

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

TABLE = """
schema Row { id: bigint, name: string }
source rows from delta { path = "LAKE/in", schema = Row }
sink rows to delta as out { path = "LAKE/out", mode = append, SINK }
maintain out { UPKEEP }
"""
MERGED = """
schema Event { id: bigint, name: string, at: bigint }
source rows from delta { path = "LAKE/in", schema = Event }
sink rows to delta as out {
  path = "LAKE/out", mode = merge, keys = [id], sequence_by = at, delete_when = name = 'gone'
}
maintain out { compact = true, expire_snapshots = 7 days }
"""
STREAM = """
schema Row { id: bigint, name: string }
stream source rows from delta { path = "LAKE/out", schema = Row, max_files_per_trigger = 1 }
sink rows to delta as copies { path = "LAKE/copies", trigger = available now }
"""


@pytest.fixture
def lake(delta: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    return Lake(delta, tmp_path, monkeypatch)


def maintain(lake: Lake, text: str, *readers: tuple[str, str], dry_run: bool = False) -> None:
    """Compile the pipeline, and run the script of its upkeep."""
    lake.compile(text)
    sys.modules.pop("tables_upkeep", None)
    module = importlib.import_module("tables_upkeep")
    with with_upkeep_options(Namespace(dry_run=dry_run, reader=readers)):
        run(module, lake.spark)


def table(upkeep: str, sink: str = "") -> str:
    return TABLE.replace("UPKEEP", upkeep).replace(", SINK", f", {sink}" if sink else "")


def append(lake: Lake, *ids: int, name: str = "out") -> None:
    """A version of the table for each."""
    for each in ids:
        frame = lake.spark.sql(f"SELECT {each}L AS id, 'n{each}' AS name").coalesce(1)
        frame.write.format("delta").mode("append").save(f"{lake.folder}/{name}")


def data_files(lake: Lake, name: str = "out") -> set[str]:
    return {each.name for each in (lake.folder / name).glob("*.parquet")}


def let_days_pass(lake: Lake, days: int, name: str = "out") -> None:
    """As if everything that the table has had been written that many days earlier."""
    folder, then = lake.folder / name, time.time() - days * 86_400
    for log in (folder / "_delta_log").glob("*.json"):
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        for line in lines:
            if "remove" in line:
                line["remove"]["deletionTimestamp"] -= days * 86_400_000
        log.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    for each in (folder / "_delta_log").rglob("*.crc"):
        each.unlink()
    for each in folder.glob(".*.crc"):
        each.unlink()
    for number, each in enumerate(sorted(folder.rglob("*"))):
        os.utime(each, (then + number / 100, then + number / 100))
    lake.spark._jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()  # type: ignore[union-attr]


def test_small_files_become_one(lake: Lake, caplog: pytest.LogCaptureFixture) -> None:
    """A dry run says which; the rows stay as they are."""
    append(lake, 1, 2, 3)
    caplog.set_level("INFO", "ssbt.runtime")
    maintain(lake, table("compact = true"), dry_run=True)
    assert "3 small files" in caplog.text
    assert len(data_files(lake)) == 3
    maintain(lake, table("compact = true"))
    assert "out: 3 files became 1" in caplog.text
    assert lake.rows("out", "id") == [(1,), (2,), (3,)]


def test_files_of_old_versions_go(
    lake: Lake, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Those of the last days stay; a dry run prints what would go, and nothing goes."""
    caplog.set_level("INFO", "ssbt.runtime")
    append(lake, 1, 2)
    old = data_files(lake)
    maintain(lake, table("compact = true"))
    let_days_pass(lake, 8)
    text = table("expire_snapshots = 7 days")
    maintain(lake, text, dry_run=True)
    printed = {line.rpartition("/")[2] for line in capsys.readouterr().out.splitlines()}
    assert printed == old
    assert "would delete 2 files" in caplog.text
    maintain(lake, table("expire_snapshots = 9 days"))
    assert old < data_files(lake)
    maintain(lake, text)
    assert old < data_files(lake), "the table itself keeps them for 9 days now"
    lake.sql(
        f"ALTER TABLE {lake.table('out')}"
        " SET TBLPROPERTIES ('delta.deletedFileRetentionDuration' = 'interval 7 days')"
    )
    maintain(lake, text)
    assert old.isdisjoint(data_files(lake))
    assert "out: deleted 2 files" in caplog.text
    assert lake.rows("out", "id") == [(1,), (2,)]


def test_files_of_failed_writes_go_where_it_says_so(lake: Lake) -> None:
    append(lake, 1)
    orphan = lake.folder / "out" / "part-00000-left.parquet"
    orphan.write_text("half")
    let_days_pass(lake, 8)
    maintain(lake, table("expire_snapshots = 7 days"))
    assert orphan.exists()
    maintain(lake, table("expire_snapshots = 7 days, remove_orphans = true"))
    assert not orphan.exists()


def test_what_lies_in_the_folder_of_a_table_goes(lake: Lake) -> None:
    """As the page of SSBT0583 says: files of others, unless a folder of them has a `_` first."""
    append(lake, 1)
    append(lake, 2, name="out/eu")
    places = [lake.folder / "out" / name / "offsets" for name in ("checkpoints", "_checkpoints")]
    for each in places:
        each.mkdir(parents=True)
        (each / "0").write_text("v1")
    let_days_pass(lake, 8)
    maintain(lake, table("expire_snapshots = 7 days"))
    assert data_files(lake, "out/eu")
    maintain(lake, table("expire_snapshots = 7 days, remove_orphans = true"))
    assert not data_files(lake, "out/eu")
    assert (lake.folder / "out" / "eu" / "_delta_log").exists()
    assert [(each / "0").exists() for each in places] == [False, True]
    assert lake.rows("out", "id") == [(1,)]


def test_a_log_that_has_lost_versions(lake: Lake) -> None:
    """Without its first versions it does not name all files."""
    append(lake, 1, 2)
    lake.sql(f"OPTIMIZE {lake.table('out')}")
    log = lake.spark._jvm.org.apache.spark.sql.delta.DeltaLog  # type: ignore[union-attr]
    log.forTable(lake.spark._jsparkSession, f"{lake.folder}/out").checkpoint()
    for name in ("00000000000000000000.json", "00000000000000000001.json"):
        (lake.folder / "out" / "_delta_log" / name).unlink()
    let_days_pass(lake, 8)
    with pytest.raises(UnknownFilesError, match="remove_orphans = true"):
        maintain(lake, table("expire_snapshots = 7 days"))


def test_a_stream_that_lags_keeps_its_files(lake: Lake, caplog: pytest.LogCaptureFixture) -> None:
    """It reads all rows once, though what it has not read was compacted long ago."""
    head = 'checkpoint = "LAKE/checkpoints"'
    checkpoint = lake.folder / "checkpoints" / "copies"
    append(lake, 1)
    stream = lake.compile(STREAM, head)
    run(stream, lake.spark)
    append(lake, 2, 3)
    maintain(lake, table("compact = true"))
    let_days_pass(lake, 30)
    text = table("expire_snapshots = 7 days, remove_orphans = true")
    maintain(lake, text, ("copies", str(checkpoint)))
    assert "has to read on from version 1" in caplog.text
    run(lake.compile(STREAM, head), lake.spark)
    assert lake.rows("copies", "id") == [(1,), (2,), (3,)]
    maintain(lake, text, ("copies", str(checkpoint)))
    assert len(data_files(lake)) == 1


def test_the_table_of_deletes_is_maintained_too(lake: Lake) -> None:
    for number in (1, 2):
        rows = f"({number}, 'gone', {number})"
        frame = lake.spark.sql(
            f"SELECT cast(id AS BIGINT) id, name, cast(at AS BIGINT) at"
            f" FROM VALUES {rows} AS t(id, name, at)"
        )
        frame.write.format("delta").mode("overwrite").save(f"{lake.folder}/in")
        lake.run(MERGED)
    detail = f"DESCRIBE DETAIL {lake.table('out_deleted')}"
    assert lake.spark.sql(detail).collect()[0].numFiles == 2
    maintain(lake, MERGED)
    assert lake.spark.sql(detail).collect()[0].numFiles == 1


def test_a_table_is_described(lake: Lake) -> None:
    """What `ssbtc table` shows of it."""
    lake.sql(
        f"CREATE TABLE {lake.table('out')} (id BIGINT NOT NULL COMMENT 'the number', day DATE)"
        " USING delta PARTITIONED BY (day) COMMENT 'Orders'"
        " TBLPROPERTIES ('delta.constraints.declared' = 'id > 0', 'delta.appendOnly' = 'false')"
    )
    for number in (1, 2):
        lake.sql(f"INSERT INTO {lake.table('out')} VALUES ({number}, DATE '2026-01-01')")
    lake.sql(f"INSERT INTO {lake.table('out')} VALUES (3, DATE '2026-01-02')")
    described = describe_table(open_table(lake.spark, f"{lake.folder}/out", None), 2)
    assert described["version"] == 3
    assert described["description"] == "Orders"
    assert described["files"] == 3
    assert described["bytes"] > 1000
    assert described["small_files"]["files"] == 2
    assert described["small_files"]["partitions"] == 1
    assert described["partition_by"] == ["day"]
    assert described["constraints"] == {"declared": "id > 0"}
    assert described["properties"] == {"delta.appendOnly": "false"}
    assert described["columns"][0] == {
        "name": "id",
        "type": "bigint",
        "nullable": False,
        "comment": "the number",
    }
    commits = [(each["version"], each["operation"]) for each in described["history"]]
    assert commits == [(3, "WRITE"), (2, "WRITE")]
    assert described["history"][0]["counts"] == {"numOutputRows": 1, "numFiles": 1}


def test_a_table_that_is_not_there_is_passed_over(
    lake: Lake, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "ssbt.runtime")
    maintain(lake, table("compact = true"))
    assert "out: there is no table yet" in caplog.text
