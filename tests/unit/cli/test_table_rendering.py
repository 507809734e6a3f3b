"""What `ssbtc table` prints of a description."""

from __future__ import annotations

from typing import Any

import pytest

from ssbt.compiler.cli.table_rendering import render_table

DESCRIPTION: dict[str, Any] = {
    "table": "lake.crm.orders",
    "description": "Orders, as they were placed",
    "version": 12,
    "files": 40,
    "bytes": 3 * 1024**3,
    "small_files": {"files": 30, "bytes": 1536, "partitions": 2},
    "columns": [
        {"name": "id", "type": "bigint", "nullable": False, "comment": None},
        {"name": "placed", "type": "date", "nullable": True, "comment": "UTC"},
    ],
    "partition_by": ["placed"],
    "cluster_by": [],
    "properties": {"b": "2", "a": "1"},
    "constraints": {"positive": "amount > 0"},
    "references": ["main"],
    "history": [
        {
            "version": 12,
            "time": "2026-01-31T12:00:00Z",
            "operation": "MERGE",
            "counts": {"numTargetRowsInserted": 3, "numTargetRowsUpdated": 1},
        },
        {"version": 3, "time": "2026-01-30T12:00:00Z", "operation": "WRITE", "counts": {}},
    ],
}
TEXT = """\
lake.crm.orders
  Orders, as they were placed
  version 12, 40 files, 3.0 GiB
  30 of them are small (1.5 KiB): `compact = true` of `maintain`
  partitioned by placed

columns
  id      bigint  not null
  placed  date              UTC

properties
  a  =  1
  b  =  2

constraints
  positive  amount > 0

branches and tags
  main

commits
  12  2026-01-31T12:00:00Z  MERGE  numTargetRowsInserted 3, numTargetRowsUpdated 1
  3   2026-01-30T12:00:00Z  WRITE"""


def test_all_of_it() -> None:
    assert render_table(DESCRIPTION) == TEXT


def test_only_what_there_is() -> None:
    nothing = {"small_files": {"files": 0, "bytes": 0, "partitions": 0}, "description": ""}
    nothing |= {"partition_by": [], "properties": {}, "constraints": {}, "references": []}
    lines = render_table(DESCRIPTION | nothing | {"history": []}).splitlines()
    assert lines[1] == "  version 12, 40 files, 3.0 GiB"
    assert [each for each in lines if each and not each.startswith(" ")] == [
        "lake.crm.orders",
        "columns",
    ]


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (1024, "1.0 KiB"), (2**60, "1024.0 PiB")],
)
def test_sizes(size: int, text: str) -> None:
    assert f"40 files, {text}\n" in render_table(DESCRIPTION | {"bytes": size})
