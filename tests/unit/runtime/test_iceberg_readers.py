"""Which snapshots of a table of Iceberg streams need, as their checkpoints say."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from ssbt.runtime.snapshots.readers import find_needs
from tests.unit.runtime.test_upkeep import Folder, checkpoint

if TYPE_CHECKING:
    from ssbt.runtime.files.stores import Files
    from ssbt.runtime.snapshots.tables import IcebergTable

QUERY = "spark.sql.streaming.queryId"
EPOCH = "spark.sql.streaming.epochId"


def offset(snapshot: int) -> str:
    return json.dumps({"version": 1, "snapshot_id": snapshot, "position": 1})


def chain(*numbers: int, **summaries: dict[str, str]) -> dict[int, Any]:
    """Snapshots one after another, each with its number as its time."""
    parents = dict(zip(numbers[1:], numbers, strict=False))
    return {
        each: SimpleNamespace(
            parent_id=parents.get(each), time=each, summary=summaries.get(f"s{each}")
        )
        for each in numbers
    }


def needs(folder: str, snapshots: dict[int, Any], newest: int) -> list[tuple[int, list[int]]]:
    """The time since which snapshots are needed, and which these are."""
    current = SimpleNamespace(snapshotId=lambda: newest)
    table = SimpleNamespace(load=lambda: SimpleNamespace(currentSnapshot=lambda: current))
    found = find_needs(
        cast("IcebergTable", table), cast("Files", Folder()), {"copies": folder}, snapshots
    )
    return [(each.since, sorted(each.snapshots)) for each in found]


def own(folder: Path) -> Path:
    """A checkpoint of a pipeline of ours, which began with the first snapshot."""
    (folder / "_ssbt").mkdir()
    return begun(folder, 1)


def begun(folder: Path, snapshot: int) -> Path:
    (folder / "sources" / "0" / "offsets").mkdir(parents=True)
    (folder / "sources" / "0" / "offsets" / "0").write_text(offset(snapshot))
    return folder


def test_what_a_stream_has_come_to_and_all_after_it(tmp_path: Path) -> None:
    folder = checkpoint(own(tmp_path), (offset(2),), (offset(3),), (offset(4),), ended=2)
    assert needs(folder, chain(1, 2, 3, 4, 5), 5) == [(3, [3, 4, 5])]


def test_a_clock_that_went_back(tmp_path: Path) -> None:
    """The oldest time counts, whichever snapshot has it."""
    snapshots = chain(1, 2, 3, 4)
    snapshots[4].time = 1
    folder = checkpoint(own(tmp_path), (offset(3),), ended=1)
    assert needs(folder, snapshots, 4) == [(1, [3, 4])]


def test_before_the_first_batch_has_ended(tmp_path: Path) -> None:
    folder = checkpoint(begun(tmp_path, 2), (offset(4),), ended=0)
    assert needs(folder, chain(1, 2, 3, 4), 4) == [(2, [2, 3, 4])]


def test_a_stream_that_is_not_ours_needs_where_it_began(tmp_path: Path) -> None:
    folder = checkpoint(begun(tmp_path, 1), (offset(3),), ended=1)
    assert needs(folder, chain(1, 2, 3), 3) == [(3, [3]), (1, [1, 2, 3])]


def test_a_table_that_was_empty(tmp_path: Path) -> None:
    folder = checkpoint(begun(tmp_path, -1), (offset(-1),), ended=1)
    assert needs(folder, chain(1, 2, 3), 3) == [(1, [1, 2, 3])]
    assert needs(folder, {}, 0) == []


def test_snapshots_of_other_tables_and_those_that_are_gone(tmp_path: Path) -> None:
    folder = checkpoint(own(tmp_path), (offset(9), '{"orders":{"0":5}}', "-"), ended=1)
    assert needs(folder, chain(1, 2, 3), 3) == []


def test_a_snapshot_that_was_rolled_back(tmp_path: Path) -> None:
    """Nothing came after it."""
    folder = checkpoint(own(tmp_path), (offset(3),), ended=1)
    snapshots = chain(1, 2, 3) | {4: SimpleNamespace(parent_id=2, time=4, summary=None)}
    assert needs(folder, snapshots, 4) == [(3, [3])]


def test_batches_that_the_checkpoint_does_not_know_of(tmp_path: Path) -> None:
    """Of its own query, and younger than the last that it has ended."""
    folder = checkpoint(own(tmp_path), ("-",), ("-",), ended=1)
    (tmp_path / "metadata").write_text('{"id":"mine"}')
    summaries = {
        "s1": {QUERY: "mine", EPOCH: "0"},
        "s2": {QUERY: "others", EPOCH: "7"},
        "s3": {QUERY: "mine", EPOCH: "1"},
    }
    assert needs(folder, chain(1, 2, 3, 4, **summaries), 4) == [(3, [3, 4])]
    (tmp_path / "commits" / "1").write_text("v1\n{}")
    assert needs(folder, chain(1, 2, 3, 4, **summaries), 4) == []
    summaries["s2"] = {"ssbt.query": "mine", "ssbt.batch": "2"}
    assert needs(folder, chain(1, 2, 3, 4, **summaries), 4) == [(2, [2, 3, 4])]
